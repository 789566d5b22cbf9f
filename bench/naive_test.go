package bench

import (
	"bytes"
	"math"
	"net/netip"
	"sync"
	"testing"

	"github.com/axiomhq/hyperloglog"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
)

// naive is the pipeline that one writes from the usual parts: the MMDB decoded
// for each event, a map of countries, and a HyperLogLog with its public hash.
type naive struct {
	db        *maxminddb.Reader
	countries map[string]*country
}

type country struct {
	sources *hyperloglog.Sketch
	events  uint64
}

func newNaive() *naive { return &naive{database(), map[string]*country{}} }

func (n *naive) add(addr netip.Addr) {
	var record struct {
		Country struct {
			ISOCode string `maxminddb:"iso_code"`
		} `maxminddb:"country"`
	}
	if err := n.db.Lookup(addr).Decode(&record); err != nil {
		panic(err)
	}
	c := n.countries[record.Country.ISOCode]
	if c == nil {
		c = &country{sources: hyperloglog.New14()}
		n.countries[record.Country.ISOCode] = c
	}
	c.events++
	if addr.Is6() { // it counts sources as the Tally does
		prefix, _ := addr.Prefix(64)
		addr = prefix.Addr()
	}
	c.sources.Insert(addr.AsSlice())
}

// database is the embedded table written back as an MMDB file.
var database = sync.OnceValue(func() *maxminddb.Reader {
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Country", RecordSize: 24})
	if err != nil {
		panic(err)
	}
	for r := range table().Ranges() {
		record := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(r.Origin.String())}}
		if err := w.InsertRange(r.First.AsSlice(), r.Last.AsSlice(), record); err != nil {
			panic(err)
		}
	}
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		panic(err)
	}
	db, err := maxminddb.OpenBytes(b.Bytes())
	if err != nil {
		panic(err)
	}
	return db
})

// check holds the counts against exact sets.
func (n *naive) check(t testing.TB, addrs []netip.Addr) {
	want := exact(addrs)
	for o := range want.Sources {
		c := n.countries[o.String()]
		if c == nil || c.events != want.Volume(o).Events {
			t.Fatalf("naive: %v: %+v, want %d events", o, c, want.Volume(o).Events)
		}
		near(t, "naive: "+o.String(), float64(c.sources.Estimate()), want.Distinct(o))
	}
}

// near fails unless an estimate is within 5 standard errors of the truth.
func near(t testing.TB, what string, got float64, want int) {
	if se := 1.04 / math.Sqrt(1<<14); math.Abs(got-float64(want)) > 5*se*float64(want)+1 {
		t.Fatalf("%s: %.0f distinct sources, want about %d", what, got, want)
	}
}

func TestNaiveCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("writes an MMDB of half a million networks")
	}
	addrs := workload{"mixed", "zipf"}.draw(rngFor(t), 20_000)
	n := newNaive()
	for _, a := range addrs {
		n.add(a)
	}
	n.check(t, addrs)
	for _, a := range addrs[:100] {
		var code string
		if err := n.db.Lookup(a).DecodePath(&code, "country", "iso_code"); err != nil || code != table().Lookup(a).String() {
			t.Fatalf("%v: %q (%v), the table says %v", a, code, err, table().Lookup(a))
		}
	}
}
