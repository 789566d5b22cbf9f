package attribution

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
)

// Flows of every kind, alone and in batches, count what AddN counts, and keep
// what they say of their sources.
func TestFlows(t *testing.T) {
	kinds := []struct {
		flow Flow
		want facts
	}{
		{Flow{Protocol: 6, SourcePort: 443, TCPFlags: 0x12}, reflector},
		{Flow{Protocol: 6, SourcePort: 443, TCPFlags: 0x12, Handshake: true}, handshake},
		{Flow{Protocol: 6, SourcePort: 40000, TCPFlags: 0x02}, 0},
		{Flow{Protocol: 6, SourcePort: 443, TCPFlags: 0x1a}, 0}, // with data
		{Flow{Protocol: 6, SourcePort: 123}, 0},
		{Flow{Protocol: 17, SourcePort: 123}, reflector},
		{Flow{Protocol: 17, SourcePort: 443}, 0},
		{Flow{Handshake: true}, handshake},
		{Flow{SourcePort: 53}, 0}, // of what protocol?
	}
	for _, n := range []int{600, 3000} { // exact, beyond
		var flows []Flow
		plain := NewTally(testTable(), small)
		for i := range n {
			f := kinds[i%len(kinds)].flow
			f.Source, f.Events, f.Bytes = ip("RU", i), uint64(i%5), uint64(i)
			if i%7 == 0 {
				f.Source = ip6(i)
			}
			flows = append(flows, f)
			plain.AddN(f.Source, f.Events, f.Bytes)
		}
		flows = append(flows, Flow{})
		plain.AddN(netip.Addr{}, 1, 0)

		single, batch := NewTally(testTable(), small), NewTally(testTable(), small)
		for _, f := range flows {
			single.AddFlow(f)
		}
		batch.AddFlows(flows)
		if !bytes.Equal(encoded(t, single), encoded(t, batch)) {
			t.Errorf("%d flows: one by one and in a batch differ", n)
		}
		for s := range batch.Sampled() {
			i := slices.IndexFunc(flows, func(f Flow) bool { return s.Prefix.Contains(f.Source) })
			want := kinds[i%len(kinds)].want
			if s.Handshake != (want&handshake != 0) || s.Reflector != (want&reflector != 0) {
				t.Fatalf("%v is handshake %v, reflector %v, want %v", s.Prefix, s.Handshake, s.Reflector, want)
			}
		}
		// Without the facts it is what AddN counts.
		for it := range batch.sample.Kept() {
			plain.sample.Mark(it.Hash, it.Flags)
		}
		if !bytes.Equal(encoded(t, batch), encoded(t, plain)) {
			t.Errorf("%d flows: counts differ from AddN's", n)
		}
	}
}

// What the options assert holds for every source, whichever way it comes, and
// whether another tally knew it before.
func TestHandshakeAsserted(t *testing.T) {
	o := small
	o.Handshake = true
	for _, n := range []int{300, 3000} {
		asserted := NewTally(testTable(), o)
		if err := asserted.Merge(tallyOf(small, map[string]int{"RU": n})); err != nil {
			t.Fatal(err)
		}
		var addrs []netip.Addr
		for i := range n {
			addrs = append(addrs, ip("RU", i))
		}
		asserted.AddBatch(addrs[:n/3])
		for _, a := range addrs[n/3 : 2*n/3] {
			asserted.Add(a)
		}
		for s := range asserted.Sampled() {
			a := s.Prefix.Addr().As4()
			i := int(a[1])<<16 | int(a[2])<<8 | int(a[3])
			if s.Handshake != (i < 2*n/3) {
				t.Fatalf("%d sources: handshake of number %d is %v", n, i, s.Handshake)
			}
		}
	}
}

// Of several sampling rates the coarsest is reported, and an encoding carries it.
func TestSamplingRate(t *testing.T) {
	o := small
	o.SamplingRate = 100
	sampled, full := tallyOf(o, map[string]int{"RU": 5}), tallyOf(small, map[string]int{"US": 5})
	if r := full.Report(); r.SamplingRate != 0 {
		t.Errorf("nothing declared, and reported 1 in %d", r.SamplingRate)
	}
	if err := full.Merge(sampled); err != nil {
		t.Fatal(err)
	}
	var decoded Tally
	if err := decoded.UnmarshalBinary(encoded(t, full)); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*Tally{sampled, full, &decoded} {
		if r := v.Report(); r.SamplingRate != 100 {
			t.Errorf("reported 1 in %d, want 1 in 100", r.SamplingRate)
		}
	}
}
