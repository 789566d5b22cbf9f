package attribution

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// While counts are exact, another database gives the report that it would have
// given from the start.
func TestUnderExact(t *testing.T) {
	count := func(table *geo.Table) *Tally {
		tally := NewTally(table, small)
		for code, n := range map[string]int{"RU": 300, "US": 200, "FR": 40, "": 30, "reserved": 20} {
			for i := range n {
				tally.AddN(ip(code, i), uint64(1+i%7), uint64(100*i))
			}
		}
		for i := range 50 {
			tally.Add(ip6(i))
		}
		tally.Add(netip.Addr{})
		tally.Window(built, built.Add(time.Hour))
		return tally
	}
	tally := count(testTable())
	want := count(otherTable()).Report()

	before := asJSON(t, tally.Report())
	r := tally.Report()
	got, err := r.Under(otherTable())
	if err != nil {
		t.Fatal(err)
	}
	if asJSON(t, got) != asJSON(t, want) || got.String() != want.String() {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	for _, c := range []Claim{Majority("RU"), Plurality("US"), MoreThan(5, "FR").Of(OfEvents), Majority("US").Of(OfBytes)} {
		if got, want := asJSON(t, got.Check(c)), asJSON(t, want.Check(c)); got != want {
			t.Errorf("%v: got %s, want %s", c, got, want)
		}
	}
	if asJSON(t, r) != before {
		t.Error("Under wrote the report it was asked of")
	}
	if back, err := got.Under(testTable()); err != nil || asJSON(t, back) != before {
		t.Errorf("there and back again: %v, %v", err, back)
	}

	var decoded Tally
	if err := decoded.UnmarshalBinary(encoded(t, tally)); err != nil {
		t.Fatal(err)
	}
	if got, err := decoded.Report().Under(otherTable()); err != nil || asJSON(t, got) != asJSON(t, want) {
		t.Errorf("of a decoded tally: %v, %v", err, got)
	}

	// Merged from two databases, it has one.
	merged := count(otherTable())
	if err := merged.Merge(tally); err != nil {
		t.Fatal(err)
	}
	got, err = merged.Report().Under(testTable())
	if err != nil || len(got.databases) != 1 || got.Database.Built != built || got.Origins[0].Origin.String() != "RU" {
		t.Errorf("merged: %v, %v", err, got)
	}
}

func TestUnderSampled(t *testing.T) {
	tally := NewTally(testTable(), small)
	for code, n := range map[string]int{"RU": 6000, "US": 3000, "": 500, "reserved": 500} {
		for i := range n {
			tally.AddN(ip(code, i), 2, 10)
		}
	}
	r := tally.Report()
	u, err := r.Under(otherTable())
	if err != nil {
		t.Fatal(err)
	}
	if u.Sources != r.Sources || u.Events != r.Events || u.Bytes != r.Bytes || u.Reserved != r.Reserved || !u.SampleOnly || r.SampleOnly {
		t.Errorf("totals changed:\n%v\n%v", r, u)
	}
	if len(u.Origins) != 1 || u.Origins[0].Origin.String() != "US" || u.Origins[0].Events != 0 || u.Unlocated.Events != 0 {
		t.Fatalf("origins %+v, unlocated %+v", u.Origins, u.Unlocated)
	}
	share := u.Origins[0].Share
	if truth := 9000. / 9500; share.Low > truth || share.High < truth || share.High-share.Low > .04 {
		t.Errorf("share %+v, truth %v", share, truth)
	}
	sum := u.Origins[0].Sources + u.Unlocated.Sources
	if n := r.sampling.n; math.Abs(float64(sum)-n) > 2 {
		t.Errorf("the origins have %d sources, of %v", sum, n)
	}
	v := u.Check(Majority("US"))
	if v.Decision != Supported || slices.ContainsFunc(v.Caveats, func(c Caveat) bool { return c.Code == SecondEstimate }) {
		t.Errorf("%v", v)
	}
	if w := (Terms{Combined: true}).Check(u, Majority("US")); w.Share != v.Share {
		t.Errorf("combined with what is not known: %v, %v", w.Share, v.Share)
	}
	for _, unit := range []Unit{OfEvents, OfBytes} {
		if v := u.Check(Majority("US").Of(unit)); v.Decision != Inadmissible || v.Caveats[0].Code != VolumeUnknown {
			t.Errorf("%v", v)
		}
	}
	text := u.String()
	if !strings.Contains(text, "Origins are those of a sample of ") || strings.Contains(text, "share of events") {
		t.Errorf("got\n%s", text)
	}
	if joint := u.JointIntervals().Origins[0].Share; joint.Low >= share.Low || joint.High <= share.High {
		t.Errorf("joint interval %v, alone %v", joint, share)
	}
}

func TestUnderWithoutAddresses(t *testing.T) {
	o := small
	o.DropAddresses = true
	r := tallyOf(o, map[string]int{"RU": 3}).Report()
	if u, err := r.Under(otherTable()); u != nil || !errors.Is(err, ErrNoAddresses) || !strings.HasPrefix(err.Error(), "attribution: ") {
		t.Errorf("%v, %v", u, err)
	}
	for name, tally := range map[string]*Tally{"zero": {}, "empty": NewTally(testTable(), o)} {
		if u, err := tally.Report().Under(otherTable()); err != nil || u.Sources.Distinct != 0 || u.Database.Built != built.AddDate(0, 1, 0) {
			t.Errorf("%s: %v, %v", name, u, err)
		}
	}
}

// Under another database, the intervals of rows and verdicts cover the share that
// it gives to all sources as often as they say.
func TestUnderCoverage(t *testing.T) {
	// Half of what was counted as RU is FR in it.
	half := map[string]string{"5.0.0.0/8": "RU", "3.0.0.0/8": "US", "36.0.0.0/8": "CN", "2.0.0.0/8": "FR"}
	for i := range 64 {
		half[netip.PrefixFrom(netip.AddrFrom4([4]byte{5, byte(i), 128, 0}), 17).String()] = "FR"
	}
	table := makeTable(half, built)
	addrs := population(30_000, .6)
	fr, _ := geo.ParseOrigin("FR")
	var want float64
	for _, a := range addrs {
		want += truth(table.Lookup(a) == fr) / float64(len(addrs))
	}
	trials := 150
	if testing.Short() {
		trials = 40
	}
	var rows, verdicts float64
	for trial := range trials {
		o := small
		o.Key = testKey(byte(trial))
		tally := NewTally(testTable(), o)
		tally.AddBatch(addrs)
		u, err := tally.Report().Under(table)
		if err != nil {
			t.Fatal(err)
		}
		v := u.Check(MoreThan(40, "FR"))
		verdicts += truth(v.Share.Low <= want && want <= v.Share.High)
		for _, row := range u.Origins {
			rows += truth(row.Origin == fr && row.Share.Low <= want && want <= row.Share.High)
		}
	}
	n := float64(trials)
	t.Logf("%v trials: rows cover %.1f %%, verdicts %.1f %%", n, 100*rows/n, 100*verdicts/n)
	if least := n*.95 - 3*math.Sqrt(n*.95*.05); rows < least || verdicts < least {
		t.Errorf("rows cover %v, verdicts %v of %v", rows, verdicts, n)
	}
}
