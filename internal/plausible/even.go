package plausible

import (
	"fmt"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
)

// Even is a country or a /8 whose sources lie as evenly over its networks as addresses that
// are drawn from it at random: real ones have tens to thousands of times the pairs in a /24,
// or none if they keep apart.
type Even struct {
	Place   string // "RU" or "11.0.0.0/8"
	Sources uint64
	Pairs24 uint64

	Pairs24IfForged float64

	origin geo.Origin // Unlocated: all within the /8
	block  uint32
}

const (
	// So many pairs must be expected, in a /8 of 3,600 sources, that servers which lie nearly
	// evenly, with twice as many, are told from forged ones, and sources which keep apart have
	// too few.
	leastEvenPairs = 100
	evenlyWithin   = 1.1 // times the pairs expected, or a part of them: databases differ on the size of a place

	// Real sources lie evenly, too, in a place with few networks, and where much of the
	// space is sources.
	leastPlace  = 1 << 22 // addresses
	mostOfPlace = 0.05    // of the addresses
)

// evenPlaces looks for forging from one country or one /8. It finds nothing where real
// sources of the same place gather among the forged ones. Dark space is left out if its
// sources count as forged anyway.
func (w *witnesses) evenPlaces(v *snapshot.View, butDark bool) (places []Even) {
	times := max(v.Sampling.N/max(v.Sampling.K, 1), 1)
	for o := range w.origins {
		c := w.origins[o]
		if butDark && w.inDark[o] > c.n/2 {
			continue
		}
		o := geo.Origin(o)
		if c.n <= 1 || !o.IsCountry() {
			continue
		}
		if sizes := addresses(v.Spaces, o); c.isEven(times, sizes...) {
			places = append(places, c.even(o.String(), sizes[len(sizes)-1], o, 0))
		}
	}
	for b := range w.eights {
		if c := w.eights[b]; c.n > 1 && !(butDark && isDark[b]) && c.isEven(times, 1<<24) {
			places = append(places, c.even(fmt.Sprintf("%d.0.0.0/8", b), 1<<24, geo.Unlocated, uint32(b)))
		}
	}
	return places
}

// addresses are the sizes that the IPv4 space of a country may have, from which addresses
// are drawn: all of it, or what is routed, by each database.
func addresses(spaces []geo.Space, o geo.Origin) (sizes []float64) {
	for i := range spaces {
		for _, n := range []float64{
			spaces[i].IPv4[o] * publicSpace * (1 << 32), spaces[i].Routed[o] * routedSpace * (1 << 32),
		} {
			if n > 0 {
				sizes = append(sizes, n)
			}
		}
	}
	return sizes
}

// isEven reports whether so many pairs are what chance makes in a place of one of the sizes.
// Each source in the sample stands for some times as many.
func (c crowd) isEven(times float64, sizes ...float64) bool {
	for _, addresses := range sizes {
		share := 256 / addresses
		if addresses >= leastPlace && c.n*times < mostOfPlace*addresses && pairsOf(c.n)*share >= leastEvenPairs &&
			!exceeds(c.pairs24, pairsOf(c.n), share*evenlyWithin) &&
			!fallsShort(c.pairs24, pairsOf(c.n), share/evenlyWithin) {
			return true
		}
	}
	return false
}

func (c crowd) even(place string, addresses float64, o geo.Origin, block uint32) Even {
	return Even{place, uint64(c.n), uint64(c.pairs24), pairsOf(c.n) * 256 / addresses, o, block}
}

// countEven counts the tested sources in even places by origin, but for those that are in
// dark space anyway.
func (f *Findings) countEven() {
	s, v, places := f.Spoofing, f.View, f.tests().View
	if len(s.Even) == 0 {
		return
	}
	var countries snapshot.Origins
	var blocks [256]bool
	for _, e := range s.Even {
		if e.origin.IsCountry() {
			countries.Add(e.origin)
		} else {
			blocks[e.block] = true
		}
	}
	for _, suspect := range f.suspects.public {
		i, block := item(suspect), suspect>>48
		if s.Level >= Local && isDark[block] {
			continue
		}
		if blocks[block] || countries.Has(places.OriginOf(i)) {
			f.evenIn[v.OriginOf(i)]++
		}
	}
}
