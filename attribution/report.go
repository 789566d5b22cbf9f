package attribution

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// Report is what a [Tally] had counted at one moment. It does not change when the
// Tally goes on, and may be read by any number of goroutines. Print it with fmt
// for people; json.Marshal gives the stable machine form, whose keys are only
// ever added to.
//
// Reserved sources (private, loopback, multicast and the like) are stated apart
// and counted in nothing else. Unlocated sources are inside every total: a share
// is a share of located and unlocated sources together.
type Report struct {
	Sources   Sources  `json:"sources"`
	Events    uint64   `json:"events"`
	Bytes     uint64   `json:"bytes"`
	Origins   []Row    `json:"origins"` // countries, most sources first
	Unlocated Apart    `json:"unlocated"`
	Reserved  Apart    `json:"reserved"`
	Skipped   uint64   `json:"skipped"` // events without a usable address
	Database  Database `json:"database"`

	// SamplingRate is 1 in how many packets or flows was looked at; absent when all
	// were. All counts are of what was looked at.
	SamplingRate uint32 `json:"sampling_rate,omitempty"`

	// FinestSamplingRate is the least of several rates, of which SamplingRate is the
	// largest, where tallies of several were merged; else absent. An event then
	// stands for more packets or for fewer, and claims about events and bytes are
	// [Inadmissible].
	FinestSamplingRate uint32 `json:"finest_sampling_rate,omitempty"`

	// SampleOnly says that origins are known of the sampled sources only; see
	// [Report.Under] and [Excess]. Events and bytes of the rows and of the unlocated are then
	// 0, and claims about them [Inadmissible].
	SampleOnly bool `json:"sample_only,omitempty"`

	// Joint says that the intervals of the rows hold all together; see
	// [Report.JointIntervals].
	Joint bool `json:"joint_intervals,omitempty"`

	// Spoofing is what the sources tell of having forged addresses; nil where that
	// cannot be tested: fewer than 100 IPv4 sources are in question, addresses
	// were dropped, or they were cut before they came here.
	Spoofing *Spoofing `json:"spoofing,omitempty"`

	// From and To span the traffic, as far as [Tally.Window] was told.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`

	databases databases
	counted   [geo.MaxOrigins]origin
	sampling  sampling // of the sources that are not reserved
	topEvents uint64   // of the source with most events, among those in the sample
	sampled   uint64   // events of all sources in the sample
	seen      []seen   // the sample itself, reserved sources included
	addresses bool     // seen knows the sources themselves
	ipv6Bits  int      // of the prefix that makes one IPv6 source
	traits    traits   // of the sample
	witnesses witnesses
	space     *geo.Space // nil if not known
	fresh     *Excess    // of a report of new sources
}

// seen is a source of the sample.
type seen struct {
	source
	events, bytes uint64
	origin        geo.Origin
	known         facts
}

// Sources is a number of distinct sources with its 95 % confidence interval.
type Sources struct {
	Distinct uint64 `json:"distinct"`
	Low      uint64 `json:"low"`
	High     uint64 `json:"high"`
	Exact    bool   `json:"exact"`
}

// Row is one country of a Report. Share is its share of all sources; its interval
// is for this row on its own, and takes the database at its word.
type Row struct {
	Origin  geo.Origin `json:"origin"`
	Sources uint64     `json:"sources"`
	Share   Share      `json:"share"`
	Events  uint64     `json:"events"`
	Bytes   uint64     `json:"bytes"`
}

// Apart counts the sources that have no country.
type Apart struct {
	Sources uint64 `json:"sources"`
	Events  uint64 `json:"events"`
}

// origin is what was counted for one origin.
type origin struct {
	sources       float64
	relErr        float64 // relative standard error of sources
	events, bytes uint64
	sampled       float64 // sources of this origin in the sample
	sampled6      float64 // of them IPv6, if addresses are kept
}

// Report computes the report of what has been counted so far. It never writes
// the Tally. With hundreds of origins beyond the exact state it takes a few
// milliseconds.
func (t *Tally) Report() *Report { return t.reportIn(t.space()) }

// reportIn is the report where space is the address space by origin, nil if that is
// not known.
func (t *Tally) reportIn(space *geo.Space) *Report {
	r := t.emptyReport()
	r.Skipped = t.skipped
	if t.sample != nil {
		r.readSample(t.sample)
	}
	if t.dense != nil {
		r.readDense(t.dense)
	}
	r.sum()
	r.examine(space)
	return r
}

// counts is a report of no more than the counts per origin: beyond the exact
// state it leaves out the sample.
func (t *Tally) counts() *Report {
	if t.dense == nil {
		return t.Report()
	}
	r := t.emptyReport()
	r.readDense(t.dense)
	r.sum()
	return r
}

