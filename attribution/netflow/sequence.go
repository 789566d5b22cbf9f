package netflow

// unit is what the sequence numbers of a stream count.
type unit uint8

const (
	nothing   unit = iota
	datagrams      // NetFlow v9, sFlow
	records        // NetFlow v5, v7, IPFIX
)

// sequence finds out what went missing on the way. A jump is believed if the next datagram goes
// on from there, so that no single one of a forger, and no late one, makes a number.
type sequence struct {
	started bool
	next    uint32 // what is expected
	missing uint64

	// A datagram that was ahead, or far away, and where it goes on.
	jumped   bool
	from, to uint32

	behind uint8 // how many came too late one after the other

	// Some exporters count the other unit than the standard says.
	last, size    uint32 // the datagram before, and its records
	usual, unlike uint8  // steps by either unit
	odd           bool
}

const (
	farRecords   = 1 << 19 // what is farther away is a restart
	farDatagrams = 1 << 14
	manyBehind   = 8
	manyUnlike   = 8
)

// begin takes the next datagram as the first.
func (s *sequence) begin() { s.started, s.jumped, s.behind = false, false, 0 }

// counts is what the numbers of a version count.
func (s *sequence) counts(version uint8) unit {
	switch version {
	case v9, sflow:
		if s.odd {
			return records
		}
		return datagrams
	case v5, v7, ipfix:
		if s.odd {
			return datagrams
		}
		return records
	}
	return nothing
}

// see takes the number of a datagram with so many records, and reports whether the numbers have
// begun anew.
func (s *sequence) see(version uint8, number, n uint32) (restart bool) {
	s.learn(version, number, n)
	far := int32(farRecords)
	if s.counts(version) == datagrams {
		n, far = 1, farDatagrams
	}
	if !s.started {
		s.started, s.next, s.jumped, s.behind = true, number+n, false, 0
		return false
	}
	by := int32(number - s.next)
	switch isFar := by > far || by < -far; {
	case by == 0:
		s.next, s.behind = number+n, 0
		if s.jumped && s.from == s.next {
			s.next, s.jumped = s.to, false // it has come a little early
		}
	case s.jumped && number == s.to: // it goes on from there
		gone := int32(s.from - s.next)
		restart = gone > far || gone < 0
		s.goOn(gone, restart, number+n)
	case by < 0 && !isFar:
		s.missing -= min(s.missing, uint64(n)) // one that was thought missing, or it came twice
		if s.behind++; s.behind >= manyBehind {
			s.begin()
			s.started, s.next, restart = true, number+n, true
		}
	case s.jumped && !isFar && int32(number-s.to) > 0 && int32(s.from-s.next) > 0 && int32(s.from-s.next) <= far:
		// Both were ahead, with another gap between them.
		s.missing += uint64(number - s.to)
		s.goOn(int32(s.from-s.next), false, number+n)
	default:
		s.jumped, s.from, s.to = true, number, number+n
	}
	return restart
}

func (s *sequence) goOn(gone int32, restart bool, next uint32) {
	if !restart {
		s.missing += uint64(gone)
	}
	s.next, s.jumped, s.behind = next, false, 0
}

// learn finds out which unit the numbers count.
func (s *sequence) learn(version uint8, number, n uint32) {
	step, size := number-s.last, s.size
	s.last, s.size = number, n
	if size < 2 || step == 0 {
		return
	}
	usual := step == size
	unlike := step == 1
	if version == v9 || version == sflow {
		usual, unlike = unlike, usual
	}
	switch {
	case usual:
		s.usual = min(s.usual+1, 200)
	case unlike:
		s.unlike = min(s.unlike+1, 200)
	}
	if odd := s.unlike >= manyUnlike && s.unlike/4 > s.usual; odd != s.odd {
		s.odd, s.missing = odd, 0
		s.begin()
	}
}
