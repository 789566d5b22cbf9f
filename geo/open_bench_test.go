package geo

import (
	"bytes"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// cityMMDB returns a database in the shape of a City edition with about that many
// networks, three in four of them IPv4, of many records that share few countries.
func cityMMDB(b *testing.B, networks int) []byte {
	b.Helper()
	rng := rand.New(rand.NewPCG(uint64(networks), 1))
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test-City", RecordSize: 28})
	if err != nil {
		b.Fatal(err)
	}
	var countries []text
	for o := range Countries() {
		countries = append(countries, text(o.String()))
	}
	records := make([]mmdbtype.DataType, 50_000)
	for i := range records {
		// Neighbours tend to share a country, cities of one follow each other.
		records[i] = dict{"country": dict{"iso_code": countries[i*len(countries)/len(records)]}, "city": dict{"geoname_id": mmdbtype.Uint32(i)}}
	}
	// Networks side by side, as short as their begin and the limits allow. The
	// position is the upper half of an IPv6 address, or an IPv4 address on top.
	fill := func(position uint64, size, shortest, longest, n int) {
		for range n {
			length := shortest + rng.IntN(longest-shortest+1)
			for length < longest && position<<length != 0 {
				length++
			}
			ip := make(net.IP, size)
			for i := range min(size, 8) {
				ip[i] = byte(position >> (56 - 8*i))
			}
			network := &net.IPNet{IP: ip, Mask: net.CIDRMask(length, 8*size)}
			// Reserved space is refused, which is as well.
			_ = tree.Insert(network, records[rng.IntN(len(records))])
			position += 1 << (64 - length)
		}
	}
	v4 := networks * 3 / 4
	if networks < 1_000_000 {
		fill(1<<56, net.IPv4len, 17, 24, v4)
	} else {
		fill(1<<56, net.IPv4len, 20, 26, v4)
	}
	fill(0x24<<56, net.IPv6len, 32, 48, networks-v4)
	var buf bytes.Buffer
	if _, err := tree.WriteTo(&buf); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkOpen compiles databases of two sizes, and reports what the table holds.
func BenchmarkOpen(b *testing.B) {
	for _, networks := range []int{600_000, 4_000_000} {
		b.Run("networks="+strconv.Itoa(networks), func(b *testing.B) {
			data := cityMMDB(b, networks)
			var table *Table
			for b.Loop() {
				var err error
				if table, err = OpenBytes(data); err != nil {
					b.Fatal(err)
				}
			}
			if n := table.Info().Networks; n < networks*8/10 {
				b.Fatalf("%d networks, want about %d", n, networks)
			}
			b.ReportMetric(float64(table.Size())/1e6, "MB")
			b.ReportMetric(float64(len(data))/1e6, "MB-file")
		})
	}
}
