package ingest

import (
	"bytes"
)

// s3 reads the server access logs of S3.
//
//	owner bucket [time] remote-ip requester request-id operation key "request" status error bytes ...
//
// A line without an address is of what S3 does by itself, such as to delete old objects. It
// is no record.
type s3 struct {
	facts  *facts
	target bool
}

type s3Line struct {
	bucket, time, client, operation, rest []byte
}

func cutS3(line []byte) (p s3Line, ok bool) {
	owner, rest := nextWord(line)
	p.bucket, rest = nextWord(rest)
	if p.time, rest, ok = cutBrackets(rest); !ok || len(owner) == 0 || owner[0] == '[' || len(p.bucket) == 0 {
		return p, false
	}
	var w [5][]byte // client, requester, request, operation, key
	if p.rest, ok = cutWords(rest, w[:]); !ok {
		return p, false
	}
	p.client, p.operation = w[0], w[3]
	kind, _, ok := bytes.Cut(p.operation, []byte("."))
	if !ok {
		return p, false
	}
	switch string(kind) {
	case "REST", "WEBSITE", "SOAP", "BATCH", "S3":
		return p, len(p.rest) > 0 && (p.rest[0] == '"' || p.rest[0] == '-')
	}
	return p, false
}

func isS3(line []byte) bool {
	_, ok := cutS3(line)
	return ok
}

func (x *s3) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	p, ok := cutS3(line)
	switch {
	case !ok:
		return notOfFormat
	case isDash(p.client):
		return noRecord
	}
	if e.Source, ok = parseAddr(p.client); !ok { // it has no port
		return noAddress
	}
	e.Handshake = true
	e.Time, _ = x.facts.clock.Parse(p.time)
	e.Bytes = s3Bytes(p.rest)
	if x.target {
		e.Target = p.bucket
	}
	return ""
}

// s3Bytes reads what follows the key. A request has no blanks but those around its path, so
// that a client cannot write a quote with a status behind it.
func s3Bytes(b []byte) uint64 {
	for i := 1; i+5 < len(b); i++ {
		if b[i] == '"' && b[i+1] == ' ' && isDigits(b[i+2:i+5]) && b[i+5] == ' ' {
			_, rest := nextWord(b[i+5:]) // the error
			size, _ := nextWord(rest)
			n, _ := parseNumber(size)
			return n
		}
	}
	return 0
}

func openS3(h *head, o *Options, f *facts) (*plan, error) {
	x := &s3{facts: f, target: o.Target != notTaken}
	parse := func(f *facts) parser {
		y := *x
		y.facts = f
		return y.parse
	}
	return independent(parse, f, o, "source", "remote_ip", "time", "time", "bytes", "bytes_sent", "target", "bucket")
}
