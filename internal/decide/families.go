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
	b := t.p.basis(c)
	for _, ipv6 := range []bool{false, true} {
		alone := c.onlyFamily(ipv6)
		b := b
		if !b.counted() {
			b.sampling = b.of(c.Sampling.Within(alone.Sampling.K))
		}
		var f finding
		if b.counted() {
			f = alone.findCounted(t.q)
		} else {
			f = alone.findSampled(t.q, b)
		}
		f.widenByLost(t.state)
		s := Family{IPv6: ipv6, Sources: c.Sampling.N * alone.Sampling.K / c.Sampling.K, Share: f.share}
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

// familyCaveat is that one family would decide otherwise.
func familyCaveat(a *Answer) []caveat.Caveat {
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
