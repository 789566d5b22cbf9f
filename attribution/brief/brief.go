// Package brief shows an answer to people who must act on it: as one HTML page, as Markdown for a ticket, as a CSV
// table, as JSON, and as plain text.
//
//	err := brief.Write(w, brief.Brief{Title: "lagoon.example", Report: report}, brief.HTML, language.English)
//
// The first sentence is what may be said, word for word, with the database that says so. Below it stand what would
// overturn it, the numbers, what to read with care, and how others can check. A brief never says who sent traffic.
// Where the addresses show no origin, as when they are forged, it names no country but those of the claims.
//
// # The page
//
// The HTML is one file without scripts. Nothing is fetched, and a Content-Security-Policy says so. It prints on A4,
// and is made for light and dark screens, phones and screen readers. No address of a source is on it. Texts of others,
// as the names of targets, lists and databases, are escaped and cut.
//
// # Languages
//
// Verdicts and caveats are in the words of package text. The headings and labels of the page are in words.go, one value
// for each language.
//
// # Concurrency
//
// Everything here may run on any number of goroutines. Nothing that is given is written.
package brief

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
)

// Brief is everything that one brief may show. Only Report or one of Bursts is needed. It is plain data.
type Brief struct {
	// Title is what the user calls the case. It is shown escaped and cut. If it is empty, the numbers are the title.
	Title string

	// Simulated marks the page: no packet was recorded.
	Simulated bool

	// Report is shown where Bursts is empty.
	Report attribution.Report

	// Bursts are shown instead of Report. One is shown whole. Of several there is a summary, and the details of the
	// largest three. A burst whose parent is among them is shown as one of its targets only.
	Bursts []monitor.Burst

	// All asks for the details of all bursts.
	All bool

	// Inside are the networks of the sources of one claim, down to /24 and /48; nil: none. Text and JSON have it. Whose
	// networks all sources are in is in [attribution.Report.Networks], which every form shows.
	Inside *network.Breakdown

	// Announced is the part of the announced IPv4 addresses that each country has, from 0 to 1, as [geo.Table.Space]
	// has it; nil if it is not known.
	Announced map[geo.Origin]float64

	// Evidence says how the other side can check; nil if there is no evidence file.
	Evidence *Evidence
}

// Evidence says where the evidence is and how it was made. Texts are shown as they are.
type Evidence struct {
	File    string `json:"file,omitempty"`    // name of the evidence file
	SHA256  string `json:"sha256,omitempty"`  // of that file, in hexadecimal
	Command string `json:"command,omitempty"` // that makes the brief again
}

// Format is how a brief is written.
type Format string

// The formats. Each is also the ending of the names of such files.
const (
	HTML     Format = "html" // one page, see the package
	Markdown Format = "md"   // for a ticket
	CSV      Format = "csv"  // the table of countries
	JSON     Format = "json" // the data, see docs/report.schema.json
	Text     Format = "txt"  // as package text prints it
)

// ErrFormat is wrapped by the error about a format that does not exist.
var ErrFormat = errors.New("no such format")

// FormatOf returns the format of a file by the ending of its name, and whether there is one.
func FormatOf(name string) (Format, bool) {
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(strings.ReplaceAll(name, `\`, "/")), "."))
	switch f := Format(ending); f {
	case HTML, Markdown, CSV, JSON, Text:
		return f, true
	}
	if ending == "htm" {
		return HTML, true
	}
	return "", false
}

// Write writes b in a format and in the best match of the languages that a reader prefers, most preferred first. CSV
// and JSON know no language. The error wraps [ErrFormat], or is that of w.
func Write(w io.Writer, b Brief, f Format, preferred ...language.Tag) error {
	p := text.NewPrinter(preferred...)
	switch f {
	case HTML:
		return writeHTML(w, &b, p)
	case Markdown:
		return writeMarkdown(w, &b, p)
	case CSV:
		return writeCSV(w, &b)
	case JSON:
		return writeJSON(w, &b)
	case Text:
		return writeText(w, &b, p)
	}
	return fmt.Errorf("brief: %w: %.20q", ErrFormat, string(f))
}
