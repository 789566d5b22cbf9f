package attribution

import (
	"math"
	"math/bits"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
)

// dense is what a Tally counts with once it cannot hold every source: one cell per
// origin, addressed by the origin itself.
type dense struct {
	events, bytes [geo.MaxOrigins]uint64
	sources       *registers.Bank
}

func newDense(precision int) *dense {
	return &dense{sources: registers.NewBank(precision)}
}

func (d *dense) count(o geo.Origin, hash, events, bytes uint64) {
	d.addVolume(o, events, bytes)
	d.sources.Insert(uint8(o), hash)
}

func (d *dense) addVolume(o geo.Origin, events, bytes uint64) {
	d.events[o] = addSaturated(d.events[o], events)
	d.bytes[o] = addSaturated(d.bytes[o], bytes)
}

// addEvent is addVolume for one event without bytes. The branch is never taken,
// but for counts that came over the wire.
func (d *dense) addEvent(o geo.Origin) {
	if d.events[o] != math.MaxUint64 {
		d.events[o]++
	}
}

func addSaturated(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum | -carry
}
