package natsfleet

import (
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution/fleet"
)

// Stats says what became of the messages that a [Receiver] read.
type Stats struct {
	// Results counts messages by the code of their [fleet.Result], or "subject": the
	// envelope claims another place than its subject. One that is tried again counts again.
	Results map[string]uint64 `json:"results"`

	// Refused are the newest 16 of those that are not in the fleet, the last one at the end.
	Refused []Refusal `json:"refused,omitempty"`

	// Waiting is how many places are tried again later: their window had not begun by the
	// clock of the center, or the fleet had no room. Dropped counts those for which there
	// was no room here, at most 4,096 of a node and 65,536 of all: they are not tried again.
	Waiting int    `json:"waiting"`
	Dropped uint64 `json:"dropped"`

	// Read is the number that the stream gave to the last message that was read.
	Read uint64 `json:"read"`

	// Failures counts how often reading had to begin anew, Failure is why the last time.
	Failures uint64 `json:"failures"`
	Failure  string `json:"failure,omitempty"`
}

// Refusal is a message that is not in the fleet. Whoever may publish wrote its subject.
type Refusal struct {
	Subject string       `json:"subject"` // at most 300 bytes of it
	Result  fleet.Result `json:"result"`
}

const (
	keptRefusals   = 16
	longestSubject = 300
)

// Stats returns the counts so far.
func (r *Receiver) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.Results = make(map[string]uint64, len(s.Results))
	for code, n := range r.stats.Results {
		s.Results[code] = n
	}
	s.Refused = append([]Refusal(nil), s.Refused...)
	s.Waiting, s.Read = len(r.waiting.due), r.read
	return s
}

// take puts a message into the fleet.
func (r *Receiver) take(subject string, data []byte) {
	var e fleet.Envelope
	err := e.Unpack(data)
	if err == nil {
		if place := r.options.Subject(&e); place != subject {
			err = fmt.Errorf("natsfleet: %w: %.300q has what belongs to %q", ErrSubject, subject, place)
		}
	}
	fresh := false
	if err == nil {
		fresh, err = r.fleet.Put(e)
	}
	result := resultOf(fresh, err)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Results[result.Code]++
	if !result.Refused() {
		return
	}
	if result.Again() && !r.waiting.put(subject, e.Node, r.dueAt(&e)) {
		r.stats.Dropped++
	}
	if len(r.stats.Refused) == keptRefusals {
		r.stats.Refused = append([]Refusal(nil), r.stats.Refused[1:]...)
	}
	r.stats.Refused = append(r.stats.Refused, Refusal{subject[:min(len(subject), longestSubject)], result})
}

// clock returns what time it is at the center.
func (r *Receiver) clock() time.Time {
	if r.now != nil {
		return r.now()
	}
	return time.Now()
}

// dueAt returns when an envelope is worth another try: the fleet takes it one window before its
// own begins. A try that failed is not repeated within a window.
func (r *Receiver) dueAt(e *fleet.Envelope) time.Time {
	soon := r.clock().Add(e.Window)
	if begin := e.From.Add(-e.Window); begin.After(soon) {
		return begin
	}
	return soon
}

// failed notes why reading begins anew.
func (r *Receiver) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Failures++
	if err != nil {
		r.stats.Failure = err.Error()
	}
}

// why returns the last failure as part of a message.
func (r *Receiver) why() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stats.Failure == "" {
		return ""
	}
	return " (last failure: " + r.stats.Failure + ")"
}
