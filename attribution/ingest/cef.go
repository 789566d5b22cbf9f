package ingest

import (
	"bytes"
	"time"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// CEF and LEEF are lines of a header between bars and of pairs key=value. In CEF blanks are
// between the pairs, and values may hold blanks; in LEEF it is a tab, or what the header of
// version 2.0 says.
//
// Writers are to escape = in values (CEF) and leave out the delimiter (LEEF), but not all do, so
// that a client may write " src=192.0.2.1" into a value. Nothing but values of the writer's own
// may stand before a key that is believed, if the file has such records. Else all values of a
// key must agree.
type keyed struct {
	facts *facts
	leef  bool
	keys  [roles][]string
	class [roles]class // how the head has the key of each role
	early [roles]bool  // of the record: the key stands before all that clients write
	clash [roles]bool  // of the record: two values differ
	at    time.Time    // of the words before the header
}

// A class says where a key stands in the records of a file.
type class int

const (
	classNone  class = iota // it is not taken
	classEarly              // before what clients write
	classLate               // behind it
)

// The keys of the roles, the best first.
var (
	cefKeys = [roles][]string{roleSource: {"src"}, roleTime: {"rt", "start"}, roleTarget: {"dst"}, roleCount: {"cnt"},
		roleBytes: {"in"}, roleProtocol: {"proto"}, rolePort: {"spt"}}
	leefKeys = [roles][]string{roleSource: {"src"}, roleTime: {"devTime"}, roleTarget: {"dst"}, roleCount: {"srcPackets"},
		roleBytes: {"srcBytes"}, roleProtocol: {"proto"}, rolePort: {"srcPort"}}
)

// written are keys whose values the writer has made, not a client.
var written = wordSet(`src dst spt dpt proto cnt in out rt start end art act cat dvc dvcmac deviceExternalId externalId
	deviceInboundInterface deviceOutboundInterface deviceDirection deviceReceiptTime sourceTranslatedAddress
	destinationTranslatedAddress sourceTranslatedPort destinationTranslatedPort smac dmac cn1 cn2 cn3 cn1Label cn2Label
	cn3Label cs1Label cs2Label cs3Label cs4Label cs5Label cs6Label dvchost dvcpid type severity outcome
	devTime devTimeFormat sev srcPort dstPort srcBytes dstBytes totalBytes srcPackets dstPackets totalPackets srcMAC
	dstMAC srcPreNAT dstPreNAT srcPostNAT dstPostNAT srcPreNATPort dstPreNATPort srcPostNATPort dstPostNATPort vSrc
	srcPostNATport policy`)

// newKeyed takes the usual keys, and those that were asked for.
func newKeyed(leef bool, o *Options, f *facts) *keyed {
	k := &keyed{facts: f, leef: leef, keys: cefKeys}
	if leef {
		k.keys = leefKeys
	}
	for r, name := range o.asked() {
		switch name {
		case "":
		case notTaken:
			k.keys[r] = nil
		default:
			k.keys[r] = []string{name}
		}
	}
	return k
}

// body finds the pairs of a line, and the byte that separates them.
func (k *keyed) body(line []byte) (pairs []byte, delim byte, ok bool) {
	name, bars := "CEF:", 7
	if k.leef {
		name, bars = "LEEF:", 5
	}
	rest, ok := cutText(line, name)
	if k.at = (time.Time{}); !ok {
		if t, n, isTime := k.facts.clock.Syslog(line); isTime && n < len(line) {
			k.at, line = t, bytes.TrimLeft(line[n:], " ")
		}
		for range 3 { // a host and a tag
			if rest, ok = cutText(line, name); ok {
				break
			}
			_, line, _ = bytes.Cut(line, []byte(" "))
		}
	}
	if !ok {
		return nil, 0, false
	}
	second := bytes.HasPrefix(rest, []byte("2"))
	for ; bars > 0; bars-- {
		i := nextBar(rest)
		if i < 0 {
			return nil, 0, false
		}
		rest = rest[i+1:]
	}
	if !k.leef {
		return rest, ' ', true
	}
	delim = '\t'
	if i := bytes.IndexByte(rest, '|'); second && i >= 0 && i <= 5 && bytes.IndexByte(rest[:i], '=') < 0 {
		delim, rest = leefDelimiter(rest[:i]), rest[i+1:]
	}
	return rest, delim, true
}

// nextBar finds a bar that is not escaped, or returns -1.
func nextBar(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '|':
			return i
		}
	}
	return -1
}

// leefDelimiter reads a character, or its number as x09 or 0x09.
func leefDelimiter(b []byte) byte {
	if len(b) == 1 {
		return b[0]
	}
	if i := bytes.LastIndexByte(b, 'x'); i >= 0 && len(b)-i > 1 {
		c := 0
		for _, digit := range b[i+1:] {
			n, _ := hexValue(digit)
			c = c<<4 | n
		}
		return byte(c)
	}
	return '\t'
}

