package brief

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/geo"
)

// document is a Brief in JSON. docs/report.schema.json describes it.
type document struct {
	Schema    int                    `json:"schema"`
	Title     string                 `json:"title,omitempty"`
	Simulated bool                   `json:"simulated,omitempty"`
	Report    *attribution.Report    `json:"report,omitempty"`
	Bursts    []monitor.Burst        `json:"bursts,omitempty"`
	Inside    *network.Breakdown     `json:"inside,omitempty"`
	Announced map[geo.Origin]float64 `json:"announced,omitempty"`
	Evidence  *Evidence              `json:"evidence,omitempty"`
}

// writeJSON writes the data of b, with all bursts.
func writeJSON(w io.Writer, b *Brief) error {
	d := document{
		Schema: attribution.SchemaVersion, Title: b.Title, Simulated: b.Simulated,
		Bursts: b.Bursts, Inside: b.Inside, Announced: b.Announced, Evidence: b.Evidence,
	}
	if len(b.Bursts) == 0 {
		d.Report = &b.Report
	}
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("brief: %w", err)
	}
	_, err = w.Write(append(printable(data), '\n'))
	return err
}

// printable escapes the characters of JSON that a terminal does not print but obeys, such as those that turn the
// direction of writing. The values stay the same.
func printable(data []byte) []byte {
	escaped := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == '\n' || unicode.IsPrint(r):
			escaped = append(escaped, data[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
		data = data[size:]
	}
	return escaped
}
