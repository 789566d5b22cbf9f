package web

import (
	"fmt"
	"mime"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/brief"
)

// kind is a format in which the page is served.
type kind struct {
	format brief.Format
	media  string   // of the answer
	names  []string // in a query
	ranges []string // in Accept, the most special first
}

// kinds are all of them. Of those that a client likes as much, it gets the first.
var kinds = []kind{
	{brief.Text, "text/plain; charset=utf-8", []string{"text", "txt"}, []string{"text/plain", "text/*", "*/*"}},
	{brief.HTML, "text/html; charset=utf-8", []string{"html"},
		[]string{"text/html", "application/xhtml+xml", "text/*", "*/*"}},
	{brief.JSON, "application/json", []string{"json"}, []string{"application/json", "application/*", "*/*"}},
	{brief.Markdown, "text/markdown; charset=utf-8", []string{"md", "markdown"},
		[]string{"text/markdown", "text/*", "*/*"}},
	{brief.CSV, "text/csv; charset=utf-8; header=present", []string{"csv"}, []string{"text/csv", "text/*", "*/*"}},
}

const (
	mostAccepted = 64   // media ranges that are read of a client's list
	longestList  = 4096 // bytes of Accept, and of Accept-Language
	longestTag   = 64   // bytes of a language that a query asks for
)

// named returns the kind with a name.
func named(name string) (*kind, error) {
	for i := range kinds {
		for _, n := range kinds[i].names {
			if n == name {
				return &kinds[i], nil
			}
		}
	}
	return nil, fmt.Errorf("format %.20q: there are html, text, json, md and csv", name)
}

// accepted returns the kind that a client likes most, by the rules of RFC 9110, section
// 12.5.1. It is nil if it takes none of them.
func accepted(accept []string) *kind {
	ranges := readAccept(accept)
	if len(ranges) == 0 {
		return &kinds[0]
	}
	var best *kind
	var bestQ float64
	bestAt := 0
	for i := range kinds {
		q, at := kinds[i].weigh(ranges)
		if q > bestQ || q == bestQ && q > 0 && at < bestAt {
			best, bestQ, bestAt = &kinds[i], q, at
		}
	}
	return best
}

// weigh returns the quality of the most special range that fits, and its place in the list.
func (k *kind) weigh(ranges []mediaRange) (q float64, at int) {
	for _, name := range k.ranges {
		for i, r := range ranges {
			if r.name == name {
				return r.q, i
			}
		}
	}
	return 0, 0
}

type mediaRange struct {
	name string
	q    float64
}

// readAccept reads Accept. What is malformed is left out.
func readAccept(lines []string) (ranges []mediaRange) {
	list := strings.Join(lines, ",")
	for item := range strings.SplitSeq(list[:min(len(list), longestList)], ",") {
		media, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		q := 1.0
		if weight, given := params["q"]; given {
			if q, err = strconv.ParseFloat(weight, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		if ranges = append(ranges, mediaRange{media, q}); len(ranges) == mostAccepted {
			break
		}
	}
	return ranges
}

// languages returns those that a reader prefers, the best first.
func languages(query string, lines []string) (preferred []language.Tag) {
	if tag, err := language.Parse(query); query != "" && err == nil {
		preferred = append(preferred, tag)
	}
	list := strings.Join(lines, ",")
	accepted, _, err := language.ParseAcceptLanguage(list[:min(len(list), longestList)])
	if err != nil {
		return preferred
	}
	return append(preferred, accepted...)
}
