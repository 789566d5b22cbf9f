package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/whence-go/whence/attribution/monitor"
)

// maxName is the length of the longest name of a target, in bytes. The queue holds thousands
// of them.
const maxName = 256

// maxLine is the length of a request's first line up to which a path may keep it in memory.
const maxLine = 1024

// Path returns the path of a request as its target, the first 256 bytes of a longer one.
// Clients may ask for as many paths as they like: the monitor tracks the busiest.
func Path(r *http.Request) monitor.Target {
	path := cut(r.URL.Path)
	if len(r.RequestURI) > maxLine {
		path = strings.Clone(path) // it is a part of the long text
	}
	return monitor.TargetName(path)
}

// Host returns the name of the site that a request asks for as its target: in lower case,
// without port and final dot, the first 256 bytes of a longer one. A client may send any name.
func Host(r *http.Request) monitor.Target {
	host := r.Host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.IndexByte(host[i:], ']') < 0 {
		host = host[:i]
	}
	return monitor.TargetName(strings.ToLower(cut(strings.TrimSuffix(host, "."))))
}

// Pattern returns a function that takes the pattern which a request matches in mux as its
// target, such as "GET /users/{id}". So there are as many targets as the site has routes, and
// one more for requests that match none. It looks up the route once more, since a middleware
// around a mux runs before the mux does.
//
// With a nil mux it takes the pattern that the request has already, as it does in a middleware
// around the handler of a route.
func Pattern(mux *http.ServeMux) func(*http.Request) monitor.Target {
	return func(r *http.Request) monitor.Target {
		pattern := r.Pattern
		if pattern == "" && mux != nil {
			_, pattern = mux.Handler(r)
		}
		if pattern == "" {
			pattern = "no route"
		}
		return monitor.TargetName(cut(pattern))
	}
}

// cut cuts a name to its longest length, between two characters.
func cut(name string) string {
	if len(name) <= maxName {
		return name
	}
	end := maxName
	for end > maxName-utf8.UTFMax && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}
