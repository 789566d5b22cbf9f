package snapshot_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// random makes states of every kind, with everything in them that a state may have.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 91))} }

var origins = []geo.Origin{geo.Unlocated, geo.Reserved, world.Origin("RU"), world.Origin("US"), world.Origin("ZW")}

func (r random) origin() geo.Origin { return origins[r.IntN(len(origins))] }

// number is one of any size.
func (r random) number() uint64 { return r.Uint64() >> r.IntN(64) }

func (r random) text() string {
	return strings.Repeat(string([]rune{'a', 'é', ' ', '世', '"'}[r.IntN(5)]), r.IntN(4))
}

func (r random) database() snapshot.Database {
	d := snapshot.Database{Name: r.text(), SHA256: r.text(), Credit: r.text()}
	if r.IntN(4) > 0 {
		d.Built = time.Unix(1+r.Int64N(1<<32), 0).UTC()
	}
	if r.IntN(3) > 0 {
		d.Space = new(geo.SpaceCounts)
		for _, o := range origins {
			d.Space.IPv4[o], d.Space.Routed[o] = r.Uint64N(1<<28), r.Uint64N(2)
		}
	}
	return d
}

func (r random) databases(n int) (ds snapshot.Databases) {
	for range n {
		ds = ds.With(r.database())
	}
	return ds
}

// items are n sources of ascending ranks. The addresses differ.
func (r random) items(n, ipv6PrefixLen int, drop bool) []sketch.Item {
	mask, rank := source.MaskOf(ipv6PrefixLen), uint64(0)
	items := make([]sketch.Item, n)
	for i := range items {
		a := source.IPv4(uint32(i)<<8 | r.Uint32N(256))
		if r.IntN(3) == 0 {
			a = mask.Cut(source.Source{Hi: 0x2a02<<48 | uint64(i)<<32 | r.Uint64N(1<<32), Lo: r.Uint64()})
		}
		if drop {
			a = source.Source{}
		}
		rank += 1 + r.Uint64N(1<<40)
		items[i] = sketch.Item{
			Hash: sketch.HashOf(rank), Hi: a.Hi, Lo: a.Lo, Events: 1 + r.number()>>20, Bytes: r.number() >> 20,
			Part: uint8(r.origin()), Flags: uint8(r.IntN(8)),
		}
		if items[i].Flags > 1 {
			items[i].Common = uint16(r.number())
		}
	}
	return items
}

func (r random) state() *snapshot.State {
	kind := r.IntN(4) // exact, beyond, registers alone, a difference
	s := &snapshot.State{Shape: snapshot.Shape{
		Key: sketch.KeyID(r.Uint64()), SampleSize: 1024, Precision: 12 + r.IntN(2), IPv6PrefixLen: 32 + r.IntN(97),
		DropAddresses: r.IntN(4) == 0,
	}}
	s.Records = r.number()
	for i := range s.Lost {
		s.Lost[i] = r.number()
	}
	if r.IntN(2) == 0 {
		s.Limits = r.limits()
	}
	s.Rate = uint32(r.number())
	s.Finest = min(s.Rate, 1+uint32(r.number()>>32))
	if s.From, s.To = snapshot.NoSpan(); r.IntN(3) > 0 {
		s.From = int64(r.Uint64())
		s.To = max(s.From, int64(r.Uint64()))
	}
	s.Databases = r.databases(r.IntN(3))
	n := r.IntN(200)
	if kind == 1 {
		n = s.SampleSize
	}
	if kind != 2 {
		s.Items = r.items(n, s.IPv6PrefixLen, s.DropAddresses)
		s.Records = max(s.Records, uint64(len(s.Items)))
	}
	switch kind {
	case 1:
		s.Dense = snapshot.NewDense(s.Precision)
		s.Dense.AddItems(s.Items)
		s.Dense.AddItems(r.items(3000, 64, false))
	case 2:
		s.Unsampled, s.Dense = true, snapshot.NewDense(s.Precision)
		s.Dense.AddItems(r.items(r.IntN(3000), 64, false))
	case 3:
		s.Rest = r.remainder(float64(n))
	}
	if kind != 2 && !s.DropAddresses {
		r.lookUp(s)
	}
	return s
}

// limits are some, or none.
func (r random) limits() (l snapshot.Limits) {
	l.NoEvents, l.NoBytes = r.IntN(3) == 0, r.IntN(3) == 0
	if r.IntN(2) == 0 {
		l.Cut4, l.Cut6 = uint8(r.IntN(33)), uint8(r.IntN(129))
	}
	if r.IntN(2) == 0 {
		l.Blocks, l.Claimed = r.number(), r.number()
	}
	return l
}

