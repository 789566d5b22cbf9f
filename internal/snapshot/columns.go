package snapshot

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/geo"
)

// Column is what a further database says of the items.
type Column struct {
	Database Database
	Origins  []geo.Origin // one per item
}

// ASNs are the autonomous systems that an ASN database has for the items.
type ASNs struct {
	Database Database
	Numbers  []uint32          // one per item; 0: none
	Names    map[uint32]string // of the numbers
}

// List says which items are on a list.
type List struct {
	Name string
	On   []bool // one per item
}

// mergeColumns keeps what both sides have looked up. Of a source that only one side holds,
// that side knows; of one that both hold, they agree, or the greater counts.
func (m *State) mergeColumns(a, b *State, u *union) {
	for _, x := range a.Columns {
		i := slices.IndexFunc(b.Columns, func(y Column) bool { return x.Database.Compare(y.Database) == 0 })
		if i < 0 {
			continue
		}
		y := b.Columns[i]
		x.Database.Space = widest(x.Database.Space, y.Database.Space)
		m.Columns = append(m.Columns, Column{x.Database, merged(u, x.Origins, y.Origins)})
	}
	slices.SortFunc(m.Columns, func(x, y Column) int { return x.Database.Compare(y.Database) })
	if a.ASNs != nil && b.ASNs != nil && a.ASNs.Database.Compare(b.ASNs.Database) == 0 {
		m.ASNs = mergedASNs(u, a.ASNs, b.ASNs)
	}
	for _, x := range a.Lists {
		i := slices.IndexFunc(b.Lists, func(y List) bool { return x.Name == y.Name })
		if i < 0 {
			continue
		}
		m.Lists = append(m.Lists, List{x.Name, mergedOn(u, x.On, b.Lists[i].On)})
	}
	slices.SortFunc(m.Lists, func(x, y List) int { return cmp.Compare(x.Name, y.Name) })
}

// merged is a column over a union.
func merged[T cmp.Ordered](u *union, a, b []T) []T {
	column := make([]T, len(u.items))
	for i := range u.items {
		if at := u.at[i][0]; at >= 0 {
			column[i] = a[at]
		}
		if at := u.at[i][1]; at >= 0 {
			column[i] = max(column[i], b[at])
		}
	}
	return column
}

func mergedOn(u *union, a, b []bool) []bool {
	column := make([]bool, len(u.items))
	for i := range u.items {
		x, y := u.at[i][0], u.at[i][1]
		column[i] = x >= 0 && a[x] || y >= 0 && b[y]
	}
	return column
}

func mergedASNs(u *union, a, b *ASNs) *ASNs {
	m := &ASNs{a.Database, merged(u, a.Numbers, b.Numbers), map[uint32]string{}}
	for _, n := range m.Numbers {
		if n != 0 {
			m.Names[n] = max(a.Names[n], b.Names[n])
		}
	}
	return m
}

// pick is s with some of its items alone, in the order of their ranks, and with what was
// looked up for them.
func (s *State) pick(places []int) *State {
	c := *s
	c.Items = picked(s.Items, places)
	c.Columns = slices.Clone(s.Columns)
	for i := range c.Columns {
		c.Columns[i].Origins = picked(s.Columns[i].Origins, places)
	}
	c.Lists = slices.Clone(s.Lists)
	for i := range c.Lists {
		c.Lists[i].On = picked(s.Lists[i].On, places)
	}
	if s.ASNs != nil {
		c.ASNs = &ASNs{s.ASNs.Database, picked(s.ASNs.Numbers, places), map[uint32]string{}}
		for _, n := range c.ASNs.Numbers {
			if n != 0 {
				c.ASNs.Names[n] = s.ASNs.Names[n]
			}
		}
	}
	return &c
}

func picked[T any](list []T, places []int) []T {
	some := make([]T, len(places))
	for i, place := range places {
		some[i] = list[place]
	}
	return some
}
