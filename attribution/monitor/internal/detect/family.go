package detect

import (
	"math"
	"time"
)

// A test for five times the level is blind to twice the level. So counts are also
// summed for smaller factors, and in two more ways: as if few of many intervals were
// loud, which finds pulses with long pauses, and each count by itself.
//
// The smaller a factor is, the more it looks like an expectation that is a little too
// low. So these sums expect what the level is at most, as far as it is known: see
// ceiling.

// factor says what a sum is for.
type factor uint8

const (
	none factor = iota
	byThree
	byTwo
	byHalf   // half as much again
	byPulses // twice as much in two intervals, now and then
	byCrest  // five times as much in one interval
	factors
)

// family has what is fixed about the sums.
var family = [factors]struct {
	ratio ratio
	limit float64 // lowest limit: steady traffic passes it about once in a month
	clip  float64 // part of the limit that a count is worth at most
	least float64 // times the level expected, at least, of a count that adds to the sum
}{
	byThree:  {newRatio(3), 9.5, .6, 1.64}, // two in a row are needed at least
	byTwo:    {newRatio(2), 9.5, .6, 1.38},
	byHalf:   {newRatio(1.5), 9.5, .3, 1.21},
	byPulses: {newRatio(2), 7.5, .5, 1.38}, // three
	byCrest:  {newRatio(countRatio), 18, 2, 4},
}

// ratio is a factor of the level with its logarithm.
type ratio struct{ of, log float64 }

func newRatio(x float64) ratio { return ratio{x, math.Log(x)} }

var (
	muchMore  = newRatio(countRatio)
	pulseMore = newRatio(pulseRatio)

	noPulse = math.Log(1 - pulsePart)
)

// Without a season, half as much again that comes slowly is the time of day.
const steepSpan = 5 * time.Minute

const (
	pulsePart  = .05 // of all intervals are loud where there are pulses
	pulseLeast = 1   // a pair that adds more is not counted again in the next pair
	pulseRatio = 3   // pulses go on at a likelihood ratio for this factor,
	loudPulse  = 4   // whose logarithm is this
	mostLoud   = 99  // logarithm for a pair, at most

	weakS2 = .005 // lowest noise

	// For the first 48 minutes of 10-second intervals, counts may stray more than
	// they did so far.
	unknownS2, unknownLag = .03, .6

	levelDoubt  = 1.5 // standard errors by which the level may be too low
	driftDoubt  = 2.4 // standard deviations by which it may wander,
	driftNoise  = 3   // once these errors of their estimate are taken off
	mostDrift   = 1.5 // logarithm
	strongSlack = 1.6 // a ceiling that is higher counts for countRatio, too
)

// limited is a sum with a limit that is learned.
type limited struct {
	chart
	tail  tail
	limit float64 // from tail
}

// settle computes the limit of the sum of a factor; none is the largest.
func (l *limited) settle(f factor, b blocks) {
	if f == none {
		l.limit = min(l.tail.limit(countLimit, b), mostCountLimit*(countLimit-b.spare))
		return
	}
	l.limit = l.tail.limit(family[f].limit, b)
}

// of returns the sum of a factor; none is the largest.
func (s *scale) of(f factor) *limited {
	if f == none {
		return &s.byCount
	}
	return &s.weak[f-1]
}

// judgeWeak adds a count to the sums of small factors. It returns which of them shows
// a burst most clearly, if any does. Below leastMean the other scale does better. If
// steep is above 0, half as much again must show within so many counts.
func (s *scale) judgeWeak(i int64, y, mu, ceiling float64, steep int64) (found factor) {
	if mu < leastMean {
		s.forgetWeak()
		return none
	}
	size, best := 1/max(s.noise.straying(), weakS2), 1.
	for f := byThree; f < factors; f++ {
		w, k := s.of(f), &family[f]
		switch {
		case f == byCrest:
			w.sum, w.since = 0, i
			if y >= k.least*ceiling {
				w.sum = max(0, against(y, ceiling, muchMore, min(size, 1/leastS2)))
			}
		case f == byPulses:
			s.addPair(i, y, ceiling, size)
		case f == byHalf && steep > 0 && w.sum > 0 && i-w.since >= steep:
			w.chart = chart{}
		case w.sum > 0 || y > k.least*ceiling:
			w.add(i, min(against(y, ceiling, k.ratio, size), k.clip*w.limit))
		}
		if over := w.sum / w.limit; over > best {
			best, found = over, f
		}
	}
	return found
}

// addPair adds a count and the one before to the sum of pulses, as if a part of all
// pairs were loud.
func (s *scale) addPair(i int64, y, ceiling, size float64) {
	w, k := s.of(byPulses), &family[byPulses]
	x, loud := noPulse, s.pending >= 0 && y+s.pending > 2*k.least*ceiling
	if loud {
		x = against(y+s.pending, 2*ceiling, k.ratio, size)
		x = math.Log1p(pulsePart * math.Expm1(min(x, mostLoud)))
	}
	if loud || w.sum > 0 {
		w.add(i, min(x, k.clip*w.limit))
	}
	if s.pending = y; x > pulseLeast {
		s.pending = -1
	}
}

