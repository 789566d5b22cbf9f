package attribution

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

// However the stream is split, and in whatever order and grouping its parts are
// merged, the bytes are the same, on both sides of the exact state.
func TestMergeIsCanonical(t *testing.T) {
	for _, perCountry := range []int{50, 120, 130, 150, 3000} {
		addrs := traffic(5, 20_000, perCountry)
		whole := NewTally(testTable(), small)
		whole.AddBatch(addrs)
		want := encoded(t, whole)
		for seed := range uint64(8) {
			rng := rand.New(rand.NewPCG(seed, 2))
			parts := make([]*Tally, 1+rng.IntN(6))
			for i := range parts {
				parts[i] = NewTally(testTable(), small)
			}
			for _, addr := range addrs {
				parts[rng.IntN(len(parts))].Add(addr)
			}
			for len(parts) > 1 {
				rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
				last := parts[len(parts)-1]
				if seed%2 == 1 { // through the wire
					var d Tally
					if err := d.UnmarshalBinary(encoded(t, last)); err != nil {
						t.Fatal(err)
					}
					last = &d
				}
				before := encoded(t, last)
				if err := parts[0].Merge(last); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(encoded(t, last), before) {
					t.Fatal("merging wrote its argument")
				}
				parts = parts[:len(parts)-1]
			}
			if !bytes.Equal(encoded(t, parts[0]), want) {
				t.Fatalf("%d addresses per country, seed %d: merged parts differ from the whole", perCountry, seed)
			}
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 3})
	before := encoded(t, tally)
	for name, change := range map[string]func(*Options){
		"key":         func(o *Options) { o.Key = testKey(2) },
		"sample size": func(o *Options) { o.SampleSize++ },
		"precision":   func(o *Options) { o.Precision++ },
		"IPv6":        func(o *Options) { o.IPv6Prefix = 48 },
	} {
		o := small
		change(&o)
		err := tally.Merge(tallyOf(o, map[string]int{"US": 1}))
		if !errors.Is(err, ErrMismatch) || !bytes.Contains([]byte(err.Error()), []byte(name)) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	if !bytes.Equal(encoded(t, tally), before) {
		t.Error("a refused merge changed the receiver")
	}
}

func TestMergeDifferentDatabases(t *testing.T) {
	a := tallyOf(small, map[string]int{"FR": 3})
	b := NewTally(otherTable(), small)
	b.Add(ip("RU", 1))
	unused := NewTally(otherTable(), small)
	if err := errors.Join(a.Merge(unused), a.Merge(a)); err != nil {
		t.Fatal(err)
	}
	if r := a.Report(); len(r.databases) != 1 || r.Sources.Distinct != 3 || r.Events != 6 {
		t.Errorf("after merging nothing and itself: %d databases, %d sources, %d events", len(r.databases), r.Sources.Distinct, r.Events)
	}
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	r := a.Report()
	if len(r.databases) != 2 || r.Database.SHA256 != "" || !r.Database.Built.Equal(built) {
		t.Errorf("databases: %+v", r.Database)
	}
	if v := r.Check(Majority("FR")); v.Decision != Supported || !has(v, MixedDatabases) {
		t.Errorf("verdict: %v", v)
	}
}

func has(v Verdict, code Code) bool {
	for _, c := range v.Caveats {
		if c.Code == code {
			return true
		}
	}
	return false
}

func TestDropAddresses(t *testing.T) {
	o := small
	o.DropAddresses = true
	for _, c := range []struct{ drop, keep int }{{5000, 5000}, {100, 100}, {100, 5000}, {5000, 100}} {
		dropping, keeping := tallyOf(o, map[string]int{"RU": c.drop}), tallyOf(small, map[string]int{"US": c.keep})
		ab, ba := dropping.Clone(), keeping.Clone()
		if err := errors.Join(ab.Merge(keeping), ba.Merge(dropping)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encoded(t, ab), encoded(t, ba)) {
			t.Errorf("%+v: merging a tally without addresses depends on the order", c)
		}
		for _, tally := range []*Tally{dropping, ab, ba} {
			for it := range tally.sample.All() {
				if it.Hi != 0 || it.Lo != 0 {
					t.Fatalf("%+v: an address is kept", c)
				}
			}
		}
	}
}
