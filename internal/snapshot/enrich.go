package snapshot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/whence-go/whence/geo"
)

// Enrich is s with its items looked up in further databases, an ASN database (nil: none)
// and lists. What was looked up before stays, unless it is looked up anew. Columns and
// lists stand in a fixed order. s has addresses.
func (s *State) Enrich(tables []*geo.Table, asns *geo.ASNTable, lists []*geo.PrefixSet) (*State, error) {
	c := *s
	c.Columns, c.Lists = slices.Clone(s.Columns), slices.Clone(s.Lists)
	for _, t := range tables {
		column := Column{DatabaseOf(t), s.locate(t)}
		at, found := slices.BinarySearchFunc(c.Columns, column.Database, func(x Column, d Database) int {
			return x.Database.Compare(d)
		})
		if !found {
			c.Columns = slices.Insert(c.Columns, at, Column{})
		}
		c.Columns[at] = column
	}
	for _, list := range lists {
		l := List{Clean(list.Name()), make([]bool, len(s.Items))}
		for i := range s.Items {
			l.On[i] = list.Contains(Source(&s.Items[i]).Prefix(s.IPv6PrefixLen).Addr())
		}
		at, found := slices.BinarySearchFunc(c.Lists, l.Name, func(x List, name string) int {
			return cmp.Compare(x.Name, name)
		})
		if !found {
			c.Lists = slices.Insert(c.Lists, at, List{})
		}
		c.Lists[at] = l
	}
	if n := max(len(c.Columns), len(c.Lists)); n > maxColumns {
		return nil, fmt.Errorf("%d databases or lists, at most %d fit", n, maxColumns)
	}
	if asns != nil {
		c.ASNs = s.systems(asns)
	}
	return &c, nil
}

// locate looks the items up in a table, those of IPv4 many at once.
func (s *State) locate(t *geo.Table) []geo.Origin {
	origins := make([]geo.Origin, len(s.Items))
	var ips [256]uint32
	for begin := 0; begin < len(origins); begin += len(ips) {
		some := origins[begin:min(begin+len(ips), len(origins))]
		items := s.Items[begin:][:len(some)]
		for i := range items {
			ips[i&255] = uint32(items[i].Lo)
		}
		t.LookupBatch4(some, ips[:len(some)])
		for i := range items {
			if source := Source(&items[i]); !source.IsIPv4() {
				some[i] = source.OriginIn(t)
			}
		}
	}
	return origins
}

func (s *State) systems(table *geo.ASNTable) *ASNs {
	i := table.Info()
	d := Database{Name: Clean(i.Name), Built: builtOf(i), SHA256: Clean(i.SHA256), Credit: Clean(i.Credit)}
	a := &ASNs{d, make([]uint32, len(s.Items)), map[uint32]string{}}
	for i := range s.Items {
		as, ok := table.Lookup(Source(&s.Items[i]).Prefix(s.IPv6PrefixLen).Addr())
		if ok && as.Number != 0 {
			a.Numbers[i] = as.Number
			a.Names[as.Number] = Clean(as.Name)
		}
	}
	return a
}
