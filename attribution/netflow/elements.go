package netflow

// A slot is a place in a record where something is read that an event needs.
type slot uint8

const (
	source4 slot = iota
	source6
	target4
	target6
	packets
	octets
	protocol
	sourcePort
	targetPort
	tcpFlags

	// Pairs of times, the most exact first.
	firstMilli
	lastMilli
	firstSecond
	lastSecond
	firstMicro
	lastMicro
	firstNano
	lastNano
	firstUptime
	lastUptime

	systemInit
	direction
	input

	// How packets were sampled.
	population
	sampleSize
	packetInterval
	packetSpace
	samplingInterval
	randomInterval
	sampler

	// Sections of a sampled packet.
	frameSection
	layer2Section
	ipSection

	reversePackets
	reverseOctets
	reverseFlags

	slots
)

const (
	timePairs = 5
	reversed  = 29305 // enterprise number of the elements of the other direction (RFC 5103)
	initiator = 3     // rank of counters of the initiator of a flow with two directions
)

// element is what an information element is read as. Of several for one slot the one of the
// least rank is taken.
type element struct {
	slot slot
	rank uint8 // from 1
}

// elements of IANA's registry by their number. NetFlow v9 numbers its fields alike.
var elements = [...]element{
	8: {source4, 1}, 27: {source6, 1}, 12: {target4, 1}, 28: {target6, 1},
	2: {packets, 1}, 86: {packets, 2}, 298: {packets, 3}, 24: {packets, 4}, 299: {packets, 5},
	1: {octets, 1}, 85: {octets, 2}, 231: {octets, 3}, 352: {octets, 4}, 23: {octets, 5}, 232: {octets, 6},
	4: {protocol, 1}, 6: {tcpFlags, 1},
	7: {sourcePort, 1}, 180: {sourcePort, 2}, 182: {sourcePort, 3},
	11: {targetPort, 1}, 181: {targetPort, 2}, 183: {targetPort, 3},
	152: {firstMilli, 1}, 153: {lastMilli, 1}, 150: {firstSecond, 1}, 151: {lastSecond, 1},
	154: {firstMicro, 1}, 155: {lastMicro, 1}, 156: {firstNano, 1}, 157: {lastNano, 1},
	22: {firstUptime, 1}, 21: {lastUptime, 1}, 160: {systemInit, 1},
	61: {direction, 1}, 10: {input, 1},
	310: {population, 1}, 309: {sampleSize, 1}, 305: {packetInterval, 1}, 306: {packetSpace, 1},
	34: {samplingInterval, 1}, 50: {randomInterval, 1}, 48: {sampler, 1}, 302: {sampler, 2},
	315: {frameSection, 1}, 104: {layer2Section, 1}, 313: {ipSection, 1},
}

// reverseElements are those of the other direction.
var reverseElements = [...]element{
	2: {reversePackets, 1}, 86: {reversePackets, 2}, 1: {reverseOctets, 1}, 85: {reverseOctets, 2},
	6: {reverseFlags, 1},
}

// elementOf returns what an element is read as, with a rank of 0 if it is not read.
func elementOf(enterprise uint32, id uint16) element {
	switch {
	case enterprise == 0 && int(id) < len(elements):
		return elements[id]
	case enterprise == reversed && int(id) < len(reverseElements):
		return reverseElements[id]
	}
	return element{}
}

// fits reports whether a field of so many bytes can hold what a slot has. Numbers may have any
// length, addresses only theirs.
func (s slot) fits(n uint16) bool {
	switch s {
	case source4, target4:
		return n == 4
	case source6, target6:
		return n == 16
	case firstMicro, lastMicro, firstNano, lastNano:
		return n == 8
	}
	return n > 0
}
