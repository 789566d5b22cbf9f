package snapshot

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

const magic = "wht2"

// Flags of an encoding.
const (
	flagDropped   = 1 << iota // addresses are dropped
	flagDense                 // not exact
	flagUnsampled             // registers alone
	flagRest                  // a difference of two states
	flagLimits                // it has limits

	knownFlags = flagDropped | flagDense | flagUnsampled | flagRest | flagLimits
)

// Append appends the canonical encoding of s to b: equal contents give equal bytes,
// whatever the order in which things came or were merged. It has the addresses of the
// sources unless they are dropped, and never the key, only its id. Numbers before a line
// are widths in bytes.
//
//	Where no width is given, a number is an unsigned varint (base 128, lowest group
//	first, shortest form), and these are
//	   text      its length in bytes, at most 1,024; UTF-8 that prints
//	   database  name, build time in Unix seconds (0: not known), SHA-256, credit;
//	             number of origins whose IPv4 addresses are known; each, in ascending
//	             order: origin (1), its public addresses, those of them announced
//
//	4  "wht2"
//	1  flags: 1 addresses dropped, 2 not exact, 4 registers alone, 8 a difference,
//	   16 limits
//	1  length of an IPv6 source prefix, 32 to 128
//	1  precision p of the HyperLogLogs, 12 to 16
//	8  id of the key, big endian
//	   sample size k, 1,024 to 1,048,576
//	   records counted; records lost: unread, late, undated, misdated, shed
//	   if there are limits: what of a record is not known, 1 events, 2 bytes (1); bits
//	   that IPv4 (1) and IPv6 addresses (1) were cut by, 0 to 32 and to 128; records that
//	   are blocks of addresses; records whose address the client may have written
//	   coarsest and finest sampling rate, 1 in so many; 0 if nothing was counted
//	8  begin of the span in Unix nanoseconds, big endian, two's complement
//	8  end of the span; begin 2^63-1 and end -2^63 say that it is not known
//	   number of databases that located the sources, at most 64; each, in ascending
//	   order of build time, SHA-256, name, credit: database
//	   number of items; each, in ascending order of ranks: rank less the rank before,
//	   high and low half of the address (unless dropped), events, bytes,
//	   origin + 256 * facts + 65,536 * port
//	   if not exact: number of origins; each, in ascending order: origin (1), events,
//	   bytes, 2^p registers of one byte
//	   number of further databases, at most 64; each, ordered as those above: database,
//	   one origin per item (1)
//	   number of ASN databases, 0 or 1: database; number of systems, each in ascending
//	   order: number less the number before, name; per item 0 or the place of its system,
//	   from 1
//	   number of lists, at most 64; each, in ascending order: name, one bit per item, lowest
//	   bit first
//	   if a difference: sources (8), their low (8) and high (8), as IEEE 754 big endian;
//	   0 if only the sample counts, else 1 more than the number of origins that have
//	   sources by their registers; each of them, in ascending order: origin (1),
//	   sources (8), variance (8)
//	4  CRC-32C of all bytes before, big endian
//
// The rank of an item is its keyed hash of 64 bits, rotated by 32, and at least 1. Its
// address is ::ffff:a.b.c.d for IPv4, and cut to the prefix for IPv6. Facts are 1 for a
// handshake, 2 for what looks like an answer that nobody asked for, and 4 for what is no
// answer. The port is the UDP source port, 65,535 for several and 0 for none that is known.
// Every number of the zero State is 0.
func (s *State) Append(b []byte) []byte {
	from := len(b)
	b = append(b, magic...)
	b = append(b, s.flags(), byte(s.IPv6PrefixLen), byte(s.Precision))
	b = binary.BigEndian.AppendUint64(b, uint64(s.Key))
	b = binary.AppendUvarint(b, uint64(s.SampleSize))
	b = binary.AppendUvarint(b, s.Records)
	for _, n := range s.Lost {
		b = binary.AppendUvarint(b, n)
	}
	if s.Limits != (Limits{}) {
		b = s.Limits.append(b)
	}
	b = binary.AppendUvarint(b, uint64(s.Rate))
	b = binary.AppendUvarint(b, uint64(s.Finest))
	b = binary.BigEndian.AppendUint64(b, uint64(s.From))
	b = binary.BigEndian.AppendUint64(b, uint64(s.To))
	b = binary.AppendUvarint(b, uint64(len(s.Databases)))
	for _, d := range s.Databases {
		b = d.append(b)
	}
	b = s.appendItems(b)
	if s.Dense != nil {
		b = s.Dense.append(b)
	}
	b = s.appendColumns(b)
	if s.Rest != nil {
		b = s.Rest.append(b)
	}
	return wire.Seal(b, from)
}

func (s *State) flags() (flags byte) {
	set := func(flag byte, is bool) {
		if is {
			flags |= flag
		}
	}
	set(flagDropped, s.DropAddresses)
	set(flagDense, s.Dense != nil)
	set(flagUnsampled, s.Unsampled)
	set(flagRest, s.Rest != nil)
	set(flagLimits, s.Limits != Limits{})
	return flags
}

// What of a record is not known.
const (
	noEvents = 1 << iota
	noBytes

	knownUnknowns = noEvents | noBytes
)

