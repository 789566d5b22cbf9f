package fleet_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// However nodes share the traffic, and in whatever order and number their envelopes come, the
// fleet has what one tally had counted, byte for byte.
func TestAnyOrder(t *testing.T) {
	for trial := range uint64(20) {
		rng := rand.New(rand.NewPCG(trial, 7))
		whole, nodes := newTally(), 1+rng.IntN(5)
		var envelopes []fleet.Envelope
		for n := range nodes {
			part := newTally()
			for sequence := range uint64(1 + rng.IntN(4)) { // cumulative
				for range rng.IntN(3000) {
					a := source(rng, 6000)
					whole.Add(a)
					part.Add(a)
				}
				envelopes = append(envelopes, envelope(name(n), sequence+1, part.Snapshot()))
			}
		}
		for range rng.IntN(10) {
			envelopes = append(envelopes, envelopes[rng.IntN(len(envelopes))])
		}
		rng.Shuffle(len(envelopes), func(i, j int) { envelopes[i], envelopes[j] = envelopes[j], envelopes[i] })
		f := newFleet(t)
		for _, e := range envelopes {
			if _, err := f.Put(e); err != nil {
				t.Fatal(err)
			}
		}
		a := must(f.Snapshot(monitor.Target{}, begin, begin.Add(window)))
		if encoded(a.Snapshot) != encoded(whole.Snapshot()) || len(a.Missing) > 0 || a.LostRecords > 0 {
			t.Errorf("trial %d: %v of %v, missing %v", trial, a.Snapshot, whole, a.Missing)
		}
		if got := f.Stats(); got.Slots != nodes || got.Taken+got.Stale != uint64(len(envelopes)) {
			t.Errorf("trial %d: %+v of %d envelopes", trial, got, len(envelopes))
		}
	}
}

func TestPut(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	one, two := count(rng, 50, 20), count(rng, 60, 20)
	difference := must(baseline.Subtract(count(rng, 30_000, 9000), count(rng, 30_000, 8000)))
	f := newFleet(t, "a", "b")
	f.Advance(begin.Add(window))
	for _, c := range []struct {
		name   string
		e      fleet.Envelope
		fresh  bool
		err    error
		saying string
	}{
		{"the first", envelope("a", 2, one), true, nil, ""},
		{"again", envelope("a", 2, one), false, nil, ""},
		{"an older one", envelope("a", 1, two), false, nil, ""},
		{"another with its sequence", envelope("a", 2, two), false, fleet.ErrConflict, "a, sequence 2"},
		{"a newer one", envelope("a", 3, two), true, nil, ""},
		{"a stranger", envelope("c", 1, two), false, fleet.ErrUnknownNode, "c, sequence 1"},
		{"from the future", at(envelope("b", 1, one), 3), false, fleet.ErrEarly, ""},
		{"of next window", at(envelope("b", 1, one), 2), true, nil, ""},
		{"of last year", at(envelope("b", 1, one), -1_000_000), false, fleet.ErrLate, ""},
		{"of another key", envelope("b", 1, with(func(o *attribution.Options) { o.Key = world.Key(3) })), false,
			attribution.ErrMismatch, "key " + key.ID().String() + " and " + world.Key(3).ID().String()},
		{"of another precision", envelope("b", 1, with(func(o *attribution.Options) { o.Precision = 13 })), false,
			attribution.ErrMismatch, "precision 12 and 13"},
		{"of other prefixes", envelope("b", 1, with(func(o *attribution.Options) { o.IPv6PrefixLen = 56 })), false,
			attribution.ErrMismatch, "IPv6 prefix length 64 and 56"},
		{"a difference", envelope("b", 1, difference), false, attribution.ErrMismatch, "an estimated difference"},
		{"of a longer window", longer(envelope("b", 1, one)), false, attribution.ErrMismatch, "window 10s and 20s"},
	} {
		fresh, err := f.Put(c.e)
		if fresh != c.fresh || !errors.Is(err, c.err) || c.err != nil && !strings.Contains(err.Error(), c.saying) {
			t.Errorf("%s: %v, %v", c.name, fresh, err)
		}
	}
	want := fleet.Stats{Taken: 3, Stale: 2, Late: 1, Early: 1, Refused: 7, Windows: 2, Slots: 2}
	got := f.Stats()
	want.SlotBytes = got.SlotBytes
	if got != want || got.SlotBytes < 400 {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func at(e fleet.Envelope, windows int) fleet.Envelope {
	e.From = e.From.Add(time.Duration(windows) * window)
	return e
}

func longer(e fleet.Envelope) fleet.Envelope {
	e.Window = 2 * window
	return e
}

// with counts something under other options.
func with(change func(*attribution.Options)) attribution.Snapshot {
	o := small
	change(&o)
	tally := must(attribution.NewTally(world.Table(), o))
	tally.Add(world.IP("RU", 1))
	return tally.Snapshot()
}

// Memory is bounded: the oldest windows make room, and a window that does not fit is refused.
func TestRoom(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	s := count(rng, 5000, 3000)
	f := must(fleet.New(fleet.Options{
		KeyID: key.ID(), Precision: sketch.MinPrecision, Window: window, Windows: 5, MaxBytes: 150_000,
	}))
	for i := range 40 {
		if _, err := f.Put(at(envelope("a", 1, s), i)); err != nil {
			t.Fatal(err)
		}
		if got := f.Stats(); got.SlotBytes > 150_000 {
			t.Fatalf("%+v", got)
		}
	}
	begins := f.Windows()
	if got := f.Stats(); got.Dropped == 0 || len(begins) != got.Windows || got.Windows < 2 {
		t.Fatalf("%+v", got)
	}
	for n := 0; ; n++ {
		_, err := f.Put(at(envelope(name(n), 1, s), 39))
		if err != nil {
			if !errors.Is(err, fleet.ErrFull) || n < 2 {
				t.Errorf("after %d nodes: %v", n, err)
			}
			break
		}
	}
	f.Advance(begin.Add(1000 * window))
	if got := f.Stats(); got.Windows+got.Slots+int(got.SlotBytes) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]fleet.Options{
		"no key":         {Window: window},
		"no window":      {KeyID: 1},
		"no divisor":     {KeyID: 1, Window: 7 * time.Second},
		"a bad node":     {KeyID: 1, Window: window, Nodes: []string{"a b"}},
		"many windows":   {KeyID: 1, Window: window, Windows: 100_001},
		"less than none": {KeyID: 1, Window: window, MaxBytes: -1},
		"a precision":    {KeyID: 1, Window: window, Precision: 3},
	} {
		if _, err := fleet.New(o); !errors.Is(err, attribution.ErrInvalidOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
