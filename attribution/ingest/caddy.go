package ingest

import "bytes"

// Caddy logs a request that fails several times: as an access, as an error and by its handlers. The
// loggers have names, such as "http.log.access.log0". Only an access is a record.

// caddyLogger is where the name stands. Who has renamed or removed it has a file of accesses.
var caddyLogger = paths{"logger"}

// isCaddyAccess reports whether a line says nothing else than that it is an access.
func isCaddyAccess(record []byte) bool {
	i := bytes.Index(record, []byte(`"logger"`)) // what clients write has no quote without a backslash
	if i < 0 || isAccessLogger(bytes.TrimPrefix(record[i:], []byte(`"logger":"`))) {
		return true
	}
	s := scanner{text: bytes.TrimSpace(record), paths: &caddyLogger}
	return !s.object(caddyLogger.all(), 0) || s.found[0] == nil ||
		isAccessLogger(bytes.TrimPrefix(s.found[0], []byte(`"`)))
}

// isAccessLogger looks at a name and the quote behind it.
func isAccessLogger(name []byte) bool {
	rest, ok := bytes.CutPrefix(name, []byte("http.log.access"))
	return ok && len(rest) > 0 && (rest[0] == '"' || rest[0] == '.')
}

// isBesideAccess reports whether a line for a terminal, of a logger with this name, is of a request
// that has failed, and has an access of its own.
func isBesideAccess(logger []byte) bool {
	return bytes.HasPrefix(logger, []byte("http.log.error")) || bytes.HasPrefix(logger, []byte("http.handlers."))
}
