package ingest

import (
	"bytes"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// elb reads the access logs of the load balancers of AWS. All that is read stands in words
// before the first quote; what the client writes stands behind it.
//
//	classic      time name client:port backend:port 0.0 0.0 0.0 200 200 received sent "request" ...
//	application  type time name client:port target:port 0.0 0.0 0.0 200 200 received sent "request" ...
//	network      tls version time name listener client:port target:port time time received sent ...
type elb struct {
	facts *facts
	kind  elbKind
	site  bool // the target is wanted
	w     [maxELBWords][]byte
}

// elbKind is where the words are.
type elbKind struct {
	words, time, name, client, target, sent int
	fits                                    func(w [][]byte) bool
	request                                 bool
}

const maxELBWords = 12

var (
	elbClassic = elbKind{words: 11, time: 0, name: 1, client: 2, target: 3, sent: 10, request: true,
		fits: func(w [][]byte) bool { return areTimings(w[4:7]) }}
	elbApplication = elbKind{words: 12, time: 1, name: 2, client: 3, target: 4, sent: 11, request: true,
		fits: func(w [][]byte) bool {
			switch string(w[0]) {
			case "http", "https", "h2", "h3", "grpc", "grpcs", "ws", "wss":
				return areTimings(w[5:8])
			}
			return false
		}}
	elbNetwork = elbKind{words: 11, time: 2, name: 3, client: 5, target: 6, sent: 10,
		fits: func(w [][]byte) bool {
			return string(w[0]) == "tls" && bytes.HasPrefix(w[3], []byte("net/"))
		}}
)

// areTimings reports whether words are seconds, or -1 for none.
func areTimings(w [][]byte) bool {
	for _, word := range w {
		for i, c := range word {
			if !isDigit(c) && c != '.' && (i > 0 || c != '-') {
				return false
			}
		}
	}
	return true
}

// cut finds the words of a line.
func (k *elbKind) cut(line []byte, w *[maxELBWords][]byte) (rest []byte, ok bool) {
	rest, ok = cutWords(line, w[:k.words])
	if !ok || !isISO(w[k.time]) || !k.fits(w[:]) || !isDigits(w[k.sent]) ||
		!isEndpoint(w[k.target]) && !isDash(w[k.target]) {
		return nil, false
	}
	if k.request && (len(rest) == 0 || rest[0] != '"') {
		return nil, false
	}
	return rest, true
}

func (k *elbKind) is(line []byte) bool {
	var w [maxELBWords][]byte
	_, ok := k.cut(line, &w)
	return ok
}

func (x *elb) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	w := &x.w
	rest, ok := x.kind.cut(line, w)
	if !ok {
		return notOfFormat
	}
	if !e.from(w[x.kind.client]) {
		return noAddress
	}
	e.Time, _ = x.facts.clock.Parse(w[x.kind.time])
	e.Bytes, _ = parseNumber(w[x.kind.sent])
	if !x.site {
		return ""
	}
	if x.kind.request {
		// Requests have no blanks and no quotes of their own; those of TCP are "- - - ".
		request, _, _ := bytes.Cut(rest[1:], []byte(`"`))
		if e.Target = requestPath(request); !isDash(e.Target) && e.Target != nil {
			return ""
		}
	}
	e.Target = w[x.kind.name]
	return ""
}

func openELB(kind elbKind) func(h *head, o *Options, f *facts) (*plan, error) {
	return func(h *head, o *Options, f *facts) (*plan, error) {
		f.clock = &clock.Parser{} // of UTC
		x := &elb{facts: f, kind: kind, site: o.Target != notTaken}
		target := "elb"
		if kind.request {
			target = "path"
		}
		parse := func(f *facts) parser {
			y := *x
			y.facts = f
			return y.parse
		}
		return independent(parse, f, o, "source", "client:port", "time", "time", "bytes", "sent_bytes", "target", target)
	}
}
