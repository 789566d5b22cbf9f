package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
)

// record is what one line says.
type record struct {
	source  netip.Addr
	bytes   uint64
	at      time.Time // zero if the line gives no time
	badTime bool      // a time was asked for and could not be read

	transport

	handshake bool   // the source itself was answered, so that it is not forged
	target    []byte // what -target asks for, valid as long as the line; nil if it gives none
}

// flow is what the record counts.
func (r *record) flow() attribution.Flow {
	return attribution.Flow{
		Source: r.source, Events: 1, Bytes: r.bytes, Handshake: r.handshake,
		Protocol: r.protocol, SourcePort: r.port, TCPFlags: r.flags,
	}
}

// A format reads the records of one file.
type format struct {
	name  string                             // as in -format
	where string                             // where it looks for the address
	next  func() ([]byte, error)             // the text of the next record, as [lines.next]
	parse func(text []byte, r *record) fault // "" if there is a source in it

	fields map[string]string // by fieldNames: the column or field taken for it
}

// nothing is what parse says of a comment: no record, and no fault either.
const nothing fault = "nothing"

const noAddress fault = "no address at the start of the line"

// usualNames are the columns and fields that are tried without -addr, the most
// telling first.
var usualNames = []string{"ip", "addr", "address", "src", "source", "src_ip", "source_ip",
	"client", "client_ip", "remote_addr", "clientip", "host"}

// sampleSize is how much of a file is looked at to tell its format, in bytes.
const sampleSize = 64 << 10

// openFormat decides how to read the text: as the configuration says, or by its
// first lines.
func openFormat(text *lines, cfg *config) (format, error) {
	text.sample()
	head := text.head
	sample := sampleLines(head, text.more)
	name := cfg.format
	if name == "auto" {
		name = detect(head, sample, cfg)
	}
	switch name {
	case "json":
		if isArray(head) {
			return format{}, errors.New("this is a JSON array; one object a line is expected")
		}
		return openJSON(text, sample, cfg)
	case "csv":
		return openCSV(text, head, cfg)
	case "combined":
		parse := parseCombined
		if cfg.burst {
			var err error
			if parse, err = combinedWithTarget(cfg.target, sample); err != nil {
				return format{}, err
			}
		}
		return format{name: "combined", where: "at the start of the line", next: text.next, parse: parse}, nil
	}
	if cfg.burst && len(sample) > 0 {
		return format{}, errors.New("read as addr, which has no times, and -burst needs the time of each line; give an " +
			"access log, or -time with the csv column or json field that has it")
	}
	return format{name: "addr", where: "at the start of the line", next: text.next, parse: parseAddr}, nil
}

// sampleLines splits the head of a file into its lines that are not blank,
// without the last one if that may be cut short.
func sampleLines(head []byte, cut bool) [][]byte {
	var sample [][]byte
	for line := range bytes.Lines(head) {
		whole := !cut || line[len(line)-1] == '\n' || len(sample) == 0
		if line = bytes.TrimSpace(line); whole && len(line) > 0 {
			sample = append(sample, line)
		}
	}
	return sample
}

func detect(head []byte, sample [][]byte, cfg *config) string {
	if text := bytes.TrimSpace(head); bytes.HasPrefix(text, []byte("{")) || isArray(text) {
		return "json"
	}
	if cfg.namesFields() {
		return "csv"
	}
	if len(sample) == 0 {
		return "addr"
	}
	if header := splitHeader(sample[0], delimiter(sample[0])); slices.ContainsFunc(header, isUsualName) {
		return "csv"
	}
	for _, line := range sample {
		var r record
		if parseCombined(line, &r) == "" && !r.at.IsZero() {
			return "combined"
		}
	}
	return "addr"
}

func isArray(text []byte) bool {
	inner, ok := bytes.CutPrefix(bytes.TrimSpace(text), []byte("["))
	return ok && bytes.HasPrefix(bytes.TrimSpace(inner), []byte("{"))
}

func isUsualName(name string) bool {
	return slices.ContainsFunc(usualNames, func(usual string) bool { return strings.EqualFold(usual, name) })
}