// remainder is of at least n sources.
func (r random) remainder(n float64) *snapshot.Remainder {
	sources := stat.Share{Value: n + 1 + r.Float64(), Low: n * r.Float64(), High: n + 2 + r.Float64()}
	rest := &snapshot.Remainder{Sources: sources}
	if r.IntN(2) == 0 {
		rest.Origins = new([geo.MaxOrigins]stat.Number)
		for range r.IntN(3) {
			rest.Origins[r.origin()] = stat.Number{Value: 1 + r.Float64(), Variance: r.Float64()}
		}
	}
	return rest
}

// lookUp adds what further databases and lists say.
func (r random) lookUp(s *snapshot.State) {
	for _, d := range r.databases(r.IntN(3)) {
		c := snapshot.Column{Database: d, Origins: make([]geo.Origin, len(s.Items))}
		for i := range c.Origins {
			c.Origins[i] = r.origin()
		}
		s.Columns = append(s.Columns, c)
	}
	if r.IntN(2) == 0 {
		d := r.database()
		s.ASNs = &snapshot.ASNs{Database: d, Numbers: make([]uint32, len(s.Items)), Names: map[uint32]string{}}
		for i := range s.ASNs.Numbers {
			if n := uint32(r.number() >> (32 + r.IntN(32))); n != 0 {
				s.ASNs.Numbers[i], s.ASNs.Names[n] = n, r.text()
			}
		}
	}
	for i := range r.IntN(4) {
		l := snapshot.List{Name: string(rune('a' + i)), On: make([]bool, len(s.Items))}
		for i := range l.On {
			l.On[i] = r.IntN(2) == 0
		}
		s.Lists = append(s.Lists, l)
	}
}

// What is remembered of the state that was decoded last changes nothing.
func TestDecodingByTurns(t *testing.T) {
	r := newRandom(7)
	var states []*snapshot.State
	for n := range 5 {
		s := r.state()
		s.Databases = r.databases(n)
		for i := range s.Databases {
			s.Databases[i].Space = nil
		}
		states = append(states, s)
	}
	for range 200 {
		want := states[r.IntN(len(states))]
		got, err := snapshot.Decode(want.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Append(nil), want.Append(nil)) {
			t.Fatalf("databases %v, want %v", got.Databases, want.Databases)
		}
	}
}

func TestEncodingRoundTrip(t *testing.T) {
	states := []*snapshot.State{{}}
	for seed := range uint64(400) {
		states = append(states, newRandom(seed).state())
	}
	for i, s := range states {
		b := s.Append([]byte("before"))
		decoded, err := snapshot.Decode(b[len("before"):])
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if again := decoded.Append(nil); !bytes.Equal(again, b[len("before"):]) {
			t.Fatalf("%d: other bytes", i)
		}
		checkSame(t, i, s, decoded)
	}
}

// checkSame compares what does not show in the bytes by itself: fields that are encoded, but
// decoded into another one.
func checkSame(t *testing.T, i int, a, b *snapshot.State) {
	t.Helper()
	switch {
	case a.Shape != b.Shape || a.Unsampled != b.Unsampled || a.Records != b.Records || a.Lost != b.Lost:
		t.Errorf("%d: %+v and %+v", i, a.Shape, b.Shape)
	case a.Limits != b.Limits:
		t.Errorf("%d: limits %+v and %+v", i, a.Limits, b.Limits)
	case a.Rate != b.Rate || a.Finest != b.Finest || a.From != b.From || a.To != b.To:
		t.Errorf("%d: other rates or another span", i)
	case !slices.Equal(a.Items, b.Items):
		t.Errorf("%d: other items", i)
	case len(a.Databases) != len(b.Databases) || len(a.Columns) != len(b.Columns) || len(a.Lists) != len(b.Lists):
		t.Errorf("%d: other databases, columns or lists", i)
	case (a.ASNs == nil) != (b.ASNs == nil) || a.ASNs != nil && !slices.Equal(a.ASNs.Numbers, b.ASNs.Numbers):
		t.Errorf("%d: other systems", i)
	case (a.Dense == nil) != (b.Dense == nil):
		t.Errorf("%d: registers on one side", i)
	case a.Dense != nil && (a.Dense.Events != b.Dense.Events || a.Dense.Bytes != b.Dense.Bytes):
		t.Errorf("%d: other volumes", i)
	case !reflect.DeepEqual(a.Rest, b.Rest):
		t.Errorf("%d: remainder %+v and %+v", i, a.Rest, b.Rest)
	}
	for j := range a.Databases {
		if x, y := a.Databases[j], b.Databases[j]; !reflect.DeepEqual(x, y) {
			t.Errorf("%d: database %+v and %+v", i, x, y)
		}
	}
	for j := range a.Columns {
		if !slices.Equal(a.Columns[j].Origins, b.Columns[j].Origins) {
			t.Errorf("%d: column %d differs", i, j)
		}
	}
	for j := range a.Lists {
		if a.Lists[j].Name != b.Lists[j].Name || !slices.Equal(a.Lists[j].On, b.Lists[j].On) {
			t.Errorf("%d: list %d differs", i, j)
		}
	}
}
