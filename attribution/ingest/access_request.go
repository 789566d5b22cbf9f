package ingest

import (
	"bytes"
	"encoding/binary"
	mathbits "math/bits"
)

// requestAndSize reads what follows the time: a quoted request, the status and the size. A
// backslash keeps a quote from closing the request. So does a client that writes quotes into
// the path, where the server does not escape them: the status is not behind that one.
func requestAndSize(text []byte) (request []byte, size uint64) {
	text = text[1:]
	for end := 0; ; end++ {
		i := bytes.IndexByte(text[end:], '"')
		if i < 0 {
			return request, size
		}
		end += i
		slashes := 0
		for end-slashes > 0 && text[end-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 1 {
			continue
		}
		if request == nil {
			request = text[:end]
		}
		if n, ok := sizeBehind(text[end+1:]); ok {
			return text[:end], n
		}
	}
}

// sizeBehind reads the status and the size.
func sizeBehind(b []byte) (size uint64, ok bool) {
	if len(b) < 5 || b[0] != ' ' || !isDigit(b[1]) || !isDigit(b[2]) || !isDigit(b[3]) || b[4] != ' ' {
		return 0, len(b) == 4 && b[0] == ' ' && isDigit(b[1])
	}
	for _, c := range b[5:] {
		if c == ' ' {
			break
		}
		if !isDigit(c) || size >= 1e18 {
			return 0, true
		}
		size = size*10 + uint64(c-'0')
	}
	return size, true
}

// lastQuoted returns what stands in the last quotes of a line that ends with them.
func lastQuoted(line []byte) []byte {
	line = bytes.TrimRight(line, " ")
	if n := len(line); n > 2 && line[n-1] == '"' {
		if i := bytes.LastIndex(line[:n-1], []byte(` "`)); i >= 0 {
			return line[i+2 : n-1]
		}
	}
	return nil
}

// withoutPort returns the name or address of a server.
func withoutPort(server []byte) []byte {
	if i := bytes.LastIndexByte(server, ':'); i >= 0 && isPortOrEmpty(server[i:]) {
		server = server[:i]
	}
	if inner, ok := bytes.CutPrefix(server, []byte("[")); ok {
		return bytes.TrimSuffix(inner, []byte("]"))
	}
	return server
}

var slash = []byte("/")

// requestPath returns what was asked for, without a query, since those are without number.
// It is nil if the request is none, as when a scanner speaks TLS to a port without it.
func requestPath(request []byte) []byte {
	i := 0
	for i < len(request) && request[i] != ' ' {
		i++
	}
	if i == len(request) {
		return nil
	}
	path := request[i+1:]
	if len(path) > 0 && path[0] != '/' {
		path, _, _ = bytes.Cut(path, []byte(" "))
		if i = bytes.Index(path, []byte("://")); i >= 0 { // asked of a proxy
			path = path[i+3:]
			if i = bytes.IndexByte(path, '/'); i < 0 {
				return slash
			}
			path = path[i:]
		}
	}
	if path = path[:pathEnd(path)]; len(path) == 0 {
		return nil
	}
	return path
}

// pathEnd finds the end of a path: a blank, a query, a fragment or the end of b. It looks at
// eight bytes at a time.
func pathEnd(b []byte) (i int) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		blank, query, fragment := x^' '*ones, x^'?'*ones, x^'#'*ones
		if found := ((blank-ones)&^blank | (query-ones)&^query | (fragment-ones)&^fragment) & highs; found != 0 {
			return i + mathbits.TrailingZeros64(found)/8
		}
	}
	for i < len(b) && b[i] != ' ' && b[i] != '?' && b[i] != '#' {
		i++
	}
	return i
}
