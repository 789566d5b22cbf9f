package attribution_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// decision is a snapshot and a claim on it, with how it ends. Together they show every way
// in which a claim can end, and raise every caveat.
type decision struct {
	name   string
	make   func(t *testing.T) attribution.Snapshot
	policy attribution.Policy
	claim  string
	want   attribution.Outcome
	reason caveat.Code     // of undecided and inadmissible
	also   []caveat.Caveat // others that must be there; a value of 0 is not compared
}

// snapshot makes the snapshot of a case once: several tests look at all cases.
func (d decision) snapshot(t *testing.T) attribution.Snapshot {
	entry, _ := made.LoadOrStore(d.name, new(remembered))
	r := entry.(*remembered)
	r.once.Do(func() { r.s = d.make(t) })
	return r.s
}

var made sync.Map // from names of cases to what was made of them

type remembered struct {
	once sync.Once
	s    attribution.Snapshot
}

// elsewhere are the codes that come of bursts and of baselines, not of a snapshot.
var elsewhere = []caveat.Code{
	caveat.FewNewSources, caveat.ShortHistory, caveat.WindowSensitive, caveat.NoBaseline, caveat.OnsetUnseen,
	caveat.EndUncertain, caveat.EndMoved, caveat.Newcomers, caveat.TargetLost, caveat.Incomplete, caveat.ClockOffset,
}

func decisions() []decision {
	return slices.Concat(ruledOut(), openClaims(), otherWays(), aboutTheData(), aboutTheSenders())
}

// Every case ends as it should, with the reason first, and no caveat twice.
func TestEveryWayToEnd(t *testing.T) {
	for _, d := range decisions() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			v := askUnder(d.policy, d.snapshot(t), d.claim)
			if v.Outcome != d.want || v.Reason != d.reason {
				t.Errorf("%v, want %v %s", v, d.want, d.reason)
			}
			checkCaveats(t, v)
			for _, want := range d.also {
				found := slices.ContainsFunc(v.Caveats, func(c caveat.Caveat) bool {
					return c.Code == want.Code && (want.Value == 0 || c.Value == want.Value) &&
						(want.Subject == "" || c.Subject == want.Subject)
				})
				if !found {
					t.Errorf("no %v among %v", want, v.Caveats)
				}
			}
		})
	}
}

// checkCaveats checks what holds of the caveats of every verdict.
func checkCaveats(t *testing.T, v attribution.Verdict) {
	t.Helper()
	decided := v.Outcome == attribution.Supported || v.Outcome == attribution.Refuted
	switch {
	case decided && v.Reason != "":
		t.Errorf("%v has the reason %s", v, v.Reason)
	case !decided && (len(v.Caveats) == 0 || v.Caveats[0].Code != v.Reason):
		t.Errorf("%v: the reason %s is not first", v, v.Reason)
	case v.Outcome == attribution.Inadmissible && v.Reason.Effect() != caveat.CanRuleOut:
		t.Errorf("%v: %s cannot rule out", v, v.Reason)
	case v.Outcome == attribution.Undecided && v.Reason.Effect() == caveat.Annotates:
		t.Errorf("%v: %s only annotates", v, v.Reason)
	}
	type key struct {
		code    caveat.Code
		subject string
	}
	seen := map[key]bool{}
	for _, c := range v.Caveats {
		if k := (key{c.Code, c.Subject}); seen[k] {
			t.Errorf("%v: %v is there twice", v, c)
		} else {
			seen[k] = true
		}
		if !slices.Contains(slices.Collect(caveat.Codes()), c.Code) {
			t.Errorf("%v: unknown code %s", v, c.Code)
		}
	}
}

// Every code is raised by some case, every code that can rule out does so, and every code
// that can undecide does so.
func TestEveryCodeIsRaised(t *testing.T) {
	raised, ruledOut, undecided := map[caveat.Code]bool{}, map[caveat.Code]bool{}, map[caveat.Code]bool{}
	names := map[string]bool{}
	for _, d := range decisions() {
		if names[d.name] {
			t.Errorf("two cases are called %q", d.name)
		}
		names[d.name] = true
		v := askUnder(d.policy, d.snapshot(t), d.claim)
		for _, c := range v.Caveats {
			raised[c.Code] = true
		}
		switch v.Outcome {
		case attribution.Inadmissible:
			ruledOut[v.Reason] = true
		case attribution.Undecided:
			undecided[v.Reason] = true
		}
	}
	for code := range caveat.Codes() {
		if slices.Contains(elsewhere, code) {
			if raised[code] {
				t.Errorf("%s is raised here after all: take it off the list", code)
			}
			continue
		}
		if !raised[code] {
			t.Errorf("no case raises %s", code)
		}
		if code.Effect() == caveat.CanRuleOut && !ruledOut[code] {
			t.Errorf("no claim is inadmissible for %s", code)
		}
		if code.Effect() == caveat.CanUndecide && !undecided[code] {
			t.Errorf("no claim is undecided for %s", code)
		}
	}
	if !undecided[caveat.UnseenSources] {
		t.Error("no claim is undecided for sources that packet sampling missed")
	}
}

// One claim has one verdict, whatever the number of databases: further ones that agree with
// the first change no outcome and no reason, whichever step it ends at.
func TestDatabasesThatAgree(t *testing.T) {
	younger := nested(world.Blocks(), world.Built.AddDate(0, 2, 0))
	for _, d := range decisions() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s := d.snapshot(t)
			r := reportUnder(d.policy, s, d.claim)
			first := r.Verdicts[0]
			tables := []*geo.Table{world.Table(), younger}
			if len(r.LocatedBy) == 1 && r.LocatedBy[0].SHA256 != world.Table().Info().SHA256 {
				tables = []*geo.Table{world.Real(t).Table}
			}
			for n := 1; n <= len(tables); n++ {
				more, err := s.Enrich(attribution.Enrichment{Databases: tables[:n]})
				if err != nil {
					return // without addresses there are no further databases
				}
				v := askUnder(d.policy, more, d.claim)
				checkCaveats(t, v)
				switch {
				case v.Reason == caveat.VolumeUnknown && first.Claim.Unit() != attribution.Sources && !r.Sources.Exact:
					// Beyond the exact state a further database knows the sources of the sample.
				case v.Outcome != first.Outcome || v.Reason != first.Reason:
					t.Errorf("by %d databases that agree %v, alone %v", 1+n, v, first)
				}
			}
		})
	}
}
