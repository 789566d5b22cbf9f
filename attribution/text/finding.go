package text

import (
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// limits are those of the claim.
func (t teller) limits() []float64 { return figures.Limit(t.v.Claim) }

func (t teller) ofSources() bool { return t.v.Claim.Unit() == attribution.Sources }

// oneSource says that one source sent everything, or most of it, and where that is, as far as the data show it.
func (t teller) oneSource() string {
	p, r := t.p, t.r
	w := &p.words.verdict
	alone := r.Sources.Exact && r.Sources.Value == 1
	top := r.Plausibility.TopSource
	if r.Events == 0 || !alone && top <= 0.5 {
		return ""
	}
	a := args{
		"n": p.count(r.Events), "events": word(say(p.words.report.events, args{"n": p.count(r.Events)})),
		"share": word(p.share(top)),
	}
	anywhere, unlocated, in := w.dominant, w.dominantUnlocated, w.dominantIn
	if alone {
		anywhere, unlocated, in = w.alone, w.aloneUnlocated, w.aloneIn
	}
	o, ok := t.originOfTop(alone)
	switch {
	case !ok:
		return say(anywhere, a)
	case o == geo.Unlocated:
		return say(unlocated, a)
	}
	return say(in, a.With(args{"claimed": word(p.placed(o)), "database": word(p.by(r.LocatedBy))}))
}

// originOfTop is where a source is that made most of the events: no other origin can have as many.
func (t teller) originOfTop(alone bool) (origin geo.Origin, ok bool) {
	least := t.r.Plausibility.TopSource * float64(t.r.Events)
	for _, row := range append(t.r.Countries[:len(t.r.Countries):len(t.r.Countries)], t.r.Unlocated) {
		if row.Sources == 0 || !alone && float64(row.Events) < least*(1-1e-9) {
			continue
		}
		if ok {
			return 0, false // merged counts place it in two
		}
		origin, ok = row.Origin, true
	}
	return origin, ok
}

// counted says what was counted, as the first database has it.
func (t teller) counted() string {
	p, r, v := t.p, t.r, t.v
	w := &p.words.verdict
	counted, estimated, registers := w.counted, w.estimated, w.registers
	if t.fresh {
		counted, estimated, registers = w.countedNew, w.estimatedNew, w.registersNew
	}
	ofUnit, h := w.ofUnit, &p.words.holders
	if placeOf(v.Claim) == aList {
		counted, estimated, ofUnit = h.listed, h.listedEstimated, h.listedOfUnit
		if t.fresh {
			counted, estimated = h.listedNew, h.listedEstimatedNew
		}
	}
	unit := v.Claim.Unit()
	a := args{
		"x": p.count(t.claimed(unit)), "share": word(p.share(v.Counted.Value, t.limits()...)),
		"n": p.some(r, figures.Total(r, unit)), "claimed": word(p.claimed(v.Claim, r.Networks)), "database": word(t.asked()),
	}
	sampled := a.With(args{"k": p.count(uint64(max(r.SampleSize, 0))), "unit": p.unit(unit)})
	switch {
	case !t.ofSources() && !r.Sources.Exact && placeOf(v.Claim) == aSystem:
		return say(h.unitOfSample, sampled)
	case !t.ofSources() && !r.Sources.Exact && placeOf(v.Claim) == aList:
		return say(h.listedUnitOfSample, sampled)
	case unit == attribution.Events:
		return say(ofUnit, a.With(args{"whole": word(say(p.words.report.events, args{"n": p.count(r.Events)}))}))
	case unit == attribution.Bytes:
		return say(ofUnit, a.With(args{"whole": word(say(p.words.report.bytes, args{"n": p.count(r.Bytes)}))}))
	case r.Sources.Exact:
		return say(counted, a)
	case r.Basis == attribution.BasisSketches:
		return say(registers, a)
	}
	return say(estimated, sampled)
}

// interval says within which ends the share lies that the claim is about, with every uncertainty.
func (t teller) interval() string {
	p, r, v := t.p, t.r, t.v
	w := &p.words.verdict
	s, spoofing := v.Share, r.Plausibility.Spoofing
	if s.Low >= s.High {
		return ""
	}
	a := p.ends(s, t.limits()...).With(args{
		"share": word(p.share(s.Value, t.limits()...)), "confidence": word(p.confidence(v.Confidence)),
	})
	drawn := r.Sources.Exact || r.Policy.Population || v.Interim > 0
	switch {
	case t.ofSources() && spoofing != nil && someForged(r):
		return say(w.corrected, a)
	case t.ofSources() && spoofing != nil && (spoofing.Level == attribution.SpoofingLocal || len(spoofing.Even) > 0):
		return say(w.doubted, a)
	case v.Sampling != nil:
		return say(w.unseen, a)
	case drawn && t.ofSources() && v.Counted.Low < v.Counted.High:
		return say(w.population, a)
	case t.statistical():
		return say(w.between, a)
	case s.Low == v.Counted.Value:
		return say(w.atMost, a) // what was counted stands above
	case s.High == v.Counted.Value:
		return say(w.atLeast, a)
	}
	return say(w.bounds, a)
}

// statistical reports whether chance has a part in the interval.
func (t teller) statistical() bool {
	for _, o := range t.v.Opinions {
		if o.StandardError > 0 {
			return true
		}
	}
	return t.v.Counted.Low < t.v.Counted.High || t.v.Share.Value != t.v.Counted.Value
}

// networks says in how many networks the sources lie, and how many independent ones they are worth, unless a caveat
// says that or each is.
func (t teller) networks() string {
	p, r, v := t.p, t.r, t.v
	w := &p.words.verdict
	if v.Networks == 0 || r.Sources.Value == 1 {
		return ""
	}
	a := args{
		"claimed": p.count(v.NetworksClaimed), "networks": p.count(v.Networks),
		"effective": p.number(v.EffectiveSources),
	}
	text, weight := w.networks, say(w.weight, a)
	if !r.Sources.Exact {
		text = w.networksSample
	}
	if t.has(caveat.ClusteredSources) || v.EffectiveSources >= float64(r.SampleSize) {
		weight = ""
	}
	return sentences(say(text, a), weight)
}

// has reports whether the verdict has a caveat.
func (t teller) has(code caveat.Code) bool {
	return slices.ContainsFunc(t.v.Caveats, func(c caveat.Caveat) bool { return c.Code == code })
}

// lead says how far the country of a plurality is before the strongest other one.
func (t teller) lead() string {
	p, v := t.p, t.v
	w := &p.words.verdict
	if v.Lead == nil {
		return ""
	}
	rival, share, ok := t.rival()
	if !ok {
		return w.noRival
	}
	ahead, text, between := *v.Lead, w.lead, w.leadBetween
	if ahead.Value < 0 {
		ahead = attribution.Share{Value: -ahead.Value, Low: -ahead.High, High: -ahead.Low}
		text, between = w.behind, w.behindBetween
	}
	if ahead.Low < ahead.High {
		text = between
	}
	told := say(text, args{
		"points": p.points(ahead.Value, nearest), "low": word(p.signed(ahead.Low, down)),
		"high": word(p.signed(ahead.High, up)),
	})
	named := w.rival
	if t.ofSources() && !t.r.Sources.Exact && t.r.Basis == attribution.BasisAll {
		named = w.rivalOnly // the table has its share by registers, the lead is by the sample
	}
	return sentences(say(named, args{"rival": word(p.withCode(rival)), "share": word(p.share(share))}), told)
}

// signed prints a difference of two shares in percentage points.
func (p *Printer) signed(difference float64, to rounding) string {
	if difference >= 0 {
		return p.points(difference, to).Text
	}
	digits, beside := p.digits(-100*difference, -to, 0)
	if beside > 0 { // too near 0 to be printed
		return say(p.words.lessThan, args{"n": word(digits)})
	}
	return "-" + digits
}

// rival is the country that has most, but for those that the claim is about, and its share.
func (t teller) rival() (origin geo.Origin, share float64, ok bool) {
	unit, most := t.v.Claim.Unit(), uint64(0)
	for _, row := range t.r.Countries {
		if n := figures.Amount(&row, unit); n > most && !t.v.Claim.Contains(row.Origin) {
			origin, most, share, ok = row.Origin, n, figures.Part(n, figures.Total(t.r, unit)), true
			if unit == attribution.Sources {
				share = row.Share.Value
			}
		}
	}
	return origin, share, ok
}

// located is the share among what has a country.
func (t teller) located() string {
	unit, phrase := t.v.Claim.Unit(), t.p.words.verdict.located
	switch placeOf(t.v.Claim) {
	case aSystem:
		phrase = t.p.words.holders.located
		if t.v.Located == t.v.Counted.Value {
			return "" // every source is in a system
		}
	case aList:
		return ""
	case aCountry:
		if figures.Amount(&t.r.Unlocated, unit) == 0 {
			return ""
		}
	}
	share := t.p.share(t.v.Located, t.limits()...)
	return say(phrase, args{"share": word(share), "unit": t.p.unit(unit)})
}

// reversal is the share by another unit, if it lies on the other side of the limit: most of the sources need not have
// sent most of the events.
func (t teller) reversal() string {
	p, r, v := t.p, t.r, t.v
	other := attribution.Events
	if !t.ofSources() {
		other = attribution.Sources
	}
	if r.Events == 0 || v.Claim.IsPlurality() {
		return ""
	}
	n, limit := t.claimed(other), v.Claim.Percent()
	if placeOf(v.Claim) != aCountry {
		known := false
		if n, known = t.inNetworks(other); !known {
			return ""
		}
	}
	share := figures.Part(n, figures.Total(r, other))
	if own := side(100*v.Counted.Value, limit); own == 0 || own*side(100*share, limit) >= 0 {
		return ""
	}
	return say(p.words.verdict.reversal, args{"unit": p.unit(other), "share": word(p.share(share, limit))})
}

// claimed is how much of a unit the countries of the claim have.
func (t teller) claimed(u attribution.Unit) (n uint64) {
	if placeOf(t.v.Claim) != aCountry {
		n, _ = t.inNetworks(u)
		return n
	}
	for _, row := range t.r.Countries {
		if t.v.Claim.Contains(row.Origin) {
			n = max(n, n+figures.Amount(&row, u)) // a sum that is too large stays as it was
		}
	}
	return n
}

// families are the shares within each address family.
func (t teller) families() string {
	p, f := t.p, t.v.Families
	if len(f) != 2 {
		return ""
	}
	a := args{}
	for i, suffix := range []string{"", "2"} {
		a["family"+suffix] = p.subject(f[i].Family)
		a["n"+suffix] = p.some(t.r, f[i].Sources)
		a["share"+suffix] = word(p.cell(f[i].Share, t.limits()...))
	}
	return say(p.words.verdict.families, a)
}

// sampling says what packets that were not looked at leave open.
func (t teller) sampling() []string {
	p, s := t.p, t.v.Sampling
	if s == nil {
		return nil
	}
	w := &p.words.verdict
	seen := args{"share": word(p.cell(s.Share, t.limits()...)), "outcome": word(p.Outcome(s.Outcome))}
	all := args{
		"share": word(p.share(s.Estimated, t.limits()...)), "events": word(p.share(s.EventShare)),
		"seen": word(p.atMost(s.Completeness)), "once": word(p.share(s.SeenOnce)),
	}
	return []string{say(w.amongSeen, seen), say(w.estimatedAll, all)}
}
