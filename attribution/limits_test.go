package attribution_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

// everyLimit is an account that has every limit, and other things.
func everyLimit() attribution.Account {
	return attribution.Account{
		Format: "CSV", NotTaken: map[string]string{"count": "hits, packets", "bytes": "size", "time": "when"},
		Notes: []attribution.Note{
			{Code: attribution.NoteClaimed, Value: 25}, {Code: attribution.NoteBlocks, Value: 2, Subject: "512"},
			{Code: attribution.NoteCutIPv4, Value: 90, Subject: "/24"},
			{Code: attribution.NoteCutIPv6, Value: 11, Subject: "/56"},
			{Code: "NO_TIME", Value: 100}, {Code: "OF_LATER", Value: 1, Subject: "/8"},
		},
	}
}

// noted is an account with one note.
func noted(code string, n uint64, subject string) attribution.Account {
	return attribution.Account{Notes: []attribution.Note{{Code: code, Value: n, Subject: subject}}}
}

// reading adds an account.
func reading(a attribution.Account) func(*attribution.Tally) {
	return func(t *attribution.Tally) { t.AddAccount(a) }
}

// Each limit rules out the claims that it makes impossible, and is said beside the others.
func TestLimitsByUnit(t *testing.T) {
	missing := func(role string) attribution.Account {
		return attribution.Account{NotTaken: map[string]string{role: "x"}}
	}
	cut4 := func(length string) attribution.Account { return noted(attribution.NoteCutIPv4, 9, length) }
	cut6 := func(length string) attribution.Account { return noted(attribution.NoteCutIPv6, 9, length) }
	const cut = caveat.CutAddresses
	for _, c := range []struct {
		name                   string
		account                attribution.Account
		prefix                 int         // of an IPv6 source; 0: 64
		sources, events, bytes caveat.Code // why a claim on them is inadmissible; "": it is not
		beside                 caveat.Code // what is said where it is not; "": nothing
	}{
		{"nothing", attribution.Account{}, 0, "", "", "", ""},
		{"a count", missing("count"), 0, "", caveat.EventsNotRead, "", ""},
		{"bytes", missing("bytes"), 0, "", "", caveat.BytesNotRead, ""},
		{"a time", missing("time"), 0, "", "", "", ""},
		{"blocks", noted(attribution.NoteBlocks, 1, "256"), 0, caveat.Blocks, "", "", caveat.Blocks},
		{"claimed", noted(attribution.NoteClaimed, 1, ""), 0, "", "", "", caveat.ClaimedAddresses},
		{"of no record", noted(attribution.NoteBlocks, 0, ""), 0, "", "", "", ""},
		{"another note", noted("SYSLOG", 9, "/8"), 0, "", "", "", ""},
		{"/24", cut4("/24"), 0, cut, "", "", cut},
		{"/25", cut4("/25"), 0, cut, "", "", cut},
		{"/23", cut4("/23"), 0, cut, cut, cut, ""},
		{"/8", cut4("/8"), 0, cut, cut, cut, ""},
		{"/32", cut4("/32"), 0, "", "", "", ""},
		{"no length", cut4("24"), 0, cut, cut, cut, ""},
		{"no such length", cut4("/33"), 0, cut, cut, cut, ""},
		{"a negative length", cut4("/-1"), 0, cut, cut, cut, ""},
		{"/64", cut6("/64"), 0, "", "", "", ""},
		{"/64 by /128", cut6("/64"), 128, cut, "", "", cut},
		{"/56", cut6("/56"), 0, cut, "", "", cut},
		{"/56 by /56", cut6("/56"), 56, "", "", "", ""},
		{"/48", cut6("/48"), 0, cut, "", "", cut},
		{"/47", cut6("/47"), 0, cut, cut, cut, ""},
		{"/48 by /32", cut6("/48"), 32, "", "", "", ""},
		{"no length of IPv6", cut6(""), 32, cut, cut, cut, ""},
	} {
		tally := emptyTally(with(least, func(o *attribution.Options) { o.IPv6PrefixLen = c.prefix }))
		for i := range 100 {
			for _, code := range []string{"RU", "RU", "US"}[i%2:] {
				tally.AddFlow(attribution.Flow{Source: apart(code, i), Bytes: 9, Handshake: true})
			}
		}
		tally.AddAccount(c.account)
		s := decoded(encoded(tally.Snapshot()))
		for unit, want := range map[string]caveat.Code{"sources": c.sources, "events": c.events, "bytes": c.bytes} {
			v := ask(s, "RU > 30% of "+unit)
			switch {
			case want != "" && (v.Outcome != attribution.Inadmissible || v.Reason != want):
				t.Errorf("%s: %v, want inadmissible %s", c.name, v, want)
			case want == "" && v.Outcome != attribution.Supported:
				t.Errorf("%s: %v, want supported", c.name, v)
			}
			for _, code := range []caveat.Code{
				caveat.EventsNotRead, caveat.BytesNotRead, caveat.Blocks, cut, caveat.ClaimedAddresses,
			} {
				if due := code == want || code == c.beside; has(v, code) != due {
					t.Errorf("%s, of %s: %s among %v, want %v", c.name, unit, code, v.Caveats, due)
				}
			}
		}
	}
}

