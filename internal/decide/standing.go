package decide

import (
	"math"
	"time"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
)

const (
	databaseAgeLimit = 90             // days, in which about 1 in 50 attack sources changes country
	churnAfter       = 24 * time.Hour // addresses are handed to other hosts meanwhile
)

// ages are the caveats about databases and times.
func (m *Matter) ages() (caveats []caveat.Caveat) {
	add := func(code caveat.Code, value float64, subject string) {
		caveats = append(caveats, caveat.Caveat{Code: code, Value: value, Subject: subject})
	}
	s := m.state
	if n := len(s.Databases); n > 1 {
		add(caveat.MixedDatabases, float64(n), "")
	}
	for i, c := range s.Columns {
		for _, earlier := range append(s.Databases.With(), columnsBefore(s, i)...) {
			if c.Database.SHA256 != "" && c.Database.SHA256 == earlier.SHA256 {
				add(caveat.SameDatabase, float64(i+2), "")
				break
			}
		}
	}
	from, to := s.Span()
	age := func(d snapshot.Database, subject string) {
		if d.Built.IsZero() || to.IsZero() {
			return
		}
		if days := math.Round(to.Sub(d.Built).Hours() / 24); math.Abs(days) > databaseAgeLimit {
			add(caveat.DatabaseAge, days, subject)
		}
	}
	if len(s.Databases) > 0 {
		age(s.Databases[0], "") // the oldest
	}
	for _, c := range s.Columns {
		age(c.Database, c.Database.Name)
	}
	if span := to.Sub(from); span > churnAfter {
		add(caveat.AddressChurn, span.Hours(), "")
	}
	return caveats
}

func columnsBefore(s *snapshot.State, i int) (ds []snapshot.Database) {
	for _, c := range s.Columns[:i] {
		ds = append(ds, c.Database)
	}
	return ds
}

// largest is the number of claimed sources in the cluster that has most, and the least
// source in it.
func (t *trial) largest(clusters snapshot.Clusters) (most float64, at source.Source) {
	c := t.cases[0]
	type held struct {
		n     float64
		least source.Source
	}
	all := make([]held, len(clusters))
	for i, number := range clusters {
		if !t.q.Has(c.OriginOf(i)) {
			continue
		}
		h, s := &all[number], snapshot.Source(&c.Items[i])
		if h.n == 0 || s.Compare(h.least) < 0 {
			h.least = s
		}
		h.n++
	}
	for _, h := range all {
		if h.n > most || h.n == most && h.n > 0 && h.least.Compare(at) < 0 {
			most, at = h.n, h.least
		}
	}
	return most, at
}

// largestSystem is the number of claimed sources in the autonomous system that has most, and
// its name.
func (t *trial) largestSystem() (most float64, name string) {
	c := t.cases[0]
	counts := map[uint32]float64{}
	var largest uint32
	for i, as := range c.ASNs.Numbers {
		if as == 0 || !t.q.Has(c.OriginOf(i)) {
			continue
		}
		counts[as]++
		if n := counts[as]; n > most || n == most && as < largest {
			most, largest = n, as
		}
	}
	return most, c.ASNs.Name(largest)
}
