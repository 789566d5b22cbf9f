package brief

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plainjson"
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
	_, err = w.Write(append(plainjson.Escape(data), '\n'))
	return err
}
