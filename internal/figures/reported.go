package figures

import (
	"time"

	"github.com/whence-go/whence/attribution"
)

// Losses are all reasons why a record was lost.
var Losses = []attribution.Loss{
	attribution.LostUnread, attribution.LostLate, attribution.LostUndated, attribution.LostMisdated,
	attribution.LostShed,
}

// Outcomes are all outcomes of a claim.
var Outcomes = []attribution.Outcome{
	attribution.Undecided, attribution.Supported, attribution.Refuted, attribution.Inadmissible,
}

// Built returns when the databases of a report were built, by the names under which they are shown. Two of one name are
// old and new: the older one counts.
func Built(r *attribution.Report, shown func(name string) string) map[string]time.Time {
	built := map[string]time.Time{}
	add := func(d attribution.Database) {
		name := shown(d.Name)
		if old, found := built[name]; !d.Built.IsZero() && (!found || d.Built.Before(old)) {
			built[name] = d.Built
		}
	}
	for _, d := range r.LocatedBy {
		add(d)
	}
	for _, d := range r.Databases {
		add(d.Database)
	}
	return built
}
