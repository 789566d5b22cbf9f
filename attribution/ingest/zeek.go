package ingest

import (
	"bytes"
	"strconv"
)

// Zeek writes logs with tabs, whose columns a line "#fields" names, or JSON. The source is the
// originator of the connection (id.orig_h), the target the responder. Where the log has
// packets, as conn.log has, a record counts those of the originator. A connection to which the
// originator sent nothing is no record.
//
// The history of a connection proves a handshake: the responder's SYN-ACK (h), and behind it an
// ACK, data or FIN of the originator (A, D, F).

// zeek reads the logs with tabs.
type zeek struct {
	facts   *facts
	sep     byte
	asked   [roles]string
	roles   []uint16 // by column: a bit for each role
	columns int
}

// zeekNames are the fields of the roles, the best first.
var zeekNames = [roles][]string{
	roleSource: {"id.orig_h"}, roleTime: {"ts"}, roleTarget: {"id.resp_h"}, roleCount: {"orig_pkts"},
	roleBytes: {"orig_ip_bytes", "orig_bytes"}, roleProtocol: {"proto"}, rolePort: {"id.orig_p"}, roleFlags: {"history"},
}

// answered reports whether a history has a SYN-ACK that the originator has answered.
func answered(history []byte) bool {
	i := bytes.IndexByte(history, 'h')
	return i >= 0 && bytes.IndexAny(history[i:], "ADF") > 0
}

func sniffZeek(h *head) int {
	if zeekColumns(h) != nil {
		return named
	}
	list, _ := documents(h)
	found := 0
	for _, document := range list {
		if bytes.Contains(document, []byte(`"id.orig_h"`)) || bytes.Contains(document, []byte(`"orig_h"`)) {
			found++
		}
	}
	if 2*found > len(list) {
		return named
	}
	return 0
}

// zeekColumns returns the line that names the columns.
func zeekColumns(h *head) []byte {
	for _, line := range h.lines {
		if rest, ok := cutText(line, "#fields"); ok && len(rest) > 1 && !isDigit(rest[0]) {
			return line
		}
		if len(line) > 0 && line[0] != '#' {
			break
		}
	}
	return nil
}

func openZeek(h *head, o *Options, f *facts) (*plan, error) {
	header := zeekColumns(h)
	if header == nil {
		return openZeekJSON(h, o, f)
	}
	z := &zeek{facts: f, sep: header[len("#fields")]}
	names := z.names(header)
	fields := make([]field, len(names))
	for i, name := range names {
		fields[i].name = string(name)
	}
	for _, line := range h.lines {
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		for i, more := 0, true; more; i++ {
			var value []byte
			value, line, more = cutPlain(line, z.sep)
			if i < len(fields) {
				fields[i].sample(value, &f.chain, f.clock)
			}
		}
	}
	preset := zeekOptions(o, func(name string) bool { return find(fields, name) >= 0 })
	s, _, err := choose(fields, &preset, "column", false)
	if err != nil {
		return nil, err
	}
	for r := range z.asked {
		if at := s.at[r]; at >= 0 {
			z.asked[r] = fields[at].name
		}
	}
	z.setColumns(names)
	f.use(s)
	f.flows = z.asked[roleCount] != ""
	f.handshake, f.history = false, true
	delete(s.names, roleNames[roleFlags])
	return &plan{selection: s, parse: z.parse}, nil
}

// zeekOptions asks for Zeek's fields where nothing else is asked for.
func zeekOptions(o *Options, has func(name string) bool) Options {
	preset := *o
	for r, field := range []*string{&preset.Source, &preset.Time, &preset.Target, &preset.Count, &preset.Bytes,
		&preset.Protocol, &preset.SourcePort, &preset.Flags} {
		if *field != "" && role(r) != roleFlags {
			continue
		}
		*field = ""
		if role(r) == roleCount || role(r) == roleBytes {
			*field = notTaken
		}
		for _, name := range zeekNames[r] {
			if has(name) {
				*field = name
				break
			}
		}
	}
	return preset
}

func (z *zeek) names(header []byte) (names [][]byte) {
	rest := header[len("#fields"):]
	if len(rest) > 0 {
		z.sep, rest = rest[0], rest[1:]
	}
	return bytes.Split(rest, []byte{z.sep})
}

// setColumns finds the fields again. Logs that stand one behind another may differ.
func (z *zeek) setColumns(names [][]byte) {
	z.columns = len(names)
	z.roles = z.roles[:0]
	for i, name := range names {
		var bits uint16
		for r, asked := range z.asked {
			if asked != "" && (asked == string(name) || asked == strconv.Itoa(i+1)) {
				bits |= 1 << r
			}
		}
		z.roles = append(z.roles, bits)
	}
}

func (z *zeek) parse(line []byte, e *Event) fault {
	if len(line) == 0 || line[0] == '#' {
		if bytes.HasPrefix(line, []byte("#fields")) {
			z.setColumns(z.names(line))
		}
		return noRecord
	}
	var v values
	n := 0
	for more := true; more; n++ {
		var value []byte
		value, line, more = cutPlain(line, z.sep)
		if n >= len(z.roles) {
			continue
		}
		for r := range z.asked {
			if z.roles[n]&(1<<r) != 0 {
				v[r] = value
			}
		}
	}
	switch {
	case n < z.columns:
		return fewColumns
	case n > z.columns:
		return manyColumns
	case string(v[roleSource]) == "-":
		return emptyField
	}
	return z.facts.fill(&v, e)
}

// openZeekJSON reads the objects as any other, but knows what the fields mean. Of a stream of
// several logs (_path) those with packets are the records: the others repeat connections.
func openZeekJSON(h *head, o *Options, f *facts) (*plan, error) {
	list, _ := documents(h)
	names := map[string]bool{}
	preset := zeekOptions(o, func(name string) bool {
		for _, document := range list {
			if bytes.Contains(document, []byte(`"`+name+`"`)) {
				names[name] = true
			}
		}
		if name == "id.orig_h" || name == "id.resp_h" || name == "id.orig_p" { // also {"id":{"orig_h":...}}
			return true
		}
		return names[name]
	})
	p, err := openJSON(h, &preset, f)
	if err != nil {
		return nil, err
	}
	f.handshake, f.history, f.flows = false, true, names["orig_pkts"]
	delete(p.names, roleNames[roleFlags])
	return p, nil
}
