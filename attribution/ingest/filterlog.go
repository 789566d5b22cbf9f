package ingest

// filterlog reads the packets that pfSense and OPNsense log: numbers and words between commas,
// all of them the firewall's. Packets that go out are no records, and neither are those that
// come from its own networks and go to the Internet.
//
//	5,,,1000000103,igb0,match,block,in,4,0x0,,245,54321,0,none,6,tcp,40,192.0.2.1,198.51.100.1,4711,22,0,S,...
//	5,,,1000000103,igb0,match,block,in,6,0x00,0x00000,255,TCP,6,40,2001:db8::1,2001:db8::2,4711,22,0,S,...
var filterlog = daemon{
	format: "FILTERLOG", source: "source", target: "destination",
	runs:   func(p []byte) bool { return string(p) == "filterlog" },
	parse:  func(_ *daemons, m *message, e *Event) (kind, fault) { return parseFilterlog(m.text, e) },
	choose: func(*[kinds]int) kindSet { return setOf(filterlogPacket) },
}

const filterlogPacket kind = 1

// filterlogFields is where what is read stands, by the version of IP.
var filterlogFields = map[string]struct{ protocol, length, source, flags int }{
	"4": {15, 17, 18, 23}, "6": {13, 14, 15, 20}}

// Places that both versions share.
const (
	filterlogAction = iota + 6
	filterlogDirection
	filterlogVersion
)

func parseFilterlog(text []byte, e *Event) (kind, fault) {
	var w [24][]byte
	n := 0
	for more := true; more && n < len(w); n++ {
		w[n], text, more = cutPlain(text, ',')
	}
	at, ok := filterlogFields[string(w[filterlogVersion])]
	switch string(w[filterlogAction]) {
	case "block", "pass", "reject", "match", "nat", "rdr", "binat", "unkn":
	default:
		return 0, ""
	}
	if !ok || string(w[filterlogDirection]) != "in" {
		return 0, ""
	}
	if n < at.source+2 {
		return filterlogPacket, fewColumns
	}
	if e.Source, ok = bareAddr(w[at.source]); !ok {
		return filterlogPacket, noAddress
	}
	if dest, ok := bareAddr(w[at.source+1]); ok && !isPublic(e.Source) && isPublic(dest) {
		return 0, ""
	}
	e.Target, e.SourcePort, e.TCPFlags = w[at.source+1], 0, 0
	if e.Bytes, ok = parseNumber(w[at.length]); !ok {
		return filterlogPacket, badBytes
	}
	e.unreadable = !e.setTransport(w[at.protocol], nil, nil)
	switch e.Protocol {
	case tcp:
		e.unreadable = !e.setTransport(nil, w[at.source+2], w[at.flags])
	case udp:
		e.unreadable = !e.setTransport(nil, w[at.source+2], nil)
	}
	return filterlogPacket, ""
}
