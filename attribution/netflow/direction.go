package netflow

// interfaces are those on which an exporter has told packets at ingress, of the last half hour
// to hour. A packet that came in on one of them was told there: if it is told at egress too, it
// is the second time.
type interfaces struct {
	now, before *[interfacesKept]uint64
	turned      int64
	last        uint64
}

const (
	interfacesKept = 512
	interfaceLooks = 8
	interfaceLasts = int64(30 * 60 * 1e9)
)

// add notes an interface.
func (s *interfaces) add(id uint64, now int64) {
	if id == s.last && now < s.turned+interfaceLasts {
		return
	}
	switch {
	case s.now == nil:
		s.now, s.turned = new([interfacesKept]uint64), now
	case now >= s.turned+interfaceLasts:
		if s.before == nil {
			s.before = new([interfacesKept]uint64)
		}
		s.now, s.before, s.turned = s.before, s.now, now
		*s.now = [interfacesKept]uint64{}
	}
	s.last = id
	at := spot(id)
	for range interfaceLooks {
		switch s.now[at] {
		case id:
			return
		case 0:
			s.now[at] = id
			return
		}
		at = (at + 1) % interfacesKept
	}
	s.now[spot(id)] = id // too many: one is forgotten, and counts twice
}

func (s *interfaces) has(id uint64) bool {
	return s.now != nil && isIn(s.now, id) || s.before != nil && isIn(s.before, id)
}

func isIn(set *[interfacesKept]uint64, id uint64) bool {
	at := spot(id)
	for range interfaceLooks {
		if set[at] == id {
			return true
		}
		at = (at + 1) % interfacesKept
	}
	return false
}

func spot(id uint64) uint64 { return id * 0x9e3779b97f4a7c15 >> 32 % interfacesKept }

// isSecond reports whether a record is of packets that the exporter tells a second time, at
// egress, and counts it.
func (e *exporter) isSecond(b []byte, p *places) bool {
	if p[direction].n == 0 {
		return false
	}
	way := number(b, p[direction])
	return way <= 1 && e.isEgressOf(number(b, p[input]), way == 1)
}

// isEgressOf does so by the interface that the packets came in on, 0 if it is not known.
func (e *exporter) isEgressOf(in uint64, out bool) bool {
	if !out {
		e.sees = true
		if in != 0 {
			e.ingress.add(in, e.m.received)
		}
		return false
	}
	if in != 0 && e.ingress.has(in) {
		if !e.d.options.BothDirections {
			e.ledger.notes[egress]++
			return true
		}
		e.ledger.notes[egressCounted]++
	} else if in == 0 && e.sees {
		e.ledger.notes[egressCounted]++
	}
	return false
}
