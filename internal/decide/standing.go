package decide

import (
	"math"
	"time"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/snapshot"
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
	from, to := s.Span()
	age := func(d snapshot.Database, subject string) {
		if d.Built.IsZero() || to.IsZero() {
			return
		}
		if days := math.Round(to.Sub(d.Built).Hours() / 24); math.Abs(days) > databaseAgeLimit {
			add(caveat.DatabaseAge, days, subject)
		}
	}
	if m.about != nil {
		if len(m.about.Systems) > 0 && s.ASNs != nil {
			age(s.ASNs.Database, s.ASNs.Database.Name)
		}
		return append(caveats, churn(from, to)...)
	}
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
	if len(s.Databases) > 0 {
		age(s.Databases[0], "") // the oldest
	}
	for _, c := range s.Columns {
		age(c.Database, c.Database.Name)
	}
	return append(caveats, churn(from, to)...)
}

func churn(from, to time.Time) []caveat.Caveat {
	if span := to.Sub(from); span > churnAfter {
		return []caveat.Caveat{{Code: caveat.AddressChurn, Value: span.Hours()}}
	}
	return nil
}

func columnsBefore(s *snapshot.State, i int) (ds []snapshot.Database) {
	for _, c := range s.Columns[:i] {
		ds = append(ds, c.Database)
	}
	return ds
}
