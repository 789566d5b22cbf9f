package attribution

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
)

// fullReport is that of a full sample of the default size, drawn from the
// addresses that the embedded database places, with the other embedded one and
// networks of 2,000 addresses.
func fullReport(b *testing.B) (*Report, Opinions) {
	b.Helper()
	table, err := dbip.Table()
	if err != nil {
		b.Fatal(err)
	}
	other, err := routed.Table()
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	tally := NewTally(table, Options{Key: testKey(1)})
	for tally.Report().Sources.Distinct < 100_000 {
		for range 50_000 {
			a := netip.AddrFrom4([4]byte{byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())})
			if table.Lookup(a).IsCountry() {
				tally.AddN(a, 1+uint64(rng.ExpFloat64()*5), 1000)
			}
		}
	}
	systems := map[string]uint32{}
	for i := range uint32(20_000) {
		a := netip.AddrFrom4([4]byte{byte(1 + rng.IntN(190)), byte(rng.Uint32()), byte(rng.Uint32())})
		if p := netip.PrefixFrom(a, 21).Masked(); !p.Overlaps(netip.MustParsePrefix("10.0.0.0/8")) && geo.Reserved != table.Lookup(a) {
			systems[p.String()] = i
		}
	}
	return tally.Report(), Opinions{Tables: []*geo.Table{other}, Networks: makeASNs(systems)}
}

func BenchmarkUnder(b *testing.B) {
	r, o := fullReport(b)
	for b.Loop() {
		if _, err := r.Under(o.Tables[0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	r, o := fullReport(b)
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("networks=%v", with), func(b *testing.B) {
			opinions := o
			if !with {
				opinions.Networks = nil
			}
			for b.Loop() {
				if _, err := r.Compare(opinions); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCorroborate(b *testing.B) {
	r, o := fullReport(b)
	c, err := r.Compare(o)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c.Check(Majority("US"))
	}
}

func BenchmarkCheck(b *testing.B) {
	r, _ := fullReport(b)
	for b.Loop() {
		r.Check(Majority("US"))
	}
}

func BenchmarkInside(b *testing.B) {
	r, o := fullReport(b)
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("networks=%v", with), func(b *testing.B) {
			var options InsideOptions
			if with {
				options.Networks = o.Networks
			}
			for b.Loop() {
				if _, err := r.Inside(Majority("US"), options); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
