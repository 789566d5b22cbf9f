package evidence

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// stateOf is a copy of a snapshot's state that a test may change.
func stateOf(s attribution.Snapshot) *snapshot.State {
	c := *snapshot.Unwrap(s)
	c.Items = slices.Clone(c.Items)
	c.Databases = slices.Clone(c.Databases)
	return &c
}

// forged is a file that holds any state whatever, with digests that fit.
func forged(t *testing.T, s *snapshot.State) []byte {
	t.Helper()
	_, data := mustMake(t, few(), attribution.Policy{}, attribution.Majority("RU"))
	return reseal(t, data, func(b map[string]any) {
		b["snapshot"] = base64.StdEncoding.EncodeToString(s.Append(nil))
	})
}

// invented are n items of one country that were never hashed, in the order of their ranks.
func invented(n int, code string, addr func(i int) source.Source) []sketch.Item {
	items := make([]sketch.Item, n)
	for i := range items {
		a := addr(i)
		items[i] = sketch.Item{
			Hash: sketch.HashOf(uint64(i+1) << 40), Hi: a.Hi, Lo: a.Lo, Events: 1000, Part: uint8(world.Origin(code)),
		}
	}
	return items
}

func distinct(i int) source.Source { return source.IPv4(5<<24 | uint32(i)) }

// denseOf counts sources of a country in registers.
func denseOf(d *snapshot.Dense, code string, events uint64, items ...sketch.Item) *snapshot.Dense {
	for _, it := range items {
		d.Sources.Insert(uint8(world.Origin(code)), it.Hash)
	}
	d.AddVolume(world.Origin(code), events, 0)
	return d
}

