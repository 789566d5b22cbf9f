package decide

import (
	"math"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Some sources come for the first time though nothing happens. Among the new sources of a
// burst they are no part of the attack, and nobody can tell which they are. Their number
// and their countries are known from those that came before, with an uncertainty. The
// share of the attack is that of what is left without them: of a number of claimed sources
// and a number of others, from which two predictions are taken that are independent of
// each other (method of variance estimates recovery: Zou and Donner 2008).
//
// Whoever attacks may have sent newcomers before. So the interval reaches from the share
// of all new sources to the share without the newcomers: a correction only widens.

// split is a unit of the new sources in two parts, in some origins and in all others,
// with the newcomers of either.
type split struct {
	total   float64
	in, out stat.Share // newcomers
}

func (c *Case) split(total float64, u plausible.Unit, in, out func(geo.Origin) bool, alpha float64) split {
	return split{total, c.newcomers(u, in, alpha), c.newcomers(u, out, alpha)}
}

// attack is the share of the first part without the newcomers, if it is so much of all.
// Its value is NaN if nothing may be left.
func (s split) attack(share float64) stat.Share {
	rest := func(x float64, n stat.Share) stat.Share {
		return stat.Share{Value: x - n.Value, Low: x - n.High, High: x - n.Low}.Positive()
	}
	return restShare(rest(share*s.total, s.in), rest((1-share)*s.total, s.out))
}

// without is a share with all that it may be without the newcomers. The ends may count
// other things to the first part.
func without(s stat.Share, low, high split) stat.Share {
	wide := s.With(stat.Share{Low: low.attack(s.Low).Low, High: high.attack(s.High).High})
	if value := low.attack(s.Value).Value; !math.IsNaN(value) {
		wide.Value = value
	}
	return wide
}

// withoutNewcomers widens a finding by the newcomers. Its value is the share without them.
func (c *Case) withoutNewcomers(q Question, alpha float64, f finding) finding {
	if c.Newcomers == nil {
		return f
	}
	isOther := func(o geo.Origin) bool { return !q.Has(o) }
	orUnlocated := func(o geo.Origin) bool { return q.Has(o) || snapshot.IsUnlocated(o) }
	isLocated := func(o geo.Origin) bool { return !snapshot.IsUnlocated(o) }
	total := amount(c.Group(snapshot.Anywhere), q.Unit)
	low := c.split(total, q.Unit, q.Has, isOther, alpha)
	f.share = without(f.share, low, c.split(total, q.Unit, orUnlocated, q.others, alpha))
	located := c.split(amount(c.Group(isLocated), q.Unit), q.Unit, q.Has, q.others, alpha)
	f.located = without(f.located, located, located)
	if q.Kind == Plurality && total > 0 {
		theirs := 0.0
		for _, rival := range c.rivals(q) {
			theirs = max(theirs, c.newcomers(q.Unit, func(o geo.Origin) bool { return o == rival }, alpha).High)
		}
		for _, lead := range []*stat.Share{&f.lead, &f.locatedLead} {
			lead.Low = max(lead.Low-low.in.High/total, -1)
			lead.High = min(lead.High+theirs/total, 1)
		}
	}
	return f
}

// RowShare is the share of one origin in all sources, without the newcomers where they are
// known.
func (c *Case) RowShare(o geo.Origin, all snapshot.Group, alpha float64) stat.Share {
	s := c.ShareOf(o, all, alpha)
	if c.Newcomers == nil {
		return s
	}
	is := func(other geo.Origin) bool { return other == o }
	isNot := func(other geo.Origin) bool { return other != o }
	both := c.split(all.Sources.Value, plausible.Sources, is, isNot, alpha)
	return without(s, both, both)
}

// RowShares are the shares of some origins, as RowShare has them. Many small countries have as
// many sources of a sample as the one before, and its interval, which takes long to find.
func (c *Case) RowShares(list []geo.Origin, all snapshot.Group, alpha float64) []stat.Share {
	shares := make([]stat.Share, len(list))
	for i, o := range list {
		if i > 0 && c.Newcomers == nil && c.countAlike(list[i-1], o) {
			shares[i] = shares[i-1]
			continue
		}
		shares[i] = c.RowShare(o, all, alpha)
	}
	return shares
}

// countAlike reports whether two origins have the same numbers of sources.
func (c *Case) countAlike(a, b geo.Origin) bool {
	x, y := &c.Counted[a], &c.Counted[b]
	return x.Sources == y.Sources && x.Sampled == y.Sampled
}

// NewcomerCount is the expected number of sources that would have come without the burst; ok
// is false if nothing is known of them.
func (c *Case) NewcomerCount() (n stat.Share, ok bool) {
	if c.Newcomers == nil {
		return n, false
	}
	n = c.newcomers(plausible.Sources, snapshot.Anywhere, stat.Alpha)
	return stat.Share{
		Value: min(n.Value, c.Total.Value), Low: min(n.Low, c.Total.Value), High: min(n.High, c.Total.High),
	}, true
}

// newcomers is how much of a unit the newcomers of some origins are expected to have.
func (c *Case) newcomers(u plausible.Unit, in func(geo.Origin) bool, alpha float64) stat.Share {
	known := c.State.Newcomers
	n := known.Expect(in, alpha)
	if all := in(snapshot.Within) && in(snapshot.Outside) && in(geo.Unlocated); c.IsParted() && !all {
		// Their countries are known, not their networks: any of them may be in any.
		n = stat.Share{High: known.Expect(snapshot.Anywhere, alpha).High}
	}
	m := known.Events
	switch u {
	case plausible.Sources:
		// The number of new sources may be an estimate, of which they are a part.
		if t := c.Total; t.Low > 0 && t.Low < t.High {
			n.Low, n.High = n.Low*t.Value/t.High, n.High*t.Value/t.Low
		}
		return n
	case plausible.Bytes:
		m = known.Bytes
	}
	z := 0.0
	if alpha < 1 {
		z = -stat.NormalQuantile(alpha / 2)
	}
	return stat.Share{
		Value: n.Value * m.Mean, High: (n.High*m.Mean + z*math.Sqrt(n.High*m.Square)) * max(known.Longer, 1),
	}
}

// restShare is the share of a in a and b. Its value is NaN if there may be nothing of
// either.
func restShare(a, b stat.Share) stat.Share {
	odds := stat.Share{Value: a.Value / b.Value, Low: a.Low / b.High, High: a.High / b.Low}
	if a.Value > 0 && b.Value > 0 {
		odds = stat.Quotient(a, b)
	}
	share := func(odds, unknown float64) float64 {
		switch {
		case math.IsNaN(odds):
			return unknown
		case math.IsInf(odds, 1):
			return 1
		}
		return odds / (1 + odds)
	}
	return stat.Share{Value: share(odds.Value, math.NaN()), Low: share(odds.Low, 0), High: share(odds.High, 1)}
}

// ofNewcomers is the caveat that newcomers are among the sources.
func (c *Case) ofNewcomers() caveat.Caveat {
	n, _ := c.NewcomerCount()
	return caveat.Caveat{Code: caveat.Newcomers, Value: math.Round(n.Value)}
}
