package ingest

import "bytes"

// Suricata's eve.json says each thing several times: a flow, and in it alerts, requests and
// files. Records of one type are events, the others are none: flow where the head has one, else
// netflow, else alert, else what the head has most of. A sensor writes flows as they end, so that
// the first ones may come behind the head. They count from there on, and so does netflow: both
// are of all traffic. An alert never takes the place of another type, since one packet can cause it.
// Of a flow that has counted before, by its flow_id, only the other packets count.
//
// The source of a flow is who began it. So is that of an alert, though the packet that raised
// it may be the server's: it is flow.src_ip, or the destination where the direction is
// "to_client". A flow counts its packets to the server.
//
// An established flow proves a handshake. Of a closed one, both sides must have sent ACK and
// FIN, and the server SYN.
type suricata struct {
	*objects
	kind   string // the type that counts, "" as long as there is none
	only   string // the type that the format names, "" for the best
	own    bool   // the source is Suricata's own field
	extra  scanner
	layout layout
	more   active

	options *Options
	plan    *plan
	changed bool
	events  uint64  // before flows
	before  counted // these, by flow
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
	eveFlowID
)

var evePaths = paths{eveType: "event_type", eveDirection: "direction", eveFlowSource: "flow.src_ip",
	eveFlowTarget: "flow.dest_ip", eveFlowPort: "flow.src_port", eveState: "flow.state",
	eveFlagsToServer: "tcp.tcp_flags_ts", eveFlagsToClient: "tcp.tcp_flags_tc", eveTargetPort: "dest_port",
	eveFlowID: "flow_id"}

// eveRank is how much of the traffic records of a type show. What it ranks as 0 says more about a
// record of another type.
func eveRank[T string | []byte](kind T) int {
	switch string(kind) {
	case "flow":
		return 3
	case "netflow":
		return 2
	case "fileinfo", "anomaly", "stats", "":
		return 0
	}
	return 1
}

// eveCounts are the members with the packets and bytes to the server, by type.
var eveCounts = map[string][2]string{"flow": {"flow.pkts_toserver", "flow.bytes_toserver"},
	"netflow": {"netflow.pkts", "netflow.bytes"}}

// eveHasCounts reports whether a text has these members.
func eveHasCounts(text []byte, kind string) bool {
	name := eveCounts[kind][0]
	return name != "" && bytes.Contains(text, []byte(`"`+name[len(kind)+1:]+`"`))
}

// eveTypes counts the types of the records of the head: those that have a source, and statistics.
func eveTypes(h *head) (types map[string]int) {
	list, _ := documents(h)
	types = map[string]int{}
	p := evePaths
	p[eveDirection] = "src_ip"
	for _, document := range list {
		s := scanner{text: document, paths: &p}
		if s.object(p.all(), 0) && s.found[eveType] != nil {
			if kind := string(scalar(s.found[eveType])); s.found[eveDirection] != nil || kind == "stats" {
				types[kind]++
			}
		}
	}
	return types
}

func sniffSuricata(h *head) int {
	list, _ := documents(h)
	eve := 0
	for _, document := range list {
		if bytes.Contains(document, []byte(`"event_type"`)) && bytes.Contains(document, []byte(`"timestamp"`)) {
			eve++
		}
	}
	if 2*eve > len(list) && len(eveTypes(h)) > 0 {
		return named
	}
	return 0
}

func openSuricata(h *head, o *Options, f *facts) (*plan, error) {
	types := eveTypes(h)
	kind := ""
	better := func(a, b string) bool { // alerts before the others, which rank alike
		switch rank, other := eveRank(a), eveRank(b); {
		case rank != other:
			return rank > other
		case a == "alert" || b == "alert":
			return a == "alert"
		case types[a] != types[b]:
			return types[a] > types[b]
		}
		return a < b
	}
	for name := range types {
		if eveRank(name) > 0 && (kind == "" || better(name, kind)) {
			kind = name
		}
	}
	return openEve(h, o, f, kind, "")
}

