package ingest

import "bytes"

// kernel reads the packets that netfilter logs, as iptables, nftables, UFW and firewalld have
// it do: IN=eth0 OUT= SRC=... DST=... LEN=60 ... PROTO=TCP SPT=... DPT=... SYN. Packets that the
// host itself sends, with an empty IN, are no records.
var kernel = daemon{
	format: "KERNEL", source: "SRC", target: "DST",
	runs:   func(p []byte) bool { return string(p) == "kernel" },
	parse:  func(_ *daemons, m *message, e *Event) (kind, fault) { return parseKernel(m.text, e) },
	choose: func(*[kinds]int) kindSet { return setOf(kernelPacket) },
}

const kernelPacket kind = 1

func parseKernel(text []byte, e *Event) (kind, fault) {
	in := indexText(text, "IN=")
	if in < 0 || in > 0 && text[in-1] != ' ' && text[in-1] != ']' && text[in-1] != ':' {
		return 0, ""
	}
	text = text[in:]
	if rest, ok := behind(text, " OUT="); !ok || bytes.HasPrefix(text, []byte("IN= ")) && len(rest) > 0 && rest[0] != ' ' {
		return 0, ""
	}
	// Behind the first packet, one that it reports on may stand in brackets.
	if i := bytes.IndexByte(text, '['); i > 0 {
		text = text[:i]
	}
	e.TCPFlags = 0
	ok := false
	if e.Source, ok = bareAddr(kernelValue(text, " SRC=")); !ok {
		return kernelPacket, noAddress
	}
	e.Target = kernelValue(text, " DST=")
	if e.Bytes, ok = parseNumber(kernelValue(text, " LEN=")); !ok {
		return kernelPacket, badBytes
	}
	e.unreadable = !e.setTransport(kernelValue(text, " PROTO="), kernelValue(text, " SPT="), nil)
	if e.Protocol != tcp {
		return kernelPacket, ""
	}
	for i, name := range []string{" FIN", " SYN", " RST", " PSH", " ACK", " URG"} {
		if at := indexText(text, name); at > 0 && (at+4 == len(text) || text[at+4] == ' ') {
			e.TCPFlags |= 1 << i
		}
	}
	return kernelPacket, ""
}

// kernelValue returns the word behind a name.
func kernelValue(text []byte, name string) []byte {
	rest, _ := behind(text, name)
	if i := bytes.IndexByte(rest, ' '); i >= 0 {
		rest = rest[:i]
	}
	return rest
}
