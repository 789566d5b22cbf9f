package ingest

import (
	"bytes"
	"fmt"
)

// nfdumpText reads the tables that nfdump prints for people: line, long, extended, biline and
// bilong, and what is added up by source (-A srcip, -s srcip). The header names the columns.
// Numbers with M, G or T behind them were rounded by nfdump.
//
// Of a flow with two directions, "In" is what the source has sent.
type nfdumpText struct {
	facts   *facts
	columns []*nfdumpColumn
	ended   bool
	target  bool
}

type nfdumpColumn struct {
	title string
	role  role
	shape nfdumpShape
}

// nfdumpShape is how the value of a column is written.
type nfdumpShape uint8

const (
	nfdumpWord     nfdumpShape = iota
	nfdumpTime                 // two words
	nfdumpEndpoint             // an address and a port, and an arrow behind the first one
	nfdumpNumber               // with a unit behind a blank
	nfdumpShare                // a number and what it is of all, in parentheses
)

// nfdumpTitles are the columns, a longer title before one that it begins with. Roles that
// nothing is taken for are roleDate.
var nfdumpTitles = []nfdumpColumn{
	{"Date first seen", roleTime, nfdumpTime}, {"Date flow start", roleTime, nfdumpTime},
	{"Event time", roleTime, nfdumpTime}, {"XEvent", roleDate, nfdumpWord}, {"Event", roleDate, nfdumpWord},
	{"Duration", roleDate, nfdumpWord}, {"Proto", roleProtocol, nfdumpWord},
	{"Src IP Addr:Port", roleSource, nfdumpEndpoint}, {"Dst IP Addr:Port", roleTarget, nfdumpEndpoint},
	{"X-Src IP Addr:Port", roleDate, nfdumpEndpoint}, {"X-Dst IP Addr:Port", roleDate, nfdumpEndpoint},
	{"Src IP Addr", roleSource, nfdumpWord}, {"Dst IP Addr", roleTarget, nfdumpWord}, {"IP Addr", roleDate, nfdumpWord},
	{"Flags", roleFlags, nfdumpWord}, {"Tos", roleDate, nfdumpWord}, {"Src Pt", rolePort, nfdumpWord},
	{"Dst Pt", roleDate, nfdumpWord}, {"Packets(%)", roleCount, nfdumpShare}, {"Bytes(%)", roleBytes, nfdumpShare},
	{"Flows(%)", roleDate, nfdumpShare}, {"Packets", roleCount, nfdumpNumber}, {"Bytes", roleBytes, nfdumpNumber},
	{"Flows", roleDate, nfdumpNumber}, {"Out Pkt", roleDate, nfdumpNumber}, {"In Pkt", roleCount, nfdumpNumber},
	{"Out Byte", roleDate, nfdumpNumber}, {"In Byte", roleBytes, nfdumpNumber}, {"pps", roleDate, nfdumpNumber},
	{"bps", roleDate, nfdumpNumber}, {"Bpp", roleDate, nfdumpNumber}, {"bpp", roleDate, nfdumpNumber},
}

// nfdumpHeader reads the line that names the columns.
func nfdumpHeader(line []byte) (columns []*nfdumpColumn, ok bool) {
	if !isNfdumpTitle(line) {
		return nil, false
	}
	for line = bytes.TrimSpace(line); len(line) > 0; line = bytes.TrimSpace(line) {
		n := len(columns)
		for i := range nfdumpTitles {
			if rest, ok := cutText(line, nfdumpTitles[i].title); ok {
				line, columns = rest, append(columns, &nfdumpTitles[i])
				break
			}
		}
		if len(columns) == n {
			return nil, false
		}
	}
	return columns, len(columns) > 3
}

func isNfdumpTitle(line []byte) bool {
	return (bytes.HasPrefix(line, []byte("Date f")) || bytes.HasPrefix(line, []byte("Event time"))) &&
		bytes.Contains(line, []byte("IP Addr"))
}

// nfdumpTable finds the line that names the columns.
func nfdumpTable(h *head) (title []byte) {
	for _, line := range firstRows(h, 5) {
		if isNfdumpTitle(line) {
			return line
		}
	}
	return nil
}

