package ingest

import (
	"bytes"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// azureFlow reads the flow logs of Azure's network security groups and virtual networks: JSON,
// often all of it on one line, with records in lists named "flowTuples". Nothing in it is a
// client's.
//
//	1716275483,192.0.2.1,198.51.100.1,4711,443,T,I,A                     version 1
//	1716275483,192.0.2.1,198.51.100.1,4711,443,T,I,A,E,10,1200,8,9000    version 2
//	1716275483123,192.0.2.1,198.51.100.1,4711,443,6,I,E,NX,10,1200,8,900 virtual network
//
// Flows that go out are no records. In the logs with packets, a flow that begins (B) has none
// yet, and its packets come with its next tuples. One that was denied has no others.
type azureFlow struct {
	facts  *facts
	inside bool // in a list of tuples
	begins bool // the log has only flows that begin
	target bool
}

// azureTuples names the lists.
var azureTuples = []byte(`"flowTuples"`)

// cut hands out the next tuple, or the text between tuples.
func (x *azureFlow) cut(t *text) (record []byte, why fault, err error) {
	for {
		view := t.view()
		if len(view) == 0 {
			if t.more() {
				continue
			}
			return nil, "", t.err
		}
		if !x.inside {
			i := bytes.Index(view, azureTuples)
			if i >= 0 {
				if open := bytes.IndexByte(view[i:], '['); open >= 0 {
					x.inside = true
					return t.take(i+open+1, lineCount(view[:i+open+1], false))[:0], "", nil
				}
			}
			if i < 0 && len(view) > minWindow { // the name may go on behind the window
				n := len(view) - len(azureTuples)
				return t.take(n, lineCount(view[:n], false))[:0], "", nil
			}
			if !t.more() {
				return t.take(len(view), lineCount(t.view(), true))[:0], "", nil
			}
			continue
		}
		i := 0
		for i < len(view) && (isBetween(view[i]) && view[i] != ']') {
			i++
		}
		switch {
		case i == len(view) && t.more():
			continue
		case i == len(view):
			return t.take(i, lineCount(t.view(), true))[:0], "", nil
		case view[i] != '"': // the list has ended
			x.inside = false
			last := isEnd(t, i+1)
			return t.take(i+1, lineCount(t.view()[:i+1], last))[:0], "", nil
		}
		end := bytes.IndexAny(view[i+1:], "\"\n")
		if end < 0 {
			if t.more() {
				continue
			}
			x.inside = false // cut short, or longer than any tuple
			return t.take(len(view), lineCount(t.view(), true)), "", nil
		}
		if end += i + 1; view[end] == '\n' { // cut short
			x.inside = false
			return t.take(end+1, lineCount(view[:end+1], false))[i:end], "", nil
		}
		last := isEnd(t, end+1)
		return t.take(end+1, lineCount(t.view()[:end+1], last))[i+1 : end], "", nil
	}
}

// isEnd reports whether the text ends behind so many bytes. It may move the window.
func isEnd(t *text, n int) bool { return n == len(t.view()) && !t.more() }

// azureTuple is a tuple in parts.
type azureTuple struct {
	w [13][]byte
	n int
}

// Places in a tuple.
const (
	azureTime = iota
	azureSource
	azureDest
	azurePort
	azureDestPort
	azureProtocol
	azureDirection
	azureDecision // of a virtual network: the state
	azureState    // of a virtual network: the encryption
	azurePackets
	azureBytes
)

func (p *azureTuple) cut(tuple []byte) bool {
	p.n = 0
	for more := true; more; p.n++ {
		if p.n == len(p.w) {
			return false
		}
		p.w[p.n], tuple, more = cutPlain(tuple, ',')
	}
	return (p.n == 8 || p.n == 9 || p.n == 13) && isDigits(p.w[azureTime]) && len(p.w[azureDirection]) == 1
}

// state is B, C, E or D, or 0 in version 1.
func (p *azureTuple) state() byte {
	decision, state := p.w[azureDecision], []byte(nil)
	if p.n > 8 {
		state = p.w[azureState]
	}
	switch {
	case string(decision) == "D":
		return 'D'
	case len(state) == 1: // version 2
		return state[0]
	case len(state) > 1 && len(decision) == 1:
		return decision[0]
	}
	return 0
}

func (x *azureFlow) parse(tuple []byte, e *Event) fault {
	if len(tuple) == 0 {
		return noRecord
	}
	var p azureTuple
	if !p.cut(tuple) {
		return noFlow
	}
	switch p.w[azureDirection][0] {
	case 'O':
		return noRecord
	case 'I':
	default:
		return noFlow
	}
	var ok bool
	if e.Source, ok = bareAddr(p.w[azureSource]); !ok {
		return noAddress
	}
	protocol := p.w[azureProtocol]
	switch string(protocol) {
	case "T":
		protocol = []byte("tcp")
	case "U":
		protocol = []byte("udp")
	}
	e.unreadable = !e.setTransport(protocol, p.w[azurePort], nil)
	e.Time, _ = x.facts.clock.Parse(p.w[azureTime])
	if x.target {
		e.Target = p.w[azureDest]
	}
	switch state := p.state(); {
	case state == 'B' && !x.begins:
		return noRecord
	case state == 'C', state == 'E':
		if e.Events, ok = parseNumber(p.w[azurePackets]); !ok {
			return badCount
		}
		if e.Bytes, ok = parseNumber(p.w[azureBytes]); !ok {
			return badBytes
		}
		if e.Events == 0 { // all its packets came from the server
			return noRecord
		}
	}
	return ""
}

// tuples calls f with each tuple of the head.
func (x *azureFlow) tuples(h *head, f func(p *azureTuple)) {
	var p azureTuple
	for rest := h.text; ; {
		i := bytes.Index(rest, azureTuples)
		if i < 0 {
			return
		}
		list, _, _ := bytes.Cut(rest[i+len(azureTuples):], []byte("]"))
		for tuple := range bytes.SplitSeq(list, []byte(`"`)) {
			if p.cut(tuple) {
				f(&p)
			}
		}
		rest = rest[i+len(azureTuples):]
	}
}

func sniffAzureFlow(h *head) int {
	found := 0
	new(azureFlow).tuples(h, func(*azureTuple) { found++ })
	if sniffJSON(h) < 30 || found == 0 && !bytes.Contains(h.text, azureTuples) {
		return 0
	}
	return named
}

func openAzureFlow(h *head, o *Options, f *facts) (*plan, error) {
	f.clock = &clock.Parser{}
	x := &azureFlow{facts: f, begins: true, target: o.Target != notTaken}
	x.tuples(h, func(p *azureTuple) {
		if state := p.state(); state == 'C' || state == 'E' {
			x.begins = false
		}
	})
	p, err := fixedPlan(x.parse, o, "source", "source", "time", "time", "target", "destination", "count", "packets",
		"bytes", "bytes", "protocol", "protocol", "source_port", "source port")
	if err != nil {
		return nil, err
	}
	p.cut, p.notes = x.cut, []string{noteInbound}
	return p, nil
}