// A report has the limits as data, and no number that is not known.
func TestLimitsInReports(t *testing.T) {
	tally := spread(least, map[string]int{"RU": 90, "US": 9, "reserved": 1})
	tally.AddFlow(attribution.Flow{Source: apart("RU", 1), Events: 5000, Bytes: 77})
	if r := reportOn(tally.Snapshot()); r.Limits != nil || r.Events == 0 || r.Plausibility.TopSource == 0 {
		t.Errorf("without an account: %+v, %d events", r.Limits, r.Events)
	}
	a := everyLimit()
	a.Lost = map[attribution.Loss]uint64{attribution.LostUnread: 3, attribution.LostLate: 4, 99: 1}
	tally.AddAccount(a)
	r := reportOn(decoded(encoded(tally.Snapshot())))
	want := &attribution.Limits{EventsUnknown: true, BytesUnknown: true, IPv4Cut: 8, IPv6Cut: 72, Blocks: 2, Claimed: 25}
	if !reflect.DeepEqual(r.Limits, want) {
		t.Errorf("%+v, want %+v", r.Limits, want)
	}
	if r.Events+r.Bytes+r.Countries[0].Events+r.Countries[0].Bytes+r.Reserved.Events != 0 ||
		r.Plausibility.TopSource != 0 || r.Plausibility.Heavy != nil {
		t.Errorf("events that nobody knows: %+v", r)
	}
	if r.Lost[attribution.LostUnread] != 4 || r.Lost[attribution.LostLate] != 4 || r.Account != nil {
		t.Errorf("lost %v, account %v", r.Lost, r.Account)
	}
	// A second account of another input: of each limit the worse.
	tally.AddAccount(attribution.Account{Notes: []attribution.Note{
		{Code: attribution.NoteClaimed, Value: math.MaxUint64}, {Code: attribution.NoteBlocks, Value: 5},
		{Code: attribution.NoteCutIPv4, Value: 1, Subject: "/16"}, {Code: attribution.NoteCutIPv4, Value: 9, Subject: "/24"},
		{Code: attribution.NoteCutIPv6, Value: 1, Subject: "/64"},
	}})
	want = &attribution.Limits{
		EventsUnknown: true, BytesUnknown: true, IPv4Cut: 16, IPv6Cut: 72, Blocks: 7, Claimed: math.MaxUint64,
	}
	if r := reportOn(tally.Snapshot()); !reflect.DeepEqual(r.Limits, want) {
		t.Errorf("of two inputs: %+v, want %+v", r.Limits, want)
	}
	if v := ask(tally.Snapshot(), "majority RU"); !slices.ContainsFunc(v.Caveats, func(c caveat.Caveat) bool {
		return c.Code == caveat.ClaimedAddresses && c.Value == 1
	}) {
		t.Errorf("more claimed records than there are: %v", v.Caveats)
	}
	if r := reportOn(tally.Rotate(nil)); r.Limits == nil {
		t.Error("rotated, the snapshot has no limits")
	}
	if r := reportOn(tally.Snapshot()); r.Limits != nil {
		t.Errorf("begun anew, with %+v", r.Limits)
	}
}

