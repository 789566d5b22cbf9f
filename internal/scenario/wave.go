package scenario

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/whence-go/whence/geo"
)

// wave is one component of a scenario: events of one kind from one set of
// senders.
type wave struct {
	seed    uint64
	senders senders
	events  int
	from    time.Time
	span    time.Duration
	rate    []float64 // relative rates in equal parts of span; nil if constant
	targets []string  // the most popular first, by Zipf's law
	alike   bool      // all targets are equally popular
	volume  func(*rand.Rand) (events, bytes uint64)
	via     Transport
	burst   int // number, from 1, of the burst that it is a part of; 0: everyday traffic
}

// asBurst returns the burst that w makes on its own.
func (w *wave) asBurst() Burst {
	return Burst{Targets: w.targets, Onset: w.from, End: w.from.Add(w.span)}
}

// sender is where one event comes from.
type sender struct {
	number int // within the wave, below senders.count
	key    uint64
	origin geo.Origin
	forged bool
}

// senders says who sends each event of a wave.
type senders interface {
	count() int // of different senders

	// start returns a function that gives the sender of each event in turn.
	// It takes chance only from rng, so that it can be replayed.
	start(rng *rand.Rand) func() sender
}

// player plays a wave.
type player struct {
	*wave
	rng    *rand.Rand
	sender func() sender
	clock  clock
	ranks  zipf // of targets
	left   int

	event Event // the current one
	from  sender
}

func newPlayer(w *wave, number int) *player {
	rng := rand.New(rand.NewPCG(w.seed, uint64(number)))
	return &player{
		wave:   w,
		rng:    rng,
		sender: w.senders.start(rng),
		clock:  newClock(w.events, w.rate),
		ranks:  newZipf(len(w.targets)),
		left:   w.events,
		event:  Event{Transport: w.via},
	}
}

// next moves on to the next event and reports whether there is one.
func (p *player) next() bool {
	if p.left == 0 {
		return false
	}
	p.left--
	p.from = p.sender()
	p.event.Time = p.wave.from.Add(time.Duration(float64(p.span) * p.clock.next(p.rng)))
	p.event.Source = keyAddr(p.from.key, p.rng)
	p.event.Target = p.targets[p.target()]
	p.event.Events, p.event.Bytes = p.volume(p.rng)
	return true
}

func (p *player) target() int {
	if p.alike {
		return p.rng.IntN(len(p.targets))
	}
	return p.ranks.next(p.rng)
}

// clock gives the times of a Poisson process that has a known number of events:
// these are uniform, and their order statistics can be drawn one after another.
type clock struct {
	left  int
	log   float64   // ln(1-t) of the last time t, of a process of constant rate
	rate  []float64 // scaled to a mean of 1; nil if constant
	part  int       // of rate that the last time lies in
	below float64   // integral of rate up to that part
	last  float64
}

func newClock(events int, rate []float64) clock {
	var sum float64
	for _, r := range rate {
		sum += r
	}
	scaled := make([]float64, len(rate))
	for i, r := range rate {
		scaled[i] = r / sum * float64(len(rate))
	}
	return clock{left: events, rate: scaled}
}

// next returns the next time as a fraction of the span, below 1.
func (c *clock) next(rng *rand.Rand) float64 {
	// The least of n uniform variates on (t, 1) leaves a part of that
	// interval above it whose logarithm is exponential with mean 1/n.
	c.log -= rng.ExpFloat64() / float64(c.left)
	c.left--
	t := -math.Expm1(c.log)
	if len(c.rate) > 0 {
		t = c.warp(t)
	}
	const most = 1 - 1e-9 // nanoseconds as a float64 must not round up to the end
	c.last = max(c.last, min(t, most))
	return c.last
}

// warp returns the time at which the integral of rate is t.
func (c *clock) warp(t float64) float64 {
	width := 1 / float64(len(c.rate))
	for c.part < len(c.rate)-1 && c.below+float64(c.rate[c.part]*width) <= t {
		c.below += float64(c.rate[c.part] * width)
		c.part++
	}
	return float64(float64(c.part)*width) + max(0, t-c.below)/c.rate[c.part]
}

// turns has every source of a cast send in turn, over and over.
type turns struct{ *cast }

func (c turns) count() int { return len(c.keys) }

func (c turns) start(*rand.Rand) func() sender {
	i := -1
	return func() sender {
		i = (i + 1) % len(c.keys)
		return c.sender(i)
	}
}

// planned has the sources of a cast send in a planned order.
type planned struct {
	*cast
	order []uint32
}

func (c planned) count() int { return len(c.keys) }

func (c planned) start(*rand.Rand) func() sender {
	next := 0
	return func() sender {
		i := int(c.order[next])
		next++
		return c.sender(i)
	}
}

// regulars has the sources of a cast send at random, some much more often than
// others.
type regulars struct{ *cast }

func (c regulars) count() int { return len(c.keys) }

func (c regulars) start(rng *rand.Rand) func() sender {
	ranks := newZipf(len(c.keys))
	return func() sender { return c.sender(ranks.next(rng)) }
}

func (c *cast) sender(i int) sender {
	return sender{number: i, key: c.keys[i], origin: c.origins[i]}
}
