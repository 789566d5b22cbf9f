package plausible

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Level is how much of the traffic looks forged, from least to most.
type Level uint8

const (
	None Level = iota
	Suspected
	Local
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
	Dark, DarkSources, Bogons        uint64
	MixDistance, MixNoise            float64
	Even                             []Even
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

	// Sources lie evenly that have up to so many times the pairs expected in routed
	// space, and countries no farther from the address space. Real ones have 20 to
	// 3,000 times the pairs in a /24, unless they keep apart, and even then 3.5
	// to 100 times those in a /16.
	evenly24 = 3.0
	evenly16 = 2.0
	evenMix  = 0.1
)

// testSources looks for forged sources, among those of IPv4: of IPv6 anybody can send what he likes.
func (f *Findings) testSources() {
	v := f.View
	if !v.HasAddresses() || len(v.Items) < leastTested || f.traits.anonymizedIPv4() {
		return
	}
	w := witnessesOf(v, f.suspects)
	if w.all.n < leastTested {
		return
	}
	f.witnesses = w
	forged, fits := w.wholeSpace(v.Spaces, stat.Alpha)
	s := &Spoofing{
		Tested:  uint64(w.all.n),
		Pairs24: uint64(w.all.pairs24), Pairs24IfForged: w.pairs() / routed24,
		Pairs16: uint64(w.pairs16), Pairs16IfForged: w.pairs() / routed16,
		Dark: uint64(w.dark), DarkSources: uint64(w.darkIn(snapshot.Anywhere)), Bogons: uint64(w.bogons),
		Forged: forged,
	}
	even := w.all.n >= leastSpread &&
		!exceeds(w.all.pairs24, w.pairs(), evenly24/routed24) && !exceeds(w.pairs16, w.pairs(), evenly16/routed16)
	if len(v.Spaces) > 0 {
		s.MixDistance, s.MixNoise = w.distance(v.Spaces)
		even = even && s.MixDistance-s.MixNoise < evenMix
	}
	dark := w.dark >= fewWitnesses && exceeds(w.dark, w.all.n, darkBackground)
	bogons := w.bogons >= fewWitnesses && exceeds(w.bogons, w.all.n+w.bogons, bogonBackground)
	switch {
	case even && dark && w.allOverDark() && w.byPlace(stat.Alpha).High >= 1:
		s.Level, s.Forged.High = Uniform, 1
	case dark && !fits, bogons && !dark && !w.unfiltered():
		s.Level, s.Forged = Local, w.inDarkSpace(stat.Alpha)
		s.Forged.High = 1 // the rest is not known
	case dark && s.Forged.Low > 0.5:
		s.Level = Dominant
	case dark || bogons:
		s.Level = Partial
		if !w.unfiltered() { // from a part of the space, perhaps
			s.Forged.Low = min(s.Forged.Low, w.inDarkSpace(stat.Alpha).Low)
		}
	case even: // by a forger, if any, who knows where nobody is
		s.Level, s.Forged.High = Suspected, 1
	default:
		s.Level = None
	}
	if s.Level < Dominant { // else most of all are known to be forged
		s.Even = w.evenPlaces(v, s.Level >= Local)
	}
	f.Spoofing = s
	f.countEven()
	f.sizeParts()
}

// sizeParts bounds the part of the address space that each origin has, where that matters.
func (f *Findings) sizeParts() {
	if s := f.Spoofing; s.Level != Local && s.Level != Partial {
		return
	}
	for o := range f.partOfSpace {
		f.partOfSpace[o] = f.SpaceBound(func(c geo.Origin) bool { return c == geo.Origin(o) }).High
	}
}

// testedIPv4 returns the IPv4 address of item i, if it may be forged.
func testedIPv4(v *snapshot.View, i int) (ip uint32, ok bool) {
	s := snapshot.Source(&v.Items[i])
	return uint32(s.Lo), v.Items[i].Flags&snapshot.Handshake == 0 && s.IsIPv4()
}