// chooseName settles which column or field holds the address: the one that was
// asked for, or the first of the usual names under which the sample has an
// address, or else the first that there is.
func chooseName(asked, what string, existing []string, addresses func(name string) int) (string, error) {
	find := func(name string) int {
		return slices.IndexFunc(existing, func(s string) bool { return strings.EqualFold(s, name) })
	}
	if asked != "" {
		if i := find(asked); i >= 0 {
			return existing[i], nil
		}
		return "", fmt.Errorf("no %s named %q; there are: %s", what, asked, listNames(existing))
	}
	found := ""
	for _, usual := range usualNames {
		i := find(usual)
		switch {
		case i < 0:
		case addresses(existing[i]) > 0:
			return existing[i], nil
		case found == "":
			found = existing[i]
		}
	}
	if found == "" {
		return "", fmt.Errorf("no %s with a usual name for an address; give -addr with one of: %s", what, listNames(existing))
	}
	return found, nil
}

// listNames quotes up to twenty names for a message.
func listNames(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i == 20 {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.40q", name)
	}
	return b.String()
}

// parseAddr reads the first token of a line; blanks and commas end it. Lines
// that begin with # are comments, as in published address lists.
func parseAddr(text []byte, r *record) fault {
	for len(text) > 0 && isBlank(text[0]) {
		text = text[1:]
	}
	for i, c := range text {
		if isBlank(c) || c == ',' {
			text = text[:i]
			break
		}
	}
	if len(text) > 0 && text[0] == '#' {
		return nothing
	}
	var ok bool
	if r.source, ok = parseSource(text); !ok {
		return noAddress
	}
	return ""
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// parseCombined reads the access logs of Apache and nginx: common, combined and
// vhost_combined. The address is required; time and response size are taken
// where they stand.
//
//	192.0.2.1 - frank [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326 ...
func parseCombined(text []byte, r *record) fault {
	_, _, why := cutCombined(text, r)
	return why
}

// cutCombined is parseCombined, and returns besides the server's name and the
// request, which are nil if the line has none.
func cutCombined(text []byte, r *record) (server, request []byte, why fault) {
	host, rest, _ := bytes.Cut(text, []byte(" "))
	var ok bool
	r.source, ok = parseSource(bytes.TrimSuffix(host, []byte(","))) // a list of forwarders: the first is the client,
	r.handshake = !bytes.HasSuffix(host, []byte(","))               // as it says itself
	// In vhost_combined a server name with its port comes first. It may itself
	// be an address, so one more word before the time decides.
	if second, after, found := bytes.Cut(rest, []byte(" ")); found &&
		(!ok || isPortOf(host) && wordsBeforeTime(after) == 2) {
		if source, isSource := parseSource(second); isSource {
			server, r.source, ok, rest = host, source, true, after
		}
	}
	if !ok {
		return nil, nil, noAddress
	}
	_, rest, found := bytes.Cut(rest, []byte("["))
	if !found {
		return server, nil, ""
	}
	at, rest, found := bytes.Cut(rest, []byte("]"))
	if !found {
		return server, nil, ""
	}
	if r.at, ok = parseTime(at); !ok {
		r.badTime = true
	}
	request, r.bytes = requestAndSize(rest)
	return server, request, ""
}

// isPortOf reports whether a word ends in a port.
func isPortOf(word []byte) bool {
	i := bytes.LastIndexByte(word, ':')
	return i >= 0 && isPortOrEmpty(word[i:])
}

func wordsBeforeTime(text []byte) int {
	before, _, found := bytes.Cut(text, []byte("["))
	if !found {
		return -1
	}
	return bytes.Count(before, []byte(" "))
}

// requestAndSize reads what follows the time: a quoted request, in which a
// backslash keeps a quote from closing it, the status and the size.
func requestAndSize(text []byte) (request []byte, size uint64) {
	open := bytes.IndexByte(text, '"')
	if open < 0 {
		return nil, 0
	}
	text = text[open+1:]
	end := 0
	for {
		i := bytes.IndexAny(text[end:], `"\`)
		if i < 0 || end+i+1 >= len(text) {
			return nil, 0
		}
		if end += i; text[end] == '"' {
			break
		}
		end += 2
	}
	request, text = text[:end], text[end+1:]
	_, text, _ = bytes.Cut(bytes.TrimLeft(text, " "), []byte(" ")) // the status
	number, _, _ := bytes.Cut(text, []byte(" "))
	if len(number) > 18 {
		return request, 0
	}
	return request, uint64(max(0, digits(number)))
}
