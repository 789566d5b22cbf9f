package whencebeam

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// Reported is the report of a place.
type Reported struct {
	Target monitor.Target     `json:"target"`
	From   time.Time          `json:"from,omitzero"`
	Report attribution.Report `json:"report"`
}

// Report decides claims about snapshots, a PCollection<KV<Place, attribution.Snapshot>>. It returns a
// PCollection<string>: a [Reported] as JSON for each of them, with one verdict per claim.
//
// The error wraps [attribution.ErrInvalidPolicy] or [attribution.ErrInvalidClaim], or is Beam's about a PCollection of
// another type.
func Report(
	s beam.Scope, p attribution.Policy, snapshots beam.PCollection, claims ...attribution.Claim,
) (beam.PCollection, error) {
	s = s.Scope("whencebeam.Report")
	var nothing attribution.Snapshot
	if _, err := nothing.Report(p, claims...); err != nil {
		return beam.PCollection{}, fmt.Errorf("whencebeam: %w", err)
	}
	return parDo(s, &reportFn{p, claims}, snapshots)
}

type reportFn struct {
	Policy attribution.Policy
	Claims []attribution.Claim
}

// ProcessElement returns the report of a place.
func (f *reportFn) ProcessElement(p Place, s attribution.Snapshot) (string, error) {
	report, err := s.Report(f.Policy, f.Claims...)
	if err != nil {
		return "", fmt.Errorf("whencebeam: %v from %v: %w", p.Target, p.From, err)
	}
	text, err := json.Marshal(Reported{p.Target, p.From, report})
	if err != nil {
		return "", fmt.Errorf("whencebeam: %v from %v: %w", p.Target, p.From, err)
	}
	return string(text), nil
}
