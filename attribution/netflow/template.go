package netflow

import "encoding/binary"

// place is where a slot is in a record. A length of 0 is: not there.
type place struct{ at, n uint16 }

type places [slots]place

// step is a field, or several that are not read, in a record whose length varies.
type step struct {
	slot slot // slots: not read
	n    uint16
}

const (
	varies      = 0xffff // the length of a field that says its length itself
	maxFields   = 1024   // of a template
	scopeFields = 5      // kinds of scope of NetFlow v9, which are no elements
)

// template is what is known of records with one id, compiled to the places of what is read.
type template struct {
	options bool
	flows   bool // has a source, or a packet to take it from
	counts  bool // has packets or octets
	framed  bool // has a section of a packet
	rated   bool // says how packets were sampled
	sampled bool // names a sampler
	twoWay  bool // has counters of the other direction
	ways    bool // has a direction
	pairs   [timePairs]slot
	timed   int // how many of pairs there are

	size   int    // of a record, the least if it varies
	steps  []step // only if it varies
	places places

	used       bool   // since the last search for one to forget
	seen       int64  // Unix nanoseconds of the last definition or use
	cost       int64  // bytes of memory
	definition uint64 // hash
	at         int    // in the ring
	key        key
}

// field is one of a template as the exporter tells it.
type field struct {
	enterprise uint32
	id, n      uint16
	scope      bool
}

// compiler makes a template of fields, one after the other.
type compiler struct {
	t     template
	ranks [slots]uint8
	steps []step // scratch
	at    int
}

func (c *compiler) begin(options bool) {
	c.t, c.ranks, c.steps, c.at = template{options: options}, [slots]uint8{}, c.steps[:0], 0
}

func (c *compiler) add(f field, version uint8) {
	e := elementOf(f.enterprise, f.id)
	switch {
	case f.scope && version == v9 && f.id <= scopeFields:
		e = element{}
	case f.enterprise != 0:
	case f.id == 299 && c.ranks[packets] == initiator: // the responder's are the other direction
		e = element{reversePackets, initiator}
	case f.id == 232 && c.ranks[octets] == initiator:
		e = element{reverseOctets, initiator}
	}
	if f.n == varies {
		c.t.size++ // at least its length
	} else {
		c.t.size += int(f.n)
	}
	read := e.rank > 0 && (c.ranks[e.slot] == 0 || e.rank < c.ranks[e.slot]) && (f.n == varies || e.slot.fits(f.n))
	if read {
		c.ranks[e.slot] = e.rank
		c.drop(e.slot)
		c.t.places[e.slot] = place{uint16(min(c.at, 0xffff)), f.n}
	}
	switch last := len(c.steps) - 1; {
	case read:
		c.steps = append(c.steps, step{e.slot, f.n})
	case f.n == 0:
	case f.n != varies && last >= 0 && c.steps[last].slot == slots && c.steps[last].n < varies-f.n:
		c.steps[last].n += f.n
	default:
		c.steps = append(c.steps, step{slots, f.n})
	}
	if f.n != varies {
		c.at += int(f.n)
	}
}

// drop makes the field that a slot was read from one that is not read.
func (c *compiler) drop(s slot) {
	for i := range c.steps {
		if c.steps[i].slot == s {
			c.steps[i].slot = slots
		}
	}
}

// end returns the template, or nil if its records have no length or are longer than a datagram.
func (c *compiler) end() *template {
	t := c.t
	if t.size == 0 || t.size > 0xffff {
		return nil
	}
	for _, s := range c.steps {
		if s.n == varies {
			t.steps = append([]step(nil), c.steps...)
			break
		}
	}
	has := func(s slot) bool { return t.places[s].n > 0 }
	t.framed = has(frameSection) || has(layer2Section) || has(ipSection)
	t.flows = has(source4) || has(source6) || t.framed
	t.counts = has(packets) || has(octets)
	t.rated = has(population) || has(packetInterval) || has(samplingInterval) || has(randomInterval)
	t.sampled = has(sampler)
	t.twoWay = has(reversePackets) || has(reverseOctets)
	t.ways = has(direction)
	for s := firstMilli; s < firstMilli+2*timePairs; s += 2 {
		if has(s) || has(s+1) {
			t.pairs[t.timed] = s
			t.timed++
		}
	}
	if t.steps != nil {
		t.places = places{}
	}
	t.cost = templateCost + stepCost*int64(len(t.steps))
	return &t
}

const (
	templateCost = 512
	stepCost     = 4
)

// walk finds the places in a record whose length varies. It returns its length, or 0 if the
// record goes beyond b.
func (t *template) walk(b []byte, p *places) int {
	*p = places{}
	at := 0
	for _, s := range t.steps {
		n := int(s.n)
		if s.n == varies {
			if at >= len(b) {
				return 0
			}
			n = int(b[at])
			at++
			if n == 255 {
				if len(b)-at < 2 {
					return 0
				}
				n = int(binary.BigEndian.Uint16(b[at:]))
				at += 2
			}
		}
		if n > len(b)-at {
			return 0
		}
		if s.slot < slots && s.slot.fits(uint16(n)) {
			p[s.slot] = place{uint16(at), uint16(n)}
		}
		at += n
	}
	return at
}

// number reads an unsigned number of any length. One that is above 64 bits is the highest.
func number(b []byte, p place) uint64 {
	switch b = b[p.at : p.at+p.n]; len(b) {
	case 4:
		return uint64(binary.BigEndian.Uint32(b))
	case 8:
		return binary.BigEndian.Uint64(b)
	case 2:
		return uint64(binary.BigEndian.Uint16(b))
	case 1:
		return uint64(b[0])
	}
	return oddNumber(b)
}

func oddNumber(b []byte) (v uint64) {
	for _, c := range b {
		if v>>56 != 0 {
			return 1<<64 - 1
		}
		v = v<<8 | uint64(c)
	}
	return v
}
