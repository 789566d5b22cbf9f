package decide

import (
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Family is what attribution.FamilyShare says.
type Family struct {
	IPv6    bool
	Sources float64
	Share   stat.Share
	Outcome Outcome
}

// describeFamilies answers the question within each address family, where sources of both
// were seen.
func (t *trial) describeFamilies(a *Answer) {
	c := t.cases[0]
	all := c.Group(snapshot.Anywhere)
	if t.q.Unit != plausible.Sources || !c.HasAddresses() || c.Newcomers != nil || // of either family
		all.Sampled6 == 0 || all.Sampled6 == all.Sampled {
		return
	}
	for _, ipv6 := range []bool{false, true} {
		alone := c.onlyFamily(ipv6)
		b, sampling := t.p.basis(c), c.Sampling.Within(alone.Sampling.K)
		var f finding
		if few := sampling.N < fewSources; b.counted() && !few {
			f = alone.findCounted(t.q)
		} else {
			b.population = b.population || few
			b.sampling = b.of(sampling)
			f = alone.findSampled(t.q, b)
		}
		f.widenByLost(t.state)
		s := Family{IPv6: ipv6, Sources: sampling.N, Share: f.share}
		s.Outcome, _ = f.decide(t.q)
		a.Families = append(a.Families, s)
	}
}

// onlyFamily is the sample of one family, as far as finding a share needs it.
func (c *Case) onlyFamily(ipv6 bool) *Case {
	alone := &snapshot.View{State: c.State, Database: c.Database}
	for i := range c.Counted {
		n := c.Counted[i].Sampled6
		if !ipv6 {
			n = c.Counted[i].Sampled - n
		}
		alone.Counted[i] = snapshot.Counted{Sources: stat.Number{Value: n}, Sampled: n}
	}
	alone.Sampling.K = alone.Group(snapshot.Anywhere).Sampled
	return &Case{View: alone, Findings: &plausible.Findings{View: alone}}
}

// familyCaveat is that one family would decide otherwise. Where sources are few, or lie in few networks, those of a
// family do as well.
func familyCaveat(a *Answer) []caveat.Caveat {
	if a.Reason == caveat.FewSources || a.Reason == caveat.ClusteredSources {
		return nil
	}
	for _, f := range a.Families {
		if f.Outcome != a.Outcome && f.Outcome != Undecided {
			name := "IPv4"
			if f.IPv6 {
				name = "IPv6"
			}
			return []caveat.Caveat{{Code: caveat.FamiliesDiffer, Value: f.Share.Value, Subject: name}}
		}
	}
	return nil
}
