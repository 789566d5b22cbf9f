package attribution

import "fmt"

// Transport protocols (IANA numbers) and TCP flags (RFC 9293).
const (
	tcp = 6
	udp = 17

	syn = 0x02
	ack = 0x10
)

// amplifies tells the UDP services that answer a small request with more than they
// got, and are therefore made to flood a victim in whose name the request was
// sent (Rossow, "Amplification Hell", 2014; US-CERT alert TA14-017A).
func amplifies(port uint16) bool {
	switch port {
	case 17, 19, 53, 69, 111, 123, 137, 161, 389, 427, 520, 1434, 1900, 3283,
		3702, 5093, 5353, 5683, 10074, 11211, 27015, 27960, 37810:
		return true
	}
	return false
}

// isReflection reports whether the flow looks like an answer that its target did
// not ask for: then the source is a reflector, and the one who sent the request
// is somebody else.
func (f *Flow) isReflection() bool {
	switch f.Protocol {
	case udp:
		return amplifies(f.SourcePort)
	case tcp:
		return f.TCPFlags == syn|ack
	}
	return false
}

// fewReflectors is the share up to which reflectors go unmentioned: a busy target
// has some real answers taken for reflected ones.
const fewReflectors = 0.01

// reflectedShare is the share of the sampled sources, or of what they sent, whose
// sources look like reflectors.
func (t *traits) reflectedShare(u Unit) float64 {
	all := t.all.amount(u)
	if all == 0 {
		return 0
	}
	return t.reflecting.amount(u) / all
}

// mostlyReflected reports whether most of the sources are reflectors.
func (t *traits) mostlyReflected() bool { return t.reflectedShare(OfSources) > 0.5 }

// reflected tells that no claim in a unit is one about whoever caused the traffic.
// A handshake with a reflector changes nothing: that its address is true never
// was in doubt.
func (r *Report) reflected(u Unit) (Caveat, bool) {
	share := r.traits.reflectedShare(u)
	if sources := r.traits.reflectedShare(OfSources); sources > 0.5 {
		u, share = OfSources, sources
	}
	if share <= 0.5 {
		return Caveat{}, false
	}
	of := "the sources are reflectors"
	if u != OfSources {
		of = "the " + u.String() + " are from reflectors"
	}
	return Caveat{Reflection, share, fmt.Sprintf("%s of %s: servers that answered requests sent in the target's name; where they are says nothing of who sent those", percent(share), of)}, true
}

// reflectors is the caveat about a minority of reflectors.
func (r *Report) reflectors() (Caveat, bool) {
	share := r.traits.reflectedShare(OfSources)
	if share <= fewReflectors || share > 0.5 {
		return Caveat{}, false
	}
	return Caveat{ReflectorsPresent, share, fmt.Sprintf("%s of the sources look like reflectors: servers that answered requests which somebody else sent", percent(share))}, true
}