// An address that a client wrote proves no handshake, whatever the options assume.
func TestClaimedProvesNoHandshake(t *testing.T) {
	assume := with(least, func(o *attribution.Options) { o.AssumeHandshake = true })
	for _, c := range []struct {
		claimed  uint64
		claim    string
		untested bool // for forging
		open     bool // the claimed could have made it true
	}{
		{0, "majority RU", false, false},
		{40, "majority RU", false, false}, // 600 of 800, and 400 are half
		{700, "majority RU", true, true},
		{40, "majority RU of events", false, false},
		{700, "majority RU of events", true, true},
		{1, "majority RU of bytes", false, true}, // one record may have all bytes
	} {
		tally := emptyTally(assume)
		for code, n := range map[string]int{"RU": 600, "US": 200} {
			for i := range n {
				tally.AddFlow(attribution.Flow{Source: apart(code, i), Bytes: 100})
			}
		}
		tally.AddAccount(noted(attribution.NoteClaimed, c.claimed, ""))
		v := ask(tally.Snapshot(), c.claim)
		if v.Outcome != attribution.Supported || has(v, caveat.ClaimedAddresses) != (c.claimed > 0) {
			t.Errorf("%d claimed: %v", c.claimed, v)
		}
		if has(v, caveat.NoHandshake) != c.open || has(v, caveat.ForgeryUntested) != c.untested {
			t.Errorf("%d claimed, %s: %v, want NO_HANDSHAKE %v, FORGERY_UNTESTED %v",
				c.claimed, c.claim, v, c.open, c.untested)
		}
	}
}

// New sources have the limits of the burst, and nothing is known of them if the baseline was
// cut otherwise.
func TestLimitsOfNewSources(t *testing.T) {
	count := func(from int, a attribution.Account) attribution.Snapshot {
		tally := emptyTally(least)
		for i := range 100 {
			tally.Add(apart("RU", from+i))
		}
		tally.AddAccount(a)
		return tally.Snapshot()
	}
	cut := noted(attribution.NoteCutIPv4, 100, "/24")
	for _, c := range []struct {
		burst, usual attribution.Account
		want         string
	}{
		{attribution.Account{}, attribution.Account{}, "supported supported"},
		{cut, cut, "inadmissible supported"},
		{attribution.Account{}, cut, "inadmissible inadmissible"},
		{cut, attribution.Account{}, "inadmissible inadmissible"},
		{attribution.Account{}, noted(attribution.NoteBlocks, 1, "9"), "inadmissible supported"},
		{attribution.Account{}, attribution.Account{NotTaken: map[string]string{"count": "n"}}, "supported supported"},
	} {
		s := must(baseline.Subtract(count(0, c.burst), count(60, c.usual)))
		got := fmt.Sprint(ask(s, "RU > 50%").Outcome, " ", ask(s, "RU > 50% of events").Outcome)
		if got != c.want {
			t.Errorf("%v less %v: %s, want %s", c.burst, c.usual, got, c.want)
		}
	}
}

// A database has few /24 in several countries, and many /16: the figures in docs/CLAIMS.md.
func TestBlocksInSeveralCountries(t *testing.T) {
	table := must(dbip.Table())
	for bits, want := range map[int]float64{24: .0019, 20: .067, 16: .214} {
		first, several := make([]geo.Origin, 1<<bits), make([]bool, 1<<bits)
		for r := range table.Ranges() {
			if !r.First.Unmap().Is4() || !r.Origin.IsCountry() {
				continue
			}
			low, high := r.First.Unmap().As4(), r.Last.Unmap().As4()
			from, to := binary.BigEndian.Uint32(low[:])>>(32-bits), binary.BigEndian.Uint32(high[:])>>(32-bits)
			for i := from; i <= to; i++ {
				several[i] = several[i] || first[i] != 0 && first[i] != r.Origin
				first[i] = r.Origin
			}
		}
		located, split := 0, 0
		for i := range first {
			if first[i] != 0 {
				located++
			}
			if several[i] {
				split++
			}
		}
		if share := float64(split) / float64(located); math.Abs(share-want) > want/20 {
			t.Errorf("%d of %d located /%d lie in several countries: %.4f, want about %v", split, located, bits, share, want)
		}
	}
}
