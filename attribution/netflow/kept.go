package netflow

// kept are sets of one exporter whose template has not come yet.
type kept struct {
	sets    []keptSet   // the oldest first
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
	keptLasts = int64(10 * 60 * 1e9)
	setCost   = 320
)

func (s *keptSet) cost() int64 { return setCost + int64(len(s.b)) }

// keep keeps a set until its template comes. Where there is no room for it, it is lost.
func (e *exporter) keep(k key, b []byte, cut int) {
	e.m.unread++
	e.m.unreadBytes += len(b)
	for n := len(e.kept.sets); n > 0 && (n >= maxKept || e.kept.bytes+len(b) > keptBytes); n-- {
		e.dropOldest()
	}
	s := keptSet{key: k, b: b, cut: cut, records: 1, number: e.ledger.received, m: e.m}
	if !e.reserve(s.cost()) {
		e.lose(noTemplate, 1)
		return
	}
	s.b = append([]byte(nil), b...)
	if e.kept.counts == nil {
		e.kept.counts = map[key]int{}
	}
	e.kept.sets = append(e.kept.sets, s)
	e.kept.bytes += len(b)
	e.kept.records++
	e.kept.counts[k]++
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
	if n := len(e.kept.sets); n > 0 && e.kept.sets[n-1].number == e.ledger.received {
		e.kept.sets[n-1].records += more
		e.kept.records += more
		return
	}
	e.lose(noTemplate, more)
}

// take removes the set at i.
func (e *exporter) take(i int) keptSet {
	s := e.kept.sets[i]
	last := len(e.kept.sets) - 1
	copy(e.kept.sets[i:], e.kept.sets[i+1:])
	e.kept.sets[last] = keptSet{}
	e.kept.sets = e.kept.sets[:last]
	e.kept.bytes -= len(s.b)
	e.kept.records -= s.records
	if e.kept.counts[s.key]--; e.kept.counts[s.key] == 0 {
		delete(e.kept.counts, s.key)
	}
	e.release(s.cost())
	return s
}

func (e *exporter) dropOldest() {
	s := e.take(0)
	number := e.ledger.received
	e.ledger.received = s.number // its place
	e.lose(noTemplate, s.records)
	e.ledger.received = number
}

// expire forgets what has waited for too long.
func (e *exporter) expire(now int64) {
	for len(e.kept.sets) > 0 && now != 0 && e.kept.sets[0].m.received < now-keptLasts {
		e.dropOldest()
	}
}

// readKept reads the sets whose template has come.
func (e *exporter) readKept() {
	m, number := e.m, e.ledger.received
	for i := 0; i < len(e.kept.sets); {
		t := e.templates.byKey[e.kept.sets[i].key]
		if t == nil {
			i++
			continue
		}
		s := e.take(i)
		e.m, e.ledger.received = s.m, s.number
		e.m.late = true
		e.readRecords(t, s.b, s.cut)
		e.ledger.received = number
	}
	e.m = m
}
