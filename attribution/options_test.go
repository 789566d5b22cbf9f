package attribution_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Options are in their range or refused by name, by Validate and by every constructor, which
// never panic.
func TestOptionsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		o    attribution.Options
		want string // part of the error; empty: valid
	}{
		"zero":  {attribution.Options{}, ""},
		"all":   {attribution.Options{world.Key(1), 4096, 50_000, 13, 56, 100, true, true}, ""},
		"least": {attribution.Options{world.Key(1), 1024, 1, 12, 32, 1, false, false}, ""},
		"most": {attribution.Options{
			world.Key(1), 1 << 20, math.MaxInt, 16, 128, math.MaxUint32, true, true}, ""},
		"sample size 1,023":     {attribution.Options{SampleSize: 1023}, "SampleSize is 1023, want 1024 to 1048576"},
		"sample size 1,048,577": {attribution.Options{SampleSize: 1<<20 + 1}, "SampleSize is 1048577"},
		"sample size -1":        {attribution.Options{SampleSize: -1}, "SampleSize is -1"},
		"expected sources -1":   {attribution.Options{ExpectedSources: -1}, "ExpectedSources is -1, want 0 to"},
		"precision 11":          {attribution.Options{Precision: 11}, "Precision is 11, want 12 to 16"},
		"precision 17":          {attribution.Options{Precision: 17}, "Precision is 17"},
		"precision -14":         {attribution.Options{Precision: -14}, "Precision is -14"},
		"prefix 31":             {attribution.Options{IPv6PrefixLen: 31}, "IPv6PrefixLen is 31, want 32 to 128"},
		"prefix 129":            {attribution.Options{IPv6PrefixLen: 129}, "IPv6PrefixLen is 129"},
		"prefix -64":            {attribution.Options{IPv6PrefixLen: -64}, "IPv6PrefixLen is -64"},
	} {
		_, tally := attribution.NewTally(world.Table(), c.o)
		_, sharded := attribution.NewShardedTally(world.Table(), c.o)
		for way, err := range map[string]error{"Validate": c.o.Validate(), "NewTally": tally, "NewShardedTally": sharded} {
			switch {
			case c.want == "" && err != nil:
				t.Errorf("%s of %s: %v", way, name, err)
			case c.want != "" && (!errors.Is(err, attribution.ErrInvalidOptions) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%s of %s: %v, want %q", way, name, err, c.want)
			}
		}
	}
}

// A tally needs a table.
func TestNoTable(t *testing.T) {
	tally, err := attribution.NewTally(nil, attribution.Options{})
	if tally != nil || !errors.Is(err, attribution.ErrInvalidOptions) {
		t.Errorf("NewTally: %v, %v", tally, err)
	}
	sharded, err := attribution.NewShardedTally(nil, attribution.Options{})
	if sharded != nil || !errors.Is(err, attribution.ErrInvalidOptions) {
		t.Errorf("NewShardedTally: %v, %v", sharded, err)
	}
}

// The zero Options are the documented ones, with one random key for all tallies of a process.
func TestDefaultOptions(t *testing.T) {
	a, b := emptyTally(attribution.Options{}), emptyTally(attribution.Options{})
	a.Add(world.IP("RU", 1))
	b.Add(world.IP("RU", 1))
	whole := must(attribution.Merge(a.Snapshot(), b.Snapshot()))
	if r := reportOn(whole); r.Sources.Value != 1 || r.Events != 2 {
		t.Errorf("two tallies of one process: %v", r)
	}
	written := attribution.Options{Key: world.Key(1), SampleSize: 65536, Precision: 14, IPv6PrefixLen: 64, SamplingRate: 1}
	n, short := map[string]int{"RU": 20}, attribution.Options{Key: world.Key(1)}
	mustEqual(t, "written out", tallied(written, n).Snapshot(), tallied(short, n).Snapshot())
	if a.Snapshot().KeyID() == 0 || a.Snapshot().KeyID() == world.Key(1).ID() {
		t.Errorf("key %v of a process", a.Snapshot().KeyID())
	}
}
