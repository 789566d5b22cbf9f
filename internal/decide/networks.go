package decide

import (
	"fmt"
	"slices"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
)

// A question about networks is decided as one about countries is, of the same state with
// other parts: the sources within the networks, those outside, and those of which that is
// not known. Every step is then the same.

// within and outside are the origins that stand for the parts.
var within, outside = func() (a, b geo.Origin) {
	countries := slices.Collect(geo.Countries())
	return countries[0], countries[1]
}()

func (q Question) ofNetworks() bool { return len(q.Systems) > 0 || len(q.Lists) > 0 }

func (m *Matter) decideNetworks(q Question, p Policy) Answer {
	a := Answer{Confidence: 1 - p.alpha()}
	n := m.on(q)
	if first := m.cases[0]; first.IsZero() || first.Total.Value == 0 {
		return n.ruleOut(a, caveat.Caveat{Code: caveat.NothingCounted})
	}
	if missing, ok := m.notLookedUp(q); ok {
		return n.ruleOut(a, caveat.Caveat{Code: caveat.NotLookedUp, Subject: missing})
	}
	for _, c := range m.cases {
		if reason, ok := c.implausible(q.Unit); ok {
			return n.ruleOut(a, reason)
		}
	}
	return n.Decide(Question{
		Kind: q.Kind, Unit: q.Unit, Limit: q.Limit, Has: func(o geo.Origin) bool { return o == within },
	}, p)
}

// on is the matter of a question about networks. Where these were not looked up, its parts
// are those of m.
func (m *Matter) on(q Question) *Matter {
	key := fmt.Sprintf("%d %q %v", q.Systems, q.Lists, q.Outside)
	if n, ok := m.networked[key]; ok {
		return n
	}
	n := &Matter{state: m.state, cases: m.cases, about: &q, sites: m.sites, holdings: m.holdings, systems: m.systems}
	if _, missing := m.notLookedUp(q); !missing {
		first := m.cases[0]
		v := first.Parted(m.partsOf(q))
		n.cases = []*Case{{View: v, Findings: first.InParts(v)}}
	}
	if m.networked == nil {
		m.networked = map[string]*Matter{}
	}
	m.networked[key] = n
	return n
}

// notLookedUp tells whether the sources were not looked up in what a question is about. It
// names the list, if that is one.
func (m *Matter) notLookedUp(q Question) (list string, missing bool) {
	if len(q.Systems) > 0 && m.state.ASNs == nil {
		return "", true
	}
	for _, name := range q.Lists {
		if _, ok := m.state.ListNamed(name); !ok {
			return name, true
		}
	}
	return "", false
}

// partsOf tells in which part each item is. A source without a system may be in any.
func (m *Matter) partsOf(q Question) func(item int) geo.Origin {
	part := func(in bool) geo.Origin {
		if in != q.Outside {
			return within
		}
		return outside
	}
	if len(q.Systems) > 0 {
		numbers := m.state.ASNs.Numbers
		return func(i int) geo.Origin {
			if numbers[i] == 0 {
				return geo.Unlocated
			}
			return part(slices.Contains(q.Systems, numbers[i]))
		}
	}
	var lists []snapshot.List
	for _, name := range q.Lists {
		l, _ := m.state.ListNamed(name)
		lists = append(lists, l)
	}
	return func(i int) geo.Origin {
		return part(slices.ContainsFunc(lists, func(l snapshot.List) bool { return l.On[i] }))
	}
}
