package attribution

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution/caveat"
)

// Outcome is the result of checking a claim.
type Outcome uint8

// The outcomes. Refuted says that the data are against the claim, Undecided that they
// do not suffice, Inadmissible that no claim about origin can be drawn from them.
const (
	Undecided Outcome = iota
	Supported
	Refuted
	Inadmissible
)

var outcomeNames = [...]string{"undecided", "supported", "refuted", "inadmissible"}

// String returns the outcome in lower case.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// MarshalText returns what String returns.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText writes; on error o is unchanged.
func (o *Outcome) UnmarshalText(text []byte) error {
	i := slices.Index(outcomeNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("attribution: no such outcome: %.40q", text)
	}
	*o = Outcome(i)
	return nil
}

// Verdict says whether a [Claim] holds: one verdict per claim, whatever the number of
// databases. It is plain data. docs/CLAIMS.md has the steps that lead to it.
type Verdict struct {
	Claim   Claim       `json:"claim"`
	Outcome Outcome     `json:"outcome"`
	Reason  caveat.Code `json:"reason,omitempty"` // of Undecided and Inadmissible

	Confidence float64 `json:"confidence"`        // of the interval and the outcome
	Interim    int     `json:"interim,omitempty"` // number of the look at counts that still grow; 0: final

	// Share is the share that the claim is about, with every uncertainty as the worst
	// case: sources without a country (Manski 1990) and records that were not read may
	// be anywhere, forged sources are removed, and all databases may be right. Value
	// leaves unlocated sources with the other countries. All are 0 if Inadmissible.
	Share Share `json:"share"`

	// Counted is the share as the first database counts it: unlocated sources are
	// others, and nothing is removed. Located is the share among located sources.
	Counted Share   `json:"counted"`
	Located float64 `json:"located"`
	Lead    *Share  `json:"lead,omitempty"` // of a plurality, over its strongest rival

	// Margin is how far the nearer end of the interval lies from the limit, as a share;
	// of a plurality, the least lead over any rival. 0 unless Supported or Refuted.
	Margin float64 `json:"margin"`

	// GeolocationErrorTolerated is the largest part of the whole (sources, events or
	// bytes) that the databases may place in a wrong country, in the worst way, without
	// changing the outcome.
	GeolocationErrorTolerated float64 `json:"geolocation_error_tolerated"`

	// Networks are the /24 and /48 of the sources in the sample, and NetworksClaimed
	// those with a source in the claimed countries. EffectiveSources is the number of
	// independent sources that say as much about a larger population as the sources do,
	// clustered in networks (Kish 1965). All are 0 where addresses were dropped or the
	// claim is not about sources.
	Networks         uint64  `json:"networks,omitzero"`
	NetworksClaimed  uint64  `json:"networks_claimed,omitzero"`
	EffectiveSources float64 `json:"effective_sources,omitzero"`

	// Bounds asks less of the databases: that every source is placed rightly by at least
	// one of them. Nil where there is only one.
	Bounds *Share `json:"bounds,omitempty"`

	Opinions []Opinion       `json:"opinions,omitempty"` // one per database, the first one's first
	Families []FamilyShare   `json:"families,omitempty"` // where both address families were seen
	Sampling *PacketSampling `json:"sampling,omitempty"` // where packets were sampled

	Caveats []caveat.Caveat `json:"caveats"` // the Reason's first
}

// String returns the verdict in one line for logs, such as
// "refuted RU > 50% of sources 0.37 [0.37, 0.39]".
func (v Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v", v.Outcome, v.Claim)
	if v.Outcome != Inadmissible {
		fmt.Fprintf(&b, " %v", v.Share)
	}
	for _, c := range v.Caveats {
		fmt.Fprintf(&b, " %s", c.Code)
	}
	return b.String()
}

// String returns the share and its interval, such as "0.37 [0.36, 0.39]".
func (s Share) String() string { return fmt.Sprintf("%.4g [%.4g, %.4g]", s.Value, s.Low, s.High) }

// Opinion is what one database alone says to a claim.
type Opinion struct {
	Outcome Outcome `json:"outcome"`
	Share   Share   `json:"share"` // as Verdict.Share

	// Disagreement is the share of the sources that only one of this and the first
	// database places in the claimed countries, among those that either places there and
	// both locate. 0 for the first.
	Disagreement Share `json:"disagreement"`

	// StandardError is that of the difference between the two databases' shares, with
	// errors clustered by network. DesignEffect is how many times its square exceeds that
	// of independent errors. Both are 0 for the first, or if nothing differs.
	StandardError float64 `json:"standard_error"`
	DesignEffect  float64 `json:"design_effect"`
}

// FamilyShare is what a claim about sources finds within one address family. Sources of
// the two differ, an address and a prefix, and networks that have both may count twice.
type FamilyShare struct {
	Family  string `json:"family"` // "IPv4" or "IPv6"
	Sources uint64 `json:"sources"`
	Share   Share  `json:"share"` // as Verdict.Share

	// Outcome is that of a census, or from below 30 sources of a sample of more. Clusters are not looked at.
	Outcome Outcome `json:"outcome"`
}

// PacketSampling is what a verdict about sources must add where one in so many packets
// or flows was looked at. A source that sent more is then more surely seen, so that the
// sources seen are not a fair sample of all.
type PacketSampling struct {
	Rate uint32 `json:"rate"` // 1 in how many

	// Outcome and Share are those among the sources seen, as if there were no others.
	// EventShare is their share of the events.
	Outcome    Outcome `json:"outcome"`
	Share      Share   `json:"share"`
	EventShare float64 `json:"event_share"`

	// Estimated is the share among all sources, by Chao's estimate (1984, 1987) of the
	// number of those not seen. The estimate is rather too small than too large.
	Estimated float64 `json:"estimated"`

	// Completeness is how much of the claimed countries' sources was seen at most, or of
	// all others', whichever is less. SeenOnce is the part of the sources seen that made
	// one event.
	Completeness float64 `json:"completeness"`
	SeenOnce     float64 `json:"seen_once"`

	// Shift is how much the share changes if half the events are looked at. It is 0 if
	// sources everywhere send alike.
	Shift float64 `json:"shift"`
}