// nextPair cuts off a pair. A value of CEF ends before the blank in front of the next key.
func nextPair(b []byte, delim byte) (key, value, rest []byte, ok bool) {
	if delim != ' ' {
		var pair []byte
		pair, rest, _ = bytes.Cut(b, []byte{delim})
		key, value, _ = bytes.Cut(pair, []byte("="))
		return bytes.TrimSpace(key), value, rest, len(b) > 0
	}
	key, b, ok = bytes.Cut(b, []byte("="))
	if !ok {
		return nil, nil, nil, false
	}
	if i := bytes.LastIndexByte(key, ' '); i >= 0 {
		key = key[i+1:]
	}
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '=')
		if i < 0 {
			return key, b, nil, true
		}
		i += from
		j := i
		for j > 0 && isKeyByte(b[j-1]) {
			j--
		}
		if j < i && j > 0 && b[j-1] == ' ' {
			return key, bytes.TrimRight(b[:j-1], " "), b[j:], true
		}
		from = i + 1
	}
}

func isKeyByte(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '.' || c == '-' || c == '[' || c == ']'
}

// values collects the values of the roles.
func (k *keyed) values(line []byte, v *values) bool {
	rest, delim, ok := k.body(line)
	if !ok {
		return false
	}
	k.early, k.clash = [roles]bool{}, [roles]bool{}
	rank := [roles]int{}
	clients := false
	for {
		var key, value []byte
		key, value, rest, ok = nextPair(rest, delim)
		if !ok {
			return true
		}
		for r := range k.keys {
			for i, name := range k.keys[r] {
				if name != string(key) {
					continue
				}
				switch {
				case v[r] == nil, i < rank[r] && !clients:
					v[r], rank[r], k.early[r] = value, i, !clients
				case i != rank[r], k.early[r]:
				case !bytes.Equal(v[r], value):
					k.clash[r] = true
				}
			}
		}
		clients = clients || !written[string(key)]
	}
}

func (k *keyed) parse(line []byte, e *Event) fault {
	if trimmed := bytes.TrimSpace(line); len(trimmed) == 0 || trimmed[0] == '#' {
		return noRecord
	}
	var v values
	if !k.values(line, &v) {
		if _, _, ok := nextAddr(line); !ok {
			return noRecord
		}
		return noPairs
	}
	for r, c := range k.class {
		switch {
		case v[r] == nil:
		case c == classNone:
			v[r] = nil
		case k.clash[r], c == classEarly && !k.early[r]:
			switch role(r) {
			case roleSource, roleTime, roleCount, roleBytes:
				return ambiguous
			}
			v[r] = nil
		}
	}
	if v[roleSource] != nil {
		if _, ok := parseAddr(v[roleSource]); !ok {
			return noAddress
		}
	}
	if v[roleCount] != nil {
		if n, ok := parseNumber(v[roleCount]); !ok || n == 0 {
			return badCount
		}
	}
	if why := k.facts.fill(&v, e); why != "" {
		return why
	}
	if n, _ := parseNumber(v[roleCount]); n > 0 {
		e.Events = n
	}
	if e.Time.IsZero() {
		e.Time = k.at
	}
	return ""
}

func sniffKeyed(leef bool) func(*head) int {
	return func(h *head) int {
		k := newKeyed(leef, new(Options), &facts{clock: new(clock.Parser)})
		lines, found := 0, 0
		for _, line := range h.lines {
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			lines++
			if _, _, ok := k.body(line); ok {
				found++
			}
		}
		switch {
		case found == 0:
			return 0
		case 2*found >= lines:
			return named
		case 20*found >= lines:
			return 86
		}
		return enough - lead
	}
}

func openKeyed(leef bool) func(*head, *Options, *facts) (*plan, error) {
	return func(h *head, o *Options, f *facts) (*plan, error) {
		k := newKeyed(leef, o, f)
		records := 0
		var has, early [roles]int
		var taken [roles]string
		for _, line := range h.lines {
			var v values
			if !k.values(line, &v) {
				continue
			}
			records++
			for r := range has {
				if v[r] == nil {
					continue
				}
				if has[r]++; k.early[r] {
					early[r]++
				}
			}
		}
		for r, keys := range k.keys {
			switch {
			case len(keys) == 0:
			case early[r] > 0:
				k.class[r] = classEarly
			case has[r] > 0 && 10*has[r] >= 9*records, r == int(roleSource), r == int(roleTarget):
				k.class[r] = classLate
			}
			if k.class[r] != classNone {
				taken[r] = keys[0]
			}
		}
		if has[roleSource] == 0 && o.Source != "" {
			return nil, badOption("Source", "no record has a key named %.40q", o.Source)
		}
		s := newSelection()
		for r, name := range taken {
			if name != "" {
				s.names[roleNames[r]] = name
			}
		}
		f.taken[roleBytes] = k.class[roleBytes] != classNone
		return &plan{selection: s, parse: k.parse}, nil
	}
}
