package geo

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
)

const (
	compactMagic = "WGEO"
	compactV2    = 2

	// Decode bounds its input, so that a small one cannot ask for much memory. A
	// table of five million runs still fits.
	maxCompactHeader = 1 << 20
	maxCompactBody   = 1 << 24
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendBinary appends the compact form of the table. It is about fifteen times smaller
// than the table in memory and loses nothing. [Decode] reads it and describes it. The
// error wraps [ErrTooLarge]; no table of a real country database gives one.
func (t *Table) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	list4, list6 := fold(t.v4.runs()), fold(t.v6.runs())
	index := byFrequency(list4, list6)

	body := appendColumns(nil, list4, index)
	body = appendColumns(body, list6, index)
	header := appendInfo(nil, t.info)
	header = append(header, byte(len(index)))
	for _, o := range index {
		header = append(header, byte(o))
	}
	for _, o := range index {
		header = binary.AppendUvarint(header, t.counts.Routed[o])
	}
	if len(header) > maxCompactHeader || len(body) > maxCompactBody {
		return b, fmt.Errorf("geo: compact form: %w: header of %d bytes, body of %d",
			ErrTooLarge, len(header), len(body))
	}

	b = append(b, compactMagic...)
	b = append(b, compactV2)
	b = appendBytes(b, header)
	b = binary.AppendUvarint(b, uint64(len(body)))
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return b[:start], err
	}
	if _, err := w.Write(body); err != nil {
		return b[:start], err
	}
	if err := w.Close(); err != nil {
		return b[:start], err
	}
	b = append(b, packed.Bytes()...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli)), nil
}

// MarshalBinary returns what [Table.AppendBinary] appends.
func (t *Table) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// Decode returns the table whose compact form data is. It does not keep data. The form
// is
//
//	"WGEO", a version byte (2)
//	the length of the header, the header:
//	    name, credit, schema      each a length and its bytes
//	    build time                Unix seconds, 0 if there is none
//	    SHA-256 of the MMDB       a length (0 or 32) and its bytes
//	    networks
//	    non-country codes         their number, then per code, in byte order,
//	                              a length, its bytes and its networks
//	    origins                   their number in one byte, then one byte
//	                              each, first Unlocated, then by frequency
//	    routed                    per origin, in the same order, the number of
//	                              its IPv4 addresses that were announced; all
//	                              0 if that is not known
//	the length of the body, the body compressed by gzip (RFC 1952):
//	    per family, IPv4 first, n, the number of runs, and three columns:
//	    n-1 bytes k, n-1 numbers m, n bytes i
//	CRC-32C of everything before it, four bytes, big-endian
//
// A length or number is a base-128 varint, lowest group first. The runs follow each
// other in address order. A run covers 2^k * (2*m+1) addresses and has the origin with
// index i in the header. The last run ends with its family, and neighbors differ.
// Reserved has no code: special-purpose space is coded as Unlocated, and it is Reserved
// in the table whatever the code says.
//
// The error wraps [ErrDamaged] or [ErrTooLarge].
func Decode(data []byte) (*Table, error) {
	t, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("geo: compact form: %w", err)
	}
	return t, nil
}

func decode(data []byte) (*Table, error) {
	if len(data) < len(compactMagic)+1+4 || string(data[:len(compactMagic)]) != compactMagic {
		return nil, fmt.Errorf("%w: it does not begin with %q", ErrDamaged, compactMagic)
	}
	if v := data[len(compactMagic)]; v != compactV2 {
		return nil, fmt.Errorf("%w: version %d, want %d", ErrDamaged, v, compactV2)
	}
	end := len(data) - 4
	if crc32.Checksum(data[:end], castagnoli) != binary.BigEndian.Uint32(data[end:]) {
		return nil, fmt.Errorf("%w: wrong checksum", ErrDamaged)
	}
	r := reader{data: data[len(compactMagic)+1 : end], place: "header"}
	header := reader{data: r.bytes(maxCompactHeader), place: "header"}
	size := r.number(maxCompactBody)
	info := header.info()
	index := header.origins()
	routed := header.routed(index)
	header.finish()
	if err := cmp.Or(r.err, header.err); err != nil {
		return nil, err
	}

	body, err := unzip(r.data, int(size))
	if err != nil {
		return nil, err
	}
	c := reader{data: body, place: "IPv4 runs"}
	list4 := c.columns(ipv4, index)
	c.place = "IPv6 runs"
	list6 := c.columns(ipv6, index)
	c.finish()
	if c.err != nil {
		return nil, c.err
	}
	return newTable(info, list4, list6, routed)
}

