package attribution

import (
	"fmt"
	"iter"
	"net/netip"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// Snapshot is what a [Tally] had counted at one moment: an immutable value, which any number
// of goroutines may share. It holds every fact that a verdict depends on, so that it decides
// the same wherever it is sent. The zero Snapshot counted nothing.
//
// Snapshots are compared by what they encode to, not by ==.
type Snapshot struct {
	s *snapshot.State // nil: the zero one; never written
}

// Errors of encodings and merges, the same in all packages.
var (
	ErrInvalidEncoding = sketch.ErrInvalidEncoding
	ErrMismatch        = sketch.ErrMismatch
)

func init() {
	snapshot.Wrap = func(s *snapshot.State) any { return Snapshot{s} }
	snapshot.Unwrap = func(s any) *snapshot.State { return s.(Snapshot).state() }
	snapshot.LimitsOf = func(a any) snapshot.Limits { account := a.(Account); return account.limits() }
}

var nothing = &snapshot.State{}

func (s Snapshot) state() *snapshot.State {
	if s.s == nil {
		return nothing
	}
	return s.s
}

// Merge returns the union of snapshots: events and bytes add up, and a source of several
// counts once. It needs no table and no key. As long as one database located all sources,
// order and grouping change nothing, down to the bytes of the encoding. If the databases
// disagree about a source, it counts for one country or for both, and a caveat says so.
//
// The result has the smallest sample size of all. It has no addresses if one of them has
// none, and only the enrichments that all have. Claims on events and bytes are inadmissible
// if sampling rates differ.
//
// Another key, precision or IPv6 prefix length is an error that wraps [ErrMismatch] and
// names both sides, see [sketch.MismatchError]. An estimated difference of package baseline
// is one as well, and so are more than 64 databases together.
func Merge(snapshots ...Snapshot) (Snapshot, error) {
	whole := nothing
	for _, s := range snapshots {
		var err error
		if whole, err = snapshot.Merge(whole, s.state()); err != nil {
			return Snapshot{}, fmt.Errorf("attribution: %w", err)
		}
	}
	return Snapshot{whole}, nil
}

// KeyID names the key that hashed the sources, 0 of the zero Snapshot.
func (s Snapshot) KeyID() sketch.KeyID { return s.state().Key }

// Options returns those under which the sources were counted, but for the key. Two snapshots
// merge if their keys, precisions and IPv6 prefix lengths agree.
func (s Snapshot) Options() Options {
	st := s.state()
	return Options{
		SampleSize: st.SampleSize, Precision: st.Precision, IPv6PrefixLen: st.IPv6PrefixLen,
		SamplingRate: st.Rate, DropAddresses: st.DropAddresses,
	}
}

// Databases returns those that located the sources.
func (s Snapshot) Databases() []Database { return databases(s.state().Databases) }

// Format prints the number of sources and the id of the key, never an address.
func (s Snapshot) Format(f fmt.State, _ rune) {
	printCount(f, "Snapshot", s.state().Distinct(), s.KeyID())
}

func printCount(f fmt.State, of string, sources sketch.Estimate, key sketch.KeyID) {
	fmt.Fprintf(f, "attribution.%s(sources=%d key=%v)", of, stat.Round(sources.Value), key)
}

// WithoutAddresses returns the snapshot without the addresses of its sources, and without
// what [Snapshot.Enrich] looked up by them.
func (s Snapshot) WithoutAddresses() Snapshot { return Snapshot{s.state().WithoutAddresses()} }

// Source is one source of a sample.
type Source struct {
	Prefix netip.Prefix // IPv4 address, or IPv6 prefix; zero if addresses are dropped
	Origin geo.Origin
	Others []geo.Origin // by the further databases, in the order of [Report.Databases]
	ASN    geo.AS       // zero if not known
	Lists  []string     // names of the lists that it is on

	Events, Bytes uint64
	Handshake     bool // it completed one, as [Flow] or [Options] said
	Reflector     bool // all it sent looks like answers that nobody asked for
}

// Sample yields the sources that the snapshot holds, in a random but fixed order: all of
// them while counts are exact, and beyond a uniform sample. The source that made most events
// need not be in a sample.
func (s Snapshot) Sample() iter.Seq[Source] {
	return func(yield func(Source) bool) {
		state := s.state()
		for i := range state.Items {
			if !yield(sourceOf(state, i)) {
				return
			}
		}
	}
}

func sourceOf(s *snapshot.State, i int) Source {
	it := &s.Items[i]
	source := Source{
		Origin: snapshot.Origin(it), Events: it.Events, Bytes: it.Bytes,
		Handshake: it.Flags&snapshot.Handshake != 0, Reflector: snapshot.OnlyAnswered(it),
	}
	if s.HasAddresses() {
		source.Prefix = snapshot.Source(it).Prefix(s.IPv6PrefixLen)
	}
	for _, c := range s.Columns {
		source.Others = append(source.Others, c.Origins[i])
	}
	if s.ASNs != nil && s.ASNs.Numbers[i] != 0 {
		source.ASN = geo.AS{Number: s.ASNs.Numbers[i], Name: s.ASNs.Names[s.ASNs.Numbers[i]]}
	}
	for _, l := range s.Lists {
		if l.On[i] {
			source.Lists = append(source.Lists, l.Name)
		}
	}
	return source
}

// AppendBinary appends the canonical encoding to b: equal contents give equal bytes,
// whatever the order of counting and merging. docs/EVIDENCE.md has the layout. It holds the
// addresses of the sources unless they are dropped, and never the key, only its id. It never
// fails.
func (s Snapshot) AppendBinary(b []byte) ([]byte, error) { return s.state().Append(b), nil }

// MarshalBinary returns what AppendBinary appends.
func (s Snapshot) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote; the encoding must be the whole of data. An
// error wraps [ErrInvalidEncoding] and leaves s unchanged. It names the byte, or what two
// parts of the encoding contradict each other in. Another version is a [sketch.VersionError].
// Memory stays within 32 times len(data) and one megabyte.
//
// What cannot come of counting is refused, as far as that shows without the key.
func (s *Snapshot) UnmarshalBinary(data []byte) error {
	state, err := snapshot.Decode(data)
	if err != nil {
		return err
	}
	s.s = state
	return nil
}

// Sketches yields the sources of each origin as a HyperLogLog of
// github.com/axiomhq/hyperloglog, in ascending order of origins. See [Tally.Sketches] for
// what may be added to one.
func (s Snapshot) Sketches() iter.Seq2[geo.Origin, *hyperloglog.Sketch] {
	return func(yield func(geo.Origin, *hyperloglog.Sketch) bool) {
		dense := s.state().AsDense()
		if dense == nil {
			return
		}
		for o := range geo.MaxOrigins {
			if part, ok := dense.Sources.Part(uint8(o)); ok && !yield(geo.Origin(o), part.Sketch()) {
				return
			}
		}
	}
}

// FromSketches returns a snapshot of sources that were counted elsewhere, in sketches of
// github.com/axiomhq/hyperloglog, one per origin, that have one precision. id names the key
// of their hashes: [sketch.Unkeyed] for those of the Insert of that package. table is the
// one that located the sources.
//
// The report's basis is then [BasisSketches], also after a merge: shares of sources are
// decided on registers, and events are not known. Neither forged sources nor further
// databases can be tested, which caveats say.
//
// The error wraps [ErrInvalidEncoding] for a sketch that cannot be read or an unknown
// origin, [ErrMismatch] for different precisions, and [ErrInvalidOptions] for a nil table.
func FromSketches(
	table *geo.Table, id sketch.KeyID, sketches iter.Seq2[geo.Origin, *hyperloglog.Sketch],
) (Snapshot, error) {
	if table == nil {
		return Snapshot{}, fmt.Errorf("attribution: %w: no table", ErrInvalidOptions)
	}
	s, err := snapshot.FromSketches(table, id, sketches)
	if err != nil {
		return Snapshot{}, fmt.Errorf("attribution: %w", err)
	}
	return Snapshot{s}, nil
}
