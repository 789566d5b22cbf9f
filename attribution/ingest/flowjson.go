package ingest

import (
	"bytes"
	"slices"
)

// flowJSON reads the flows of a network of one's own, as JSON. A record has one direction. Those
// of traffic that goes out are no records: a member says so, or the source alone is no public
// address. Neither is a record without addresses, as of a time without traffic.
type flowJSON struct {
	kind      *flowKind
	parseJSON func(record []byte, e *Event) fault
	scan      scanner
	active    active
}

// flowKind is how a cloud names the members.
type flowKind struct {
	server    jsonServer // tells the logs by their members
	paths     paths      // the source, the destination, and what may say that a flow goes out
	outgoing  []string   // what it then says
	time      []string   // the best first
	count     string
	bytes     string
	noRecords []string // what stands for no address
}

// Places of paths.
const (
	flowSource = iota
	flowDest
	flowSaysOut
)

var (
	gcpFlow = &flowKind{
		server: jsonServer{needs: []string{"jsonPayload.connection.src_ip", "jsonPayload.connection.dest_ip"},
			one: []string{"jsonPayload.start_time", "timestamp", "jsonPayload.disposition"}},
		paths: paths{flowSource: "jsonPayload.connection.src_ip", flowDest: "jsonPayload.connection.dest_ip",
			flowSaysOut: "jsonPayload.reporter", flowSaysOut + 1: "jsonPayload.rule_details.direction"},
		outgoing: []string{"SRC", "EGRESS"}, time: []string{"jsonPayload.start_time", "timestamp"},
		count: "jsonPayload.packets_sent", bytes: "jsonPayload.bytes_sent"}
	awsFlow = &flowKind{
		server: jsonServer{needs: []string{"srcaddr", "dstaddr"}, one: []string{"interface_id", "log_status",
			"flow_direction", "interface-id", "log-status", "flow-direction"}},
		paths: paths{flowSource: "srcaddr", flowDest: "dstaddr", flowSaysOut: "flow_direction",
			flowSaysOut + 1: "flow-direction"},
		outgoing: []string{"egress"}, time: []string{"start"}, count: "packets", bytes: "bytes", noRecords: []string{"-", ""}}
)

func (k *flowKind) open(h *head, o *Options, f *facts) (*plan, error) {
	preset := *o
	list, _ := documents(h)
	take := func(option *string, names ...string) {
		for _, name := range names {
			if *option == "" && mostHave(list, name) {
				*option = name
			}
		}
	}
	take(&preset.Source, k.paths[flowSource])
	take(&preset.Target, k.paths[flowDest])
	take(&preset.Time, k.time...)
	take(&preset.Count, k.count)
	take(&preset.Bytes, k.bytes)
	if preset.Flags == "" {
		preset.Flags = notTaken // AWS shows ACK only together with SYN
	}
	p, err := openJSON(h, &preset, f)
	if err != nil {
		return nil, err
	}
	f.handshake = false
	f.flows = preset.Count == k.count
	x := &flowJSON{kind: k, parseJSON: p.parse, active: k.paths.all()}
	p.parse, p.notes = x.parse, []string{noteInbound}
	return p, nil
}

func (x *flowJSON) parse(record []byte, e *Event) fault {
	if x.scan = (scanner{text: bytes.TrimSpace(record), paths: &x.kind.paths}); x.scan.peek() == '{' &&
		x.scan.object(x.active, 0) && x.isNone() {
		return noRecord
	}
	return x.parseJSON(record, e)
}

// isNone reports whether the object that was scanned says nothing of a client.
func (x *flowJSON) isNone() bool {
	found := &x.scan.found
	for _, says := range found[flowSaysOut : flowSaysOut+2] {
		if says != nil {
			if slices.Contains(x.kind.outgoing, string(scalar(says))) {
				return true
			}
		}
	}
	word := scalar(found[flowSource])
	source, ok := bareAddr(word)
	if !ok {
		return slices.Contains(x.kind.noRecords, string(word))
	}
	dest, ok := bareAddr(scalar(found[flowDest]))
	return ok && !isPublic(source) && isPublic(dest)
}
