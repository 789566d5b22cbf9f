package intake

import (
	"errors"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/attribution/monitor"
)

// ErrNoTimes says that bursts cannot be looked for.
var ErrNoTimes = errors.New("not one record has a time that can be read")

// most is how many records without a time are read until it is clear that none has one.
const most = 1000

// Feed passes the events of inputs to a monitor. Make one with [NewFeed]. It belongs to one goroutine.
type Feed struct {
	// Monitor is what is fed. It must be set before the first event.
	Monitor *monitor.Monitor

	// Flushed is called when the monitor has observed all up to a place in the input; nil: nothing is.
	Flushed func(ingest.Position)

	From, To time.Time // of all records
	Used     uint64    // records with a time

	names   names
	batch   []monitor.Event // not yet in the monitor
	sorter  *sorter         // of an input that is not in the order of time, or nil
	at      ingest.Position // behind the last record
	lost    uint64          // records that were lost before
	dated   time.Time       // the last record that has a time
	undated int             // records, if none has

	reader  *ingest.Reader
	account attribution.Account // of the inputs before
	told    uint64              // records of which the monitor knows the account
}

// NewFeed returns a Feed of nothing yet.
func NewFeed() *Feed { return &Feed{names: names{}, batch: make([]monitor.Event, 0, 1024)} }

// Open begins an input that was read up to a place. One that is not in the order of time is sorted in memory.
func (f *Feed) Open(r *ingest.Reader, at ingest.Position, inOrder bool) {
	f.reader, f.at, f.told, f.sorter = r, at, 0, nil
	f.lost, f.dated, f.undated = 0, time.Time{}, 0
	if !inOrder {
		f.sorter = newSorter(maxSorted)
	}
}

// Add takes an event that the reader has just read. The error wraps [ErrNoTimes], or is about an input that is too
// large to be sorted.
func (f *Feed) Add(e *ingest.Event) error {
	switch {
	case !e.Time.IsZero():
		f.dated = e.Time
	case f.dated.IsZero():
		if f.undated++; f.undated == most {
			return ErrNoTimes
		}
	}
	if err := f.lose(f.reader.Lost()); err != nil {
		return err
	}
	f.at = f.reader.Position()
	return f.take(monitor.Event{Time: e.Time, Target: f.names.target(e.Target), Flow: e.Flow})
}

// take observes an event, or holds it until all of its input are there.
func (f *Feed) take(e monitor.Event) error {
	if f.sorter != nil {
		return f.sorter.add(&e)
	}
	f.Observe(e)
	return nil
}

// lose passes on records that were lost, at the time of those around them.
func (f *Feed) lose(lost uint64) error {
	for ; f.lost < lost; f.lost++ {
		if f.dated.IsZero() {
			continue
		}
		if err := f.take(monitor.Event{Time: f.dated}); err != nil {
			return err
		}
	}
	return nil
}

// Observe passes an event on, in a batch with others.
func (f *Feed) Observe(e monitor.Event) {
	if f.batch = append(f.batch, e); len(f.batch) == cap(f.batch) {
		f.Flush()
	}
}

// Flush passes on what is in the batch.
func (f *Feed) Flush() {
	if len(f.batch) == 0 {
		return
	}
	// What is known of the input changes early or never, and takes time to put together.
	if f.reader != nil && f.at.Records >= 2*f.told {
		f.told = f.at.Records
		f.tell(f.reader.Account())
	}
	f.Monitor.Observe(f.batch...)
	f.batch = f.batch[:0]
	if f.Flushed != nil {
		f.Flushed(f.at)
	}
}

// tell tells the monitor what is known of all inputs so far.
func (f *Feed) tell(current attribution.Account) {
	var all attribution.Account
	all.Add("", f.account)
	all.Add("", current)
	f.Monitor.SetAccount(all)
}

// Close ends an input, of which a is the account. The errors are those of [Feed.Add].
func (f *Feed) Close(a *attribution.Account) error {
	f.account.Add("", *a)
	f.Monitor.SetAccount(f.account)
	f.reader = nil
	err := f.lose(a.Lost[attribution.LostUnread])
	if f.sorter != nil {
		f.sorter.replay(f.Observe)
		f.sorter = nil
	}
	f.Flush()
	f.Used += a.Records - a.Undated
	if !a.From.IsZero() && (f.From.IsZero() || a.From.Before(f.From)) {
		f.From = a.From
	}
	if a.To.After(f.To) {
		f.To = a.To
	}
	if a.Records > 0 && a.Records == a.Undated {
		return ErrNoTimes
	}
	return err
}
