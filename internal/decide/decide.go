// Package decide answers questions about a snapshot: one answer per claim, whatever the
// number of databases. An answer is a function of the state, the question and the policy,
// and of nothing else.
package decide

import (
	"math"
	"slices"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Kind is how a question compares.
type Kind uint8

// The kinds.
const (
	MoreThan Kind = iota + 1
	LessThan
	Plurality
)

// Question is a claim. Where it names systems or lists, it is about them and not about the
// origins that it has.
type Question struct {
	Kind  Kind
	Unit  plausible.Unit
	Limit float64 // as a share
	Has   func(geo.Origin) bool

	Systems []uint32 // in any of these autonomous systems
	Lists   []string // on any of these lists
	Outside bool     // outside of them
}

// Policy is that of attribution, checked and with its default filled in.
type Policy struct {
	Confidence float64
	Population bool
	Interim    int
}

// alpha is the probability of error that this look may spend.
func (p Policy) alpha() float64 {
	a := 1 - p.Confidence
	if j := float64(p.Interim); j > 0 {
		a /= j * (j + 1)
	}
	return a
}

// Outcome is the result, in the order of attribution.Outcome.
type Outcome uint8

// The outcomes.
const (
	Undecided Outcome = iota
	Supported
	Refuted
	Inadmissible
)

// Answer is what attribution.Verdict says.
type Answer struct {
	Outcome    Outcome
	Reason     caveat.Code
	Confidence float64

	Share, Counted    stat.Share
	Located           float64
	Lead              stat.Share
	Margin, Tolerated float64

	Networks, NetworksClaimed uint64
	EffectiveSources          float64

	Bounds   *stat.Share
	Opinions []Opinion
	Families []Family
	Sampling *PacketSampling
	Caveats  []caveat.Caveat
}

// Matter is a state with what all questions about it need. It is immutable after New but
// for what it remembers, and not safe for concurrent use.
type Matter struct {
	state *snapshot.State
	cases []*Case

	sites, holdings, systems snapshot.Clusters // made when first needed
	placed                   []placement       // likewise
	placing                  []int32           // likewise: the number of the one of each item
	moved                    [][]int32         // likewise, by case: see movedBy
	held                     uint64            // likewise: the sites with public sources
	data                     []caveat.Caveat   // likewise: those about the data

	about     *Question          // whose parts the origins stand for, if it is one about networks
	networked map[string]*Matter // those of questions about networks, by what they are about
}

// Case is a state as one database sees it.
type Case struct {
	*snapshot.View
	*plausible.Findings

	seen  *[geo.MaxOrigins]abundance  // made when first needed
	cells []cell                      // likewise
	proof [plausible.Bytes + 1]*proof // likewise, by unit
}

// New prepares the questions about a state.
func New(s *snapshot.State) *Matter {
	views := s.Views()
	first := &Case{View: views[0], Findings: plausible.Examine(views[0])}
	m := &Matter{state: s, cases: []*Case{first}}
	for _, v := range views[1:] {
		m.cases = append(m.cases, &Case{View: v, Findings: first.By(v)})
	}
	m.moved = make([][]int32, len(m.cases))
	return m
}

// Cases are the state as each database sees it, first those that located it.
func (m *Matter) Cases() []*Case { return m.cases }

// Decide answers a question. The steps stand in the order in which they decide; the first
// that ends the matter names the reason.
func (m *Matter) Decide(q Question, p Policy) Answer {
	if q.ofNetworks() {
		return m.decideNetworks(q, p)
	}
	a := Answer{Confidence: 1 - p.alpha()}

	// 1. Can these data carry any claim about origin, by every database?
	for _, c := range m.cases {
		if reason, ok := c.gate(q); ok {
			return m.ruleOut(a, reason)
		}
	}
	t := m.trial(q, p)
	if t.hidden != nil {
		a.Sampling = t.findings[0].sampling
		return m.ruleOut(a, *t.hidden)
	}

	// 2. to 5. What the interval decides, with every uncertainty as the worst case.
	a.Share, a.Located, a.Lead = t.joint.share, t.joint.located.Value, t.joint.lead.Difference()
	a.Counted, a.Sampling = t.findings[0].counted, t.findings[0].sampling
	a.Outcome, a.Margin = t.joint.decide(q)
	var reason []caveat.Caveat
	if a.Outcome == Undecided {
		reason = append(reason, t.reason())
		a.Reason = reason[0].Code
	}

	// 6. What it survives, and what a reader must know beside it.
	a.Tolerated = a.Margin
	if q.Kind == Plurality {
		a.Tolerated = a.Margin / 2 // one error shortens the lead by two
	}
	if t.corrected {
		a.Tolerated *= t.genuine() // all errors may be among these
	}
	t.describe(&a)
	a.Caveats = distinct(reason, m.reasons(t, &a), m.standing())
	return a
}

// ruleOut is the answer that no claim can be made, for a reason that stands first.
func (m *Matter) ruleOut(a Answer, reason caveat.Caveat) Answer {
	a.Outcome, a.Reason = Inadmissible, reason.Code
	standing := m.standing()
	if a.Reason == caveat.Reflection { // which says it
		standing = slices.DeleteFunc(slices.Clone(standing), func(c caveat.Caveat) bool {
			return c.Code == caveat.ReflectorsPresent
		})
	}
	a.Caveats = distinct([]caveat.Caveat{reason}, standing)
	return a
}

// distinct joins lists, and leaves out what has the code and subject of one before.
func distinct(lists ...[]caveat.Caveat) []caveat.Caveat {
	all := []caveat.Caveat{} // an empty list in JSON, not null
	type key struct {
		code    caveat.Code
		subject string
	}
	seen := map[key]bool{}
	for _, list := range lists {
		for _, c := range list {
			if k := (key{c.Code, c.Subject}); !seen[k] {
				seen[k] = true
				all = append(all, c)
			}
		}
	}
	return all
}

// All answers several questions so that the probability of even one wrong answer among them
// stays what the policy allows (Holm 1979). That holds whatever the questions have to do
// with each other, if being supported wrongly is what counts; that refutations are
// included is proven for independent questions only (Shaffer 1980).
func (m *Matter) All(questions []Question, p Policy) []Answer {
	answers := make([]Answer, len(questions))
	decided := make([]bool, len(questions))
	for left, more := len(questions), true; more; {
		more = false
		each := p
		each.Confidence = min(1-(1-p.Confidence)/float64(max(left, 1)), math.Nextafter(1, 0))
		for i, q := range questions {
			if decided[i] {
				continue
			}
			answers[i] = m.Decide(q, each)
			if o := answers[i].Outcome; o == Supported || o == Refuted {
				decided[i], more = true, true
				left--
			}
		}
	}
	return answers
}
