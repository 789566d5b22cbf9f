package text

import (
	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

// variant chooses a phrase that says more than the code alone, and gives what it needs.
func (t teller) variant(c caveat.Caveat) (word string, more args) {
	switch {
	case t.v == nil:
		return variantOfNumber(c), nil
	case c.Code == t.v.Reason:
		return t.deciding(c)
	}
	return t.annotating(c)
}

// largestSample is more than anybody will draw.
const largestSample = 1e12

// variantOfNumber chooses by the caveat alone.
func variantOfNumber(c caveat.Caveat) string {
	switch {
	case c.Code == caveat.VolumeUnknown && c.Value < 1, c.Code == caveat.Spoofed && c.Value <= 0,
		c.Code == caveat.Fragile && c.Value <= 0, c.Code == caveat.CutAddresses && c.Value <= 0:
		return "none"
	case c.Code == caveat.SamplingError && c.Value > largestSample:
		return "near"
	case c.Code == caveat.SketchesOnly && c.Value == 1:
		return "all"
	case c.Code == caveat.DatabaseAge && c.Subject != "":
		return "named"
	case c.Code == caveat.NotLookedUp && c.Subject != "":
		return "list"
	case c.Subject == "baseline": // as package baseline has it, where verdicts have the code as well
		return "baseline"
	}
	return ""
}

// deciding chooses for a caveat that leaves the claim open, or rules it out.
func (t teller) deciding(c caveat.Caveat) (string, args) {
	p, r, v := t.p, t.r, t.v
	unit := args{"unit": p.unit(v.Claim.Unit())}
	switch c.Code {
	case caveat.NothingCounted:
		if r.Sources.Value > 0 {
			return "unit", unit
		}
		return "", nil
	case caveat.UnseenSources:
		if s := v.Sampling; s != nil && v.Outcome == attribution.Undecided {
			return "open", args{"outcome": word(p.Outcome(s.Outcome))}
		} else if s != nil {
			return "decides", args{"rate": p.count(uint64(s.Rate)), "once": word(p.share(s.SeenOnce))}
		}
	case caveat.CutAddresses:
		if c.Value > 0 && !t.ofSources() {
			return "unit", nil
		}
	case caveat.Unlocated:
		return "decides", unit
	case caveat.SpoofingSuspected:
		return "decides", t.evenPlace(c)
	case caveat.DatabasesDisagree:
		if t.dissenting() == 0 {
			return "apart", nil
		}
		return "decides", nil
	case caveat.SamplingError:
		ofSample := t.ofSources() || placeOf(v.Claim) != aCountry && !r.Sources.Exact
		if ofSample && c.Value >= float64(r.Sources.Value) && r.SamplingRate <= 1 && !r.Policy.Population {
			return "every", nil
		} else if c.Value <= largestSample {
			return "unit", unit
		}
	}
	if word := variantOfNumber(c); word != "" {
		return word, nil
	}
	return "decides", nil
}

// dissenting is the number of databases that alone come to another outcome than the first.
func (t teller) dissenting() (n int) {
	for _, o := range t.v.Opinions {
		if o.Outcome != t.v.Opinions[0].Outcome {
			n++
		}
	}
	return n
}

// annotating chooses for a caveat that stands beside what was decided.
func (t teller) annotating(c caveat.Caveat) (string, args) {
	p, r, v := t.p, t.r, t.v
	switch c.Code {
	case caveat.FewSources:
		if !t.ofSources() {
			return "unit", args{"unit": p.unit(v.Claim.Unit())}
		}
	case caveat.SpoofingSuspected:
		if c.Subject != "" {
			return "place", t.evenPlace(c)
		}
	case caveat.NetworksDiffer:
		return "claimed", args{"claimed": word(p.claimed(v.Claim, r.Networks))}
	case caveat.OneSidedErrors:
		if v.Bounds != nil {
			return "bounds", p.ends(*v.Bounds, t.limits()...)
		}
	case caveat.Fragile:
		if c.Value > 0 && v.GeolocationErrorTolerated == c.Value {
			return "again", nil // the number stands above
		}
	case caveat.HeavySources:
		if h := r.Plausibility.Heavy; h != nil {
			return "counted", args{
				"n": p.count(h.Sources), "above": p.count(h.EventsAbove), "median": p.count(h.MedianEvents),
			}
		}
	case caveat.ManyPerSource:
		return "counted", args{
			"n":      p.some(r, r.Sources.Value),
			"events": word(say(p.words.report.events, args{"n": p.count(r.Events)})),
		}
	case caveat.ReservedPresent:
		if n := r.Reserved.Events; n > 0 {
			return "events", args{"events": word(say(p.words.report.events, args{"n": p.count(n)}))}
		}
	case caveat.RankDiffers:
		if len(r.Countries) > 0 {
			return "country", args{"country": word(p.withCode(r.Countries[0].Origin))}
		}
	}
	return variantOfNumber(c), nil
}