func openNfdumpText(title []byte, o *Options, f *facts) (*plan, error) {
	columns, known := nfdumpHeader(title)
	x := &nfdumpText{facts: f, columns: columns, target: o.Target != notTaken}
	var pairs []string
	for _, c := range columns {
		if c.role != roleDate {
			pairs = append(pairs, roleNames[c.role], c.title)
			f.taken[c.role] = true
		}
	}
	if !known || !f.taken[roleSource] {
		return nil, &UndecidedError{Option: "Format", Candidates: []string{"TEXT"},
			Reason: fmt.Sprintf("no source is among the columns %.200q", title)}
	}
	f.flows = f.taken[roleCount]
	return fixedPlan(x.parse, o, pairs...)
}

func (x *nfdumpText) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) || x.ended || bytes.HasPrefix(line, []byte("Top ")) {
		return noRecord
	}
	if isNfdumpTitle(line) {
		return noRecord
	}
	if isNfdumpEnd(line) {
		x.ended = true
		return noRecord
	}
	var v values
	var number [roles]uint64
	for _, c := range x.columns {
		if c.shape == nfdumpNumber || c.shape == nfdumpShare {
			n, rest, ok := nfdumpCount(bytes.TrimLeft(line, " "), c.shape == nfdumpShare)
			if !ok {
				return noFlow
			}
			if line = rest; c.role != roleDate {
				number[c.role] = n
			}
			continue
		}
		var word []byte
		if word, line = nextWord(line); len(word) == 0 {
			return fewColumns
		}
		switch c.shape {
		case nfdumpTime:
			clock, rest := nextWord(line)
			if c.role == roleTime {
				e.Time, _ = x.facts.clock.ParseFields(word, clock)
			}
			line = rest
		case nfdumpEndpoint:
			if arrow, rest := nextWord(line); len(arrow) > 1 && len(bytes.Trim(arrow, "<->")) == 0 {
				line = rest
			}
		}
		if v[c.role] = word; c.role == roleSource && c.shape == nfdumpEndpoint {
			v[roleSource], v[rolePort] = nfdumpAddr(word)
		}
	}
	if len(bytes.TrimSpace(line)) > 0 {
		return manyColumns
	}
	var ok bool
	if e.Source, ok = bareAddr(v[roleSource]); !ok { // nfdump cuts long addresses
		return noAddress
	}
	if x.facts.taken[roleCount] {
		if e.Events = number[roleCount]; e.Events == 0 {
			return noRecord
		}
	}
	e.Bytes = number[roleBytes]
	e.unreadable = !e.setTransport(v[roleProtocol], v[rolePort], v[roleFlags])
	if x.target && v[roleTarget] != nil {
		e.Target, _ = nfdumpAddr(v[roleTarget])
	}
	return ""
}

// nfdumpAddr cuts "192.0.2.1:80", and "2001:db8::1.80" as nfdump has it.
func nfdumpAddr(word []byte) (addr, port []byte) {
	i := bytes.IndexByte(word, ':')
	if i >= 0 && bytes.IndexByte(word[i+1:], ':') >= 0 {
		i = bytes.LastIndexByte(word, '.')
	}
	if i < 0 {
		return word, nil
	}
	return word[:i], word[i+1:]
}

// nfdumpCount reads "12", "1.2 M", "12(25.0)" and "1.2 M( 0.1)".
func nfdumpCount(b []byte, share bool) (n uint64, rest []byte, ok bool) {
	whole := digitsOf(b)
	if n, ok = parseNumber(whole); !ok || len(whole) == 0 || n > 1e12 {
		return 0, nil, false
	}
	b = b[len(whole):]
	tenths := uint64(0)
	if len(b) > 1 && b[0] == '.' && isDigit(b[1]) {
		tenths, b = uint64(b[1]-'0'), b[2:]
	}
	if len(b) > 1 && b[0] == ' ' && (len(b) == 2 || b[2] == ' ' || b[2] == '(') {
		for i, unit := range []byte("KMGT") {
			if b[1] == unit {
				scale := [...]uint64{1e3, 1e6, 1e9, 1e12}[i]
				n, b = n%1e6*scale+tenths*scale/10, b[2:]
				break
			}
		}
	}
	if share {
		end := bytes.IndexByte(b, ')')
		if end < 0 || b[0] != '(' {
			return 0, nil, false
		}
		b = b[end+1:]
	}
	return n, b, len(b) == 0 || b[0] == ' '
}
