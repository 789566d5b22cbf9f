package geo

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"
)

func (r *reader) columns(f *family, index []Origin) []run {
	n := int(r.number(uint64(len(r.data))/3 + 1))
	if r.err == nil && n == 0 {
		r.fail("no runs")
	}
	shift := r.take(n - 1)
	if r.err != nil {
		return nil
	}
	firsts := make([]uint128, n)
	for i, k := range shift {
		m := r.uvarint128()
		last := firsts[i].add(m.shl(1).next().shl(uint(k)).prev())
		// The length must fit before the sum is worth a look.
		if int(k) >= f.bits || m.shr(uint(f.bits-1)-uint(k)) != (uint128{}) ||
			last.less(firsts[i]) || !last.less(f.last) {
			r.fail(fmt.Sprintf("run %d exceeds the address space", i))
		}
		if r.err != nil {
			return nil
		}
		firsts[i+1] = last.next()
	}
	origins := r.take(n)
	if r.err != nil {
		return nil
	}
	list := runs{family: f, list: make([]run, 0, n+2*len(f.special))}
	for i, at := range origins {
		if int(at) >= len(index) || i > 0 && at == origins[i-1] {
			r.fail(fmt.Sprintf("run %d has origin index %d", i, at))
			return nil
		}
		last := f.last
		if i+1 < n {
			last = firsts[i+1].prev()
		}
		list.cover(last, index[at])
	}
	return list.list
}

// text reads what printable has made.
func (r *reader) text(most int) string {
	s := string(r.bytes(uint64(most + len(cutOff))))
	if !isPrintable(s, most) {
		r.fail("text that does not print")
	}
	return s
}

func (r *reader) info() Info {
	const most = math.MaxInt32
	info := Info{
		Name:   r.text(longestName),
		Credit: r.text(longestCredit),
		Schema: r.text(longestName),
	}
	if built := r.number(maxBuilt); built != 0 {
		info.Built = time.Unix(int64(built), 0).UTC()
	}
	sum := r.bytes(32)
	if len(sum) != 0 && len(sum) != 32 {
		r.fail("SHA-256 of another length")
	}
	info.SHA256 = hex.EncodeToString(sum)
	info.Networks = int(r.number(most))
	previous := ""
	for i := range r.number(uint64(len(r.data))) {
		code, n := r.text(longestCode), r.number(most)
		if r.err != nil {
			break
		}
		if i > 0 && code <= previous {
			r.fail("codes out of order")
			break
		}
		if info.NonCountry == nil {
			info.NonCountry = map[string]int{}
		}
		info.NonCountry[code] = int(n)
		previous = code
	}
	return info
}

func (r *reader) origins() []Origin {
	n := r.take(1)
	if r.err != nil {
		return nil
	}
	var index []Origin
	var seen [MaxOrigins]bool
	for i, b := range r.take(int(n[0])) {
		o := Origin(b)
		if seen[o] || (i == 0) != (o == Unlocated) || i > 0 && !o.IsCountry() {
			r.fail(fmt.Sprintf("origin %d at place %d", b, i))
			return nil
		}
		seen[o] = true
		index = append(index, o)
	}
	return index
}

func (r *reader) routed(index []Origin) (count [MaxOrigins]uint64) {
	left := uint64(1 << 32)
	for _, o := range index {
		count[o] = r.number(left)
		left -= count[o]
	}
	return count
}

// A reader takes values from the front of data until the first error.
type reader struct {
	data  []byte
	place string
	err   error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s: %s", ErrDamaged, r.place, what)
	}
	r.data = nil
}

func (r *reader) finish() {
	if r.err == nil && len(r.data) != 0 {
		r.fail(fmt.Sprintf("%d bytes too many", len(r.data)))
	}
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.fail("cut short")
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) bytes(most uint64) []byte { return r.take(int(r.number(most))) }

func (r *reader) number(most uint64) uint64 {
	v := r.uvarint128()
	if v.hi != 0 || v.lo > most {
		r.fail(fmt.Sprintf("number above %d", most))
		return 0
	}
	return v.lo
}

func (r *reader) uvarint128() uint128 {
	if len(r.data) > 0 && r.data[0] < 0x80 {
		b := r.data[0]
		r.data = r.data[1:]
		return uint128{0, uint64(b)}
	}
	var v uint128
	for i, b := range r.data {
		group := uint128{0, uint64(b & 0x7f)}
		shift := uint(7 * i)
		if shift > 126 || shift == 126 && b > 3 {
			break
		}
		v = v.add(group.shl(shift))
		if b < 0x80 {
			if b == 0 && i > 0 {
				break // not the shortest form
			}
			r.data = r.data[i+1:]
			return v
		}
	}
	r.fail("no number")
	return uint128{}
}