// emptyReport is a report that says what was counted how and when, but no counts.
func (t *Tally) emptyReport() *Report {
	r := &Report{Origins: []Row{}, databases: t.used(), ipv6Bits: t.options.IPv6Prefix}
	if t.rate > 1 {
		r.SamplingRate = t.rate
	}
	if f := t.finestRate(); f > 0 && f != t.rate {
		r.FinestSamplingRate = f
	}
	if len(r.databases) == 0 && t.table != nil {
		r.databases = databases{databaseOf(t.table)}
	}
	r.Database = r.databases.one()
	r.Sources.Exact = t.dense == nil
	if t.sample != nil {
		r.addresses = t.sample.KeepsItems()
		if t.from <= t.to {
			r.From, r.To = time.Unix(0, t.from).UTC(), time.Unix(0, t.to).UTC()
		}
	}
	return r
}

// space is that of the table, nil for a tally that has none.
func (t *Tally) space() *geo.Space {
	if t.table == nil {
		return nil
	}
	space := t.table.Space()
	return &space
}

// readSample takes the counts of the sampled sources, which while exact are all.
func (r *Report) readSample(s *sketch.BottomK) {
	r.seen = make([]seen, 0, s.Len())
	r.readItems(s.Items())
	// Given how many of the sample are not reserved, they are a uniform sample
	// of the sources that are not.
	if k := float64(s.Len()); k > 0 {
		r.sampling = newSampling(r.public(), s.Distinct().Value*r.public()/k)
	}
}

// public is the number of sources in the sample that are not reserved.
func (r *Report) public() float64 {
	return float64(len(r.seen)) - r.counted[geo.Reserved].sampled
}

// readItems takes the counts of sources one by one.
func (r *Report) readItems(items iter.Seq[sketch.Item]) {
	for it := range items {
		r.seen = append(r.seen, seen{source{it.Hi, it.Lo}, it.Events, it.Bytes, geo.Origin(it.Part), facts(it.Flags)})
		o := &r.counted[it.Part]
		o.sampled++
		if r.addresses && !(source{it.Hi, it.Lo}).isIPv4() {
			o.sampled6++
		}
		if geo.Origin(it.Part) != geo.Reserved {
			r.topEvents = max(r.topEvents, it.Events)
			r.sampled = addSaturated(r.sampled, it.Events)
		}
		if r.Sources.Exact {
			o.sources++
			o.events = addSaturated(o.events, it.Events)
			o.bytes = addSaturated(o.bytes, it.Bytes)
		}
	}
}

func (r *Report) readDense(d *dense) {
	for i := range r.counted {
		part, ok := d.sources.Part(uint8(i))
		if !ok {
			continue
		}
		o := &r.counted[i]
		o.sources, o.relErr = part.Estimate()
		o.events, o.bytes = d.events[i], d.bytes[i]
	}
}

// sum fills in the totals and the rows.
func (r *Report) sum() {
	all := r.group(anywhere)
	r.Sources.Distinct, r.Sources.Low, r.Sources.High = all.count()
	r.Events, r.Bytes = all.events, all.bytes
	r.Origins = r.rows(all, z)
	for i := range r.counted {
		o, c := geo.Origin(i), r.counted[i]
		switch {
		case o == geo.Unlocated:
			r.Unlocated = Apart{count.Round(c.sources), c.events}
		case o == geo.Reserved:
			r.Reserved = Apart{count.Round(c.sources), c.events}
		}
	}
}

// rows are the countries, most sources first, with intervals of z standard errors.
func (r *Report) rows(all group, z float64) []Row {
	rows := []Row{} // an empty list in JSON, not null
	for i, c := range r.counted {
		if o := geo.Origin(i); o.IsCountry() && c.sources > 0 {
			rows = append(rows, Row{o, count.Round(c.sources), r.shareOf(o, all, z), c.events, c.bytes})
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(
			-cmp.Compare(r.counted[a.Origin].sources, r.counted[b.Origin].sources),
			-cmp.Compare(a.Events, b.Events),
			cmp.Compare(a.Origin, b.Origin),
		)
	})
	return rows
}

// shareOf is the share of one origin in all, by itself.
func (r *Report) shareOf(o geo.Origin, all group, z float64) Share {
	own := r.counted[o].group()
	switch {
	case r.Sources.Exact:
		return exactShare(own.sources, all.sources)
	case r.SampleOnly:
		return r.sampledShare(own.sampled, z)
	}
	return partsShare(own, group{sources: all.sources - own.sources, variance: all.variance - own.variance}, z)
}

// JointIntervals returns the report with the intervals of its rows widened so
// that all of them hold together at 95 % confidence (Bonferroni; Goodman 1965),
// where those of r hold each on its own: of 200 of them, ten may be wrong.
// Verdicts do not change.
func (r *Report) JointIntervals() *Report {
	joint := *r
	joint.Joint = true
	joint.Origins = r.rows(r.group(anywhere), r.jointZ())
	return &joint
}

// jointZ is the number of standard errors for all rows together.
func (r *Report) jointZ() float64 {
	rows := len(r.Origins) + 1 // and the unlocated
	return stat.NormalQuantile(1 - alpha/2/float64(rows))
}

// rowZ is the number of standard errors of the rows' intervals.
func (r *Report) rowZ() float64 {
	if r.Joint {
		return r.jointZ()
	}
	return z
}
