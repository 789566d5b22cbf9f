package brief

import (
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// nearlyAll is the part from which on one source, or one kind of network, explains everything.
const nearlyAll = 0.9

// shareOf is the share of a row, and the share that it has if all that has no country is there.
func shareOf(r *attribution.Report, row *attribution.Row, u attribution.Unit) attribution.Share {
	if u == attribution.Sources {
		s := row.Share
		if row.Origin != geo.Unlocated {
			s.High = min(s.High+r.Unlocated.Share.High, 1)
		}
		return s
	}
	v := figures.Part(figures.Amount(row, u), figures.Total(r, u))
	s := attribution.Share{Value: v, Low: v, High: v}
	if row.Origin != geo.Unlocated {
		s.High = min(v+figures.Part(figures.Amount(&r.Unlocated, u), figures.Total(r, u)), 1)
	}
	return s
}

// known reports whether the countries of a unit are known.
func known(r *attribution.Report, u attribution.Unit) bool {
	if u == attribution.Sources {
		return r.Sources.Value > 0
	}
	return r.Basis == attribution.BasisAll && figures.Total(r, u) > 0
}

// isNoise reports whether the countries of a unit show no origin: a claim on it was found to be inadmissible, or the
// sources are not what they seem.
func isNoise(r *attribution.Report, u attribution.Unit) bool {
	for _, v := range r.Verdicts {
		if v.Claim.Unit() == u && v.Outcome == attribution.Inadmissible {
			return true
		}
	}
	return traits(r, u) != ""
}

// traits is why the countries of a unit show no origin, by the sources alone: no claim need have been checked.
func traits(r *attribution.Report, u attribution.Unit) caveat.Code {
	p, l := &r.Plausibility, r.Limits
	switch {
	case r.Sources.Value == 0:
		return caveat.NothingCounted
	case p.Reflectors > 0.5:
		return caveat.Reflection
	case mostlyForged(r):
		return caveat.Spoofed
	case p.Proxied > 0.5:
		return caveat.ProxyInFront
	case u == attribution.Sources && p.Anonymized > 0.5:
		return caveat.Anonymized
	case l == nil:
		return ""
	case u == attribution.Sources && l.Blocks > 0:
		return caveat.Blocks
	case u == attribution.Sources && (l.IPv4Cut > 0 || l.IPv6Cut > 64), l.IPv4Cut > 8, l.IPv6Cut > 80:
		return caveat.CutAddresses
	case u == attribution.Events && l.EventsUnknown:
		return caveat.EventsNotRead
	case u == attribution.Bytes && l.BytesUnknown:
		return caveat.BytesNotRead
	}
	return ""
}

// forgedPart is the least and the greatest part of all sources that is forged.
func forgedPart(r *attribution.Report) (low, high float64) {
	s := r.Plausibility.Spoofing
	if s == nil || r.SampleSize <= 0 {
		return 0, 0
	}
	tested := min(float64(s.Tested)/float64(r.SampleSize), 1)
	return tested * s.Forged.Low, tested * s.Forged.High
}

func mostlyForged(r *attribution.Report) bool {
	s := r.Plausibility.Spoofing
	low, _ := forgedPart(r)
	return s != nil && (s.Level == attribution.SpoofingUniform && 2*s.Tested > uint64(max(r.SampleSize, 0)) ||
		s.Level == attribution.SpoofingDominant && low > 0.5)
}

// noise is why nothing can be said: every unit of which there are numbers shows no origin. It is empty if something
// can.
func (t *writer) noise() caveat.Code {
	for _, u := range []attribution.Unit{attribution.Sources, attribution.Events, attribution.Bytes} {
		if (known(t.r, u) || figures.HasClaim(t.r, u)) && !isNoise(t.r, u) {
			return ""
		}
	}
	if t.r.Sources.Value == 0 {
		return caveat.NothingCounted
	}
	for _, v := range t.r.Verdicts {
		if v.Outcome == attribution.Inadmissible {
			return v.Reason
		}
	}
	return traits(t.r, attribution.Sources)
}

// open are the units whose countries may be shown: sources, events if they are known, and bytes if a claim is about
// them.
func (t *writer) open() (units []attribution.Unit) {
	for _, u := range []attribution.Unit{attribution.Sources, attribution.Events, attribution.Bytes} {
		if u == attribution.Bytes && !figures.HasClaim(t.r, u) {
			continue
		}
		if known(t.r, u) && !isNoise(t.r, u) {
			units = append(units, u)
		}
	}
	return units
}

// alone reports whether one source made nearly everything.
func (t *writer) alone() bool {
	r := t.r
	return r.Events > 0 && (r.Sources.Exact && r.Sources.Value == 1 || r.Plausibility.TopSource >= nearlyAll)
}

// originOfTop is where the source is that made most of the events: no other country can have as many.
func originOfTop(r *attribution.Report) (origin geo.Origin, ok bool) {
	least := r.Plausibility.TopSource * float64(r.Events)
	for _, row := range append(slices.Clone(r.Countries), r.Unlocated) {
		if row.Sources == 0 || float64(row.Events) < least*(1-1e-9) {
			continue
		}
		if ok {
			return 0, false
		}
		origin, ok = row.Origin, true
	}
	return origin, ok
}

// database is the name of the database that located the sources, as it stands within a sentence.
func (t *writer) database() string {
	var names []string
	for _, d := range t.r.LocatedBy[:min(len(t.r.LocatedBy), 3)] {
		names = append(names, t.nameOf(d))
	}
	if len(names) == 0 {
		return t.p.Database(attribution.Database{})
	}
	return t.p.Joined(names...)
}

// nameOf is the name of a database without its date: as it is if it looks like a name, else in quotation marks.
func (t *writer) nameOf(d attribution.Database) string {
	if isName(d.Name) {
		return d.Name
	}
	return t.p.Database(attribution.Database{Name: d.Name})
}

// isName reports whether a text cannot pass for more than a name: a few words of letters, digits and a little more.
func isName(s string) bool {
	if s == "" || len(s) > 48 || strings.Count(s, " ") > 4 || s != strings.TrimSpace(s) {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -_.+()") == ""
}

// dated is the name of a database with its date.
func (t *writer) dated(d attribution.Database) string {
	if d.Built.IsZero() {
		return t.nameOf(d)
	}
	return t.say(t.w.dated, args{"name": word(t.nameOf(d)), "date": word(t.w.date(d.Built))})
}
