package netflow

import "time"

// kept are sets of one exporter whose template has not come yet.
type kept struct {
	all     []keptSet // the oldest first, those before head are gone
	head    int
	bytes   int         // of all
	records uint64      // in all, as far as that is known
	counts  map[key]int // sets that wait for a template
}

type keptSet struct {
	key     key
	b       []byte
	cut     int // bytes that the datagram lacks
	records uint64
	number  uint64 // of the datagram
	m       message
}

const (
	maxKept   = 512       // sets of one exporter
	keptBytes = 512 << 10 // of one exporter
	keptLasts = int64(10 * time.Minute)
	setCost   = 320
)

func (s *keptSet) cost() int64 { return setCost + int64(len(s.b)) }

// sets are those that wait.
func (k *kept) sets() []keptSet { return k.all[k.head:] }

// keep keeps a set until its template comes. Where there is no room for it, it is lost.
func (e *exporter) keep(k key, b []byte, cut int) {
	e.m.unread++
	e.m.unreadBytes += len(b)
	w := &e.kept
	for n := len(w.sets()); n > 0 && (n >= maxKept || w.bytes+len(b) > keptBytes); n-- {
		e.dropOldest()
	}
	s := keptSet{key: k, b: b, cut: cut, records: 1, number: e.ledger.received, m: e.m}
	if !e.reserve(s.cost()) {
		e.lose(noTemplate, 1)
		return
	}
	s.b = append([]byte(nil), b...)
	if w.counts == nil {
		w.counts = map[key]int{}
	}
	if w.head >= maxKept {
		w.all = append(w.all[:0], w.sets()...)
		clear(w.all[len(w.all):cap(w.all)])
		w.head = 0
	}
	w.all = append(w.all, s)
	w.bytes += len(b)
	w.records++
	w.counts[k]++
}

// countUnread spreads the records that the header has told, beyond what was read, over the sets
// without a template. Headers lie, so that a record has at least 4 bytes.
func (e *exporter) countUnread(told uint64) {
	sets := uint64(e.m.unread)
	if sets == 0 || told <= e.m.read+sets {
		return
	}
	more := told - e.m.read - sets
	if more > uint64(e.m.unreadBytes)/4 {
		return
	}
	if w := e.kept.sets(); len(w) > 0 && w[len(w)-1].number == e.ledger.received {
		w[len(w)-1].records += more
		e.kept.records += more
		return
	}
	e.lose(noTemplate, more)
}

// remove takes a set off what is counted.
func (e *exporter) remove(s *keptSet) {
	w := &e.kept
	w.bytes -= len(s.b)
	w.records -= s.records
	if w.counts[s.key]--; w.counts[s.key] == 0 {
		delete(w.counts, s.key)
	}
	e.release(s.cost())
}

func (e *exporter) dropOldest() {
	s := &e.kept.all[e.kept.head]
	e.remove(s)
	e.loseAt(noTemplate, s.records, s.number)
	*s = keptSet{}
	e.kept.head++
}

// expire forgets what has waited for too long.
func (e *exporter) expire(now int64) {
	for now != 0 && len(e.kept.sets()) > 0 && e.kept.sets()[0].m.received < now-keptLasts {
		e.dropOldest()
	}
}

// readKept reads the sets whose template has come.
func (e *exporter) readKept() {
	m, number, w := e.m, e.ledger.received, &e.kept
	waiting := w.sets()
	left := w.all[:0]
	for i := range waiting {
		s := waiting[i]
		t := e.templates.byKey[s.key]
		if t == nil {
			left = append(left, s)
			continue
		}
		e.remove(&s)
		e.m, e.ledger.received = s.m, s.number
		e.readRecords(t, s.b, s.cut)
	}
	clear(w.all[len(left):])
	w.all, w.head = left, 0
	e.m, e.ledger.received = m, number
}
