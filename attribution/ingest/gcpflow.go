package ingest

import (
	"bytes"
)

// gcpFlow reads the flow logs of Google's VPC networks and the logs of its firewalls. A record
// has one direction. Those of traffic that goes out are no records: the one who reports is the
// source, the rule is one for traffic that goes out, or the source alone is no public address.
type gcpFlow struct {
	parseJSON func(record []byte, e *Event) fault
	scan      scanner
	active    active
}

// Members that tell the direction.
const (
	gcpReporter = iota
	gcpDirection
	gcpSource
	gcpDest
)

var gcpPaths = paths{gcpReporter: "jsonPayload.reporter", gcpDirection: "jsonPayload.rule_details.direction",
	gcpSource: "jsonPayload.connection.src_ip", gcpDest: "jsonPayload.connection.dest_ip"}

// gcpFlowJSON tells the logs by their members.
var gcpFlowJSON = &jsonServer{needs: gcpPaths[gcpSource : gcpDest+1],
	one: []string{"jsonPayload.start_time", "timestamp", "jsonPayload.disposition"}}

func openGCPFlow(h *head, o *Options, f *facts) (*plan, error) {
	preset := *o
	list, _ := documents(h)
	take := func(option *string, names ...string) {
		for _, name := range names {
			if *option == "" && mostHave(list, name) {
				*option = name
			}
		}
	}
	take(&preset.Source, gcpPaths[gcpSource])
	take(&preset.Target, gcpPaths[gcpDest])
	take(&preset.Time, "jsonPayload.start_time", "timestamp")
	take(&preset.Count, "jsonPayload.packets_sent")
	take(&preset.Bytes, "jsonPayload.bytes_sent")
	p, err := openJSON(h, &preset, f)
	if err != nil {
		return nil, err
	}
	f.handshake = false
	f.flows = preset.Count == "jsonPayload.packets_sent"
	x := &gcpFlow{parseJSON: p.parse, active: gcpPaths.all()}
	p.parse, p.notes = x.parse, []string{noteInbound}
	return p, nil
}

func (x *gcpFlow) parse(record []byte, e *Event) fault {
	if x.scan = (scanner{text: bytes.TrimSpace(record), paths: &gcpPaths}); x.scan.peek() == '{' &&
		x.scan.object(x.active, 0) {
		found := &x.scan.found
		source, ok := bareAddr(scalar(found[gcpSource]))
		dest, ok2 := bareAddr(scalar(found[gcpDest]))
		switch {
		case string(scalar(found[gcpReporter])) == "SRC", string(scalar(found[gcpDirection])) == "EGRESS",
			ok && ok2 && !isPublic(source) && isPublic(dest):
			return noRecord
		}
	}
	return x.parseJSON(record, e)
}
