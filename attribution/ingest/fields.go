package ingest

import (
	"bytes"
	"math"
	"time"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// A role is what a field of a record is taken for.
type role int

const (
	roleSource role = iota
	roleTime
	roleTarget
	roleCount
	roleBytes
	roleProtocol
	rolePort
	roleFlags
	roleRate // of sampling; it has no option
	roleDate // of W3C logs, whose date and time are two fields; it has no option
	roles    = roleRate
)

var roleNames = [...]string{"source", "time", "target", "count", "bytes", "protocol", "source_port", "flags",
	"sampling_rate", "date"}

// values are the texts of a record's fields, by role. Nil is a field that it does not have.
type values [roleDate + 1][]byte

// facts makes events of values, for every format with fields.
type facts struct {
	chain     chain
	clock     *clock.Parser
	unwrap    *unwrapper         // what was taken off before the record
	taken     [roleDate + 1]bool // which roles have a field
	handshake bool               // of a source that nobody else has claimed
	claimed   bool               // the field is one that clients write
	portless  bool               // port 0 says that a client may have written the address
	flows     bool               // a record without packets is none
	history   bool               // the flags are Zeek's history of a connection
	kinds     *kindNotes         // of the whole input
}

// fill makes an event of the values of a record.
func (f *facts) fill(v *values, e *Event) fault {
	source := bytes.TrimSpace(v[roleSource])
	if len(source) == 0 {
		if v[roleSource] == nil {
			return noField
		}
		return emptyField
	}
	var claimed, ok bool
	if e.Source, claimed, ok = f.chain.read(source); !ok {
		if f.claimed || !e.block(source) { // no client comes from a block
			return noAddress
		}
	}
	e.Claimed = claimed || f.claimed || f.portless && bytes.HasSuffix(source, []byte(":0"))
	e.Handshake = f.handshake && !e.Claimed
	if v[roleTime] != nil {
		e.Time = f.time(v)
	}
	e.Target = v[roleTarget]
	if f.taken[roleCount] {
		e.Events, ok = parseNumber(v[roleCount])
		switch {
		case f.flows && (v[roleCount] == nil || string(v[roleCount]) == "0"):
			return noRecord
		case !ok, e.Events == 0:
			return badCount
		}
	}
	if f.taken[roleBytes] {
		if e.Bytes, ok = parseNumber(v[roleBytes]); !ok {
			return badBytes
		}
	}
	if f.taken[roleRate] {
		rate, ok := parseNumber(v[roleRate])
		if e.rateless = !ok || rate == 0 || rate > math.MaxUint32; !e.rateless {
			e.SamplingRate = uint32(rate)
		}
	}
	if f.history {
		e.unreadable = !e.setTransport(v[roleProtocol], v[rolePort], nil)
		e.Handshake = e.Protocol == tcp && !e.Claimed && answered(v[roleFlags])
	} else {
		e.unreadable = !e.setTransport(v[roleProtocol], v[rolePort], v[roleFlags])
	}
	return ""
}

// time is zero if it cannot be read.
func (f *facts) time(v *values) time.Time {
	if v[roleDate] != nil {
		t, _ := f.clock.ParseFields(v[roleDate], v[roleTime])
		return t
	}
	t, _ := f.clock.Parse(v[roleTime])
	return t
}

// parseNumber reads a whole number. "-" and nothing at all stand for 0, and a fraction of
// zeros and quotes around the number do not count.
func parseNumber(b []byte) (uint64, bool) {
	if len(b) == 0 || !isDigit(b[0]) || !isDigit(b[len(b)-1]) {
		if b = bytes.Trim(b, "\" \t"); len(b) == 0 || len(b) == 1 && b[0] == '-' {
			return 0, true
		}
	}
	if i := bytes.IndexByte(b, '.'); i > 0 && len(bytes.Trim(b[i+1:], "0")) == 0 {
		b = b[:i]
	}
	if len(b) > 19 {
		return 0, false
	}
	n := uint64(0)
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, true
}

// noSuch says that a field which was asked for does not exist.
func noSuch(option, what, name string, existing []string) error {
	return badOption(option, "no %s named %.40q; there are: %s", what, name, listNames(existing))
}
