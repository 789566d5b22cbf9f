package attribution

import (
	"fmt"

	"github.com/whence-go/whence/internal/count"
)

// FamilyShare is what a claim about sources finds in one address family alone.
// Sources of the two are different things, an address and a prefix, and networks
// that have both may be counted twice.
type FamilyShare struct {
	Family  string `json:"family"`  // "IPv4" or "IPv6"
	Sources uint64 `json:"sources"` // estimated from the sample beyond the exact state
	Share   Share  `json:"share"`   // as Verdict.Share; among the sources seen, where packets were sampled

	decision Decision
}

// families holds a claim against each family, where sources of both were seen.
func (r *Report) families(c Claim, b basis) []FamilyShare {
	all := r.group(anywhere)
	if c.unit != OfSources || !r.addresses || all.sampled6 == 0 || all.sampled6 == all.sampled {
		return nil
	}
	shares := []FamilyShare{{Family: "IPv4"}, {Family: "IPv6"}}
	for i := range shares {
		alone := r.onlyFamily(i == 1)
		s := &shares[i]
		s.Sources = count.Round(r.sampling.n * alone.sampling.k / r.sampling.k)
		if b.sampling != (sampling{}) {
			b.combined = false // the HyperLogLogs do not know families
			b.sampling = b.of(r.sampling.within(alone.sampling.k))
		}
		f := alone.find(c, b)
		s.Share = f.share
		s.decision, _ = f.decide(c)
	}
	return shares
}

// onlyFamily is the sample of one family, as far as finding a share needs it.
func (r *Report) onlyFamily(ipv6 bool) *Report {
	alone := &Report{Sources: r.Sources, Origins: r.Origins}
	for i, o := range r.counted {
		n := o.sampled6
		if !ipv6 {
			n = o.sampled - o.sampled6
		}
		alone.counted[i] = origin{sources: n, sampled: n}
	}
	alone.sampling.k = alone.group(anywhere).sampled
	return alone
}

// differ is the caveat that the families would not decide alike.
func differ(v Verdict) (Caveat, bool) {
	for _, s := range v.Families {
		if s.decision != v.Decision && s.decision != Undecided {
			value, low, high := s.Share.digits(v.Claim.limit(), false)
			return Caveat{FamiliesDiffer, s.Share.Value, fmt.Sprintf("of the %s sources alone it is %s %% (%s–%s %%), by which it would be %v", s.Family, value, low, high, s.decision)}, true
		}
	}
	return Caveat{}, false
}
