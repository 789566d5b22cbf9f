package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/whence-go/whence/attribution/monitor"
)

// combinedTargets are what -target may be for access logs. Without it, it is the
// server's name if the line has one, else the path.
var combinedTargets = []string{"", "host", "path", noTarget}

const noTarget = "none"

// targetField returns the name of the column or field with the target, "" if there
// is none.
func (cfg *config) targetField() string {
	if cfg.target == noTarget {
		return ""
	}
	return cfg.target
}

// combinedWithTarget returns parseCombined with the target that was asked for.
func combinedWithTarget(asked string, sample [][]byte) (func([]byte, *record) fault, error) {
	if !slices.Contains(combinedTargets, asked) {
		return nil, errNoCombined(asked)
	}
	parse := func(text []byte, r *record) fault {
		server, request, why := cutCombined(text, r)
		switch {
		case asked == noTarget:
		case asked != "path" && server != nil:
			r.target = withoutPort(server)
		case asked != "host":
			r.target = requestPath(request)
		}
		return why
	}
	named := func(line []byte) bool {
		var r record
		return parse(line, &r) == "" && r.target != nil
	}
	if asked == "host" && !slices.ContainsFunc(sample, named) {
		return nil, errors.New("-target host: the first lines do not begin with the server's name and port, as " +
			"vhost_combined does; path and none are left")
	}
	return parse, nil
}

func errNoCombined(asked string) error {
	return fmt.Errorf("-target %q: an access log has host, path or %s", asked, noTarget)
}

// withoutPort returns the name or address of a server.
func withoutPort(server []byte) []byte {
	if i := bytes.LastIndexByte(server, ':'); i >= 0 {
		server = server[:i]
	}
	if inner, ok := bytes.CutPrefix(server, []byte("[")); ok {
		return bytes.TrimSuffix(inner, []byte("]"))
	}
	return server
}

// requestPath returns what was asked for, without a query, since those are without
// number. It is nil if the request is none, as when a scanner speaks TLS to a port
// without it.
func requestPath(request []byte) []byte {
	_, path, found := bytes.Cut(request, []byte(" "))
	if !found {
		return nil
	}
	path, _, _ = bytes.Cut(path, []byte(" "))
	if i := bytes.Index(path, []byte("://")); i >= 0 && path[0] != '/' { // asked of a proxy
		path = path[i+3:]
		if i = bytes.IndexByte(path, '/'); i < 0 {
			return []byte("/")
		}
		path = path[i:]
	}
	if i := bytes.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	if len(path) == 0 {
		return nil
	}
	return path
}

// noTimes says what to do about a format that has times if one only knows where.
func noTimes(what string, names []string) error {
	return fmt.Errorf("-burst needs the time of each record; give -time with the %s that has it, one of: %s", what,
		listNames(names))
}

// maxNames is how many targets are kept, so that not every line makes a new one.
const maxNames = 4096

// targetNames makes targets of their texts.
type targetNames map[string]monitor.Target

func (known targetNames) target(text []byte) monitor.Target {
	if len(text) == 0 {
		return monitor.Target{}
	}
	text = text[:min(len(text), monitor.MaxTargetName)]
	if target, ok := known[string(text)]; ok {
		return target
	}
	if len(known) == maxNames {
		clear(known)
	}
	name := string(text)
	target := monitor.ParseTarget(name)
	known[name] = target
	return target
}
