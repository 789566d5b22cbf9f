package plausible

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// Level is how much of the traffic looks forged, from least to most.
type Level uint8

const (
	None Level = iota
	Suspected
	Partial
	Dominant
	Uniform
)

// Spoofing is what attribution.Spoofing says; shares are of the tested sources.
type Spoofing struct {
	Level  Level
	Tested uint64
	Forged stat.Share

	Pairs24, Pairs16                 uint64
	Pairs24IfForged, Pairs16IfForged float64
	Dark, Bogons                     uint64
	MixDistance, MixNoise            float64
}

const (
	leastTested = 100  // below, not even forged sources show five in dark space
	leastSpread = 1000 // below, real sources may have few enough neighbours by chance

	// Up to these shares, dark sources and bogons are there by mere
	// misconfiguration; and one network of unusual users is no forger.
	darkBackground  = 0.0006
	bogonBackground = 0.0005
	fewWitnesses    = 5
	leastDarkBlocks = 3

	// The part of forged sources that is dark: 5.9 % of the public address space
	// is, 6.9 % of what is routed. Of one real flood, filtered on its way, 3.2 % was.
	mostDarkIfForged  = 0.07
	leastDarkIfForged = 0.03

	// Sources lie evenly that have up to so many times the pairs expected in routed
	// space, and countries no farther from the address space. Real ones have 20 to
	// 3,000 times the pairs in a /24, unless they keep apart, and even then 3.5
	// to 100 times those in a /16.
	evenly24 = 3.0
	evenly16 = 2.0
	evenMix  = 0.1
)

// testSources looks for forged sources.
func (f *Findings) testSources() {
	v := f.View
	if !v.HasAddresses() || len(v.Items) < leastTested || f.traits.anonymized() > 0 {
		return
	}
	w := witnessesOf(v)
	if w.tested < leastTested {
		return
	}
	f.witnesses = w
	s := &Spoofing{
		Tested:  uint64(w.tested),
		Pairs24: uint64(w.pairs24), Pairs24IfForged: w.pairs() / routed24,
		Pairs16: uint64(w.pairs16), Pairs16IfForged: w.pairs() / routed16,
		Dark: uint64(w.dark), Bogons: uint64(w.bogons),
		Forged: w.forged(v.Spaces, stat.Alpha),
	}
	even := w.tested >= leastSpread &&
		!exceeds(w.pairs24, w.pairs(), evenly24/routed24) && !exceeds(w.pairs16, w.pairs(), evenly16/routed16)
	if len(v.Spaces) > 0 {
		s.MixDistance, s.MixNoise = w.distance(v.Spaces)
		even = even && s.MixDistance-s.MixNoise < evenMix
	}
	dark := w.dark >= fewWitnesses && !w.usersInDark() && exceeds(w.dark, w.tested, darkBackground)
	switch {
	case even && dark && w.byPlace(stat.Alpha).High >= 1:
		s.Level, s.Forged.High = Uniform, 1
	case dark && s.Forged.Low > 0.5:
		s.Level = Dominant
	case dark, w.bogons >= fewWitnesses && exceeds(w.bogons, w.tested+w.bogons, bogonBackground):
		s.Level = Partial
	case even: // by a forger, if any, who knows where nobody is
		s.Level, s.Forged.High = Suspected, 1
	default:
		s.Level = None
	}
	f.Spoofing = s
}

// forged is the fraction of the tested sources that is forged, at confidence
// 1-alpha. Its lower end and its value follow from where nobody is; the upper end
// as well from where too few or too many are.
func (w *witnesses) forged(spaces []geo.Space, alpha float64) stat.Share {
	half := alpha / 2
	f := w.byPlace(half)
	f.High = min(f.High, w.mostUngathered(), 1)
	if w.dark > 0 { // else it is low enough, or nothing is known
		f.High = min(f.High, w.mostByMix(spaces, half))
	}
	f.Low = min(max(f.Low, 0), f.High)
	f.Value = min(max(f.Value, f.Low), f.High)
	return f
}

// darkSources is the number of forged sources that it takes, drawn at random, to be
// in so many dark networks.
func (w *witnesses) darkSources() float64 {
	const networks = darkSpace * (1 << 24)
	return min(-networks*math.Log1p(-w.dark/networks), w.tested)
}

