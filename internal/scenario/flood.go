package scenario

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/whence-go/whence/geo"
)

// SpoofedFlood is a flood of packets whose IPv4 source addresses are forged,
// uniformly at random, with a botnet that sends under its own addresses mixed
// in. Each source sends one event. No address is forged twice: of n uniform
// addresses, n*n/2^33 would be repetitions.
type SpoofedFlood struct {
	Seed uint64

	// Sources is the number of distinct sources; 0 stands for 10,000.
	Sources int

	// Real is the share of them that is not forged, rounded.
	Real float64

	// Origin has exactly its Share, rounded, of the real ones, as in
	// [Botnet]. The zero Origin has none.
	Origin geo.Origin
	Share  float64

	// Sparse has no two real sources share a /24 network, as in [Botnet].
	Sparse bool

	// Allow, if not nil, says which forged addresses get through: what a
	// forger avoids, or a network on the way filters. It must give the same
	// answer each time. If nil, reserved addresses are among them.
	Allow func(netip.Addr) bool
}

// Build implements [Builder]. The error wraps [ErrTooFew], too, if Allow lets
// fewer than about one address in a thousand through.
func (f SpoofedFlood) Build(p *Population) (*Scenario, error) {
	f.Sources = orDefault(f.Sources, 10_000)
	bots := int(math.Round(float64(f.Sources) * f.Real))
	if bots < 0 || bots > f.Sources {
		return nil, fmt.Errorf("scenario: a share of %v real sources", f.Real)
	}
	if f.Origin == geo.Unlocated {
		f.Share = 0
	}
	s := p.Sampler(f.Seed)
	w := wave{
		seed: f.Seed, from: begin, span: time.Minute,
		targets: []string{webServer}, volume: one(40, 60), via: opening, burst: 1,
	}
	var waves []wave
	if bots > 0 {
		how := Clustered4
		if f.Sparse {
			how = Sparse4
		}
		honest, err := drawAround(s, bots, f.Origin, how, f.Share, 0, 0)
		if err != nil {
			return nil, err
		}
		w.senders, w.events = turns{honest}, bots
		waves = append(waves, w)
	}
	if forged := f.Sources - bots; forged > 0 {
		from := &forgers{
			events: forged, order: newPermutation(s.rng),
			allow: f.Allow, taken: &s.used, table: p.table,
		}
		if !from.enough() {
			return nil, fmt.Errorf("scenario: %w: Allow lets hardly any through", ErrTooFew)
		}
		w.senders, w.events = from, forged
		waves = append(waves, w)
	}
	return compose(waves, w.asBurst()), nil
}

// forgers sends from a different random IPv4 address each time.
type forgers struct {
	events int
	order  permutation
	allow  func(netip.Addr) bool // nil allows all
	taken  *keySet               // of real sources, which are left out
	table  *geo.Table
}

func (f *forgers) count() int { return f.events }

func (f *forgers) start(*rand.Rand) func() sender {
	number, i := -1, uint32(0)
	return func() sender {
		for {
			key := f.order.at(i)
			i++
			if f.allowed(uint64(key)) {
				number++
				return sender{number, uint64(key), f.table.Lookup4(key), true}
			}
		}
	}
}

// enough reports whether the addresses needed are found among the first of the
// permutation, a thousand times as many and at most all.
func (f *forgers) enough() bool {
	left := f.events
	tries := min(1<<32, 1000*(uint64(f.events)+10))
	for i := uint64(0); i < tries && left > 0; i++ {
		if f.allowed(uint64(f.order.at(uint32(i)))) {
			left--
		}
	}
	return left == 0
}

func (f *forgers) allowed(key uint64) bool {
	return (f.allow == nil || f.allow(keyAddr(key, nil))) && !f.taken.has(key)
}
