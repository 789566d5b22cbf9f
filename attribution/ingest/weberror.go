package ingest

import (
	"bytes"
)

// webError reads the error logs of nginx and Apache.
//
//	2024/05/21 07:11:23 [error] 31#31: *5 open() "/x" failed, client: 192.0.2.1, server: _, request: "GET /x HTTP/1.1"
//	[Tue May 21 07:11:23.123 2024] [core:error] [pid 12] [client 192.0.2.1:4711] AH00037: ...
//
// nginx writes paths and headers before and behind the address, as they came. A line with
// several places of the client is lost.
type webError struct {
	facts  *facts
	nginx  bool
	ports  bool
	target bool
}

// nginxCut is less than the 2048 bytes at which nginx cuts lines. A long path may have pushed
// the address out.
const nginxCut = 1900

var (
	nginxClient  = []byte(", client: ")
	nginxServer  = []byte(", server: ")
	apacheClient = []byte("[client ")
)

// cutNginxError returns the time and the message.
func cutNginxError(line []byte) (at, message []byte, ok bool) {
	const stamp = len("2024/05/21 07:11:23")
	if len(line) < stamp+3 || line[4] != '/' || line[7] != '/' || line[13] != ':' ||
		string(line[stamp:stamp+2]) != " [" {
		return nil, nil, false
	}
	end := bytes.IndexByte(line, ']')
	return line[:stamp], line[max(end, 0):], end > 0 && end < stamp+12
}

// cutApacheError returns the time and the rest.
func cutApacheError(line []byte) (at, message []byte, ok bool) {
	if at, message, ok = cutBrackets(line); !ok || len(message) == 0 || message[0] != '[' {
		return nil, nil, false
	}
	return at, message, at[0] >= 'A' // the name of a day
}

func isNginxError(line []byte) bool {
	_, _, ok := cutNginxError(line)
	return ok
}

func isApacheError(line []byte) bool {
	_, _, ok := cutApacheError(line)
	return ok
}

// isServersOwn reports whether a line among requests is what the server or the script that
// starts it says. What it says of a request stands in the request's own line too.
func isServersOwn(line []byte) bool {
	return isNginxError(line) || isApacheError(line) || bytes.HasPrefix(line, []byte("/docker-entrypoint.sh: "))
}

// sniffWebError wants a line with a client.
func sniffWebError(h *head) int {
	clients := 0
	for _, line := range h.lines {
		if isNginxError(line) && bytes.Contains(line, nginxClient) ||
			isApacheError(line) && bytes.Contains(line, apacheClient) {
			clients++
		}
	}
	if clients == 0 || sniffAccess(h) >= 75 { // a container has both, and what failed is a request too
		return 0
	}
	return fitScore(h, func(line []byte) bool { return isNginxError(line) || isApacheError(line) })
}

func (x *webError) parse(line []byte, e *Event) fault {
	if isBlankOrComment(line) {
		return noRecord
	}
	at, message, ok := cutApacheError(line)
	if x.nginx {
		at, message, ok = cutNginxError(line)
	}
	if !ok {
		return notOfFormat
	}
	lead := apacheClient
	if x.nginx {
		lead = nginxClient
	}
	i := bytes.Index(message, lead)
	if !x.nginx {
		i = findApacheClient(message)
	}
	if i < 0 {
		return noRecord // of the server itself
	}
	rest := message[i+len(lead):]
	if x.nginx {
		if quotes := bytes.Count(message[:i], []byte(`"`)); quotes%2 == 1 || quotes > 0 && len(line) > nginxCut ||
			bytes.Contains(rest, lead) {
			return ambiguous
		}
		ok = x.client(rest, ',', e)
		if j := bytes.Index(rest, nginxServer); j >= 0 && x.target {
			e.Target, _, _ = bytes.Cut(rest[j+len(nginxServer):], []byte(","))
		}
	} else {
		ok = x.client(rest, ']', e)
	}
	if !ok {
		return noAddress
	}
	e.Time, _ = x.facts.clock.Parse(at)
	return ""
}

// findApacheClient finds the client among the brackets that the message begins with, or behind
// an error of the system: "(36)File name too long: [client ...". Elsewhere it is of the message.
func findApacheClient(message []byte) int {
	at := 0
	for at < len(message) && message[at] == '[' && !bytes.HasPrefix(message[at:], apacheClient) {
		i := bytes.Index(message[at:], []byte("] "))
		if i < 0 {
			return -1
		}
		at += i + 2
	}
	if at < len(message) && message[at] == '(' {
		i := bytes.Index(message[at:], []byte(": [client "))
		if i < 0 {
			return -1
		}
		at += i + 2
	}
	if !bytes.HasPrefix(message[min(at, len(message)):], apacheClient) {
		return -1
	}
	return at
}

// client reads the address up to a mark.
func (x *webError) client(b []byte, end byte, e *Event) bool {
	if i := bytes.IndexByte(b, end); i >= 0 {
		b = b[:i]
	} else {
		return false // the line is cut
	}
	if x.ports {
		return e.from(b)
	}
	e.Source, e.Handshake = parseAddr(b)
	return e.Handshake
}

func openWebError(h *head, o *Options, f *facts) (*plan, error) {
	x := &webError{facts: f, target: o.Target != notTaken}
	nginx, apache := 0, 0
	for _, line := range h.lines {
		if isNginxError(line) {
			nginx++
		}
		if isApacheError(line) {
			apache++
			x.ports = x.ports || bytes.Contains(line, []byte("] [pid ")) // since 2.4
		}
	}
	x.nginx = nginx > apache
	if x.nginx {
		x.ports = false
		return fixedPlan(x.parse, o, "source", "client", "time", "time", "target", "server")
	}
	return fixedPlan(x.parse, o, "source", "client", "time", "time")
}
