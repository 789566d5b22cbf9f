package ingest

import "bytes"

// Suricata's eve.json says each thing several times: a flow, and in it alerts, requests and
// files. Records of one type are events, the others are none: flow where the head has one, else
// netflow, else alert, else what the head has most of.
//
// The source of a flow is who began it. So is that of an alert, though the packet that raised
// it may be the server's: it is flow.src_ip, or the destination where the direction is
// "to_client". A flow counts its packets to the server.
//
// An established flow proves a handshake. Of a closed one, both sides must have sent ACK and
// FIN, and the server SYN.
type suricata struct {
	*objects
	kind   string
	own    bool // the source is Suricata's own field
	extra  scanner
	layout layout
	more   active
}

// Fields beside those that the options name.
const (
	eveType = iota
	eveDirection
	eveFlowSource
	eveFlowTarget
	eveFlowPort
	eveState
	eveFlagsToServer
	eveFlagsToClient
	eveTargetPort
)

var evePaths = paths{eveType: "event_type", eveDirection: "direction", eveFlowSource: "flow.src_ip",
	eveFlowTarget: "flow.dest_ip", eveFlowPort: "flow.src_port", eveState: "flow.state",
	eveFlagsToServer: "tcp.tcp_flags_ts", eveFlagsToClient: "tcp.tcp_flags_tc", eveTargetPort: "dest_port"}

// eveTypes counts the types of the records of the head that have a source.
func eveTypes(h *head) (types map[string]int, objects int) {
	list, _ := documents(h)
	types = map[string]int{}
	p := evePaths
	p[eveDirection] = "src_ip"
	for _, document := range list {
		s := scanner{text: document, paths: &p}
		if s.object(p.all(), 0) && s.found[eveType] != nil && s.found[eveDirection] != nil {
			types[string(scalar(s.found[eveType]))]++
		}
	}
	return types, len(list)
}

func sniffSuricata(h *head) int {
	list, _ := documents(h)
	eve := 0
	for _, document := range list {
		if bytes.Contains(document, []byte(`"event_type"`)) && bytes.Contains(document, []byte(`"timestamp"`)) {
			eve++
		}
	}
	if types, _ := eveTypes(h); len(types) > 0 && 2*eve > len(list) {
		return named
	}
	return 0
}

func openSuricata(h *head, o *Options, f *facts) (*plan, error) {
	types, _ := eveTypes(h)
	kind, most := "", 0
	for _, name := range []string{"flow", "netflow", "alert"} {
		if kind == "" && types[name] > 0 {
			kind = name
		}
	}
	for name, n := range types {
		if kind == "" || most > 0 {
			if name != "fileinfo" && name != "anomaly" && (n > most || n == most && name < kind) {
				kind, most = name, n
			}
		}
	}
	if kind == "" {
		kind = "flow"
	}
	return openEve(h, o, f, kind)
}

func openSuricataAlerts(h *head, o *Options, f *facts) (*plan, error) {
	return openEve(h, o, f, "alert")
}

func openEve(h *head, o *Options, f *facts, kind string) (*plan, error) {
	preset := *o
	set := func(field *string, name string) {
		if *field == "" {
			*field = name
		}
	}
	own := o.Source == "" || o.Source == "src_ip"
	set(&preset.Source, "src_ip")
	set(&preset.Time, "timestamp")
	set(&preset.Target, "dest_ip")
	set(&preset.Protocol, "proto")
	set(&preset.SourcePort, "src_port")
	preset.Flags = notTaken
	counts := map[string][2]string{"flow": {"flow.pkts_toserver", "flow.bytes_toserver"},
		"netflow": {"netflow.pkts", "netflow.bytes"}}[kind]
	if counts[0] != "" && bytes.Contains(h.text, []byte(`"`+counts[0][len(kind)+1:]+`"`)) {
		set(&preset.Count, counts[0])
		set(&preset.Bytes, counts[1])
	} else {
		set(&preset.Count, notTaken)
		set(&preset.Bytes, notTaken)
	}
	p, err := openJSON(h, &preset, f)
	if err != nil {
		return nil, err
	}
	j := &objects{wrapper: "", facts: f}
	_, j.wrapper = documents(h)
	j.array = j.wrapper != "" || bytes.HasPrefix(bytes.TrimSpace(h.text), []byte("["))
	for r, name := range preset.asked() {
		if p.at[r] >= 0 {
			j.paths[r] = name
		}
	}
	j.active = j.paths.all()
	f.handshake, f.flows = false, p.at[roleCount] >= 0
	s := &suricata{objects: j, kind: kind, own: own, more: evePaths.all()}
	p.names["source"] += " of records of type " + kind
	p.cut, p.parse = j.cut, s.parse
	return p, nil
}

func (s *suricata) parse(record []byte, e *Event) fault {
	x := &s.extra
	*x = scanner{text: bytes.TrimSpace(record), paths: &evePaths, layout: &s.layout}
	if x.peek() != '{' || !x.object(s.more, 0) {
		return s.objects.parse(record, e)
	}
	if string(scalar(x.found[eveType])) != s.kind {
		return noRecord
	}
	if why := s.objects.parse(record, e); why != "" {
		return why
	}
	switch s.kind {
	case "alert":
		if s.own {
			return s.initiator(e)
		}
	case "flow":
		if e.Protocol == tcp {
			server, client := eveFlags(x.found[eveFlagsToServer]), eveFlags(x.found[eveFlagsToClient])
			e.TCPFlags = server
			e.Handshake = string(scalar(x.found[eveState])) == "established" ||
				server&(tcpFIN|tcpACK) == tcpFIN|tcpACK && client&(tcpFIN|tcpSYN|tcpACK) == tcpFIN|tcpSYN|tcpACK
		}
	}
	return ""
}

// initiator makes the one who began the flow the source of an alert.
func (s *suricata) initiator(e *Event) fault {
	found := &s.extra.found
	source, port := scalar(found[eveFlowSource]), scalar(found[eveFlowPort])
	switch {
	case len(source) > 0:
		a, ok := bareAddr(source)
		if !ok {
			return noAddress
		}
		if e.Source == a {
			return ""
		}
		e.Source, e.Target = a, scalar(found[eveFlowTarget])
	case string(scalar(found[eveDirection])) == "to_client":
		a, ok := bareAddr(e.Target)
		if !ok {
			return noAddress
		}
		e.Source, e.Target = a, nil
		port = scalar(found[eveTargetPort])
	default:
		return ""
	}
	e.SourcePort = 0
	if n, ok := parseNumber(port); ok && n <= 65535 {
		e.SourcePort = uint16(n)
	}
	return ""
}

// TCP flags.
const (
	tcpFIN = 1
	tcpSYN = 2
	tcpACK = 16
)

// eveFlags reads flags in hexadecimal.
func eveFlags(value []byte) (flags uint8) {
	for _, c := range scalar(value) {
		n, _ := hexValue(c)
		flags = flags<<4 | uint8(n)
	}
	return flags
}
