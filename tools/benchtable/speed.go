package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A column is a unit of the results and how its values are written.
type column struct{ title, unit, format string }

type row struct{ title, benchmark string }

var tallyColumns = []column{
	{"ns/event", "ns/event", "%s"},
	{"over the memory floor", "x-floor", "%s ×"},
	{"faster than the naive pipeline", "x-naive", "%s ×"},
}

var tallyRows = []row{
	{"IPv4, evenly over all networks", "Tally/path=batch/family=v4/sources=uniform/state=sketched"},
	{"IPv4, Zipf over 1,048,576 sources", "Tally/path=batch/family=v4/sources=zipf/state=sketched"},
	{"IPv4, 20,000 recurring sources", "Tally/path=batch/family=v4/sources=recurring/state=sketched"},
	{"IPv6, evenly over all networks", "Tally/path=batch/family=v6/sources=uniform/state=sketched"},
	{"one in four IPv6, evenly", "Tally/path=batch/family=mixed/sources=uniform/state=sketched"},
	{"IPv4, 60,000 sources, still exact", "Tally/path=batch/family=v4/sources=uniform/state=exact"},
	{"IPv4 as integers, `AddIPv4`, evenly", "IPv4/path=batch/sources=uniform/state=sketched"},
	{"IPv4 as integers, `ShardedTally`, one goroutine per core", "IPv4/path=concurrent/sources=uniform/state=sketched"},
	{"IPv4, evenly, one `Add` per event", "Tally/path=single/family=v4/sources=uniform/state=sketched"},
	{"IPv4, evenly, `ShardedTally`, one goroutine per core",
		"Tally/path=concurrent/family=v4/sources=uniform/state=sketched"},
}

var lifeColumns = []column{
	{"ns/event", "ns/event", "%s"},
	{"over its steady state", "x-steady", "%s ×"},
	{"with reused memory", "x-reused", "%s ×"},
	{"over the memory floor", "x-floor", "%s ×"},
}

var lifeRows = []row{
	{"10,000", "Life/sources=10000/input=addr"},
	{"60,000", "Life/sources=60000/input=addr"},
	{"100,000", "Life/sources=100000/input=addr"},
	{"1,000,000", "Life/sources=1000000/input=addr"},
	{"1,000,000, IPv4 as integers", "Life/sources=1000000/input=ipv4"},
}

var peerColumns = []column{{"ns/event", "ns/event", "%s"}, {"over whence", "x-whence", "%s ×"}}

const (
	ownPeer    = "Peers/peer=whence/family=v4/sources=uniform"
	ownProgram = "Peers/peer=attribute/family=v4/sources=uniform"
)

var peerRows = []row{
	{"whence: `Tally.AddBatch` and `Report` (± 0.8 %)", ownPeer},
	{"whence, two threads: `ShardedTally` and `Report` (± 0.8 %)", "Peers/peer=whence-sharded/family=v4/sources=uniform"},
	{"DuckDB, two threads: ASOF JOIN, `approx_count_distinct` (± 13 %)", "Peers/peer=duckdb/family=v4/sources=uniform"},
	{"DuckDB, two threads: ASOF JOIN, `count(DISTINCT)` (exact)", "Peers/peer=duckdb-exact/family=v4/sources=uniform"},
	{"Redis: `PFADD` in pipelines, countries by whence (± 0.8 %)", "Peers/peer=redis/family=v4/sources=uniform"},
	{"Go: MMDB decoded, HyperLogLog per country (± 0.8 %)", "Peers/peer=hyperloglog/family=v4/sources=uniform"},
	{"Go: MMDB decoded, map per country (exact)", "Peers/peer=maps/family=v4/sources=uniform"},
	{"from an access log: `examples/attribute` (± 0.8 %)", ownProgram},
	{"from an access log: GoAccess, panel of countries only (exact)", "Peers/peer=goaccess/family=v4/sources=uniform"},
}

// speedTables returns the tables of the README: whole lives first, since a burst is short and
// its tally begins empty.
func speedTables(tally, peers *results) (string, error) {
	peer, err1 := table(peers, "1,048,576 addresses, from nothing to the counts per country", peerColumns, peerRows)
	text := peer + "\n" + peers.source(ownPeer) + "\n"
	var err2 error
	if life := tally.recorded(lifeRows); len(life) > 0 {
		var lives string
		lives, err2 = table(tally, "whole life of a tally, sources", lifeColumns, life)
		text += lives + "\n"
	}
	rows := tallyRows
	if known := tally.recorded(rows); len(known) > 0 {
		rows = known
	}
	steady, err3 := table(tally, "steady state, one event of a stream", tallyColumns, rows)
	if err := errors.Join(err1, err2, err3); err != nil {
		return "", err
	}
	return text + steady + "\n" + tally.source(rows[0].benchmark), nil
}

// recorded returns the rows whose benchmarks the results have. Others are newer, and come with
// the next record.
func (r *results) recorded(rows []row) (known []row) {
	for _, row := range rows {
		if r.runs(row.benchmark) > 0 {
			known = append(known, row)
		}
	}
	return known
}

func table(r *results, title string, columns []column, rows []row) (string, error) {
	var b strings.Builder
	b.WriteString("| " + title + " |")
	for _, c := range columns {
		b.WriteString(" " + c.title + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(columns)) + "\n")
	for _, row := range rows {
		b.WriteString("| " + row.title + " |")
		for _, c := range columns {
			if c.unit == "x-whence" && (row.benchmark == ownPeer || row.benchmark == ownProgram) {
				b.WriteString(" |")
				continue
			}
			v, err := r.median(row.benchmark, c.unit)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, " "+c.format+" |", number(v))
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// number writes two digits or more: "9.8", "98", "23,615".
func number(v float64) string {
	if v < 9.95 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	s := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
