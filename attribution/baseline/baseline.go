// Package baseline finds the sources of a burst that are new: those that were not seen
// before it. Only new sources are evidence of an attack on a target that has users.
//
// New means: absent from a baseline, a snapshot of other traffic with the same key. How
// much that says depends on how long the baseline is. [Subtract] returns the new sources as
// a snapshot, which decides claims as any other does. [Compare] adds what they have more of
// than the baseline had.
//
// # Accuracy
//
// While both snapshots are exact, so is the result. Beyond, there are two ways to count,
// and each is the check of the other:
//
//   - The difference of two bottom-k samples (Cohen and Kaplan, "Summarizing Data using
//     Bottom-k Sketches", 2007). A source of the one whose rank the other would have kept,
//     and which the other lacks, is new. These are a uniform sample of all new sources.
//   - The HyperLogLogs of both together less those of the baseline (Flajolet et al. 2007).
//     They count better where the new sources in the sample are few and those in all are
//     many.
//
// docs/ACCURACY.md has the errors. With samples of 65,536 and a million sources in all, the
// number of new sources has a standard error of 0.6 % if 30 % are new, and of 4 % if 1 % are.
//
// # Concurrency
//
// Every function and method may run on any number of goroutines. Snapshots are never
// written.
package baseline

import (
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Subtract returns the sources that burst has and usual never had. Events, facts and what
// [attribution.Snapshot.Enrich] looked up stay with each source. The time, the records and
// the databases are those of burst. Sample sizes and precisions may differ.
//
// While both are exact, the result is a snapshot like any other. Beyond, it is an estimate:
// its sources are a sample or come from registers, its events are not known, and it cannot
// be merged or subtracted from again.
//
// The error wraps [attribution.ErrMismatch] and is a MismatchError of package sketch, which
// names both sides. It says that the key or the IPv6 prefix length differs, or that a
// snapshot has no sources to compare. The latter are the zero Snapshot, one that registers
// of [attribution.FromSketches] went into, and an estimated difference.
func Subtract(burst, usual attribution.Snapshot) (attribution.Snapshot, error) {
	d, _, err := snapshot.Minus(snapshot.Unwrap(burst), snapshot.Unwrap(usual))
	if err != nil {
		return attribution.Snapshot{}, fmt.Errorf("baseline: %w", err)
	}
	return wrap(d), nil
}

func wrap(s *snapshot.State) attribution.Snapshot { return snapshot.Wrap(s).(attribution.Snapshot) }

// Method says how new sources were counted.
type Method string

// The methods.
const (
	Counting  Method = "counting"    // one by one: both sides know every source
	Sampling  Method = "sample"      // by the difference of two bottom-k samples
	Registers Method = "hyperloglog" // by the registers of both sides less those of the baseline
)

func methodOf(d *snapshot.State) Method {
	switch {
	case d.Rest == nil:
		return Counting
	case d.Rest.Origins == nil:
		return Sampling
	}
	return Registers
}

// NewSources compares a burst with a baseline. It is plain data and the caller's own;
// decoding its JSON gives an equal value. [Compare] makes one.
type NewSources struct {
	Method Method `json:"method"`

	// Burst and Baseline are all public sources of either.
	Burst    attribution.Count `json:"burst"`
	Baseline attribution.Count `json:"baseline"`

	// BaselineFrom and BaselineTo span the traffic of the baseline, as far as
	// [attribution.Tally.ExtendSpan] was told, in UTC.
	BaselineFrom time.Time `json:"baseline_from,omitzero"`
	BaselineTo   time.Time `json:"baseline_to,omitzero"`

	// Everyday is how many of the new sources would have come anyway, by those that came
	// for the first time before the burst; nil if that is not known. Package monitor
	// knows. The shares and verdicts of Report are then those of the other sources. Each
	// interval reaches from there to the share of all new sources.
	Everyday *attribution.Count `json:"everyday,omitempty"`

	// Makers are the few new sources that made nearly all events of them; nil if it was
	// not few, or if their events are not known.
	Makers *Makers `json:"makers,omitempty"`

	// Report is that of the new sources alone. Its events and bytes are known by the
	// method Counting only.
	Report attribution.Report `json:"report"`

	// Lift compares the countries of the new sources with those of the baseline: first
	// every country that new sources have, most sources first, then those of the baseline
	// alone. It is empty if either has no public source.
	Lift []Lift `json:"lift"`

	// Caveats are about the comparison: FEW_NEW_SOURCES, ESTIMATORS_DISAGREE (about the
	// number of new sources), NO_BASELINE (it has no public source), and with the subject
	// "baseline" PACKET_SAMPLED (of the baseline) and MIXED_DATABASES (it was located by
	// other databases). Those of a verdict on the new sources are in the Report.
	Caveats []caveat.Caveat `json:"caveats"`
}

// Makers are at most half of the new sources: the fewest that made nine tenths of the
// events, and those that sent at least a quarter of what the least of them did.
type Makers struct {
	EventShare float64            `json:"event_share"` // in the events of all new sources
	Report     attribution.Report `json:"report"`      // about them alone
}

// Compare subtracts usual from burst as [Subtract] does, and reports on the new sources
// under a policy with one verdict per claim.
//
// The error wraps [attribution.ErrMismatch], [attribution.ErrInvalidPolicy] or
// [attribution.ErrInvalidClaim].
func Compare(
	burst, usual attribution.Snapshot, p attribution.Policy, claims ...attribution.Claim,
) (NewSources, error) {
	b, u := snapshot.Unwrap(burst), snapshot.Unwrap(usual)
	d, disagreement, err := snapshot.Minus(b, u)
	if err != nil {
		return NewSources{}, fmt.Errorf("baseline: %w", err)
	}
	report, err := wrap(d).Report(p, claims...)
	if err != nil {
		return NewSources{}, err
	}
	fresh, before := d.View(), u.View()
	n := NewSources{
		Method: methodOf(d), Burst: countOf(b.View()), Baseline: countOf(before),
		Report: report, Lift: liftOf(fresh, before, report), Caveats: []caveat.Caveat{},
	}
	n.BaselineFrom, n.BaselineTo = u.Span()
	n.Everyday = everyday(fresh)
	if makers, share := d.Makers(); makers != nil {
		n.Makers = &Makers{EventShare: share}
		if n.Makers.Report, err = wrap(makers).Report(p, claims...); err != nil {
			return NewSources{}, err
		}
	}
	add := func(code caveat.Code, value float64, subject string) {
		n.Caveats = append(n.Caveats, caveat.Caveat{Code: code, Value: value, Subject: subject})
	}
	if fresh.FewNew() {
		add(caveat.FewNewSources, fresh.Sampling.K, "")
	}
	if disagreement > stat.MaxDisagreement || disagreement < -stat.MaxDisagreement {
		add(caveat.EstimatorsDisagree, disagreement, "")
	}
	if before.Total.Value == 0 {
		add(caveat.NoBaseline, 0, "")
	}
	if u.Rate > 1 {
		add(caveat.PacketSampled, float64(u.Rate), subject)
	}
	if all := b.Databases.With(u.Databases...); len(n.Lift) > 0 && len(all) > len(b.Databases) {
		add(caveat.MixedDatabases, float64(len(all)), subject)
	}
	return n, nil
}

// everyday is how many new sources would have come anyway; no more than came.
func everyday(fresh *snapshot.View) *attribution.Count {
	if fresh.Newcomers == nil {
		return nil
	}
	n, all := fresh.Newcomers.Expect(snapshot.Anywhere, stat.Alpha), fresh.Total
	return &attribution.Count{
		Value: stat.Round(min(n.Value, all.Value)), Low: stat.Round(min(n.Low, all.Value)),
		High: stat.Round(min(n.High, all.High)),
	}
}

// subject is that of caveats which a verdict may have as well, about other traffic.
const subject = "baseline"

func countOf(v *snapshot.View) attribution.Count {
	value, low, high := v.Count()
	return attribution.Count{Value: value, Low: low, High: high, Exact: v.Exact()}
}
