package geo

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// cityMMDB returns a database in the shape of a City edition with about that many
// networks, three in four of them IPv4, of many records that share few countries.
func cityMMDB(networks int) []byte {
	rng := rand.New(rand.NewPCG(uint64(networks), 1))
	var codes []string
	for o := range Countries() {
		codes = append(codes, o.String())
	}
	records := make([]testenv.Map, 50_000)
	for i := range records {
		// Neighbors tend to share a country, cities of one follow each other.
		records[i] = testenv.Country(codes[i*len(codes)/len(records)])
		records[i]["city"] = testenv.Map{"geoname_id": uint32(i)}
	}
	// Networks side by side, as short as their begin and the limits allow. The
	// position is the upper half of an IPv6 address, or an IPv4 address on top.
	var list []testenv.Network
	fill := func(position uint64, size, shortest, longest, n int) {
		for range n {
			length := shortest + rng.IntN(longest-shortest+1)
			for length < longest && position<<length != 0 {
				length++
			}
			more := uint64(1)<<(64-length) - 1
			list = append(list, testenv.Network{
				First:  address(position, 0, size),
				Last:   address(position|more, ^uint64(0), size),
				Record: records[rng.IntN(len(records))],
			})
			position += more + 1
		}
	}
	v4 := networks * 3 / 4
	if networks < 1_000_000 {
		fill(1<<56, 4, 17, 24, v4)
	} else {
		fill(1<<56, 4, 20, 26, v4)
	}
	fill(0x24<<56, 16, 32, 48, networks-v4)
	return testenv.MMDB("Test-City", testBuilt, list...)
}

// address returns the address with the first bytes of hi and lo.
func address(hi, lo uint64, size int) netip.Addr {
	b := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, hi), lo)
	addr, _ := netip.AddrFromSlice(b[:size])
	return addr
}

// BenchmarkOpen compiles databases of two sizes, and reports what the table holds.
func BenchmarkOpen(b *testing.B) {
	for _, networks := range []int{600_000, 4_000_000} {
		b.Run("networks="+strconv.Itoa(networks), func(b *testing.B) {
			data := cityMMDB(networks)
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
