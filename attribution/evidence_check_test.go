package attribution

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
)

func TestCheckOriginsAndHashes(t *testing.T) {
	for _, n := range []int{100, 5000} {
		tally := tallyOf(small, map[string]int{"RU": n, "US": n, "": 5, "reserved": 5})
		tally.Add(ip6(1))
		_, data := mustProve(t, tally, Terms{}, someClaims...)
		e := mustVerify(t, data).Evidence
		if err := errors.Join(e.CheckOrigins(testTable()), e.CheckHashes(testKey(1))); err != nil {
			t.Errorf("%d: %v", n, err)
		}
		if err := e.CheckOrigins(otherTable()); !errors.Is(err, ErrMismatch) {
			t.Errorf("another database: %v", err)
		}
		if err := e.CheckHashes(testKey(2)); !errors.Is(err, ErrMismatch) {
			t.Errorf("another key: %v", err)
		}
	}

	// Sources that were moved to another country, or invented, with everything
	// else made to fit.
	forge := func(change func(d *Tally)) *Evidence {
		d := decoded(tallyOf(small, map[string]int{"RU": 9, "US": 4}))
		change(d)
		e, data := mustProve(t, d, Terms{}, someClaims...)
		if v := mustVerify(t, data); !v.OK() {
			t.Fatal(v)
		}
		return e
	}
	moved := forge(func(d *Tally) {
		for _, it := range slices.Collect(d.sample.All()) {
			it.Part = uint8(mustOrigin("US"))
			d.sample.Add(it)
		}
	})
	if err := moved.CheckOrigins(testTable()); !errors.Is(err, ErrDisproved) || !strings.Contains(err.Error(), "5.0.0.") {
		t.Errorf("moved sources: %v", err)
	}
	invented := forge(func(d *Tally) {
		for _, it := range slices.Collect(d.sample.All()) {
			it.Hash++
			it.Lo += 4096
			d.sample.Add(it)
		}
	})
	if err := invented.CheckOrigins(testTable()); err != nil {
		t.Error(err)
	}
	if err := invented.CheckHashes(testKey(1)); !errors.Is(err, ErrDisproved) {
		t.Errorf("invented sources: %v", err)
	}
	space, _ := mustProve(t, tallyOf(small, map[string]int{"RU": 1}), Terms{})
	space.space.IPv4[mustOrigin("RU")] *= 2
	if err := space.CheckOrigins(testTable()); !errors.Is(err, ErrDisproved) || !strings.Contains(err.Error(), "IPv4 space") {
		t.Errorf("invented address space: %v", err)
	}

	dropped := small
	dropped.DropAddresses = true
	e, data := mustProve(t, tallyOf(dropped, map[string]int{"RU": 9}), Terms{})
	for _, err := range []error{e.CheckOrigins(testTable()), e.CheckHashes(testKey(1))} {
		if !errors.Is(err, ErrNoAddresses) {
			t.Errorf("addresses dropped: %v", err)
		}
	}
	if _, err := mustVerify(t, data).Evidence.Report().Under(otherTable()); !errors.Is(err, ErrNoAddresses) {
		t.Errorf("addresses dropped: %v", err)
	}
}

func mustOrigin(code string) geo.Origin {
	o, err := geo.ParseOrigin(code)
	if err != nil {
		panic(err)
	}
	return o
}

// What is read from a file is as good as what was counted: another database says
// the same of it.
func TestSecondDatabaseOnEvidence(t *testing.T) {
	for _, n := range []int{100, 5000} {
		tally := tallyOf(small, map[string]int{"RU": n, "US": n / 2, "": 5})
		_, data := mustProve(t, tally, Terms{})
		got, err := mustVerify(t, data).Evidence.Report().Under(otherTable())
		if err != nil {
			t.Fatal(err)
		}
		want, err := tally.Report().Under(otherTable())
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() || got.Check(Majority("US")).String() != want.Check(Majority("US")).String() {
			t.Errorf("%d:\n%s%s", n, got, want)
		}
	}
}

// That sources are forged follows from the file as well, by the address space in it.
func TestEvidenceOfForgedSources(t *testing.T) {
	tally := played(t, Options{Key: testKey(1)}, scenario.SpoofedFlood{Seed: 1, Sources: 4_500})
	_, data := mustProve(t, tally, Terms{}, Majority("US"))
	v := mustVerify(t, data)
	verdict := v.Evidence.Verdicts()[0]
	if !v.OK() || verdict.Decision != Inadmissible || verdict.Caveats[0].Code != Spoofed || verdict.String() != tally.Report().Check(Majority("US")).String() {
		t.Errorf("%v\n%v", v, verdict)
	}
	if err := v.Evidence.CheckOrigins(realWorld(t).table); err != nil {
		t.Error(err)
	}
	without := reseal(t, data, func(b map[string]any) {
		delete(b, "space")
		delete(at(b, "digests"), "space")
	})
	if v := mustVerify(t, without); v.OK() || !strings.HasPrefix(v.Difference.Path, "$.evidence.report.spoofing") {
		t.Errorf("without the address space: %v", v)
	}
}
