package scenario

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/whence-go/whence/geo"
)

// SlowRamp is a [Botnet] that grows evenly from nothing and stops at its height.
// Its Span is 20 minutes if 0, its Repeat 6.
type SlowRamp Botnet

// Build implements [Builder].
func (r SlowRamp) Build(p *Population) (*Scenario, error) {
	w, err := Botnet(r).flood(p, 20*time.Minute, 6)
	if err != nil {
		return nil, err
	}
	w.rate = make([]float64, 100)
	for i := range w.rate {
		w.rate[i] = float64(i) + 0.5
	}
	return compose([]wave{w}, w.asBurst()), nil
}

// PulseWave is a [Botnet] that attacks five times for two minutes, with pauses
// of two minutes between. Each pulse is a burst, Span is the length of one, and
// Repeat is the number of events of each source in each.
type PulseWave Botnet

// Build implements [Builder].
func (w PulseWave) Build(p *Population) (*Scenario, error) {
	pulse, err := Botnet(w).flood(p, 2*time.Minute, 1)
	if err != nil {
		return nil, err
	}
	var waves []wave
	var bursts []Burst
	for range 5 {
		waves = append(waves, pulse)
		bursts = append(bursts, pulse.asBurst())
		pulse.burst++
		pulse.from = pulse.from.Add(2 * pulse.span)
	}
	return compose(waves, bursts...), nil
}

// CarpetFlood is a [Botnet] that hits all addresses of a network alike, so that
// no single one stands out. Its Target is the network, an IPv4 prefix of at
// least 16 bits; empty stands for 203.0.113.0/24. Its Span is two minutes if 0,
// its Repeat 6.
type CarpetFlood Botnet

// Build implements [Builder].
func (c CarpetFlood) Build(p *Population) (*Scenario, error) {
	network, err := netip.ParsePrefix(orDefault(c.Target, "203.0.113.0/24"))
	if err != nil || !network.Addr().Is4() || network.Bits() < 16 {
		return nil, fmt.Errorf("scenario: target %q is no IPv4 prefix of 16 to 32 bits", c.Target)
	}
	w, err := Botnet(c).flood(p, 2*time.Minute, 6)
	if err != nil {
		return nil, err
	}
	w.targets, w.alike = nil, true
	for a := network.Masked().Addr(); network.Contains(a); a = a.Next() {
		w.targets = append(w.targets, a.String())
	}
	return compose([]wave{w}, w.asBurst()), nil
}

// TwoVictims is two attacks at about the same time, by different botnets on
// different targets: 10,000 sources, a majority of them in Russia, on one, and
// half a minute later 6,000, most of them in Brazil, on the other. Each source
// sends three events in two minutes.
type TwoVictims struct {
	Seed uint64
}

// Build implements [Builder].
func (v TwoVictims) Build(p *Population) (*Scenario, error) {
	br, err := geo.ParseOrigin("BR")
	if err != nil {
		return nil, err
	}
	const span = 2 * time.Minute
	return Overlay{Bursts: []Part{
		{Builder: Botnet{Seed: v.Seed, Repeat: 3, Span: span}},
		{Builder: Botnet{
			Seed: v.Seed, Repeat: 3, Span: span, Sources: 6000, Origin: br, Share: 0.7, Target: "198.51.100.80:443",
		}, After: 30 * time.Second},
	}}.Build(p)
}
