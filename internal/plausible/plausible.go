// Package plausible asks whether the sources of a snapshot are who sent the traffic at all,
// before anybody asks where they are: forged, reflected, anonymized, proxied, or a few that
// send nearly everything.
package plausible

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
)

// Findings are what the sources of a view look like. They are immutable.
type Findings struct {
	View     *snapshot.View
	Spoofing *Spoofing // nil: not tested
	Heavy    Heavy

	traits    traits
	suspects  suspects
	witnesses witnesses
	whole     *Findings // those that the tests were made with; nil: these, see InParts

	evenIn      [geo.MaxOrigins]float64 // tested sources in even places, but for those in dark space
	partOfSpace [geo.MaxOrigins]float64 // the largest that each origin may have, where that matters
}

// Examine looks at the sample of a view.
func Examine(v *snapshot.View) *Findings {
	f := &Findings{View: v, Heavy: heavyIn(v)}
	f.traits, f.suspects = read(v)
	f.suspects.public = sorted24(f.suspects.public)
	f.testSources()
	return f
}

// By are the findings about the same sources as another database sees them.
func (f *Findings) By(v *snapshot.View) *Findings {
	g := &Findings{View: v, Heavy: f.Heavy, traits: f.traits, suspects: f.suspects}
	g.testSources()
	return g
}

// InParts are the findings about the same sources in the parts of a view: what the tests
// found stays, and what forged sources may take from a part is that of the parts.
func (f *Findings) InParts(v *snapshot.View) *Findings {
	g := *f
	g.View, g.whole = v, f
	if !f.SomeForged() {
		return &g
	}
	g.witnesses = witnessesOf(v, f.suspects)
	g.evenIn, g.partOfSpace = [geo.MaxOrigins]float64{}, [geo.MaxOrigins]float64{}
	g.countEven()
	g.sizeParts()
	return &g
}

// tests are the findings that the tests were made with.
func (f *Findings) tests() *Findings {
	if f.whole != nil {
		return f.whole
	}
	return f
}

// Anonymized is the share of the public sources whose addresses were cut before they came
// here: they are networks, not sources.
func (f *Findings) Anonymized() float64 { return f.traits.anonymized() }

// Reflected is the share of a unit, of the sources in the sample, that comes from
// reflectors.
func (f *Findings) Reflected(u Unit) float64 {
	all := f.traits.all.amount(u)
	if all == 0 {
		return 0
	}
	return f.traits.reflecting.amount(u) / all
}

// ReflectionUntested is the share of the sources, of which nobody saw a handshake, that may
// be reflectors for all that is known.
func (f *Findings) ReflectionUntested() float64 {
	if f.View.Unsampled {
		return 1
	}
	return f.traits.untold / max(f.traits.all.sources, 1)
}

// Unproven is the number of public sources in the sample of which nobody saw a handshake,
// and of all.
func (f *Findings) Unproven() (unproven, all float64) { return f.traits.unproven, f.traits.all.sources }

// Proxied is the share of all events that comes from reserved addresses, as behind a proxy
// or inside a network.
func (f *Findings) Proxied() float64 {
	v := f.View
	reserved := float64(v.Counted[geo.Reserved].Events)
	return reserved / max(float64(v.Events)+reserved, 1)
}

// TopSource is the share of the events that the busiest source in the sample made.
func (f *Findings) TopSource() float64 {
	return float64(f.View.TopEvents) / float64(max(f.View.Events, 1))
}
