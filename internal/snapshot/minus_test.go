package snapshot_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/internal/testenv"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// The items of a difference are those that only the burst has, among all that both samples
// would have kept; and each keeps what was looked up for it.
func TestMinusOfItems(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 81))
	asns := world.ASNs(t, map[string]uint32{"5.0.0.0/9": 64500, "3.0.0.0/10": 64501})
	side := func(size, from, sources int) *snapshot.State {
		o := small
		o.SampleSize = size
		var records []record
		for range sources {
			code := []string{"RU", "US", "", "reserved"}[rng.IntN(4)]
			records = append(records, record{at(code, from+rng.IntN(sources+1)), block.Event{Events: 1 + rng.Uint64N(9)}})
		}
		s := counted(world.Table(), o, records...)
		return must(s.Enrich([]*geo.Table{world.Other()}, asns, nil))
	}
	for range 60 {
		n := rng.IntN(4_000)
		burst, usual := side(1024<<rng.IntN(2), n/2, n), side(1024<<rng.IntN(2), 0, rng.IntN(8_000))
		d, _, err := snapshot.Minus(burst, usual)
		if err != nil {
			t.Fatal(err)
		}
		limit, old := min(burst.Threshold(), usual.Threshold()), map[uint64]bool{}
		for _, it := range usual.Items {
			old[it.Hash] = true
		}
		place := 0
		for i, it := range burst.Items {
			if sketch.Rank(it.Hash) > limit || old[it.Hash] {
				continue
			}
			switch {
			case place == len(d.Items) || d.Items[place] != it,
				d.Columns[0].Origins[place] != burst.Columns[0].Origins[i],
				d.ASNs.Numbers[place] != burst.ASNs.Numbers[i]:
				t.Fatalf("item %d of the burst is not item %d of the difference", i, place)
			}
			place++
		}
		if place != len(d.Items) || len(d.Columns[0].Origins) != place || len(d.ASNs.Numbers) != place {
			t.Fatalf("%d items, want %d", len(d.Items), place)
		}
		if exact := burst.Exact() && usual.Exact(); exact != d.Exact() || exact != (d.Rest == nil) {
			t.Fatalf("burst exact %v, baseline exact %v, difference %v", burst.Exact(), usual.Exact(), d.Rest)
		}
		for _, n := range d.ASNs.Numbers {
			if _, named := d.ASNs.Names[n]; n != 0 && !named {
				t.Fatalf("AS%d has no name", n)
			}
		}
	}
}

// A difference that no subtraction gives is refused.
func TestDecodeOfImpossibleDifferences(t *testing.T) {
	var old, now []record
	for i := range 3_000 {
		old = append(old, record{at("RU", i), block.Event{Events: 1}})
		now = append(now, record{at("RU", 1_000+i), block.Event{Events: 1}})
	}
	honest, _, err := snapshot.Minus(counted(world.Table(), small, now...), counted(world.Table(), small, old...))
	if err != nil {
		t.Fatal(err)
	}
	n := honest.Rest.Sources
	of := func(variance float64) *[geo.MaxOrigins]stat.Number {
		var origins [geo.MaxOrigins]stat.Number
		origins[world.Origin("RU")] = stat.Number{Value: 1, Variance: variance}
		return &origins
	}
	counted := *honest
	counted.Rest = &snapshot.Remainder{Sources: n, Origins: of(1)}
	for _, s := range []*snapshot.State{honest, &counted} {
		if _, err := snapshot.Decode(s.Append(nil)); err != nil {
			t.Error(err)
		}
	}
	for name, rest := range map[string]snapshot.Remainder{
		"fewer than sampled": {Sources: stat.Share{Value: 9, Low: 8, High: 10}},
		"ends crossed":       {Sources: stat.Share{Value: n.Value, Low: n.High, High: n.High}},
		"less than nothing":  {Sources: stat.Share{Value: n.Value, Low: -1, High: n.High}},
		"no number":          {Sources: stat.Share{Value: math.NaN(), Low: n.Low, High: n.High}},
		"no end":             {Sources: stat.Share{Value: n.Value, Low: n.Low, High: math.Inf(1)}},
		"variance below 0":   {Sources: n, Origins: of(-1)},
		"infinite variance":  {Sources: n, Origins: of(math.Inf(1))},
	} {
		s := *honest
		s.Rest = &rest
		if _, err := snapshot.Decode(s.Append(nil)); !errors.Is(err, sketch.ErrInvalidEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The number of new sources has the relative standard error that was found by simulation
// apart from this code, of a million sources on both sides, half of the baseline's among
// those of the burst. That of the registers is the one that they state.
func TestMinusStandardError(t *testing.T) {
	rows := []struct{ fresh, bySample, byRegisters float64 }{ // part of the million, percent, percent
		{.01, 7.7, 12.2}, {.05, 3.4, 5.2}, {.1, 2.3, 3.6}, {.3, 1.2, 1.9}, {.5, .91, 1.44}, {.9, .79, .87},
	}
	sources, trials := 1_000_000, 60
	o := small
	o.SampleSize, o.Precision = 16_384, 14
	if !testenv.Long() { // a tenth of all
		sources, trials, rows = 100_000, 25, rows[2:4]
		o.SampleSize = 1_638
	}
	addrs := make([]netip.Addr, sources)
	for i := range addrs {
		addrs[i] = at("RU", i)
	}
	for _, row := range rows {
		var bySample, byRegisters, stated float64
		n := row.fresh * float64(sources)
		old := sources - int(n)
		for trial := range trials {
			o.Key = keyOf("standard error", trial)
			usual, burst := tally.New(world.Table(), o), tally.New(world.Table(), o)
			usual.AddBatch(addrs[:old])
			burst.AddBatch(addrs[old/2:])
			a, b := burst.Snapshot(), usual.Snapshot()
			d, _, err := snapshot.Minus(a, b)
			if err != nil {
				t.Fatal(err)
			}
			r := snapshot.NewByRegisters(a, b)
			bySample += square(d.View().Total.Value/n-1) / float64(trials)
			byRegisters += square(r.Value/n-1) / float64(trials)
			stated += r.Variance / (n * n) / float64(trials)
		}
		slack := 3 / math.Sqrt(2*float64(trials))
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"sample", bySample, row.bySample * math.Sqrt(16_384/float64(o.SampleSize))},
			{"registers", byRegisters, row.byRegisters},
			{"registers, as stated", stated, row.byRegisters},
		} {
			got := 100 * math.Sqrt(c.got)
			t.Logf("%v new: by %s %.2f %%, want %.2f", row.fresh, c.name, got, c.want)
			if math.Abs(got-c.want) > slack*c.want {
				t.Errorf("%v new: relative error by %s %.2f %%, want %.2f", row.fresh, c.name, got, c.want)
			}
		}
	}
}

func square(x float64) float64 { return x * x }
