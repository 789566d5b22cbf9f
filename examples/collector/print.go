package main

import (
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
)

// printer returns what writes a burst: a line of JSON, or text.
func printer(w io.Writer, asText bool) func(context.Context, monitor.Burst) error {
	if asText {
		p := text.NewPrinter(language.English)
		return func(_ context.Context, b monitor.Burst) error {
			if err := p.Burst(w, b); err != nil {
				return err
			}
			_, err := io.WriteString(w, "\n")
			return err
		}
	}
	enc := encoder(w)
	return func(_ context.Context, b monitor.Burst) error { return enc.Encode(b) }
}

// encoder writes JSON for readers of JSON: claims have a ">".
func encoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// nameOf is an exporter for readers. Files of exports do not say whose they are.
func nameOf(exporter netip.Addr) string {
	if !exporter.IsValid() {
		return "unknown"
	}
	return exporter.String()
}

// clock prints a time to the second.
func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateTime)
}
