package plausible

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

const (
	// The part of forged sources that is dark: 5.9 % of the public address space
	// is, 6.9 % of what is routed. Of one real flood, filtered on its way, 3.2 % was.
	leastDarkOfWhole  = 0.059
	mostDarkIfForged  = 0.07
	leastDarkIfForged = 0.03
)

// wholeSpace is the fraction of the tested sources that is forged, at confidence 1-alpha,
// if addresses are drawn from the whole space. Its lower end and its value follow from
// where nobody is; the upper end as well from where too few or too many are. If the two
// ends cross, or the dark sources are not all over dark space, that is not how they came.
func (w *witnesses) wholeSpace(spaces []geo.Space, alpha float64) (f stat.Share, fits bool) {
	half := alpha / 2
	f = w.byPlace(half)
	f.High = min(f.High, w.all.ungathered(routed24)/w.all.n, 1)
	if w.dark > 0 { // else it is low enough, or nothing is known
		f.High = min(f.High, w.mostByMix(spaces, half))
	}
	fits = w.allOverDark() && f.Low <= f.High
	f.Low = min(max(f.Low, 0), f.High)
	f.Value = min(max(f.Value, f.Low), f.High)
	return f, fits
}

// allOverDark reports whether the dark sources lie over all dark blocks as chance would
// have it, or over half of them, since a filter may take some out.
func (w *witnesses) allOverDark() bool {
	if w.dark < fewWitnesses {
		return true // too few to tell
	}
	hit, squares := 0, 0.0
	for _, n := range w.blocks {
		if n > 0 {
			hit++
			squares += n * n
		}
	}
	// The inverse of Simpson's index counts blocks by how even they are filled.
	expected := w.dark / (1 + (w.dark-1)/darkBlocks)
	return hit >= leastDarkBlocks && w.dark*w.dark/squares >= expected/2
}

// inDarkSpace is the share of the tested sources in dark space, with its interval, less
// what misconfiguration makes. So many are forged at least, however addresses were drawn.
func (w *witnesses) inDarkSpace(alpha float64) stat.Share {
	dark := w.darkIn(snapshot.Anywhere) / w.all.n
	low, high := stat.ClopperPearson(dark, w.all.n, alpha)
	return stat.Share{Value: dark, Low: max(low-darkBackground, 0), High: high}
}

// darkSources is the number of forged sources that it takes, drawn at random, to be
// in so many dark networks.
func (w *witnesses) darkSources() float64 {
	const networks = darkSpace * (1 << 24)
	return min(-networks*math.Log1p(-w.dark/networks), w.all.n)
}

// byPlace tells the forged by where nobody is.
func (w *witnesses) byPlace(alpha float64) stat.Share {
	if w.unfiltered() {
		return w.forgedUnfiltered(alpha)
	}
	return w.forgedFiltered(alpha)
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
	all := w.all.n + w.bogons
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
	f := impossible(w.darkSources(), w.all.n, mostDarkIfForged, darkBackground, alpha)
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
		if x := w.origins[o].n; q > 0 && x/w.all.n < most*q {
			_, high := stat.ClopperPearson(x/w.all.n, w.all.n, alpha/countries)
			most = min(most, high/q)
		}
	}
	return most
}