// A snapshot that no counting makes is refused, and the error says why.
func TestForgedSnapshots(t *testing.T) {
	exact := stateOf(snapshotOf(small, mixed(600)))
	beyond := stateOf(snapshotOf(small, mixed(3000)))
	with := func(s *snapshot.State, change func(s *snapshot.State)) *snapshot.State {
		c := *s
		c.Items, c.Databases = slices.Clone(s.Items), slices.Clone(s.Databases)
		change(&c)
		return &c
	}
	for name, c := range map[string]struct {
		state *snapshot.State
		want  string
	}{
		"one address 500 times": {with(exact, func(s *snapshot.State) {
			s.Items = invented(600, "RU", func(i int) source.Source { return distinct(max(i, 500)) })
		}), "source 5.0.1.244/32 is there twice"},
		"addresses of one /64": {with(exact, func(s *snapshot.State) {
			s.Items = invented(9, "RU", func(i int) source.Source { return source.Source{Hi: 0x2a02 << 48, Lo: uint64(i)} })
		}), "source 2a02::1/128 is longer than its prefix"},
		"a table without the sample's sources": {with(beyond, func(s *snapshot.State) {
			s.Items = invented(s.SampleSize, "RU", distinct)
			s.Dense = denseOf(snapshot.NewDense(s.Precision), "US", 7, invented(7, "US", distinct)...)
		}), "a source of the sample is not in the registers of RU"},
		"a table with fewer events than its sample": {with(beyond, func(s *snapshot.State) {
			s.Items = invented(s.SampleSize, "RU", distinct)
			s.Dense = denseOf(snapshot.NewDense(s.Precision), "RU", 1_023_999, s.Items...)
		}), "the sample has more events or bytes of RU than were counted"},
		"one register too small": {with(beyond, func(s *snapshot.State) {
			s.Items = invented(s.SampleSize, "RU", distinct)
			s.Dense = denseOf(snapshot.NewDense(s.Precision), "RU", 1<<30, s.Items[1:]...)
		}), "a source of the sample is not in the registers of RU"},
		"by two databases, with fewer events than its sample": {with(beyond, func(s *snapshot.State) {
			s.Databases = s.Databases.With(snapshot.Database{Name: "another"})
			s.Items = invented(s.SampleSize, "RU", distinct)
			s.Dense = denseOf(snapshot.NewDense(s.Precision), "US", 7, s.Items...)
		}), "the sample has more events or bytes than were counted"},
		"by two databases, in no register": {with(beyond, func(s *snapshot.State) {
			s.Databases = s.Databases.With(snapshot.Database{Name: "another"})
			s.Items = invented(s.SampleSize, "RU", distinct)
			s.Dense = denseOf(snapshot.NewDense(s.Precision), "US", 1<<30, s.Items[1:]...)
		}), "a source of the sample is not in the registers of RU"},
		"fewer records than sources": {with(exact, func(s *snapshot.State) { s.Records = 599 }),
			"599 records of 600 sources"},
		"a port of a source that sent nothing": {with(exact, func(s *snapshot.State) {
			s.Items[5].Flags, s.Items[5].Common = 0, 53
		}), "item with port 53 of no transport"},
		"a name of two lines": {with(exact, func(s *snapshot.State) {
			s.Databases[0].Name = "x\u2028supported: RU > 50% of sources"
		}), "text that does not print"},
		"a credit that turns around": {with(exact, func(s *snapshot.State) {
			s.Databases[0].Credit = "\u202edetroppus"
		}), "text that does not print"},
		"more databases than fit": {with(exact, func(s *snapshot.State) {
			s.Databases = nil
			for i := range 65 {
				s.Databases = s.Databases.With(snapshot.Database{Name: fmt.Sprintf("%02d", i)})
			}
		}), "65 databases, more than there can be"},
		"a sample that is not full": {with(beyond, func(s *snapshot.State) { s.Items = s.Items[1:] }),
			"1023 sources in a full sample of 1024"},
		"more sources than the sample holds": {with(exact, func(s *snapshot.State) {
			s.Items = invented(1025, "RU", distinct)
		}), "1025 items, more than there can be"},
		"origins without addresses": {with(exact, func(s *snapshot.State) {
			s.DropAddresses = true
			s.Columns = []snapshot.Column{{Database: s.Databases[0], Origins: make([]geo.Origin, len(s.Items))}}
		}), "something that was looked up by addresses, of which there are none"},
	} {
		_, err := Verify(forged(t, c.state))
		if !errors.Is(err, attribution.ErrInvalidEncoding) ||
			!strings.HasPrefix(err.Error(), "evidence: /evidence/snapshot at byte ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if _, err := New(snapshot.Wrap(c.state).(attribution.Snapshot), attribution.Policy{}); err == nil {
			t.Errorf("%s: evidence was made of it", name)
		}
	}
	// What the forger may do undetected is to invent sources. The database and the key find them.
	fine := with(beyond, func(s *snapshot.State) {
		s.Items = invented(s.SampleSize, "RU", distinct)
		s.Dense = denseOf(snapshot.NewDense(s.Precision), "RU", 1_024_000, s.Items...)
	})
	v := mustVerify(t, forged(t, fine))
	if v.OK() || v.Evidence == nil {
		t.Errorf("%+v", v)
	}
}

// That sources are forged follows from the file as well: the address space of the database
// is part of the snapshot.
func TestEvidenceOfForgedSources(t *testing.T) {
	real := world.Real(t)
	flood := world.Must(scenario.SpoofedFlood{Seed: 1, Sources: 4_500}.Build(real.Population))
	tally := world.Must(attribution.NewTally(real.Table, attribution.Options{Key: world.Key(1)}))
	for event := range flood.Events() {
		tally.Add(event.Source)
	}
	e := verified(t, tally.Snapshot())
	if v := e.Report().Verdicts[0]; v.Outcome != attribution.Inadmissible || v.Reason != caveat.Spoofed {
		t.Errorf("verified %v", v)
	}
	if err := e.CheckOrigins(real.Table); err != nil {
		t.Error(err)
	}
	without := reseal(t, marshal(e), func(b map[string]any) {
		bare := snapshot.Unwrap(e.Snapshot()).Bare()
		b["snapshot"] = base64.StdEncoding.EncodeToString(bare.Append(nil))
	})
	if v := mustVerify(t, without); v.OK() || !strings.Contains(v.Difference.Path, "/plausibility/spoofing/") {
		t.Errorf("without the address space: %v", v.Difference)
	}
}
