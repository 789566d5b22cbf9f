package attribution

import (
	"net/netip"

	"github.com/whence-go/whence/internal/registers"
)

// Flow is an event as a flow record or a server tells it, with what the transport
// says about its source. [Tally.AddFlow] counts it. Fields that are not known stay
// zero.
type Flow struct {
	Source        netip.Addr
	Events, Bytes uint64

	// Handshake says that the source has answered what was sent to it, as in a
	// completed TCP or QUIC handshake, or a request to a server that runs over
	// one: then its address cannot have been forged.
	Handshake bool

	Protocol   uint8  // IANA protocol number: 6 is TCP, 17 is UDP
	SourcePort uint16 // of TCP and UDP

	// TCPFlags is the union of the flags of all packets (the low byte of IPFIX
	// tcpControlBits, RFC 5102). A SYN and an ACK alone are taken for an answer
	// to a connection that the source did not begin; a collector that cannot
	// tell it from a connection without data leaves the flags zero.
	TCPFlags uint8
}

// facts are what is known of a source beside its address. One event suffices to
// establish each.
type facts uint8

const (
	handshake facts = 1 << iota // the address cannot be forged
	reflector                   // it sent what looks like an answer that was not asked for

	knownFacts = handshake | reflector
)

func (f *Flow) facts() (known facts) {
	switch {
	case f.Handshake:
		known = handshake
	case f.isReflection():
		known = reflector
	}
	return known
}

// AddFlow counts the events and bytes of a flow, as [Tally.AddN] does, and keeps
// what it says about its source.
func (t *Tally) AddFlow(f Flow) {
	t.mustCount()
	if !f.Source.IsValid() {
		t.skipped = addSaturated(t.skipped, 1)
		return
	}
	s := t.mask.sourceOf(f.Source)
	t.addOne(s, t.options.Key.Hash(s.hi, s.lo), f.Events, f.Bytes, t.asserted|f.facts())
}

// AddFlows counts every flow as [Tally.AddFlow] does; it is the fast way in. It
// keeps no reference to flows.
func (t *Tally) AddFlows(flows []Flow) {
	t.mustCount()
	for len(flows) > 0 {
		n := min(len(flows), blockSize)
		t.addFlowBlock(flows[:n])
		flows = flows[n:]
	}
}

// addFlowBlock takes flows through the stages of [Tally.addBlock].
func (t *Tally) addFlowBlock(flows []Flow) {
	b := spareBlocks.Get().(*block)
	defer spareBlocks.Put(b)
	for i := range flows {
		b.addrs[i] = flows[i].Source
	}
	v4, v6 := t.place(b, b.addrs[:len(flows)])
	if t.dense == nil {
		t.addExactFlows(b, flows, 0, v4)
		t.addExactFlows(b, flows, v6, blockSize)
		return
	}
	t.addDenseFlows(b, flows, 0, v4)
	t.addDenseFlows(b, flows, v6, blockSize)
}

func (t *Tally) addExactFlows(b *block, flows []Flow, from, to int) {
	t.sample.Touch(b.hashes[from:to])
	for i := from; i < to; i++ {
		f := &flows[b.at[i]]
		t.addOne(t.mask.sourceOf(f.Source), b.hashes[i], f.Events, f.Bytes, t.asserted|f.facts())
	}
}

func (t *Tally) addDenseFlows(b *block, flows []Flow, from, to int) {
	if from == to {
		return
	}
	t.counted = true
	hashes, origins, at := b.hashes[from:to], b.origins[from:to], b.at[from:to]
	registers.InsertBatch(t.dense.sources, origins, hashes)
	for i, o := range origins {
		f := &flows[at[i]]
		t.dense.addVolume(o, f.Events, f.Bytes)
	}
	var wanted [blockSize]uint8
	for _, i := range collectWanted(t.sample, hashes, &wanted) {
		f := &flows[at[i]]
		t.addWanted(t.mask.sourceOf(f.Source), origins[i], hashes[i], f.Events, f.Bytes, t.asserted|f.facts())
	}
}
