package attribution

import (
	"fmt"
	"strings"
	"time"

	"github.com/whence-go/whence/geo"
)

// SchemaVersion numbers the JSON of [Report] and [Verdict]. Keys and codes are only
// ever added; the number rises when one of them changes its meaning.
//
// MethodVersion numbers how numbers, outcomes and codes are computed. It rises when
// the same snapshot, policy and claim give another one than before.
const (
	SchemaVersion = 1
	MethodVersion = 2
)

// Report is what a [Snapshot] says under a [Policy]: the counts, and one verdict per
// claim. It is plain data and the caller's own: nothing is decided from it, and
// decoding its JSON gives an equal Report.
//
// A count that is not known is 0 here and absent in JSON; Basis and Limits say which are
// known.
// Reserved sources (private, loopback, multicast and the like) are in Reserved alone.
// Unlocated sources are in every total.
type Report struct {
	Schema int    `json:"schema"`
	Method int    `json:"method"`
	Policy Policy `json:"policy"`

	// From and To span the traffic, as far as [Tally.ExtendSpan] was told, in UTC.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`

	// LocatedBy are the databases that located the sources: one, unless snapshots of
	// several were merged. Databases are the further ones, in the order of
	// [Enrichment.Databases].
	LocatedBy []Database       `json:"located_by"`
	Databases []DatabaseResult `json:"databases"`

	Sources Count  `json:"sources"`
	Events  uint64 `json:"events,omitzero"`
	Bytes   uint64 `json:"bytes,omitzero"`

	// Records were counted; Lost were not, by the reason why.
	Records uint64          `json:"records"`
	Lost    map[Loss]uint64 `json:"lost,omitempty"`

	// Limits are what readers know of the records beside their counts; nil: nothing.
	Limits *Limits `json:"limits,omitempty"`

	// Account is what the reader of the input says about it. The caller sets it.
	Account *Account `json:"account,omitempty"`

	Countries []Row `json:"countries"` // most sources first
	Unlocated Row   `json:"unlocated"`
	Reserved  Row   `json:"reserved"` // without a share: it is in no total

	// Networks says whose networks the sources are in; nil if that was not looked up.
	Networks *Networks `json:"networks,omitempty"`

	// SamplingRate is 1 in how many packets or flows was looked at, 1 for all. Counts
	// are of those. FinestSamplingRate is the least of several rates, of which
	// SamplingRate is the largest; it equals SamplingRate where there is one rate. Where they
	// differ, each event counts for as many as its rate says: Events and Bytes are then
	// estimates of all traffic (Horvitz and Thompson 1952). Sources are those that were seen.
	SamplingRate       uint32 `json:"sampling_rate"`
	FinestSamplingRate uint32 `json:"finest_sampling_rate"`

	// SampleSize is the number of public sources in the sample.
	Basis      Basis `json:"basis"`
	SampleSize int   `json:"sample_size"`

	Plausibility Plausibility `json:"plausibility"`
	Verdicts     []Verdict    `json:"verdicts"` // one per claim, in their order
}

// Basis says what the rows of a report are known from.
type Basis string

const (
	// BasisAll: every source was counted in its country, one by one or in sketches.
	BasisAll Basis = "all"
	// BasisSample: the countries of a uniform sample are known. Numbers of sources are
	// estimates from it; events and bytes per country are not known.
	BasisSample Basis = "sample"
	// BasisSketches: only HyperLogLog registers are known, see [FromSketches]. Events
	// and bytes are not known.
	BasisSketches Basis = "sketches"
)

// Row is what was counted of one country, or of the sources without one.
type Row struct {
	Origin  geo.Origin `json:"origin"`
	Sources uint64     `json:"sources"`
	Share   Share      `json:"share,omitzero"` // of all sources; takes the database at its word
	Events  uint64     `json:"events,omitzero"`
	Bytes   uint64     `json:"bytes,omitzero"`
}

// Share is a share from 0 to 1 with its interval. Of the rows of a report the
// interval is for 95 % confidence, each row on its own unless the policy is joint.
type Share struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Count is a number of distinct sources with its 95 % interval.
type Count struct {
	Value uint64 `json:"value"`
	Low   uint64 `json:"low"`
	High  uint64 `json:"high"`
	Exact bool   `json:"exact"` // all were counted one by one
}

// DatabaseResult is what a further database says of the sources in the sample, which
// are all of them while the counts are exact.
type DatabaseResult struct {
	Database  Database `json:"database"`
	Countries []Row    `json:"countries"`
	Unlocated Row      `json:"unlocated"`

	// Disagreement is the share of the sources that this and the first database place
	// in different countries, among those that both place in one.
	Disagreement Share `json:"disagreement"`
}

// String returns the report in a few lines for logs: the counts and each verdict, without
// prose. Package text has sentences and tables.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sources %d [%d, %d] events %d located by", r.Sources.Value, r.Sources.Low, r.Sources.High, r.Events)
	for _, d := range r.LocatedBy {
		fmt.Fprintf(&b, " %q", d.String())
	}
	const most = 5
	for _, row := range r.Countries[:min(len(r.Countries), most)] {
		fmt.Fprintf(&b, " %v %v", row.Origin, row.Share)
	}
	for _, v := range r.Verdicts {
		b.WriteString("\n" + v.String())
	}
	return b.String()
}
