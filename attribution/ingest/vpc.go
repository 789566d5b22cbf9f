package ingest

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// The flow logs of AWS are packets at the network interfaces of a VPC, in both directions. A
// record that goes from an address of the VPC to a public one, or whose direction is "egress",
// is traffic of one's own: it is no record.

// noteInbound says that records of outgoing traffic are not counted.
const noteInbound = "INBOUND_ONLY"

// vpcDefault are the columns of version 2, which a log group shows without a header.
var vpcDefault = strings.Fields(`version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes
	start end action log-status`)

// Columns that decide whether a line is a record.
const (
	vpcSource = iota
	vpcTarget
	vpcDirection
)

// vpcHeader reads the names that stand before the records of a file, with - or _ in them.
func vpcHeader(line []byte) (names []string, delim byte, ok bool) {
	if !bytes.Contains(line, []byte("srcaddr")) || !bytes.Contains(line, []byte("dstaddr")) {
		return nil, 0, false
	}
	if bytes.IndexByte(line, ',') > 0 { // as Athena has it
		names, delim = strings.Split(string(bytes.TrimSpace(line)), ","), ','
	} else {
		names, delim = strings.Fields(string(line)), ' '
	}
	for i, name := range names {
		names[i] = strings.ReplaceAll(strings.Trim(name, "${}\""), "_", "-")
		for _, c := range names[i] {
			if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
				return nil, 0, false
			}
		}
	}
	return names, delim, true
}

// isVPC reports whether a line is a record of version 2, or a header.
func isVPC(line []byte) bool {
	if _, _, ok := vpcHeader(line); ok {
		return true
	}
	var w [14][]byte
	rest, ok := cutWords(line, w[:])
	if !ok || len(bytes.TrimSpace(rest)) > 0 || !isDigits(w[0]) || len(w[0]) != 1 {
		return false
	}
	switch string(w[13]) {
	case "OK", "NODATA", "SKIPDATA":
	default:
		return false
	}
	_, isAddr := parseAddr(w[3])
	return (isAddr || isDash(w[3])) && isDigits(w[10]) && isDigits(w[11])
}

func sniffVPC(h *head) int {
	if len(h.lines) > 0 {
		switch names, delim, ok := vpcHeader(h.lines[0]); {
		case !ok:
		case delim == ' ':
			return shaped + 1
		case slices.Contains(names, "interface-id"), slices.Contains(names, "log-status"):
			return named // it is a table too
		}
	}
	if awsFlow.server.sniff(h) > 0 {
		return named
	}
	return fitScore(h, isVPC)
}

// isOutgoing reports whether a line says nothing of a client.
func isOutgoing(c *columns) bool {
	source, target, direction := c.watched[vpcSource], c.watched[vpcTarget], c.watched[vpcDirection]
	if source == nil { // NODATA and SKIPDATA
		return c.watchAt[vpcSource] >= 0
	}
	if direction != nil {
		return string(direction) == "egress"
	}
	a, ok1 := parseAddr(source)
	b, ok2 := parseAddr(target)
	return ok1 && ok2 && !isPublic(a) && isPublic(b)
}

func openVPC(h *head, o *Options, f *facts) (*plan, error) {
	if awsFlow.server.sniff(h) > 0 {
		return awsFlow.open(h, o, f)
	}
	f.clock = &clock.Parser{}
	c := &columns{facts: f, header: vpcHeader, skip: isOutgoing, names: vpcDefault, delim: ' '}
	for _, line := range h.lines {
		if isBlankOrComment(line) {
			continue
		}
		if names, delim, ok := vpcHeader(line); ok {
			c.names, c.delim = names, delim
		} else if n := len(bytes.Fields(line)); n != len(vpcDefault) {
			c.names = columnNumbers(n)
		}
		break
	}
	asked := *o
	if asked.Flags == "" {
		// The log shows ACK only together with SYN, so that flags do not tell whether a
		// connection had data.
		asked.Flags = notTaken
	}
	p, err := c.open(h, &asked)
	if err != nil {
		return nil, err
	}
	c.watch = [...]string{vpcSource: c.taken[roleSource], vpcTarget: "dstaddr", vpcDirection: "flow-direction"}
	c.learn(c.names, c.delim)
	p.notes = []string{noteInbound}
	if bothPublic(c, h) {
		p.notes = append(p.notes, noteNoDirection)
	}
	return p, nil
}

// bothPublic reports whether records of the head go from a public address to a public one, as
// with IPv6, and nothing tells which one is one's own.
func bothPublic(c *columns, h *head) bool {
	var v values
	for _, line := range h.lines {
		if _, _, ok := c.header(line); ok || c.values(line, c.usual(), &v) != len(c.names) || c.watched[vpcDirection] != nil {
			continue
		}
		both := true
		for _, word := range [][]byte{c.watched[vpcSource], c.watched[vpcTarget]} {
			var a netip.Addr
			if word != nil {
				a, _ = parseAddr(word)
			}
			both = both && a.IsValid() && isPublic(a)
		}
		if both {
			return true
		}
	}
	return false
}
