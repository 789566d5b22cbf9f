package figures

import (
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// Amount is how much of a unit a row has.
func Amount(row *attribution.Row, u attribution.Unit) uint64 {
	return of(u, row.Sources, row.Events, row.Bytes)
}

// Total is how much of a unit was counted.
func Total(r *attribution.Report, u attribution.Unit) uint64 {
	return of(u, r.Sources.Value, r.Events, r.Bytes)
}

func of(u attribution.Unit, sources, events, bytes uint64) uint64 {
	switch u {
	case attribution.Events:
		return events
	case attribution.Bytes:
		return bytes
	}
	return sources
}

// Part is a share of a whole, 0 of nothing.
func Part(n, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return min(float64(n)/float64(whole), 1)
}

// HasClaim reports whether a verdict is about a unit.
func HasClaim(r *attribution.Report, u attribution.Unit) bool {
	return slices.ContainsFunc(r.Verdicts, func(v attribution.Verdict) bool { return v.Claim.Unit() == u })
}

// IsClaimed reports whether a country is one that a claim names.
func IsClaimed(r *attribution.Report, o geo.Origin) bool {
	return slices.ContainsFunc(r.Verdicts, func(v attribution.Verdict) bool {
		return !v.Claim.IsOutside() && v.Claim.Contains(o)
	})
}

// Limits are those of the claims about a country alone, in percent, so that its share is printed alike everywhere.
func Limits(r *attribution.Report, o geo.Origin, u attribution.Unit) (limits []float64) {
	for _, v := range r.Verdicts {
		countries := slices.Collect(v.Claim.Countries())
		if v.Claim.Unit() == u && len(countries) == 1 && countries[0] == o && !v.Claim.IsOutside() {
			limits = append(limits, Limit(v.Claim)...)
		}
	}
	return limits
}

// Limit is the limit of a claim in percent; a plurality has none.
func Limit(c attribution.Claim) []float64 {
	if c.IsPlurality() {
		return nil
	}
	return []float64{c.Percent()}
}