// byPlace tells the forged by where nobody is.
func (w *witnesses) byPlace(alpha float64) stat.Share {
	switch {
	case w.usersInDark():
		return stat.Share{High: 1}
	case w.unfiltered():
		return w.forgedUnfiltered(alpha)
	}
	return w.forgedFiltered(alpha)
}

// usersInDark reports whether the dark sources are in so few blocks that they look
// like users after all, and tell nothing.
func (w *witnesses) usersInDark() bool {
	return w.dark >= fewWitnesses && w.blocks < leastDarkBlocks
}

// unfiltered reports whether bogons came in the number that dark sources call for,
// so that nothing was filtered, surely not on the way of most.
func (w *witnesses) unfiltered() bool {
	dark := w.darkSources()
	all, share := w.bogons+dark, bogonSpace/(bogonSpace+darkSpace)
	return w.bogons >= fewWitnesses &&
		stat.BinomialTail(all, share, w.bogons) > 0.01 && stat.BinomialTail(all, 1-share, dark) > 0.01
}

// forgedUnfiltered takes what was sent for uniform over all 2^32 addresses.
func (w *witnesses) forgedUnfiltered(alpha float64) stat.Share {
	all := w.tested + w.bogons
	per := (bogonSpace + darkSpace) / (publicSpace + bogonSpace)
	f := impossible(w.bogons+w.darkSources(), all, per, bogonBackground+darkBackground, alpha)
	// That is the fraction among the tested and the bogons, which are all forged.
	tested := func(all float64) float64 {
		all = min(max(all, 0), 1)
		public := float64(all * publicSpace / (publicSpace + bogonSpace)) // rounded here on every machine
		return public / (public + 1 - all)
	}
	return stat.Share{Value: tested(f.Value), Low: tested(f.Low), High: tested(f.High)}
}

// forgedFiltered allows for any filter that leaves of dark space what the filters
// left that were seen.
func (w *witnesses) forgedFiltered(alpha float64) stat.Share {
	f := impossible(w.darkSources(), w.tested, mostDarkIfForged, darkBackground, alpha)
	f.High *= mostDarkIfForged / leastDarkIfForged
	return f
}

// impossible is the fraction of n sources that is forged, given that x of them
// are where per of the forged and at most background of the others are: the interval
// of Clopper and Pearson, scaled. Its ends may exceed 1 and fall below 0.
func impossible(x, n, per, background, alpha float64) stat.Share {
	low, high := stat.ClopperPearson(x/n, n, alpha)
	return stat.Share{Value: x / n / per, Low: (low - background) / per, High: high / per}
}

// mostUngathered bounds the forged by the sources that have a neighbour, more than
// chance explains: those are real.
func (w *witnesses) mostUngathered() float64 {
	byChance := 2 * evenly24 * w.pairs() / routed24
	real := w.gathered - byChance - 4*math.Sqrt(byChance)
	return 1 - max(real, 0)/w.tested
}

// mostByMix bounds the forged by countries that have few of the sources: forged ones alone
// would give each at least about its part of the address space. Of several databases the
// widest bound counts.
func (w *witnesses) mostByMix(spaces []geo.Space, alpha float64) float64 {
	if len(spaces) == 0 {
		return 1
	}
	most := 0.0
	for i := range spaces {
		most = max(most, w.mostBySpace(&spaces[i], alpha))
	}
	return most
}

func (w *witnesses) mostBySpace(space *geo.Space, alpha float64) float64 {
	const (
		large    = 0.01 // countries smaller than that say little
		filtered = 0.5  // what a filter leaves at least of the part of such a country
	)
	countries := 0.0
	for _, q := range space.IPv4 {
		if q >= large {
			countries++
		}
	}
	most := 1.0
	for o, q := range space.IPv4 {
		if q < large {
			continue
		}
		q = filtered * boundBySpace(space, func(c geo.Origin) bool { return c == geo.Origin(o) }).Low
		if x := w.mix[o]; q > 0 && x/w.tested < most*q {
			_, high := stat.ClopperPearson(x/w.tested, w.tested, alpha/countries)
			most = min(most, high/q)
		}
	}
	return most
}
