package attribution

// Plausibility is what the sources of a [Report] look like, before anybody asks where
// they are. Shares are from 0 to 1.
type Plausibility struct {
	Spoofing *Spoofing `json:"spoofing,omitempty"` // nil: not tested, see [Spoofing]

	Reflectors float64 `json:"reflectors"` // share of the sources that look like reflectors
	Anonymized float64 `json:"anonymized"` // share of the sources whose addresses were cut
	Proxied    float64 `json:"proxied"`    // share of all events from reserved addresses
	TopSource  float64 `json:"top_source"` // share of the events of the busiest source in the sample

	Heavy *HeavySources `json:"heavy,omitempty"` // nil: none stands out
}

// HeavySources are the sources that send far more than the rest: their number of
// events lies 3.5 robust standard deviations above the median, on a logarithmic scale
// (Iglewicz and Hoaglin 1993).
type HeavySources struct {
	Sources      uint64  `json:"sources"`       // in the sample
	EventsAbove  uint64  `json:"events_above"`  // each has more
	MedianEvents uint64  `json:"median_events"` // half of all sources have no more
	Share        float64 `json:"share"`         // of the events of all sources in the sample
}

// Spoofing is what the sources of a [Report] say about forged addresses.
//
// Public IPv4 sources of the sample, of which nobody saw a handshake, are compared
// with what is forged in bulk: addresses drawn at random from the whole address space,
// or from the part of it that a filter lets through. Such sources are spread as evenly
// as chance has it, where real ones gather in networks. Some of them lie where nobody
// is. Their countries are those of the address space.
//
// Addresses that are forged within one country or one /8 show if nearly all sources of
// that place are: see Even. Those among real ones cannot be found this way, nor can forged
// IPv6 addresses. There is no result for fewer than 100 tested sources, for addresses that
// were dropped, or for addresses that were cut before.
//
// Whoever forges addresses also chooses what this finds. It therefore only ever widens the
// interval of a claim; see docs/SECURITY.md for what an attacker can reach.
type Spoofing struct {
	Level SpoofingLevel `json:"level"`

	// Tested is the number of sources that were tested, and Forged the share of them
	// that is forged, with its 95 % interval. It allows for an unknown filter, and is
	// therefore wide.
	Tested uint64 `json:"tested"`
	Forged Share  `json:"forged"`

	// Pairs24 and Pairs16 count the pairs of tested sources within one /24 and one /16.
	// The IfForged fields say how many there would be if all were forged.
	Pairs24         uint64  `json:"pairs_24"`
	Pairs24IfForged float64 `json:"pairs_24_if_forged"`
	Pairs16         uint64  `json:"pairs_16"`
	Pairs16IfForged float64 `json:"pairs_16_if_forged"`

	// Dark counts the /24 networks of tested sources in space that is announced and
	// located but has no users: about 1 in 17 forged sources lies there. Bogons are
	// sources that no host can have (0.0.0.0/8, 127.0.0.0/8, 224.0.0.0/3): about 2 for
	// each 13 forged ones, unless they were filtered. They are not among Tested.
	// DarkSources are the tested sources in those networks.
	Dark        uint64 `json:"dark"`
	DarkSources uint64 `json:"dark_sources"`
	Bogons      uint64 `json:"bogons"`

	// MixDistance is the total variation, from 0 to 1, between the countries of the
	// tested sources and those of the address space. MixNoise is what chance alone
	// makes. Both are absent where the address space by country is not known.
	MixDistance float64 `json:"mix_distance,omitzero"`
	MixNoise    float64 `json:"mix_noise,omitzero"`

	// Even are the countries and the /8 whose sources lie like addresses that are drawn
	// from that place at random.
	Even []EvenPlace `json:"even,omitempty"`
}

// EvenPlace is a country or a /8 with as many pairs of tested sources in one /24 as chance
// makes there. Real sources have tens to thousands of times as many, or none if they keep
// apart. Places are tested in which chance makes 100 pairs: of 3,600 sources in a /8, of
// 6,000 in a country of 46 million addresses. Those of fewer than 4 million addresses are
// not tested, nor those of which one address in 20 is a source.
type EvenPlace struct {
	Place           string  `json:"place"` // "RU" or "11.0.0.0/8"
	Sources         uint64  `json:"sources"`
	Pairs24         uint64  `json:"pairs_24"`
	Pairs24IfForged float64 `json:"pairs_24_if_forged"`
}

// SpoofingLevel is how much of the traffic looks forged.
type SpoofingLevel string

// The levels, from least to most. Where forging is dominant or uniform, nothing can be
// said about origin, if the sources tested are most of all.
const (
	SpoofingNone      SpoofingLevel = "none"      // no sign of it
	SpoofingSuspected SpoofingLevel = "suspected" // spread like forged ones, but none where nobody is
	SpoofingLocal     SpoofingLevel = "local"     // some are where nobody is, but not as if from the whole space
	SpoofingPartial   SpoofingLevel = "partial"   // some are forged, from the whole space
	SpoofingDominant  SpoofingLevel = "dominant"  // certainly more than half are
	SpoofingUniform   SpoofingLevel = "uniform"   // nothing distinguishes them from all being forged
)
