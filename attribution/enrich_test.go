package attribution_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Enrich looks every source of the sample up, and Sample shows what was found.
func TestEnrichedSources(t *testing.T) {
	tally := tallied(least, map[string]int{"RU": 1, "US": 6, "": 1, "reserved": 1})
	tally.Add(world.IP("RU", 0x800000)) // beyond 5.0.0.0/9
	tally.Add(world.IP6(7))
	third := world.MakeTable(map[string]string{"3.0.0.0/8": "FR", "10.0.0.0/8": "FR"}, world.Built.AddDate(-1, 0, 0))
	add := everything(t)
	add.Databases = append(add.Databases, third)
	plain := tally.Snapshot()
	s := must(plain.Enrich(add))
	got := map[netip.Prefix]string{}
	for source := range decoded(encoded(s)).Sample() {
		got[source.Prefix] = fmt.Sprintf("%v %v %v %v", source.Origin, source.Others, source.ASN, source.Lists)
	}
	// The third database is the oldest and so the first of the others.
	for prefix, want := range map[string]string{
		"5.0.0.0/32":      "RU [unlocated US] AS64500 Net 64500 [vpn.txt]",
		"5.128.0.0/32":    "RU [unlocated US] AS0 []",
		"3.0.0.3/32":      "US [FR US] AS64501 Net 64501 [hosting.txt]",
		"3.0.0.4/32":      "US [FR US] AS64501 Net 64501 []",
		"9.0.0.0/32":      "unlocated [unlocated unlocated] AS0 []",
		"10.0.0.0/32":     "reserved [reserved reserved] AS0 []",
		"2a02:0:0:7::/64": "RU [unlocated US] AS64502 Net 64502 [vpn.txt]",
	} {
		if got := got[netip.MustParsePrefix(prefix)]; got != want {
			t.Errorf("%s: %s, want %s", prefix, got, want)
		}
	}
	for source := range plain.Sample() {
		if source.Others != nil || source.Lists != nil || source.ASN != (geo.AS{}) {
			t.Errorf("not enriched: %+v", source)
		}
	}
	r := reportOn(s)
	if len(r.Databases) != 2 {
		t.Fatalf("further databases: %+v", r.Databases)
	}
	if d := r.Databases[0]; !d.Database.Built.Equal(third.Info().Built) || d.Countries[0].Sources != 6 {
		t.Errorf("the oldest further database: %+v", d)
	}
	if r.Databases[1].Disagreement.Value != 3./9 {
		t.Errorf("%v are placed otherwise, want 3 of 9", r.Databases[1].Disagreement)
	}
}

// What was looked up stays, one lookup at a time or all at once, and a second lookup in the
// same changes nothing.
func TestEnrichInSteps(t *testing.T) {
	add := everything(t)
	for _, n := range []int{60, 3000} {
		plain := tallied(least, map[string]int{"RU": n, "US": n}).Snapshot()
		want := must(plain.Enrich(add))
		steps := plain
		for _, e := range []attribution.Enrichment{
			{Lists: add.Lists[1:]}, {}, {Databases: add.Databases}, {ASNs: add.ASNs}, {Lists: add.Lists},
		} {
			steps = must(steps.Enrich(e))
		}
		mustEqual(t, fmt.Sprint(n, " sources, in steps"), steps, want)
		mustEqual(t, fmt.Sprint(n, " sources, twice"), must(want.Enrich(add)), want)
		mustEqual(t, fmt.Sprint(n, " sources, in nothing"), must(plain.Enrich(attribution.Enrichment{})), plain)
		mustEqual(t, fmt.Sprint(n, " sources, forgotten"), want.WithoutAddresses(), plain.WithoutAddresses())
		if got, want := encodedWithout(want, "vpn.txt"), 1; got != want {
			t.Errorf("a list is there %d times, want %d", got, want)
		}
	}
}

// encodedWithout counts a text in an encoding.
func encodedWithout(s attribution.Snapshot, text string) int {
	return strings.Count(string(encoded(s)), text)
}

// A newer list of the same name stands for the older one, and so does a newer ASN table.
func TestEnrichReplaces(t *testing.T) {
	s := tallied(least, map[string]int{"RU": 4}).Snapshot()
	first := must(s.Enrich(attribution.Enrichment{
		Lists: []*geo.PrefixSet{listOf("vpn", "5.0.0.0/8")}, ASNs: asnTable(t, map[string]uint32{"5.0.0.0/8": 1}),
	}))
	second := attribution.Enrichment{
		Lists: []*geo.PrefixSet{listOf("vpn", "5.0.0.1")}, ASNs: asnTable(t, map[string]uint32{"5.0.0.0/8": 2}),
	}
	mustEqual(t, "replaced", must(first.Enrich(second)), must(s.Enrich(second)))
}

// Without addresses nothing can be looked up, and a nil table or list is refused, also where
// nothing was counted.
func TestEnrichRefuses(t *testing.T) {
	o := with(least, func(o *attribution.Options) { o.DropAddresses = true })
	full := tallied(least, map[string]int{"RU": 9}).Snapshot()
	var many []*geo.PrefixSet
	for i := range 65 {
		many = append(many, listOf(fmt.Sprint(i), "5.0.0.0/8"))
	}
	tables := func(list ...*geo.Table) attribution.Enrichment { return attribution.Enrichment{Databases: list} }
	for name, c := range map[string]struct {
		s    attribution.Snapshot
		e    attribution.Enrichment
		want error
	}{
		"dropped":           {tallied(o, map[string]int{"RU": 9}).Snapshot(), everything(t), attribution.ErrNoAddresses},
		"dropped later":     {full.WithoutAddresses(), everything(t), attribution.ErrNoAddresses},
		"a nil table":       {full, tables(world.Table(), nil), attribution.ErrInvalidOptions},
		"a nil list":        {full, attribution.Enrichment{Lists: []*geo.PrefixSet{nil}}, attribution.ErrInvalidOptions},
		"a nil table alone": {attribution.Snapshot{}, tables(nil), attribution.ErrInvalidOptions},
		"65 lists":          {full, attribution.Enrichment{Lists: many}, attribution.ErrInvalidOptions},
	} {
		s, err := c.s.Enrich(c.e)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		mustEqual(t, name, s, attribution.Snapshot{})
	}
	if n := len(must(full.Enrich(attribution.Enrichment{Lists: many[:64]})).Databases()); n != 1 {
		t.Errorf("%d databases located it", n)
	}
}