func (l Limits) append(b []byte) []byte {
	unknown := byte(0)
	if l.NoEvents {
		unknown |= noEvents
	}
	if l.NoBytes {
		unknown |= noBytes
	}
	b = append(b, unknown, l.Cut4, l.Cut6)
	b = binary.AppendUvarint(b, l.Blocks)
	return binary.AppendUvarint(b, l.Claimed)
}

func (d Database) append(b []byte) []byte {
	b = wire.AppendText(b, d.Name)
	b = binary.AppendUvarint(b, uint64(d.unix()))
	b = wire.AppendText(b, d.SHA256)
	b = wire.AppendText(b, d.Credit)
	if d.Space == nil {
		return binary.AppendUvarint(b, 0)
	}
	n := uint64(0)
	for o := range geo.MaxOrigins {
		if d.Space.IPv4[o] != 0 || d.Space.Routed[o] != 0 {
			n++
		}
	}
	b = binary.AppendUvarint(b, n)
	for o := range geo.MaxOrigins {
		if public, routed := d.Space.IPv4[o], d.Space.Routed[o]; public != 0 || routed != 0 {
			b = append(b, byte(o))
			b = binary.AppendUvarint(b, public)
			b = binary.AppendUvarint(b, routed)
		}
	}
	return b
}

func (d Database) unix() int64 {
	if d.Built.IsZero() {
		return 0
	}
	return d.Built.Unix()
}

func (s *State) appendItems(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(s.Items)))
	last := uint64(0)
	for i := range s.Items {
		it := &s.Items[i]
		rank := sketch.Rank(it.Hash)
		b = binary.AppendUvarint(b, rank-last)
		last = rank
		if !s.DropAddresses {
			b = binary.AppendUvarint(b, it.Hi)
			b = binary.AppendUvarint(b, it.Lo)
		}
		b = binary.AppendUvarint(b, it.Events)
		b = binary.AppendUvarint(b, it.Bytes)
		b = binary.AppendUvarint(b, uint64(it.Common)<<16|uint64(it.Flags)<<8|uint64(it.Part))
	}
	return b
}

func (d *Dense) append(b []byte) []byte {
	n := uint64(0)
	for o := range geo.MaxOrigins {
		if d.Sources.Has(uint8(o)) {
			n++
		}
	}
	b = binary.AppendUvarint(b, n)
	for o := range geo.MaxOrigins {
		part, ok := d.Sources.Part(uint8(o))
		if !ok {
			continue
		}
		b = append(b, byte(o))
		b = binary.AppendUvarint(b, d.Events[o])
		b = binary.AppendUvarint(b, d.Bytes[o])
		b = append(b, part.Bytes()...)
	}
	return b
}

func (s *State) appendColumns(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(s.Columns)))
	for _, c := range s.Columns {
		b = c.Database.append(b)
		for _, o := range c.Origins {
			b = append(b, byte(o))
		}
	}
	if s.ASNs == nil {
		b = binary.AppendUvarint(b, 0)
	} else {
		b = s.ASNs.append(binary.AppendUvarint(b, 1))
	}
	b = binary.AppendUvarint(b, uint64(len(s.Lists)))
	for _, l := range s.Lists {
		b = wire.AppendText(b, l.Name)
		bits := make([]byte, (len(l.On)+7)/8)
		for i, on := range l.On {
			if on {
				bits[i/8] |= 1 << (i % 8)
			}
		}
		b = append(b, bits...)
	}
	return b
}

func (a *ASNs) append(b []byte) []byte {
	b = a.Database.append(b)
	numbers := a.sorted()
	b = binary.AppendUvarint(b, uint64(len(numbers)))
	last := uint32(0)
	place := map[uint32]uint64{}
	for i, n := range numbers {
		b = binary.AppendUvarint(b, uint64(n-last))
		b = wire.AppendText(b, a.Names[n])
		last = n
		place[n] = uint64(i + 1)
	}
	for _, n := range a.Numbers {
		b = binary.AppendUvarint(b, place[n])
	}
	return b
}

// sorted are the systems that any item has.
func (a *ASNs) sorted() []uint32 {
	seen := slices.Clone(a.Numbers)
	slices.Sort(seen)
	seen = slices.Compact(seen)
	if len(seen) > 0 && seen[0] == 0 {
		seen = seen[1:]
	}
	return seen
}

func (rest *Remainder) append(b []byte) []byte {
	float := func(v float64) { b = binary.BigEndian.AppendUint64(b, math.Float64bits(v)) }
	float(rest.Sources.Value)
	float(rest.Sources.Low)
	float(rest.Sources.High)
	if rest.Origins == nil {
		return binary.AppendUvarint(b, 0)
	}
	n := uint64(1)
	for _, c := range rest.Origins {
		if c.Value > 0 {
			n++
		}
	}
	b = binary.AppendUvarint(b, n)
	for o, c := range rest.Origins {
		if c.Value > 0 {
			b = append(b, byte(o))
			float(c.Value)
			float(c.Variance)
		}
	}
	return b
}

func timeOf(unix uint64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(int64(unix), 0).UTC()
}
