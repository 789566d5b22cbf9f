package ingest

import "testing"

func TestParseProtocol(t *testing.T) {
	for text, want := range map[string]int{
		"udp": 17, "UDP": 17, "17": 17, "tcp": 6, "Tcp": 6, "6": 6, "icmp": 1, "IPv6-ICMP": 58, "gre": 47, "0": 0, "255": 255,
		"256": -1, "-1": -1, "6.0": -1, "DNS": -1, "17x": -1, "a name of more than that": -1, "99999999999999999999": -1,
	} {
		got, ok := parseProtocol([]byte(text))
		if ok != (want >= 0) || ok && int(got) != want {
			t.Errorf("%q: %d, %v, want %d", text, got, ok, want)
		}
	}
}

func TestParseFlags(t *testing.T) {
	for text, want := range map[string]int{
		"S": 2, "SA": 0x12, "S.": 0x12, "[S.]": 0x12, "R.": 0x14, "R": 4, "P.": 0x18, ".": 0x10, "none": 0,
		"FPU": 0x29, "S.EW": 0xd2, "SEC": 0xc2,
		".AP.SF": 0x1b, "......": 0, "...A..S.": 0x12, "UAPRSF": 0x3f, "CEUAPRSF": 0xff, ".A..S.": 0x12, "....S.": 2,
		"·······A··S·": 0x12, "·········R··": 4, // tshark
		"18": 0x12, "2": 2, "0": 0, "0x12": 0x12, "0X014": 0x14, "0x0c2": 0xc2, "0x112": 0x12, "274": 0x12,
		"x": -1, "SYN": -1, "0x": -1, "0xg": -1, "0x1000": -1, "4096": -1, "1b": -1, "S A": -1, "s": -1, "\xc2": -1, "[]": 0,
	} {
		got, ok := parseFlags([]byte(text))
		if ok != (want >= 0) || ok && int(got) != want {
			t.Errorf("%q: %#x, %v, want %#x", text, got, ok, want)
		}
	}
}

func TestTransport(t *testing.T) {
	type transport struct {
		protocol uint8
		port     uint16
		flags    uint8
		bad      bool
	}
	for _, c := range []struct {
		protocol, port, flags string // "": there is no such field
		want                  transport
	}{
		{"", "", "", transport{}},
		{"udp", "53", "", transport{protocol: udp, port: 53}},
		{"udp", "53", "-", transport{protocol: udp, port: 53}},
		{"tcp", "53", "S", transport{protocol: tcp, port: 53, flags: 2}},
		{"", "", "S", transport{protocol: tcp, flags: 2}},
		{"", "", "0", transport{}},
		{"-", "53", "", transport{port: 53}},
		{" 17 ", " 500 ", "", transport{protocol: udp, port: 500}},
		{`"17"`, `"500"`, "", transport{protocol: udp, port: 500}},
		{"DNS", "53", "", transport{port: 53, bad: true}},
		{"udp", "65536", "", transport{protocol: udp, bad: true}},
		{"tcp", "", "?", transport{protocol: tcp, bad: true}},
	} {
		field := func(s string) []byte {
			if s == "" {
				return nil
			}
			return []byte(s)
		}
		var e Event
		ok := e.setTransport(field(c.protocol), field(c.port), field(c.flags))
		if got := (transport{e.Protocol, e.SourcePort, e.TCPFlags, !ok}); got != c.want {
			t.Errorf("%q %q %q: %+v, want %+v", c.protocol, c.port, c.flags, got, c.want)
		}
	}
	var e Event
	protocol, port, flags := []byte("UDP"), []byte("500"), []byte("0x012")
	if n := testing.AllocsPerRun(100, func() { e.setTransport(protocol, port, flags) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A protocol that is none of the transport is not taken on its own, and counted where it was
// asked for.
func TestUnreadableTransport(t *testing.T) {
	const text = `{"ip":"192.0.2.1","protocol":"HTTP/1.1"}` + "\n"
	_, a, err := readAll(text, Options{})
	if err != nil || a.Fields["protocol"] != "" || len(a.Notes) != 0 {
		t.Errorf("%v, %v, %v", a.Fields, a.Notes, err)
	}
	_, a, err = readAll(text, Options{Protocol: "protocol"})
	if err != nil || a.Fields["protocol"] != "protocol" || len(a.Notes) != 1 || a.Notes[0].Code != noteTransport {
		t.Errorf("%v, %v, %v", a.Fields, a.Notes, err)
	}
}