// isIdle reports whether a count changes no sum of a small factor, for it is hardly
// above the expectation.
func (s *scale) isIdle(y, mu float64) bool {
	return y <= family[byHalf].least*mu && y+s.pending <= 2*family[byPulses].least*mu && s.idleWeak()
}

// idleWeak reports whether all sums of small factors are 0.
func (s *scale) idleWeak() bool {
	for k := range s.weak {
		if s.weak[k].sum > 0 {
			return false
		}
	}
	return true
}

func (s *scale) forgetWeak() {
	for k := range s.weak {
		s.weak[k].chart = chart{}
	}
	s.pending = -1
}

// note takes count i into the limits, unless it is part of a burst. A block that is
// half known teaches them.
func (s *scale) note(i int64, quiet bool) {
	if quiet {
		s.noted = min(s.noted+1, s.blocks.counts) // the end of a block may be missing
	}
	if quiet && !(s.byCount.sum == 0 && s.idleWeak()) {
		for f := none; f < factors; f++ {
			s.of(f).tail.note(s.of(f).sum, s.of(f).limit)
		}
	}
	if (i+1)%s.blocks.counts == 0 && s.endBlock() {
		s.settle()
	}
}

// endBlock ends a block. It reports whether it taught the limits, which are not settled yet.
func (s *scale) endBlock() (taught bool) {
	if taught = 2*s.noted >= s.blocks.counts; taught {
		s.learned = min(s.learned+1, s.blocks.window)
		for f := none; f < factors; f++ {
			s.of(f).tail.learn(s.learned, s.blocks)
		}
	}
	s.noted = 0
	return taught
}

// settle computes the limits of all sums.
func (s *scale) settle() {
	s.unsettled = false
	for f := none; f < factors; f++ {
		s.of(f).settle(f, s.blocks)
	}
}

// alarm notes that a sum of the scale found a burst.
func (s *scale) alarm(f factor) {
	s.of(f).tail.alarm()
	s.of(f).settle(f, s.blocks)
}

// against returns the logarithm of the likelihood ratio for one count: of a ratio times
// the level against the level, for counts with variance mu + mu²/size.
func against(y, mu float64, by ratio, size float64) float64 {
	return y*by.log - (y+size)*math.Log((size+mu*by.of)/(size+mu))
}

// unknown returns how little is known of how counts stray: 1 in the beginning, 0 after
// lagWindow accepted counts.
func (n *noise) unknown() float64 {
	return max(0, 1-float64(len(n.pairs))*float64(n.stride)/lagWindow)
}

// lag returns the correlation, or more as long as that is not known.
func (n *noise) lag() float64 { return max(n.correlation(), unknownLag*n.unknown()) }

// straying returns what lasting does for small factors: no more than is sure, and
// without a bound.
func (n *noise) straying() float64 {
	rho := n.lag()
	return (n.sure + unknownS2*n.unknown()) * (1 + rho) / (1 - rho)
}

// ceiling returns what mu is at most, if it is the mean of a number of counts, and of
// a level that drifts by so much.
func (n *noise) ceiling(mu, counts, drift float64) float64 {
	return mu * drift * (1 + levelDoubt*math.Sqrt((1/max(mu, leastMean)+max(n.straying(), weakS2))/counts))
}

// basis returns of how many counts the expectation is the mean.
func (s *Series) basis() float64 {
	if s.seasonal {
		return s.grid.window
	}
	return s.recent.n
}

// drift returns by which factor the level may pass the expectation without a burst. It
// wanders, as sums of a cell show, and a day is not like those before it.
func (s *Series) drift() float64 {
	v := s.each.noise.sure * s.each.noise.lag()
	if n := &s.sums.noise; s.grid.perCell > 1 && len(n.pairs) >= fewPairs {
		v = max(0, n.sure-driftNoise/((float64(n.pairs[0].mu)+.5)*math.Sqrt(float64(len(n.pairs)))))
	}
	d := driftDoubt * math.Sqrt(v)
	if s.seasonal {
		d = max(d, s.season.misfit(&s.grid))
	} else {
		d += math.Log(s.lead())
	}
	return math.Exp(min(d, mostDrift))
}

// misfit returns how far the cells of late were from what the season expected, beyond
// chance.
func (s *season) misfit(d *grid) float64 {
	e := s.dailyError.value
	if s.weekly {
		e = s.weeklyError.value
	}
	count := max(s.around[1], 0) * float64(d.perCell)
	return math.Sqrt(max(0, e*e-.8/(count+.5)))
}
