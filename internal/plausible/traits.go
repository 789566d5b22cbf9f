package plausible

import "github.com/whence-go/whence/internal/snapshot"

// Unit is what shares are of.
type Unit uint8

// The units, in the order of attribution.Unit.
const (
	Sources Unit = iota
	Events
	Bytes
)

// String returns "sources", "events" or "bytes".
func (u Unit) String() string { return [...]string{"sources", "events", "bytes"}[u] }

// Of picks what is counted in the unit.
func (u Unit) Of(sources float64, events, bytes uint64) float64 {
	switch u {
	case Events:
		return float64(events)
	case Bytes:
		return float64(bytes)
	}
	return sources
}

// traits counts the sources of the sample that are not reserved, and those of them that
// share a trait.
type traits struct {
	all, reflecting volume
	unproven        float64 // without a handshake
	untold          float64 // of these, of unknown transport

	ipv4, ipv4Cut float64 // cut: the last octet is 0
	ipv6, ipv6Cut float64 // cut: all bits after the first 48 are 0
}

// volume is a number of sources with what they sent.
type volume struct {
	sources       float64
	events, bytes uint64
}

func (v *volume) add(events, bytes uint64) {
	v.sources++
	v.events = snapshot.AddSaturated(v.events, events)
	v.bytes = snapshot.AddSaturated(v.bytes, bytes)
}

func (v *volume) amount(u Unit) float64 { return u.Of(v.sources, v.events, v.bytes) }

// cutBits is the length that anonymized IPv6 addresses are commonly cut to.
const cutBits = 48

// read takes the traits of a sample, and the sources to test for being forged, not yet in
// order, in one pass over the items.
func read(v *snapshot.View) (t traits, s suspects) {
	var ports majority
	group := v.Group(snapshot.Anywhere)
	public, n := make([]uint64, int(group.Sampled-group.Sampled6)+1), 0 // at most those of IPv4, and one too many
	ipv4, ipv4Cut, ipv6, ipv6Cut, unproven, bogons := 0, 0, 0, 0, 0, 0
	for i := range v.Items {
		it := &v.Items[i]
		ip, tested := testedIPv4(v, i)
		if !v.IsPublic(i) {
			bogons += snapshot.Indicator(tested && isBogon(ip))
			continue
		}
		public[n] = uint64(ip>>8)<<32 | uint64(i)
		n += snapshot.Indicator(tested)
		t.all.add(it.Events, it.Bytes)
		t.addTransport(v, i, 0)
		ports.add(it.Common)
		unproven += snapshot.Indicator(it.Flags&snapshot.Handshake == 0)
		s := snapshot.Source(it)
		is4 := snapshot.Indicator(s.IsIPv4())
		ipv4 += is4
		ipv4Cut += is4 & snapshot.Indicator(s.Lo&0xff == 0)
		ipv6 += 1 - is4
		ipv6Cut += (1 - is4) & snapshot.Indicator(s.Hi&(1<<(64-cutBits)-1)|s.Lo == 0)
	}
	if shared := ports.shared(v); shared != 0 {
		t.reflecting, t.untold = volume{}, 0
		for i := range v.Items {
			if v.IsPublic(i) {
				t.addTransport(v, i, shared)
			}
		}
	}
	t.unproven = float64(unproven)
	if v.HasAddresses() {
		t.ipv4, t.ipv4Cut = float64(ipv4), float64(ipv4Cut)
	}
	if v.HasAddresses() && v.IPv6PrefixLen > cutBits {
		t.ipv6, t.ipv6Cut = float64(ipv6), float64(ipv6Cut)
	}
	return t, suspects{public[:n], float64(bogons)}
}

// addTransport takes what the source of an item sent, where a port is that of reflectors
// unless it is 0.
func (t *traits) addTransport(v *snapshot.View, item int, reflectors uint16) {
	switch it := &v.Items[item]; {
	case snapshot.OnlyAnswered(it), reflectors != 0 && it.Common == reflectors:
		t.reflecting.add(it.Events, it.Bytes)
	case !snapshot.TransportKnown(it) && it.Flags&snapshot.Handshake == 0:
		t.untold++
	}
}

const (
	enoughToTell = 36   // sources of a family before "all of them are cut" says something
	nearlyAll    = 0.95 // of them; of real IPv4 addresses 1 in 256 or fewer end in 0
)

// anonymized is the share of the public sources that are of a family whose addresses were
// cut before they came here.
func (t *traits) anonymized() float64 {
	cut := 0.0
	if t.anonymizedIPv4() {
		cut += t.ipv4
	}
	if t.ipv6 >= enoughToTell && t.ipv6Cut > nearlyAll*t.ipv6 {
		cut += t.ipv6
	}
	return cut / max(t.all.sources, 1)
}

func (t *traits) anonymizedIPv4() bool {
	return t.ipv4 >= enoughToTell && t.ipv4Cut > nearlyAll*t.ipv4
}
