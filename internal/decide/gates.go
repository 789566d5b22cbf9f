package decide

import (
	"math"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// gate tells why no claim can be checked on these data. What else makes data worthless
// belongs here.
func (c *Case) gate(q Question) (caveat.Caveat, bool) {
	all, unlocated := c.Group(snapshot.Anywhere), c.Group(snapshot.IsUnlocated)
	because := func(code caveat.Code, value float64) (caveat.Caveat, bool) {
		return caveat.Caveat{Code: code, Value: value}, true
	}
	switch {
	case c.IsZero() || c.Total.Value == 0:
		return because(caveat.NothingCounted, 0)
	}
	if reason, ok := c.limited(q.Unit); ok {
		return reason, true
	}
	switch {
	case q.Unit != plausible.Sources && !c.Volume:
		return because(caveat.VolumeUnknown, c.Sampling.K)
	case amount(all, q.Unit) == 0:
		return because(caveat.NothingCounted, 0)
	case q.Unit == plausible.Events && all.Events == math.MaxUint64,
		q.Unit == plausible.Bytes && all.Bytes == math.MaxUint64:
		return because(caveat.Saturated, 0)
	case amount(all, q.Unit) == amount(unlocated, q.Unit):
		return because(caveat.NothingLocated, 0)
	case q.Unit == plausible.Sources && !c.Exact() && !c.Unsampled && c.Sampling.K == 0:
		return because(caveat.NothingSampled, 0)
	}
	if reason, ok := c.implausible(q.Unit); ok {
		return reason, true
	}
	if score := c.disagreement(q); math.Abs(score) > stat.MaxDisagreement {
		return because(caveat.EstimatorsDisagree, score)
	}
	return caveat.Caveat{}, false
}

// amount is how much of a unit a group has.
func amount(g snapshot.Group, u plausible.Unit) float64 {
	return u.Of(g.Sources.Value, g.Events, g.Bytes)
}

// implausible tells why no claim in a unit may be made about the origin of the traffic,
// though there are counts: the origin of most of it is not visible here.
func (c *Case) implausible(u plausible.Unit) (caveat.Caveat, bool) {
	if share := c.Proxied(); share > 0.5 {
		return caveat.Caveat{Code: caveat.ProxyInFront, Value: share}, true
	}
	if share := c.Anonymized(); share > 0.5 && u == plausible.Sources {
		return caveat.Caveat{Code: caveat.Anonymized, Value: share}, true
	}
	// Forged packets may be made to look like answers. What real servers send does not look forged.
	if c.MostlyForged() {
		return caveat.Caveat{Code: caveat.Spoofed, Value: c.ForgedOfAll().Low}, true
	}
	// A handshake with a reflector changes nothing: its address was never in doubt.
	for _, of := range []plausible.Unit{plausible.Sources, u} {
		if share := c.Reflected(of); share > 0.5 {
			return caveat.Caveat{Code: caveat.Reflection, Value: share, Subject: of.String()}, true
		}
	}
	return caveat.Caveat{}, false
}

// disagreement is the distance between the two estimates of the claimed share, by sample
// and by registers, in standard errors; 0 where there is only one.
func (c *Case) disagreement(q Question) float64 {
	if q.Unit != plausible.Sources || c.Exact() || c.Basis != snapshot.All {
		return 0
	}
	in, rest := c.Group(q.Has), c.Group(func(o geo.Origin) bool { return !q.Has(o) })
	s := c.Sampling
	bySample := in.Sampled / s.K
	byParts := stat.OddsShare(in.Sources, rest.Sources, stat.Z)
	se := byParts.Value * (1 - byParts.Value) * math.Hypot(in.Sources.RelErr(), rest.Sources.RelErr())
	score := (bySample - byParts.Value) / math.Hypot(s.StandardError(byParts.Value), se)
	// Where few are expected in the sample, it is skewed and standard errors mean little:
	// then only what the binomial distribution rules out counts.
	rare := 2 * stat.NormalTail(stat.MaxDisagreement)
	if x := in.Sampled; score > 0 && stat.BetaCDF(byParts.High, x, s.K-x+1) > rare/2 ||
		score < 0 && stat.BetaCDF(1-byParts.Low, s.K-x, x+1) > rare/2 {
		return math.Copysign(min(math.Abs(score), stat.MaxDisagreement), score)
	}
	return score
}
