package attribution

import (
	"slices"

	"github.com/whence-go/whence/geo"
)

// Opinions are what [Report.Compare] holds a report against.
type Opinions struct {
	// Tables are the other databases, at least one.
	Tables []*geo.Table

	// Networks adds autonomous systems to the /24 and /48 by which the errors of
	// databases are taken to be clustered; nil leaves it at those.
	Networks *geo.ASNTable
}

// Comparison says where several databases place the same sources: those that a
// report holds, which are all of them while it is exact, and a sample beyond. It
// is immutable. Print it with fmt for people; its JSON form is stable, keys are
// only ever added.
//
// There is no truth among databases. That they agree does not make them right:
// they copy from the same registries. Where they differ, at least one is wrong.
type Comparison struct {
	Databases []Compared    `json:"databases"` // first the one of the report
	Origins   []ComparedRow `json:"origins"`   // most sources by the first one first
	Exact     bool          `json:"exact"`     // all sources were compared, not a sample

	reports  []*Report // in the order of Databases
	sites    clusters
	networks clusters // nil without an ASN database
}

// Compared is a database in a [Comparison].
type Compared struct {
	Database  Database `json:"database"`
	Unlocated Share    `json:"unlocated"` // of all sources

	// Disagreement is the share of the sources that it places in another country
	// than the first database does, of those that have a country in both. It is
	// the least that the two get wrong together; 0 for the first.
	Disagreement Share `json:"disagreement"`
}

// ComparedRow is one country of a [Comparison].
type ComparedRow struct {
	Origin geo.Origin `json:"origin"`
	Shares []Share    `json:"shares"` // of all sources, in the order of the databases
}

// Compare looks up the sources of r in other databases as well. The error wraps
// [ErrNoAddresses]. It panics if there is no table to compare with, or a nil one.
func (r *Report) Compare(o Opinions) (*Comparison, error) {
	if len(o.Tables) == 0 {
		panic("attribution: Compare without a table")
	}
	// A sample has no order, and sums of large counts that are rounded have one.
	first := *r
	first.seen = slices.Clone(r.seen)
	slices.SortFunc(first.seen, func(a, b seen) int { return a.compare(b.source) })
	reports := []*Report{&first}
	for _, table := range o.Tables {
		u, err := first.Under(table)
		if err != nil {
			return nil, err
		}
		reports = append(reports, u)
	}
	return compareReports(reports, o.Networks), nil
}

// compareReports takes reports of the same sources in the same order.
func compareReports(reports []*Report, networks *geo.ASNTable) *Comparison {
	first := reports[0]
	c := &Comparison{Exact: first.Sources.Exact, reports: reports, Origins: []ComparedRow{}, sites: sites(first.seen)}
	if networks != nil {
		c.networks = first.systems(networks)
	}
	var shares [][geo.MaxOrigins]Share
	for _, r := range reports {
		all := r.group(anywhere)
		c.Databases = append(c.Databases, Compared{
			Database:     r.Database,
			Unlocated:    r.shareOf(geo.Unlocated, all, z),
			Disagreement: first.differing(r, func(a, b geo.Origin) (of, differs bool) { return true, a != b }),
		})
		shares = append(shares, r.shares(all))
	}
	var listed [geo.MaxOrigins]bool
	for _, r := range reports {
		for _, row := range r.Origins {
			if listed[row.Origin] {
				continue
			}
			listed[row.Origin] = true
			compared := ComparedRow{Origin: row.Origin}
			for i := range reports {
				compared.Shares = append(compared.Shares, shares[i][row.Origin])
			}
			c.Origins = append(c.Origins, compared)
		}
	}
	return c
}

// shares are those of all countries, each on its own.
func (r *Report) shares(all group) (shares [geo.MaxOrigins]Share) {
	rows := r.Origins
	if r.Joint {
		rows = r.rows(all, z)
	}
	var none Share
	if r.SampleOnly {
		none = r.sampledShare(0, z)
	}
	for o := range shares {
		shares[o] = none
	}
	for _, row := range rows {
		shares[row.Origin] = row.Share
	}
	return shares
}

// differing is the share of the sources that differ, as a function has it, of
// those that have a country in both reports and that it counts.
func (r *Report) differing(other *Report, look func(a, b geo.Origin) (of, differs bool)) Share {
	var n, x float64
	for i := range r.seen {
		a, b := r.seen[i].origin, other.seen[i].origin
		if !a.IsCountry() || !b.IsCountry() {
			continue
		}
		if of, differs := look(a, b); of {
			n++
			if differs {
				x++
			}
		}
	}
	return r.shareOfSample(x, n)
}

// shareOfSample is the share of x in n sources of the sample.
func (r *Report) shareOfSample(x, n float64) Share {
	if n == 0 || r.Sources.Exact {
		return exactShare(x, n)
	}
	return r.sampling.within(n).share(x, alpha)
}
