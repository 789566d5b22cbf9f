package whencebeam

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/whence-go/whence/attribution"
)

// Merge merges snapshots, a PCollection<KV<Place, attribution.Snapshot>>, and returns one of the same type with one
// element per place. Events add up, and a source of several snapshots counts once. Their order changes nothing, down to
// the bytes.
//
// A snapshot that comes twice counts twice. For snapshots of collectors, which replace each other, see
// [MergeEnvelopes].
//
// It holds two snapshots of a place in memory, however many there are. Beam's windows are kept: of each, a place has
// one element. If a trigger fires more than once, a later pane accumulates the earlier ones or not, as the windowing
// says; see docs/BEAM.md for what a sink must do then.
//
// Snapshots that do not fit fail the job with an error that wraps [attribution.ErrMismatch] and names both sides and
// the place. [MergeEnvelopes] refuses them beforehand. The error of Merge itself is Beam's about a PCollection of
// another type.
func Merge(s beam.Scope, snapshots beam.PCollection) (beam.PCollection, error) {
	s = s.Scope("whencebeam.Merge")
	grouped, err := beam.TryGroupByKey(s, snapshots)
	if err != nil {
		return beam.PCollection{}, fmt.Errorf("whencebeam: %w", err)
	}
	return parDo(s, &mergeFn{}, grouped)
}

// mergeFn is no CombineFn, which would keep up to 2,000 snapshots in memory before the shuffle. Snapshots are
// immutable, so that no element is written to.
type mergeFn struct{}

// ProcessElement merges the snapshots of a place.
func (*mergeFn) ProcessElement(
	p Place, next func(*attribution.Snapshot) bool,
) (Place, attribution.Snapshot, error) {
	var whole, s attribution.Snapshot
	for next(&s) {
		var err error
		if whole, err = attribution.Merge(whole, s); err != nil {
			return p, whole, fmt.Errorf("whencebeam: %v from %v: %w", p.Target, p.From, err)
		}
	}
	return p, whole, nil
}
