package attribution

import (
	"errors"
	"fmt"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// ErrNoAddresses is wrapped by the error for what needs the addresses of the
// sources, of a report that has none: they were dropped, by Options.DropAddresses
// or by those of a tally that was merged.
var ErrNoAddresses = errors.New("the addresses of the sources were dropped")

// Under returns the report that table would have given of the same traffic, as far
// as r still knows it: every source of its sample is looked up anew. Whatever r
// says of merged databases, the result has one.
//
// While r is exact, so is the result. Beyond, the origins are known of the sample
// only, and the result has [Report.SampleOnly] set: sources per origin are
// estimated from it, with wider intervals than the HyperLogLogs give, and events
// and bytes per origin are not known. Totals, and what is reserved, stay as they
// were counted.
//
// The error wraps [ErrNoAddresses]. Under panics if table is nil.
func (r *Report) Under(table *geo.Table) (*Report, error) {
	if err := r.needAddresses(); err != nil {
		return nil, err
	}
	u := r.relocated(databaseOf(table), func(s source) geo.Origin { return s.originIn(table) })
	space := table.Space()
	u.examine(&space)
	return u, nil
}

// relocated is the report with the origins that locate gives.
func (r *Report) relocated(database Database, locate func(source) geo.Origin) *Report {
	u := *r
	u.databases = databases{database}
	u.Database = u.databases.one()
	u.Joint = false
	u.SampleOnly = !r.Sources.Exact
	u.counted = [geo.MaxOrigins]origin{geo.Reserved: r.counted[geo.Reserved]}
	u.seen = slices.Clone(r.seen)
	scale := 1.0 // sources for each one in the sample
	if u.SampleOnly {
		scale = r.sampling.n / max(r.sampling.k, 1)
	}
	for i := range u.seen {
		s := &u.seen[i]
		if s.origin == geo.Reserved {
			continue
		}
		if s.origin = locate(s.source); s.origin == geo.Reserved {
			s.origin = geo.Unlocated // it is in the totals
		}
		o := &u.counted[s.origin]
		o.sampled++
		if !s.isIPv4() {
			o.sampled6++
		}
		o.sources += scale
		if !u.SampleOnly {
			o.events = addSaturated(o.events, s.events)
			o.bytes = addSaturated(o.bytes, s.bytes)
		}
	}
	u.sum()
	if u.SampleOnly {
		u.Sources, u.Events, u.Bytes = r.Sources, r.Events, r.Bytes
	}
	return &u
}

func (r *Report) needAddresses() error {
	if len(r.seen) > 0 && !r.addresses {
		return fmt.Errorf("attribution: %w", ErrNoAddresses)
	}
	return nil
}

// sampledShare is the share that x of the sample stand for, with an interval of z
// standard errors.
func (r *Report) sampledShare(x, z float64) Share {
	if r.sampling.k == 0 {
		return Share{}
	}
	return r.sampling.share(x, 2*stat.NormalTail(z))
}