func openSuricataOnly(kind string) func(h *head, o *Options, f *facts) (*plan, error) {
	return func(h *head, o *Options, f *facts) (*plan, error) {
		if eveTypes(h)[kind] > 0 {
			return openEve(h, o, f, kind, kind)
		}
		return openEve(h, o, f, "", kind)
	}
}

func openEve(h *head, o *Options, f *facts, kind, only string) (*plan, error) {
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
	if eveHasCounts(h.text, kind) {
		set(&preset.Count, eveCounts[kind][0])
		set(&preset.Bytes, eveCounts[kind][1])
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
	s := &suricata{objects: j, kind: kind, only: only, own: own, more: evePaths.all(), options: o, plan: p}
	if kind != "" {
		p.names["source"] += " of records of type " + kind
	}
	p.cut, p.parse = j.cut, s.parse
	return p, nil
}

func (s *suricata) parse(record []byte, e *Event) fault {
	x := &s.extra
	*x = scanner{text: bytes.TrimSpace(record), paths: &evePaths, layout: &s.layout}
	if x.peek() != '{' || !x.object(s.more, 0) {
		return s.objects.parse(record, e)
	}
	if kind := scalar(x.found[eveType]); string(kind) != s.kind {
		switch {
		case string(kind) == "stats": // of the sensor itself
			return noRecord
		case s.only != "" && string(kind) != s.only, s.kind != "" && eveRank(kind) < 2, eveRank(kind) <= eveRank(s.kind):
			leaveOut(s.facts.kinds, kind)
			return noRecord
		}
		s.change(string(kind), record)
	}
	if why := s.objects.parse(record, e); why != "" {
		return why
	}
	switch s.kind {
	case "alert":
		if s.own {
			if why := s.initiator(e); why != "" {
				return why
			}
		}
	case "flow":
		if e.Protocol == tcp {
			server, client := eveFlags(x.found[eveFlagsToServer]), eveFlags(x.found[eveFlagsToClient])
			e.TCPFlags = server
			e.Handshake = string(scalar(x.found[eveState])) == "established" ||
				server&(tcpFIN|tcpACK) == tcpFIN|tcpACK && client&(tcpFIN|tcpSYN|tcpACK) == tcpFIN|tcpSYN|tcpACK
		}
	}
	if s.only != "" {
		return ""
	}
	return s.once(e)
}

// change makes another type count from a record on.
func (s *suricata) change(kind string, record []byte) {
	f, p := s.facts, s.plan
	f.kinds.change(kind, s.events)
	s.changed = true
	if s.kind == "" {
		p.names["source"] += " of records of type " + kind
	} else {
		p.names["source"] += ", then of type " + kind
	}
	s.kind = kind
	counts := [2]string{}
	if eveHasCounts(record, kind) {
		counts = eveCounts[kind]
	}
	for i, asked := range []string{s.options.Count, s.options.Bytes} {
		if asked != "" {
			continue
		}
		r := roleCount + role(i)
		s.paths[r], f.taken[r] = counts[i], counts[i] != ""
		delete(p.notTaken, roleNames[r])
		if delete(p.names, roleNames[r]); counts[i] != "" {
			p.names[roleNames[r]] = counts[i]
		}
	}
	f.flows = f.taken[roleCount]
	s.active, s.objects.layout, s.scanned = s.paths.all(), layout{}, false // the record is read again
}

// once leaves out what has counted of a flow before.
func (s *suricata) once(e *Event) fault {
	id := scalar(s.extra.found[eveFlowID])
	rank := eveRank(s.kind)
	if rank < eveRank("flow") {
		s.events++
	}
	if len(id) == 0 || rank == eveRank("flow") && s.before.isEmpty() {
		return ""
	}
	key := flowKey(id) ^ mixAddr(e.Source) // netflow has a record for each direction
	if s.changed && rank > 1 && !s.before.once(key, e) {
		return noRecord
	}
	if rank < eveRank("flow") {
		s.before.add(key, max(e.Events, 1))
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
