package monitor

import (
	"math"
	"time"
)

func (d *decoder) clock(c *clock) {
	c.started, c.directed = d.Bool(), d.Bool()
	c.mark = d.time()
	c.closed = d.index() - 1
	c.voters, c.crowd, c.lates = int(d.Int(maxVoters)), int(d.Int(maxCrowd)), d.Uvarint()
	d.ballot(&c.soon)
	d.ballot(&c.far)
	d.ballot(&c.past)
	d.offsets(&c.offsets)
	if due := c.index(max(c.mark-c.lateness, 0)) - 1; c.started && (c.closed < due || c.closed > c.index(c.mark)) {
		d.Fail("a clock that is impossible")
	}
	for range d.count(maxHeld) {
		e := Event{Time: time.Unix(0, d.time())}
		came := d.time()
		e.Target, e.Source = d.target(), d.addr()
		e.Events, e.Bytes, e.SamplingRate = d.Uvarint(), d.Uvarint(), uint32(d.Int(math.MaxUint32))
		e.Protocol, e.SourcePort = uint8(d.Int(math.MaxUint8)), uint16(d.Int(math.MaxUint16))
		e.TCPFlags, e.Handshake = uint8(d.Int(math.MaxUint8)), d.Bool()
		c.hold(&e)
		c.held[len(c.held)-1].came = came
	}
}

func (d *decoder) ballot(b *ballot) {
	if !d.Bool() {
		return
	}
	voted := d.blob(seats)
	for way := reached; way < ways; way++ {
		b.least[way] = d.time()
	}
	b.asked = int(d.Int(math.MaxInt32))
	n := 0
	for i, way := range voted {
		if way >= ways {
			d.Fail("a vote that is impossible")
			return
		}
		if b.seats[i] = way; way != absent {
			b.votes[way]++
			n++
		}
	}
	if len(voted) != seats || b.asked < n || b.supporters() <= b.votes[against] {
		d.Fail("a ballot that is impossible")
	}
}

func (d *decoder) offsets(o *offsets) {
	o.noted = int(d.Int(forgetAfter))
	o.quarter = int(d.Int(2*maxZones)) - maxZones
	o.last = d.time()
	for i := range o.counts {
		o.counts[i] = int(d.Int(forgetAfter))
	}
}
