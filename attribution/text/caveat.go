package text

import (
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
)

// A catalogue has one phrase for each code, under the code, with the arguments
//
//	{value}    its number, printed as measures says
//	{subject}  its subject: a name in quotation marks, a unit, a claim, a prefix
//
// and more phrases for some, under the code, a space and a word. They say more with numbers of the report and the
// verdict, or another thing where the caveat decides. variant chooses between them.

// measure is how the number of a caveat is printed.
type measure uint8

const (
	noNumber   measure = iota
	aShare             // in percent
	leastShare         // rounded down
	mostShare          // rounded up
	aCount             // of things that were counted
	ofSources          // a number of sources, as exact as that of the report
	estimate           // a number worth three digits
	number             // not whole
	points             // a difference of shares in percentage points; {more} has the form of its sign
	hours              // a time
	seconds            // a time ahead, or behind; {more} has the form of its sign
	days               // before the traffic, or after it; {more} has the form of its sign
	aLetter            // the number of a database, from 1
)

// measures has every code that has a number to print.
var measures = map[caveat.Code]measure{
	caveat.VolumeUnknown: aCount, caveat.MixedSamplingRates: aCount, caveat.ProxyInFront: aShare,
	caveat.Anonymized: aShare, caveat.Reflection: aShare, caveat.Spoofed: leastShare, caveat.UnseenSources: mostShare,
	caveat.EstimatorsDisagree: number, caveat.Blocks: aCount, caveat.CutAddresses: aCount,

	caveat.FewSources: ofSources, caveat.ClusteredSources: number, caveat.UnreadRecords: aCount,
	caveat.LateEvents: aCount, caveat.Unlocated: aShare, caveat.SpoofingPartial: mostShare,
	caveat.SpoofingSuspected: aCount, caveat.DatabasesDisagree: aCount, caveat.ClusteredErrors: number,
	caveat.SamplingError: estimate, caveat.Newcomers: aCount,

	caveat.SecondEstimate: aShare, caveat.FamiliesDiffer: aShare, caveat.OneSidedErrors: points,
	caveat.SamplingRateSensitive: points, caveat.NetworksDiffer: aShare,

	caveat.Fragile: leastShare, caveat.SameDatabase: aLetter, caveat.DatabaseAge: days, caveat.MixedDatabases: aCount,
	caveat.ReservedPresent: ofSources, caveat.AddressChurn: hours, caveat.PacketSampled: aCount,
	caveat.SketchesOnly: aShare, caveat.ForgeryUntested: aShare,
	caveat.ReflectorsPresent: aShare, caveat.ClaimedAddresses: aShare,

	caveat.DominantSource: aShare, caveat.UnsampledVolume: aShare, caveat.HeavySources: aShare,
	caveat.RankDiffers: aCount, caveat.PrefixConcentrated: aShare, caveat.NetworkConcentrated: aShare,
	caveat.ListedSources: aShare, caveat.Hosted: aShare,

	caveat.FewNewSources: aCount, caveat.EndMoved: aCount, caveat.ShortHistory: hours, caveat.WindowSensitive: aCount,
	caveat.ClockOffset: seconds,
}

// caveat puts one caveat into words.
func (t teller) caveat(c caveat.Caveat) string {
	p := t.p
	phrases := p.words.caveats
	code := string(c.Code)
	text, ok := phrases[code]
	if !ok {
		return p.unknown(c)
	}
	a := t.measured(c).With(args{"subject": p.subjectOf(c)})
	word, more := t.variant(c)
	for _, key := range t.keys(code, word) {
		if better, ok := phrases[key]; ok {
			text, a = better, a.With(more)
			break
		}
	}
	return sentences(say(text, a), t.signs(c))
}

// keys are where a phrase that says more than the code alone may be, the best first. Claims about networks have some
// of their own.
func (t teller) keys(code, word string) (keys []string) {
	const networks = " networks"
	more := code + " " + word
	if t.v != nil && placeOf(t.v.Claim) != aCountry {
		keys = append(keys, more+networks, code+networks)
	}
	return append(keys, more)
}

// subjectOf is the subject of a caveat. A name stands between quotation marks, whatever it looks like.
func (p *Printer) subjectOf(c caveat.Caveat) arg {
	switch c.Code {
	case caveat.ListedSources, caveat.NetworkConcentrated, caveat.NotLookedUp, caveat.DatabaseAge:
		return word(p.quoted(c.Subject))
	}
	return p.subject(c.Subject)
}

