package monitor

import (
	"math"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
	"github.com/whence-go/whence/geo"
)

func (d *decoder) account() *account {
	a := &account{burst: *d.burst(), recent: d.recent(), known: d.m.known, made: new(made)}
	a.settled, a.usual[0], a.usual[1] = d.packed(), d.packed(), d.packed()
	b := &a.before
	b.arrivals = d.arrivals()
	b.lastOnset, b.lastEnd, b.begin = d.index(), d.index(), d.index()
	b.lasting = d.Float(0, math.MaxFloat64)
	a.parent = d.Uvarint()
	a.children, a.more = d.children()
	return a
}

func (d *decoder) arrivals() (a arrivals) {
	a.last = d.index()
	for _, v := range []*float64{&a.weight, &a.square, &a.age, &a.came} {
		*v = d.Float(0, math.MaxFloat64)
	}
	for range d.count(geo.MaxOrigins) {
		f := fresh{origin: geo.Origin(d.Int(geo.MaxOrigins - 1)), n: d.Float(0, math.MaxFloat64)}
		if n := len(a.fresh); n > 0 && a.fresh[n-1].origin >= f.origin {
			d.Fail("origins out of order")
		}
		a.fresh = append(a.fresh, f)
	}
	return a
}

// mostPieces is more than a burst can have: some per interval in which its end is looked
// for, and one per cell.
const mostPieces = 1 << 12

func (d *decoder) settled(b *burst) {
	b.settledTo = d.index()
	b.settled = d.tally()
	b.settledVolume = d.volume()
	last := b.onset
	for range d.count(mostPieces) {
		p := piece{stored: d.stored(), volume: d.volume(), to: d.index()}
		if p.index <= last || p.to <= p.index {
			d.Fail("pieces out of order")
		}
		last = p.to - 1
		b.pieces = append(b.pieces, p)
	}
	before := -1
	for range d.count(int64(d.m.options.Targets)) {
		s := share{int(d.Int(int64(d.m.options.Targets - 1))), detect.ReadProof(d.Reader)}
		if s.slot <= before {
			d.Fail("slots out of order")
		}
		before = s.slot
		b.shares = append(b.shares, s)
	}
	b.within = d.Bool()
}

func (d *decoder) volume() volume {
	return volume{
		events: d.Uvarint(), most: d.Uvarint(), mostSources: d.Uvarint(), peak: d.index(), unknown: d.Bool(),
	}
}

func (d *decoder) burst() *burst {
	b := &burst{id: d.Uvarint(), target: d.target()}
	for _, v := range []*int64{&b.onset, &b.end, &b.endsAt} {
		*v = d.index()
	}
	b.now = d.time()
	for _, v := range []*bool{
		&b.final, &b.uncertain, &b.evicted, &b.unseen, &b.byEvents, &b.bySources, &b.incomplete, &b.endUncertain,
	} {
		*v = d.Bool()
	}
	b.volume = d.volume()
	b.held = d.Uvarint()
	b.interim, b.nextInterim = int(d.Int(maxInterims)), d.Uvarint()
	b.waiting, b.quarter = d.Uvarint(), int(d.Int(2*maxZones))-maxZones
	b.expected = d.Float(0, math.MaxFloat64)
	b.inEvents, b.inSources = detect.ReadProof(d.Reader), detect.ReadProof(d.Reader)
	b.history = detect.ReadPeak(d.Reader)
	b.before, b.first = d.stored(), d.stored()
	b.trail = d.trail()
	return b
}

const maxInterims = 2 * 64 // of two numbers, none of which doubles more often