// unzip returns exactly size bytes from one gzip stream.
func unzip(packed []byte, size int) ([]byte, error) {
	src := bytes.NewReader(packed)
	z, err := gzip.NewReader(src)
	if err != nil {
		return nil, fmt.Errorf("%w: body: %v", ErrDamaged, err)
	}
	z.Multistream(false)
	body, err := io.ReadAll(io.LimitReader(z, int64(size)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: body: %v", ErrDamaged, err)
	}
	if len(body) != size || src.Len() != 0 {
		return nil, fmt.Errorf("%w: body: %d bytes of %d, %d after it", ErrDamaged, len(body), size, src.Len())
	}
	return body, nil
}

// fold replaces Reserved by Unlocated and merges runs that are then alike.
func fold(list []run) []run {
	out := list[:0]
	for _, r := range list {
		if r.origin == Reserved {
			r.origin = Unlocated
		}
		if len(out) == 0 || out[len(out)-1].origin != r.origin {
			out = append(out, r)
		}
	}
	return out
}

// byFrequency lists the origins that occur: Unlocated, then the most frequent first.
// Most indexes are then small, and the column compresses well.
func byFrequency(lists ...[]run) []Origin {
	var count [MaxOrigins]int
	for _, list := range lists {
		for _, r := range list {
			count[r.origin]++
		}
	}
	count[Unlocated] = math.MaxInt
	var index []Origin
	for o, n := range count {
		if n > 0 {
			index = append(index, Origin(o))
		}
	}
	slices.SortStableFunc(index, func(a, b Origin) int { return count[b] - count[a] })
	return index
}

func appendColumns(b []byte, list []run, index []Origin) []byte {
	var place [MaxOrigins]byte
	for i, o := range index {
		place[o] = byte(i)
	}
	var odd, origins []byte
	b = binary.AppendUvarint(b, uint64(len(list)))
	for i, r := range list {
		origins = append(origins, place[r.origin])
		if i+1 == len(list) {
			break
		}
		n := list[i+1].first.sub(r.first)
		k := n.trailingZeros()
		b = append(b, byte(k))
		odd = n.shr(k + 1).appendUvarint(odd)
	}
	return append(append(b, odd...), origins...)
}

func appendInfo(b []byte, info Info) []byte {
	for _, s := range []string{info.Name, info.Credit, info.Schema} {
		b = appendBytes(b, []byte(s))
	}
	var built int64
	if !info.Built.IsZero() {
		built = info.Built.Unix()
	}
	b = binary.AppendUvarint(b, uint64(built))
	sum, _ := hex.DecodeString(info.SHA256)
	b = appendBytes(b, sum)
	b = binary.AppendUvarint(b, uint64(info.Networks))
	b = binary.AppendUvarint(b, uint64(len(info.NonCountry)))
	for _, code := range slices.Sorted(maps.Keys(info.NonCountry)) {
		b = appendBytes(b, []byte(code))
		b = binary.AppendUvarint(b, uint64(info.NonCountry[code]))
	}
	return b
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func (a uint128) appendUvarint(b []byte) []byte {
	for a.hi != 0 || a.lo >= 0x80 {
		b = append(b, byte(a.lo)|0x80)
		a = a.shr(7)
	}
	return append(b, byte(a.lo))
}
