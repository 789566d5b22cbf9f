package natsfleet

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// waiting are subjects whose messages are tried again later. The stream keeps the messages.
type waiting struct {
	due    map[string]due
	byNode map[string]int
}

type due struct {
	at   time.Time
	node string
}

const (
	mostWaiting       = 1 << 16
	mostWaitingOfNode = 1 << 12 // one whose clock is wrong leaves room to the others
	mostRetries       = 256     // at a time
)

// put notes when a subject is due, and reports whether it has room.
func (w *waiting) put(subject, node string, at time.Time) bool {
	if _, known := w.due[subject]; known {
		w.due[subject] = due{at, node}
		return true
	}
	if len(w.due) >= mostWaiting || w.byNode[node] >= mostWaitingOfNode {
		return false
	}
	if w.due == nil {
		w.due, w.byNode = map[string]due{}, map[string]int{}
	}
	w.due[subject] = due{at, node}
	w.byNode[node]++
	return true
}

func (w *waiting) remove(subject string) {
	d, known := w.due[subject]
	if !known {
		return
	}
	delete(w.due, subject)
	if w.byNode[d.node]--; w.byNode[d.node] == 0 {
		delete(w.byNode, d.node)
	}
}

// until returns some of the subjects that are due.
func (w *waiting) until(now time.Time) (subjects []string) {
	for subject, d := range w.due {
		if !d.at.After(now) && len(subjects) < mostRetries {
			subjects = append(subjects, subject)
		}
	}
	return subjects
}

// retry reads again what is due. What it cannot read stays due.
func (r *Receiver) retry(ctx context.Context) {
	now := r.clock()
	r.mu.Lock()
	subjects := r.waiting.until(now)
	r.mu.Unlock()
	for _, subject := range subjects {
		m, err := r.get(ctx, request{LastOf: subject})
		if err != nil {
			return
		}
		r.mu.Lock()
		r.waiting.remove(subject)
		r.mu.Unlock()
		if m != nil {
			r.take(m.Subject, m.Data)
		}
	}
}

// request asks the leader of the stream for a message. The client would ask any replica, which
// may be behind, and takes headers of an empty message for those of an answer.
type request struct {
	Sequence uint64 `json:"seq,omitempty"`
	NextOf   string `json:"next_by_subj,omitempty"`
	LastOf   string `json:"last_by_subj,omitempty"`
}

type message struct {
	Subject  string `json:"subject"`
	Sequence uint64 `json:"seq"`
	Data     []byte `json:"data"`
}

// get returns a message, or nil if there is none.
func (r *Receiver) get(ctx context.Context, ask request) (*message, error) {
	o := r.js.Options()
	prefix := jetstream.DefaultAPIPrefix
	switch {
	case o.Domain != "":
		prefix = "$JS." + o.Domain + ".API."
	case o.APIPrefix != "":
		prefix = strings.TrimSuffix(o.APIPrefix, ".") + "."
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	ctx, cancel := soon(ctx)
	defer cancel()
	answer, err := r.js.Conn().RequestWithContext(ctx, prefix+"STREAM.MSG.GET."+r.options.Stream, body)
	if err != nil {
		return nil, fmt.Errorf("natsfleet: a message of %s: %w", r.options.Stream, err)
	}
	var got struct {
		Error   *jetstream.APIError `json:"error"`
		Message *message            `json:"message"`
	}
	if err := json.Unmarshal(answer.Data, &got); err != nil {
		return nil, fmt.Errorf("natsfleet: a message of %s: %w", r.options.Stream, err)
	}
	switch {
	case got.Error == nil:
		return got.Message, nil
	case got.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return nil, nil
	}
	return nil, fmt.Errorf("natsfleet: a message of %s: %w", r.options.Stream, got.Error)
}
