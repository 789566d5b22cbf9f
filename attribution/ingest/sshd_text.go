package ingest

import "bytes"

// How the sentences of OpenSSH name the client. Each reads what stands behind the words that a
// sentence begins with. They say noRecord of a line that names no address, as those that have
// a name in its place: the connection has further lines.

// first reads an address that the text begins with.
func (l *sshdLine) first(rest []byte) fault {
	a, rest, ok := leadingAddr(rest)
	if !ok {
		return noAddress
	}
	l.source = a
	if rest, ok = cutText(rest, " port "); ok {
		l.port = digitsOf(rest)
	}
	return ""
}

// last reads the address behind the last "from", which nothing but a port follows.
func (l *sshdLine) last(rest []byte) fault {
	i := lastText(rest, "from ")
	if i < 0 || i > 0 && rest[i-1] != ' ' {
		return noAddress
	}
	if l.first(rest[i+len("from "):]) != "" {
		return noAddress
	}
	l.user = bytes.TrimSuffix(rest[:i], []byte(" "))
	return ""
}

// attempt reads the method, the user and the address of an attempt to log in.
func (l *sshdLine) attempt(rest []byte) fault {
	method, rest, ok := bytes.Cut(rest, []byte(" for "))
	if !ok {
		return noAddress
	}
	if string(method) == "publickey" || string(method) == "hostbased" {
		if bytes.Count(rest, []byte(" from ")) > 1 && indexText(rest, " ID ") > 0 && indexText(rest, " ssh2: ") > 0 {
			return ambiguous
		}
	}
	if why := l.last(rest); why != "" {
		return why
	}
	if len(l.port) == 0 {
		return noAddress
	}
	l.user, _ = cutText(l.user, "invalid user ")
	l.user, _ = cutText(l.user, "illegal user ")
	return ""
}

// end reads an address and a port at the end.
func (l *sshdLine) end(rest []byte) fault {
	if i := lastText(rest, " port "); i > 0 && len(digitsOf(rest[i+len(" port "):])) == len(rest)-i-len(" port ") {
		rest, l.port = rest[:i], rest[i+len(" port "):]
	}
	a, ok := bareAddr(rest[bytes.LastIndexByte(rest, ' ')+1:])
	if !ok {
		return noAddress
	}
	l.source = a
	return ""
}

// named is last for sentences that may have a name, or no client, and the address of the server
// behind it.
func (l *sshdLine) named(rest []byte) fault {
	if i := lastText(rest, " via "); i > 0 && bytes.IndexByte(rest[i+len(" via "):], ' ') < 0 {
		rest = rest[:i]
	}
	if l.last(rest) != "" {
		return noRecord
	}
	return ""
}

// pam reads "Authentication failure for root from 192.0.2.1", and a server behind via.
func (l *sshdLine) pam(rest []byte) fault {
	_, rest, _ = bytes.Cut(rest, []byte(" for "))
	rest, _ = cutText(rest, "illegal user ")
	return l.named(rest)
}

// middle reads "user 192.0.2.1 port 4711: reason". Both the user and the reason may be the
// client's words.
func (l *sshdLine) middle(rest []byte) fault {
	i := indexText(rest, " port ")
	if i < 0 {
		return noRecord
	}
	if lastText(rest, " port ") != i {
		return ambiguous
	}
	end := indexText(rest[i+len(" port "):], ": ")
	if end < 0 {
		return noRecord
	}
	return l.end(rest[:i+len(" port ")+end])
}

// forbidden reads "root from 192.0.2.1 not allowed because ...".
func (l *sshdLine) forbidden(rest []byte) fault {
	i := lastText(rest, " not allowed because ")
	if i < 0 {
		return noRecord
	}
	return l.named(rest[:i])
}

// dropped reads "1 from [192.0.2.1]:4711 on [198.51.100.1]:22 past MaxStartups".
func (l *sshdLine) dropped(rest []byte) fault {
	rest, ok := behind(rest, " from ")
	if !ok {
		return noRecord
	}
	a, _, ok := bracketed(rest)
	if !ok {
		return noAddress
	}
	l.source = a
	if rest, ok = behind(rest, "]:"); ok {
		l.port = digitsOf(rest)
	}
	return ""
}

// refused reads the address that tcpd has written behind a name.
func (l *sshdLine) refused(rest []byte) fault {
	i := bytes.LastIndexByte(rest, '(')
	if i < 0 || rest[len(rest)-1] != ')' {
		return l.first(rest)
	}
	a, ok := bareAddr(rest[i+1 : len(rest)-1])
	if !ok {
		return noAddress
	}
	l.source = a
	return ""
}
