package ingest

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
)

// Zeek writes logs with tabs, whose columns a line "#fields" names, or JSON. The source is the
// originator of the connection (id.orig_h), the target the responder. Where the log has
// packets, as conn.log has, a record counts those of the originator. A connection to which the
// originator sent nothing is no record.
//
// Of several logs in one text, that with packets counts, and the others repeat connections. It may
// begin behind the head, since a connection is written as it ends. What has counted before of a
// connection, by its uid, does not count again.
//
// The history of a connection proves a handshake: the responder's SYN-ACK (h), and behind it an
// ACK, data or FIN of the originator (A, D, F).

// zeekPackets is where the packets of a text begin.
type zeekPackets struct {
	facts   *facts
	waits   bool    // for the first record with packets
	events  uint64  // before it
	before  counted // these, by connection
	looking int     // for so many records
}

// noPackets is the kind of records of a log without a name.
const noPackets = "no packets"

// looks is for how many records with packets the connections that have counted before are looked
// for. Those that have ended by then were long ago.
const looks = 1 << 20

// begin is called with the first record with packets.
func (z *zeekPackets) begin() {
	z.waits, z.looking = false, looks
	z.facts.flows, z.facts.taken[roleCount] = true, true
	z.facts.kinds.change("conn", z.events)
}

// needsUID reports whether the connection of a record matters.
func (z *zeekPackets) needsUID() bool { return z.waits || z.looking > 0 && !z.before.isEmpty() }

// once leaves out what has counted of a connection before.
func (z *zeekPackets) once(uid []byte, e *Event) fault {
	key := flowKey(uid)
	if z.waits {
		z.events++
		if len(uid) > 0 {
			z.before.add(key, 1)
		}
		return ""
	}
	if z.looking--; len(uid) > 0 && !z.before.once(key, e) {
		return noRecord
	}
	return ""
}

// zeek reads the logs with tabs.
type zeek struct {
	zeekPackets
	sep      byte
	selected *selection
	free     [roles]bool // the options name no column
	asked    [roles]string
	roles    []uint16 // by column: a bit for each role
	columns  int
	uid      int    // its column, or -1
	path     string // the name of the log
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
	z := &zeek{zeekPackets: zeekPackets{facts: f}, sep: header[len("#fields")]}
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
	for r, name := range o.asked() {
		z.free[r] = name == ""
	}
	f.use(s)
	f.flows = z.asked[roleCount] != ""
	z.selected, z.waits = s, z.free[roleCount] && !f.flows
	z.setColumns(names)
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
	has := func(asked string) bool {
		return slices.ContainsFunc(names, func(name []byte) bool { return string(name) == asked })
	}
	for r, known := range zeekNames {
		if i := slices.IndexFunc(known, has); z.asked[r] == "" && z.free[r] && i >= 0 {
			z.asked[r], z.facts.taken[r] = known[i], true
			if role(r) != roleFlags {
				z.selected.names[roleNames[r]] = known[i]
			}
		}
	}
	if z.waits && z.asked[roleCount] != "" {
		z.begin()
	}
	z.columns, z.uid = len(names), -1
	z.roles = z.roles[:0]
	for i, name := range names {
		if string(name) == "uid" {
			z.uid = i
		}
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
		if rest, ok := cutText(line, "#path"); ok && len(rest) > 1 {
			z.path = string(rest[1:])
		}
		return noRecord
	}
	var v values
	var uid []byte
	n := 0
	for more := true; more; n++ {
		var value []byte
		value, line, more = cutPlain(line, z.sep)
		if n >= len(z.roles) {
			continue
		}
		if n == z.uid {
			uid = value
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
	switch why := z.facts.fill(&v, e); {
	case why == "" && z.needsUID():
		return z.once(uid, e)
	case why == noRecord && v[roleCount] == nil:
		leaveOut(z.facts.kinds, cmp.Or(z.path, noPackets))
		return noRecord
	default:
		return why
	}
}
