package peers

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/netip"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/whence-go/whence/bench/internal/load"
)

// openDuckDB returns an adapter that counts with the given aggregate. The
// addresses are stored as integers; the ranges without their ends, for which the
// gaps between them stand as ranges of their own.
func openDuckDB(aggregate string) func(testing.TB, []uint32) func() counts {
	query := `SELECT country, ` + aggregate + `::UBIGINT
		FROM events ASOF JOIN ranges ON ip >= first
		GROUP BY country`
	return func(tb testing.TB, ips []uint32) func() counts {
		db, err := sql.Open("duckdb", fmt.Sprintf("?threads=%d", threads))
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { db.Close() })
		fill(tb, db, "events", "ip UINTEGER", func(row func(...driver.Value)) {
			for _, ip := range ips {
				row(ip)
			}
		})
		fill(tb, db, "ranges", "first UINTEGER, country VARCHAR", func(row func(...driver.Value)) {
			next := uint64(0) // what follows the last range
			for r := range load.Table().Ranges() {
				if !r.First.Is4() {
					break
				}
				ends, _ := load.Split([]netip.Addr{r.First, r.Last})
				if uint64(ends[0]) > next {
					row(uint32(next), "unlocated")
				}
				row(ends[0], r.Origin.String())
				next = uint64(ends[1]) + 1
			}
			if next < 1<<32 {
				row(uint32(next), "unlocated")
			}
		})
		return func() counts {
			rows, err := db.Query(query)
			if err != nil {
				tb.Fatal(err)
			}
			defer rows.Close()
			n := counts{}
			for rows.Next() {
				var code string
				var sources uint64
				if err := rows.Scan(&code, &sources); err != nil {
					tb.Fatal(err)
				}
				n[code] = sources
			}
			if err := rows.Err(); err != nil {
				tb.Fatal(err)
			}
			return n
		}
	}
}

// fill makes a table of what rows appends.
func fill(tb testing.TB, db *sql.DB, name, columns string, rows func(row func(...driver.Value))) {
	if _, err := db.Exec("CREATE TABLE " + name + " (" + columns + ")"); err != nil {
		tb.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		appender, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", name)
		if err != nil {
			return err
		}
		var first error
		rows(func(values ...driver.Value) {
			if err := appender.AppendRow(values...); err != nil && first == nil {
				first = err
			}
		})
		if err := appender.Close(); err != nil {
			return err
		}
		return first
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func duckdbVersion() string {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return ""
	}
	defer db.Close()
	var version string
	if err := db.QueryRow("SELECT version()").Scan(&version); err != nil {
		return ""
	}
	return version
}
