package ingest

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
	"time"
)

// nfdump prints flows as CSV with a header: that of versions before 1.7.3 (ts,te,td,sa,da,...),
// or the newer one (firstSeen,...,srcAddr,...). Without its header ("-q") the first has the
// order of version 1.6. The summary behind the flows is no record.
//
// The output "pipe" has numbers alone: 24 of version 1.6, where times are seconds and
// milliseconds, or 22 of version 1.7, where they are milliseconds. An address is four numbers
// of 32 bits, of which IPv4 uses the last.
//
// Tables and JSON are other readers' (nfdumptext.go, nfdumpjson.go).
//
// A flow counts its packets. It has one direction: servers that answer are sources too.
type nfdump struct {
	facts  *facts
	names  [roles][]string // of the columns
	roles  []uint16
	ended  bool // the summary has begun
	target [64]byte
}

const nfdumpColumns = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt"

// nfdumpNames are the columns of the roles.
var nfdumpNames = [roles][]string{
	roleSource: {"sa", "srcAddr"}, roleTime: {"ts", "firstSeen"}, roleTarget: {"da", "dstAddr"},
	roleCount: {"ipkt", "packets"}, roleBytes: {"ibyt", "bytes"}, roleProtocol: {"pr", "proto"},
	rolePort: {"sp", "srcPort"}, roleFlags: {"flg", "flags"},
}

func isNfdumpHeader(line []byte) bool {
	return bytes.HasPrefix(line, []byte("ts,te,td,")) && bytes.Contains(line, []byte(",sa,da,")) ||
		bytes.Contains(line, []byte("firstSeen,")) && bytes.Contains(line, []byte(",srcAddr,"))
}

// firstRows are the lines of a head that are not blank.
func firstRows(h *head, n int) (rows [][]byte) {
	for _, line := range h.lines {
		if len(bytes.TrimSpace(line)) > 0 && len(rows) < n {
			rows = append(rows, line)
		}
	}
	return rows
}

func sniffNfdump(h *head) int {
	rows := firstRows(h, 10)
	if len(rows) == 0 {
		return 0
	}
	if nfdumpTable(h) != nil || nfdumpJSON.sniff(h) > 0 {
		return named
	}
	var e Event
	var n nfdump
	switch {
	case isNfdumpHeader(rows[0]):
		return named
	case bytes.Count(rows[0], []byte{'|'}) > 20 && n.parsePipe(rows[0], &e) == "":
		return named
	case bytes.Count(rows[0], []byte{','}) >= 40:
		if parts := bytes.SplitN(rows[0], []byte{','}, 14); len(parts) == 14 && len(parts[8]) >= 6 {
			_, source := bareAddr(parts[3])
			_, target := bareAddr(parts[4])
			if source && target && len(bytes.Trim(parts[8], ".FSRPAUEC")) == 0 {
				return named
			}
		}
	}
	return 0
}

func openNfdump(h *head, o *Options, f *facts) (*plan, error) {
	if title := nfdumpTable(h); title != nil {
		return openNfdumpText(title, o, f)
	}
	if nfdumpJSON.sniff(h) > 0 {
		return openNfdumpJSON(h, o, f)
	}
	n := &nfdump{facts: f, names: nfdumpNames}
	s := newSelection()
	f.flows = true
	rows := firstRows(h, 1)
	if len(rows) > 0 && bytes.Count(rows[0], []byte{'|'}) > 20 {
		if err := noFields(o, "the output pipe"); err != nil {
			return nil, err
		}
		for r, name := range []string{"address", "first", "destination", "packets", "bytes", "protocol", "port", "flags"} {
			s.names[roleNames[[]role{roleSource, roleTime, roleTarget, roleCount, roleBytes, roleProtocol, rolePort,
				roleFlags}[r]]] = name
		}
		return &plan{selection: s, parse: n.parsePipe}, nil
	}
	for r, name := range o.asked() {
		switch name {
		case "":
		case notTaken:
			n.names[r] = nil
		default:
			n.names[r] = []string{name}
		}
	}
	header := []byte(nfdumpColumns)
	if len(rows) > 0 && isNfdumpHeader(rows[0]) {
		header = rows[0]
	}
	for r, name := range n.setColumns(header) {
		if name != "" {
			s.names[roleNames[r]] = name
			f.taken[r] = true
		}
	}
	for r, names := range n.names {
		if asked := o.asked()[r]; asked != "" && names != nil && s.names[roleNames[r]] == "" {
			return nil, noSuch(optionNames[r], "column", asked, strings.Split(string(header), ","))
		}
	}
	if s.names["source"] == "" {
		return nil, noSuch("Source", "column", "sa", strings.Split(string(header), ","))
	}
	return &plan{selection: s, parse: n.parseCSV}, nil
}

