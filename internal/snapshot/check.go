package snapshot

import (
	"fmt"
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/internal/source"
)

// check returns what in a decoded state cannot come of counting, or nil: fewer records than
// sources, an address that is there twice or longer than its prefix, a sample that is too
// small, sources of the sample that are not in the registers, or that made more events than
// all did. Whether the hashes are those of the addresses only the key can tell.
func (s *State) check() error {
	switch {
	case s.Records < uint64(len(s.Items)):
		return fmt.Errorf("%d records of %d sources", s.Records, len(s.Items))
	case s.Unsampled && (s.Dense == nil || len(s.Items) > 0 || s.Rest != nil):
		return fmt.Errorf("registers alone, with something else")
	case s.Dense != nil && s.Rest != nil:
		return fmt.Errorf("a difference with registers")
	case s.Dense != nil && !s.Unsampled && len(s.Items) != s.SampleSize:
		return fmt.Errorf("%d sources in a full sample of %d", len(s.Items), s.SampleSize)
	case s.Rest != nil && s.Rest.Origins == nil && math.Ceil(s.Rest.Sources.High) < public(s.Items):
		return fmt.Errorf("%v sources in a difference, more in its sample", s.Rest.Sources.Value)
	case !s.HasAddresses() && (s.Columns != nil || s.ASNs != nil || s.Lists != nil):
		return fmt.Errorf("something that was looked up by addresses, of which there are none")
	}
	if err := s.checkAddresses(); err != nil {
		return err
	}
	if s.Dense != nil {
		return s.checkDense()
	}
	return nil
}

func (s *State) checkAddresses() error {
	if s.DropAddresses {
		return nil
	}
	mask := source.MaskOf(s.IPv6PrefixLen)
	seen := make(map[source.Source]struct{}, len(s.Items))
	for i := range s.Items {
		a := Source(&s.Items[i])
		if mask.Cut(a) != a {
			return fmt.Errorf("source %v is longer than its prefix", a.Prefix(128))
		}
		if _, twice := seen[a]; twice {
			return fmt.Errorf("source %v is there twice", a.Prefix(s.IPv6PrefixLen))
		}
		seen[a] = struct{}{}
	}
	return nil
}

// checkDense compares the sample with the counts of all. Several databases may have placed
// one source in several origins, of which the sample keeps one.
func (s *State) checkDense() error {
	var sampled, counted Dense
	for i := range s.Items {
		it := &s.Items[i]
		if !s.Dense.holds(it.Part, it.Hash, len(s.Databases) > 1) {
			return fmt.Errorf("a source of the sample is not in the registers of %v", Origin(it))
		}
		sampled.AddVolume(Origin(it), it.Events, it.Bytes)
	}
	for o := range geo.MaxOrigins {
		counted.AddVolume(geo.Origin(o), s.Dense.Events[o], s.Dense.Bytes[o])
	}
	of := func(o geo.Origin) string { return " of " + o.String() }
	if len(s.Databases) > 1 {
		sampled, counted = sampled.whole(), counted.whole()
		of = func(geo.Origin) string { return "" }
	}
	for o := range geo.MaxOrigins {
		if sampled.Events[o] > counted.Events[o] || sampled.Bytes[o] > counted.Bytes[o] {
			return fmt.Errorf("the sample has more events or bytes%s than were counted", of(geo.Origin(o)))
		}
	}
	return nil
}

// whole puts the volume of all origins into one.
func (d Dense) whole() (w Dense) {
	for o := range geo.MaxOrigins {
		w.AddVolume(geo.Unlocated, d.Events[o], d.Bytes[o])
	}
	return w
}

// holds reports whether a source was counted in the registers of its part, or of any.
func (d *Dense) holds(part uint8, hash uint64, any bool) bool {
	if !any {
		r, ok := d.Sources.Part(part)
		return ok && r.Holds(hash)
	}
	for p := range registers.MaxParts {
		if r, ok := d.Sources.Part(uint8(p)); ok && r.Holds(hash) {
			return true
		}
	}
	return false
}