// unknown prints a caveat of a code that this package does not know.
func (p *Printer) unknown(c caveat.Caveat) string {
	text := p.code(string(c.Code)) + " " + strconv.FormatFloat(c.Value, 'g', 4, 64)
	if c.Subject != "" {
		text += " " + p.subject(c.Subject).Text
	}
	return text
}

// measured are the arguments for the number of a caveat.
func (t teller) measured(c caveat.Caveat) args {
	p, v := t.p, c.Value
	value, sign := arg{}, arg{}
	if v < 0 {
		sign.Form = 1
	}
	switch measures[c.Code] {
	case aShare:
		var limits []float64
		if t.v != nil {
			limits = t.limits()
		}
		value = word(p.share(v, limits...))
	case leastShare:
		value = word(p.atLeast(v))
	case mostShare:
		value = word(p.atMost(v))
	case ofSources:
		value = p.count(whole(v))
		if t.r != nil {
			value = p.some(t.r, whole(v))
		}
	case aCount:
		value = p.count(whole(v))
	case estimate:
		value = p.estimate(whole(v), nearest)
	case number:
		value = p.number(v)
	case points:
		value = p.points(v, nearest)
	case hours:
		const most = float64(math.MaxInt64/time.Hour - 1)
		value = word(p.span(time.Duration(min(v, most) * float64(time.Hour))))
	case seconds:
		const most = float64(math.MaxInt64/time.Second - 1)
		d := time.Duration(min(math.Abs(v), most) * float64(time.Second))
		var parts []string
		for _, part := range []time.Duration{d.Truncate(time.Hour), d % time.Hour} {
			if part > 0 {
				parts = append(parts, p.span(part))
			}
		}
		value = word(p.joined(parts, p.words.and))
	case days:
		value = p.count(whole(math.Abs(v)))
	case aLetter:
		value = word(p.letter(int(min(whole(max(v-1, 0)), 1000))))
	}
	return args{"value": value, "more": sign}
}

// longestSubject is longer than a claim that names every country.
const longestSubject = 1200

// subject is what a caveat is about. Only what can be nothing else than a prefix, a unit, an address family or a claim
// stands without quotation marks.
func (p *Printer) subject(s string) arg {
	if len(s) > longestSubject {
		return word(p.quoted(s))
	}
	for _, u := range []attribution.Unit{attribution.Sources, attribution.Events, attribution.Bytes} {
		if s == u.String() {
			return p.unit(u)
		}
	}
	if s == "IPv4" || s == "IPv6" {
		return word(s)
	}
	if prefix, err := netip.ParsePrefix(s); err == nil {
		return word(prefix.String())
	}
	if claim, err := attribution.ParseClaim(s); err == nil {
		return word(p.claim(claim))
	}
	return word(p.quoted(s))
}

// evenPlace are the numbers of the place that a caveat is about.
func (t teller) evenPlace(c caveat.Caveat) args {
	place := args{"place": t.p.subject(c.Subject)}
	in := say(t.p.words.inNetwork, place)
	if o, err := geo.ParseOrigin(c.Subject); err == nil {
		in = say(t.p.words.inCountry, args{"place": word(t.p.toCode(o))})
	}
	a := args{"n": t.p.count(0), "expected": t.p.number(0), "place": word(in)}
	if s := t.r.Plausibility.Spoofing; s != nil {
		for _, e := range s.Even {
			if e.Place == c.Subject {
				a["n"], a["expected"] = t.p.count(e.Pairs24), t.p.number(e.Pairs24IfForged)
			}
		}
	}
	return a
}

// signs say by what forged sources were recognized.
func (t teller) signs(c caveat.Caveat) string {
	if t.r == nil || t.r.Plausibility.Spoofing == nil || c.Subject != "" {
		return ""
	}
	p, s := t.p, t.r.Plausibility.Spoofing
	w := &p.words.spoofing
	tested := args{"tested": p.count(s.Tested)}
	dark := say(w.dark, tested.With(args{"n": p.count(s.Dark)}))
	bogons := ""
	if s.Bogons > 0 {
		bogons = say(w.bogons, args{"n": p.count(s.Bogons)})
	}
	switch c.Code {
	case caveat.SpoofingPartial:
		return sentences(dark, bogons)
	case caveat.SpoofingSuspected:
		return say(w.pairs, args{"n": p.count(s.Pairs24), "expected": p.number(s.Pairs24IfForged)})
	case caveat.Spoofed:
		pairs := say(w.pairs, args{"n": p.count(s.Pairs24), "expected": p.number(s.Pairs24IfForged)})
		if s.Level != attribution.SpoofingUniform {
			pairs = ""
		}
		return sentences(dark, bogons, pairs)
	}
	return ""
}