func (n *nfdump) setColumns(header []byte) (taken [roles]string) {
	n.roles = n.roles[:0]
	for column := range bytes.SplitSeq(bytes.TrimSpace(header), []byte{','}) {
		var bits uint16
		for r, names := range n.names {
			for _, name := range names {
				if taken[r] == "" && name == string(column) {
					bits |= 1 << r
					taken[r] = name
				}
			}
		}
		n.roles = append(n.roles, bits)
	}
	return taken
}

func (n *nfdump) parseCSV(line []byte, e *Event) fault {
	switch {
	case len(bytes.TrimSpace(line)) == 0:
		return noRecord
	case isNfdumpHeader(line):
		n.ended = false
		n.setColumns(line)
		return noRecord
	case n.ended:
		return noRecord
	case isNfdumpEnd(line):
		n.ended = true
		return noRecord
	}
	var v values
	columns := 0
	for more := true; more; columns++ {
		var value []byte
		value, line, more = cutPlain(line, ',')
		if columns < len(n.roles) {
			for r := range n.names {
				if n.roles[columns]&(1<<r) != 0 {
					v[r] = bytes.TrimSpace(value)
				}
			}
		}
	}
	if columns < len(n.roles) {
		return fewColumns
	}
	return n.facts.fill(&v, e)
}

func isNfdumpEnd(line []byte) bool {
	for _, begin := range []string{"Summary", "Time window:", "Total flows processed:", "No matched flows",
		"No matching flows"} {
		if _, ok := cutText(line, begin); ok {
			return true
		}
	}
	return false
}

// nfdumpPipe are the places of the numbers, by how many there are.
var nfdumpPipe = map[int]struct{ protocol, flags int }{24: {5, 20}, 22: {3, 18}}

func (n *nfdump) parsePipe(line []byte, e *Event) fault {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || isNfdumpEnd(line) {
		return noRecord
	}
	var numbers [24]uint64
	columns := 0
	for more := true; more; columns++ {
		var value []byte
		value, line, more = cutPlain(line, '|')
		number, ok := parseNumber(value)
		if !ok || len(value) == 0 || value[0] == '-' {
			return noFlow
		}
		if columns == len(numbers) {
			return manyColumns
		}
		numbers[columns] = number
	}
	at, ok := nfdumpPipe[columns]
	if !ok {
		return fewColumns
	}
	source, ok := pipeAddr(numbers[0], numbers[at.protocol+1:])
	target, ok2 := pipeAddr(numbers[0], numbers[at.protocol+6:])
	if !ok || !ok2 || numbers[at.protocol] > 255 || numbers[at.protocol+5] > 65535 {
		return noFlow
	}
	if e.Events = numbers[at.flags+2]; e.Events == 0 {
		return noRecord
	}
	e.Source, e.Target = source, target.AppendTo(n.target[:0])
	e.Bytes = numbers[at.flags+3]
	e.Protocol, e.TCPFlags = uint8(numbers[at.protocol]), uint8(numbers[at.flags])
	e.SourcePort = uint16(numbers[at.protocol+5])
	seconds, millis := numbers[1], numbers[2]
	if columns == 22 {
		seconds, millis = numbers[1]/1000, numbers[1]%1000
	}
	if seconds < 1<<33 && millis < 1000 && seconds > 0 {
		e.Time = time.Unix(int64(seconds), int64(millis)*1e6).UTC()
	}
	return ""
}

// pipeAddr makes an address of four numbers. The families are those of the system that ran
// nfdump: 2 is IPv4 on all.
func pipeAddr(family uint64, n []uint64) (a netip.Addr, ok bool) {
	var b [16]byte
	for i := range 4 {
		if n[i] > 0xffffffff {
			return a, false
		}
		binary.BigEndian.PutUint32(b[4*i:], uint32(n[i]))
	}
	switch family {
	case 2:
		return netip.AddrFrom4([4]byte(b[12:])), n[0] == 0 && n[1] == 0 && n[2] == 0
	case 10, 23, 24, 26, 28, 30:
		return netip.AddrFrom16(b), true
	}
	return a, false
}
