package clock

import (
	"cmp"
	"slices"
	"time"
)

const (
	// stretches is the number of stretches that a [Window] keeps apart.
	stretches = 128
	// joined is the longest gap that never parts two stretches, and the shortest that makes a stray.
	joined = int64(10 * time.Minute)
	apart  = int64(6 * time.Hour)
	// earliest and latest are the bounds of what is added, in seconds. Their distance fits in 63 bits of nanoseconds.
	earliest = -2208988800 // 1900-01-01
	latest   = 5680281600  // 2150-01-01
	// strayShare is one in so many records.
	strayShare = 20
)

// Window finds the span of nearly all times that are added. The zero value is ready. It needs a bounded amount of
// memory, takes times in any order, and is not safe for concurrent use.
//
// # The rule
//
// Some records carry a time that is far off: 1970 or 1980 from a device without a clock, 2036 or 2106 from one whose
// counter ran over, twelve hours ahead from one with a wrong zone. The window is the shortest stretch of time that
// leaves out at most one record in 20, and that is separated from every record that it leaves out by a gap longer than
// itself and longer than 6 hours. Of n records that are spread evenly, the first or last lies as far off by chance with
// probability 2^(2-n), so that ordinary traffic has no strays; and what is one in 20 or more is a part of the log, not
// a fault. Times before 1990 and from 2100 on are strays as long as they are fewer than the others.
//
// # Memory
//
// Window keeps the 127 longest gaps, and the records between two of them as one stretch. When a new gap comes, the
// shortest one is forgotten. A gap that is worth a stray is far longer than the gaps that are forgotten.
type Window struct {
	all  []stretch // in order of time, at least joined apart
	last int       // where the last time was added
	n    int64
}

// stretch is a run of records without a gap that matters.
type stretch struct {
	from, to int64 // in nanoseconds
	n        int64
	first    int64 // the record that was added first,
	at       int64 // and its place
}

// Span is what a [Window] found.
type Span struct {
	// From and To are the first and the last time of the window, both of records.
	From, To time.Time
	// Records is the number of records in the window.
	Records int64
	// Strays is the number of records outside of it.
	Strays int64
	// Stray is the time of the stray that was added first, and At is its place.
	Stray time.Time
	At    int64
}

// Add adds the time of a record, of the years that [Parser] reads. At is any number by which the caller finds the
// record again, and which grows.
func (w *Window) Add(t time.Time, at int64) {
	w.n++
	x := t.UnixNano()
	if s := t.Unix(); s < earliest || s > latest {
		x = min(max(s, earliest), latest) * 1e9
	}
	if w.last < len(w.all) {
		if s := &w.all[w.last]; x >= s.from && x <= s.to {
			s.n++
			s.seen(x, at)
			return
		} else if x > s.to && x-s.to <= joined && (w.last+1 == len(w.all) || w.all[w.last+1].from-x > joined) {
			s.to = x
			s.n++
			s.seen(x, at)
			return
		}
	}
	w.insert(stretch{x, x, 1, x, at})
}

// Merge adds what another window holds.
func (w *Window) Merge(o *Window) {
	w.n += o.n
	for _, s := range o.all {
		w.insert(s)
	}
}

func (s *stretch) add(o stretch) {
	s.from = min(s.from, o.from)
	s.to = max(s.to, o.to)
	s.n += o.n
	s.seen(o.first, o.at)
}

// seen keeps the record that was added first.
func (s *stretch) seen(t, at int64) {
	if at < s.at {
		s.at, s.first = at, t
	}
}

// insert adds a stretch, and joins it with those that it touches.
func (w *Window) insert(s stretch) {
	i, _ := slices.BinarySearchFunc(w.all, s, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	if i > 0 && s.from-w.all[i-1].to <= joined {
		i--
		w.all[i].add(s)
	} else {
		if w.all == nil {
			w.all = make([]stretch, 0, 8)
		}
		w.all = slices.Insert(w.all, i, s)
	}
	end := i + 1
	for end < len(w.all) && w.all[end].from-w.all[i].to <= joined {
		w.all[i].add(w.all[end])
		end++
	}
	w.all = slices.Delete(w.all, i+1, end)
	w.last = i
	if len(w.all) > stretches {
		w.forget()
	}
}

// forget joins the two stretches with the shortest gap.
func (w *Window) forget() {
	at, least := 0, int64(1<<63-1)
	for i := 1; i < len(w.all); i++ {
		if gap := w.all[i].from - w.all[i-1].to; gap < least {
			at, least = i, gap
		}
	}
	w.all[at-1].add(w.all[at])
	w.all = slices.Delete(w.all, at, at+1)
	if w.last >= at {
		w.last--
	}
}

// Span returns the window and its strays. It is the zero value if no time was added.
func (w *Window) Span() Span {
	lo, hi := w.plausible()
	kept := w.all[lo:hi]
	var n int64
	for _, s := range kept {
		n += s.n
	}
	from, to := shortest(kept, n)
	return w.span(lo+from, lo+to)
}

// plausible leaves out the stretches outside of 1990 to 2100, if they are fewer than the others.
func (w *Window) plausible() (lo, hi int) {
	hi = len(w.all)
	var out int64
	for lo < hi && w.all[lo].to < oldest*1e9 {
		out += w.all[lo].n
		lo++
	}
	for hi > lo && w.all[hi-1].from >= newest*1e9 {
		hi--
		out += w.all[hi].n
	}
	if 2*out >= w.n {
		return 0, len(w.all)
	}
	return lo, hi
}

// shortest returns the bounds of the window in all, which holds n records.
func shortest(all []stretch, n int64) (from, to int) {
	to = len(all)
	if to == 0 {
		return from, to
	}
	least := all[to-1].to - all[0].from
	var before int64
	for i := 0; i < len(all) && before*strayShare <= n; i++ {
		out := before
		for j := len(all); j > i && out*strayShare <= n; j-- {
			span := all[j-1].to - all[i].from
			need := max(span, apart)
			clear := (i == 0 || all[i].from-all[i-1].to > need) &&
				(j == len(all) || all[j].from-all[j-1].to > need)
			if clear && span < least {
				from, to, least = i, j, span
			}
			out += all[j-1].n
		}
		before += all[i].n
	}
	return from, to
}

// span describes the window of the stretches from lo to hi.
func (w *Window) span(lo, hi int) Span {
	if lo == hi {
		return Span{}
	}
	s := Span{From: time.Unix(0, w.all[lo].from).UTC(), To: time.Unix(0, w.all[hi-1].to).UTC()}
	for _, x := range w.all[lo:hi] {
		s.Records += x.n
	}
	s.Strays = w.n - s.Records
	outside := slices.Concat(w.all[:lo], w.all[hi:])
	if len(outside) > 0 {
		first := slices.MinFunc(outside, func(a, b stretch) int { return cmp.Compare(a.at, b.at) })
		s.Stray, s.At = time.Unix(0, first.first).UTC(), first.at
	}
	return s
}
