package decide

import (
	"fmt"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// A question about networks is decided as one about countries is, of the same state with
// other parts: the sources within the networks, those outside, and those of which that is
// not known. Every step is then the same.

func (q Question) ofNetworks() bool { return len(q.Systems) > 0 || len(q.Lists) > 0 }

func (m *Matter) decideNetworks(q Question, p Policy) Answer {
	a := Answer{Confidence: 1 - p.alpha()}
	n := m.on(q)
	if first := m.cases[0]; first.IsZero() || first.Total.Value == 0 {
		return n.ruleOut(a, caveat.Caveat{Code: caveat.NothingCounted})
	}
	if missing, ok := m.state.NotLookedUp(q.Systems, q.Lists); ok {
		return n.ruleOut(a, caveat.Caveat{Code: caveat.NotLookedUp, Subject: missing})
	}
	for _, c := range m.cases[1:] { // the first one's gate asks that, too
		if reason, ok := c.implausible(q.Unit); ok {
			return n.ruleOut(a, reason)
		}
	}
	return n.Decide(Question{
		Kind: q.Kind, Unit: q.Unit, Limit: q.Limit, Has: func(o geo.Origin) bool { return o == snapshot.Within },
	}, p)
}

// on is the matter of a question about networks. Where these were not looked up, its cases
// are those of m.
func (m *Matter) on(q Question) *Matter {
	key := fmt.Sprintf("%d %q %v", q.Systems, q.Lists, q.Outside)
	if n, ok := m.networked[key]; ok {
		return n
	}
	n := &Matter{state: m.state, cases: m.cases, about: &q, sites: m.sites, holdings: m.holdings, systems: m.systems}
	if _, missing := m.state.NotLookedUp(q.Systems, q.Lists); !missing {
		first := m.cases[0]
		v := first.InNetworks(q.Systems, q.Lists, q.Outside)
		n.cases = []*Case{{View: v, Findings: first.InParts(v)}}
	}
	if m.networked == nil {
		m.networked = map[string]*Matter{}
	}
	m.networked[key] = n
	return n
}

// findVolume is what the sample says of events or bytes, of which only the whole is known.
// No such question is of a plurality.
func (c *Case) findVolume(q Question, b basis) (f finding) {
	volume := snapshot.OfEvents
	if q.Unit == plausible.Bytes {
		volume = snapshot.OfBytes
	}
	in, out, unknown := c.PartsOf(volume, b.alpha)
	f.share = stat.Share{Low: in.Low, High: 1 - out.Low}
	f.counted = stat.Share{Low: in.Low, High: in.High}
	f.share.Value = min(max(in.Value, in.Low), in.High)
	f.counted.Value = f.share.Value
	located := 1 - unknown.Low
	if located > 0 {
		f.located = stat.Share{Low: in.Low / located, High: 1 - out.Low/located}
		value := in.Value / max(1-unknown.Value, tiny)
		f.located.Value = min(max(value, f.located.Low), f.located.High)
	}
	return f
}
