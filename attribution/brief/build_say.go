package brief

import (
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

const (
	mostClaims  = 12 // of which there are cards
	mostClauses = 3  // claims in the sentences in large type
	mostNamed   = 3  // countries in the sentence about new sources
)

// whatMayBeSaid is the first block.
func (t *writer) whatMayBeSaid() say {
	w := &t.w.say
	s := say{block: block{Heading: w.heading}}
	noise := t.noise()
	switch {
	case noise != "":
		s.Sentence = t.noiseSentence(noise)
	case t.alone():
		s.Sentence = t.oneSource()
	default:
		s.First = t.hosting()
		if s.Sentence = t.whence(); s.Sentence == "" {
			s.Sentence, s.Then = t.claimSentences()
		} else {
			first, more := t.claimSentences()
			s.Then = slices.DeleteFunc(append([]string{first}, more...), func(text string) bool { return text == "" })
			s.Whence = t.newSources()
		}
	}
	if t.burst != nil && !t.burst.Final && s.Sentence != "" {
		s.Sentence = t.say(w.provisional, args{
			"clock": word(t.w.clock(t.burst.End)), "sentence": word(s.Sentence),
		})
	}
	for i := range t.r.Verdicts[:min(len(t.r.Verdicts), mostClaims)] {
		s.Cards = append(s.Cards, t.card(&t.r.Verdicts[i], i, noise))
	}
	if more := len(t.r.Verdicts) - mostClaims; more > 0 {
		s.More = t.say(w.moreClaims, args{"n": t.n(uint64(more))})
	}
	switch {
	case noise != "":
		s.Cards = append(s.Cards, t.stands())
		if noise != caveat.NothingCounted {
			s.Limits = named{w.whyName, w.why}
		}
	case t.alone():
		s.Cards = append(s.Cards, t.twoNumbers())
		s.Limits = named{w.limitsName, w.oneLimits}
	default:
		s.Limits = named{w.limitsName, t.limitsOfStatement()}
	}
	return s
}

// limitsOfStatement is what the sentences above do not say.
func (t *writer) limitsOfStatement() string {
	w := &t.w.say
	parts := slices.Clone(w.limits)
	if t.burst != nil && !t.burst.Final {
		parts = append(parts, w.provisory)
	}
	return t.w.tidy(t.sentences(parts...))
}

// noiseSentence says why nothing can be said.
func (t *writer) noiseSentence(why caveat.Code) string {
	w := &t.w.say
	low, _ := forgedPart(t.r)
	switch s := t.r.Plausibility.Spoofing; {
	case why == caveat.NothingCounted:
		return w.nobody
	case why == caveat.Spoofed && s != nil && s.Level == attribution.SpoofingUniform:
		return w.wholly
	}
	if text, ok := w.noise[why]; ok {
		return t.say(text, args{"share": word(t.w.tidy(t.p.AtLeast(low)))})
	}
	return w.unanswerable
}

// oneSource says that one address made nearly everything.
func (t *writer) oneSource() string {
	w, r := &t.w.say, t.r
	text := t.say(w.oneSource, args{"share": word(t.share(r.Plausibility.TopSource))})
	if r.Sources.Exact && r.Sources.Value == 1 {
		text = t.say(w.oneSourceAll, args{"n": t.n(r.Events)})
	}
	o, ok := originOfTop(r)
	a := args{"database": word(t.database())}
	switch {
	case !ok:
		return text
	case o == geo.Unlocated:
		return t.sentences(text, t.say(w.placesNot, a))
	}
	return t.sentences(text, t.say(w.placesIt, a.With(args{"placed": word(t.p.Placed(o))})))
}

// whence is where the new sources of a burst are, or of a report without claims where its sources are.
func (t *writer) whence() string {
	w, r := &t.w.say, t.r
	text := w.whenceAll
	if t.burst != nil && t.burst.NewSources != nil {
		r = &t.burst.NewSources.Report
		if r.Sources.Value == 0 {
			return w.noNew
		}
		if text = w.whence; !r.Sources.Exact {
			text = w.whenceAbout
		}
	} else if t.burst == nil && len(t.r.Verdicts) > 0 {
		return ""
	}
	if len(r.Countries) == 0 || isNoise(r, attribution.Sources) {
		return ""
	}
	var list []string
	for _, row := range r.Countries[:min(len(r.Countries), mostNamed)] {
		list = append(list, t.say(w.part, args{
			"share":   word(t.share(row.Share.Value, figures.Limits(t.r, row.Origin, attribution.Sources)...)),
			"country": word(t.p.CountryTo(row.Origin)),
		}))
	}
	return t.say(text, args{
		"n": t.of(r, t.burst, t.id).some(r.Sources.Value), "list": word(t.p.Joined(list...)),
		"database": word(t.database()),
	})
}

// claimSentences are the verdicts in sentences. Two claims on the same places share one.
func (t *writer) claimSentences() (first string, more []string) {
	w := &t.w.say
	var list []string
	verdicts := t.r.Verdicts[:min(len(t.r.Verdicts), mostClauses)]
	for i := 0; i < len(verdicts); i++ {
		v := &verdicts[i]
		clause, whole := t.clause(v)
		if whole || i+1 == len(verdicts) {
			list = append(list, t.capital(clause, whole, v))
			continue
		}
		next := &verdicts[i+1]
		second, wholeToo := t.clause(next)
		if wholeToo || !samePlaces(v.Claim, next.Claim) {
			list = append(list, t.capital(clause, whole, v))
			continue
		}
		joint := w.and
		if (v.Outcome == attribution.Supported) != (next.Outcome == attribution.Supported) {
			joint = w.but
			if v.Outcome != attribution.Supported { // what holds comes first
				v, clause, second = next, second, clause
			}
		}
		list = append(list, t.say(w.claim, args{"claim": word(capital(t.say(joint, args{
			"first": word(t.subject(v) + " " + clause), "second": word(w.pronoun + " " + second),
		})))}))
		i++
	}
	if len(list) == 0 {
		return "", nil
	}
	return list[0], list[1:]
}

func (t *writer) capital(clause string, whole bool, v *attribution.Verdict) string {
	if whole {
		return clause
	}
	return t.say(t.w.say.claim, args{"claim": word(capital(t.subject(v) + " " + clause))})
}

// samePlaces reports whether two claims are about the same countries, systems or lists.
func samePlaces(a, b attribution.Claim) bool {
	return a.IsOutside() == b.IsOutside() && slices.Equal(slices.Collect(a.Countries()), slices.Collect(b.Countries())) &&
		slices.Equal(slices.Collect(a.Systems()), slices.Collect(b.Systems())) &&
		slices.Equal(slices.Collect(a.Lists()), slices.Collect(b.Lists()))
}

// subject is what a claim is about: addresses, where they are, and who says so.
func (t *writer) subject(v *attribution.Verdict) string {
	w, database := &t.w.say, t.database()
	text := w.subject
	if isOnSystems(v.Claim) && t.r.Networks != nil && t.r.Networks.ASNs != nil {
		database = t.nameOf(*t.r.Networks.ASNs)
	} else if isOnNetworks(v.Claim) {
		text = w.listed
	}
	return t.say(text, args{"claimed": word(t.p.Claimed(v.Claim, t.r.Networks)), "database": word(database)})
}

// clause is what a verdict says after its subject, with the share; or a whole sentence if it cannot be said so.
func (t *writer) clause(v *attribution.Verdict) (text string, whole bool) {
	w := &t.w.say
	holds := t.predicate(v.Claim, true)
	a := args{"subject": word(t.subject(v)), "clause": word(holds)}
	switch v.Outcome {
	case attribution.Supported:
		return t.say(w.withShare, args{"clause": word(holds), "share": word(t.shareTold(v))}), false
	case attribution.Refuted:
		not := t.predicate(v.Claim, false)
		return t.say(w.withShare, args{"clause": word(not), "share": word(t.shareTold(v))}), false
	case attribution.Inadmissible:
		return t.say(w.noOpinion, a), true
	}
	if disagree(v) {
		return t.say(w.differ, a.With(args{"list": word(t.opinions(v))})), true
	}
	limits := figures.Limit(v.Claim)
	return t.say(w.unsettled, a.With(args{
		"low":  word(t.w.tidy(t.p.AtLeast(v.Share.Low, limits...))),
		"high": word(t.w.tidy(t.p.AtMost(v.Share.High, limits...))),
	})), true
}

// disagree reports whether a claim is open since the databases disagree.
func disagree(v *attribution.Verdict) bool {
	return v.Outcome == attribution.Undecided && v.Reason == caveat.DatabasesDisagree && len(v.Opinions) > 1
}

// opinions are what each database alone says.
func (t *writer) opinions(v *attribution.Verdict) string {
	var list []string
	for i, o := range v.Opinions {
		list = append(list, t.say(t.w.say.opinion, args{
			"share":    word(t.share(o.Share.Value, figures.Limit(v.Claim)...)),
			"database": word(t.nameOf(t.asked(i))), "outcome": word(t.p.Outcome(o.Outcome)),
		}))
	}
	return t.p.Joined(list...)
}

// asked is the i-th database that was asked.
func (t *writer) asked(i int) attribution.Database {
	switch {
	case i > 0 && i <= len(t.r.Databases):
		return t.r.Databases[i-1].Database
	case i == 0 && len(t.r.LocatedBy) > 0:
		return t.r.LocatedBy[0]
	}
	return attribution.Database{}
}

// shareTold is the share of a verdict as a sentence has it.
func (t *writer) shareTold(v *attribution.Verdict) string {
	text := t.share(v.Share.Value, figures.Limit(v.Claim)...)
	if t.estimated(v.Claim.Unit()) {
		return t.say(t.w.say.about, args{"share": word(text)})
	}
	return text
}

// estimated reports whether numbers of a unit are estimates.
func (t *writer) estimated(u attribution.Unit) bool {
	return u == attribution.Sources && !t.r.Sources.Exact || t.r.SamplingRate > 1
}

// predicate is a claim, or its contrary, without its countries.
func (t *writer) predicate(c attribution.Claim, holds bool) string {
	w := &t.w.say
	of := w.more
	switch {
	case c.IsPlurality():
		of = w.plurality
	case c.IsLessThan():
		of = w.less
	case c.Percent() == 50:
		of = w.majority
	}
	texts := of.holds
	if !holds {
		texts = of.not
	}
	return t.say(texts[c.Unit()], args{"limit": word(t.percent(c.Percent()))})
}

// percent prints the limit of a claim as the user gave it.
func (t *writer) percent(v float64) string { return t.w.tidy(t.p.Percent(v)) }
