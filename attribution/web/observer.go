package web

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// Options are the choices in making an [Observer]. The zero value is for a server that clients
// connect to without a proxy.
type Options struct {
	// Proxies says whose word about a client is believed.
	Proxies Proxies

	// Target says what a request is aimed at. It runs for every request, before the handler,
	// and on many goroutines at once. Nil stands for [Path].
	Target func(*http.Request) monitor.Target

	// Queue is how many requests may wait for the monitor, from 64 to 1,048,576. 0 stands for
	// 16,384. Those beyond are counted as dropped.
	Queue int

	// Now is the clock. Nil stands for [time.Now].
	Now func() time.Time
}

const (
	leastQueue, defaultQueue, mostQueue = 64, 1 << 14, 1 << 20

	flushEvery   = 50 * time.Millisecond
	advanceEvery = time.Second

	mostDroppedTargets = 256     // whose dropped requests are told apart
	lostAtOnce         = 1 << 13 // dropped requests that Run tells the monitor at once
)

// Observer counts requests in a monitor. Make one with [New]. Any number of goroutines may use
// its methods at once. An Observer must not be copied.
type Observer struct {
	monitor *monitor.Monitor
	finder  finder
	target  func(*http.Request) monitor.Target
	now     func() time.Time
	half    chan struct{} // the queue is half full
	limit   int

	mu     sync.Mutex // held for a moment by each request
	queue  []monitor.Event
	stats  Stats
	lost   map[monitor.Target]uint64 // dropped, and not yet told
	losing uint64                    // the sum of these
	first  string                    // the request that was dropped first
	unread []attribution.Unread

	flushing sync.Mutex // held while the monitor counts
	spare    []monitor.Event
}

// New returns an Observer that counts requests in m. The error wraps
// [attribution.ErrInvalidOptions].
func New(m *monitor.Monitor, options Options) (*Observer, error) {
	if m == nil {
		return nil, fmt.Errorf("web: %w: there is no monitor", attribution.ErrInvalidOptions)
	}
	limit := cmp.Or(options.Queue, defaultQueue)
	if limit < leastQueue || limit > mostQueue {
		return nil, fmt.Errorf("web: %w: Queue is %d, want %d to %d",
			attribution.ErrInvalidOptions, limit, leastQueue, mostQueue)
	}
	f, err := newFinder(options.Proxies)
	if err != nil {
		return nil, err
	}
	o := &Observer{
		monitor: m, finder: f, target: options.Target, now: options.Now, limit: limit,
		half: make(chan struct{}, 1), lost: map[monitor.Target]uint64{},
	}
	if o.target == nil {
		o.target = Path
	}
	if o.now == nil {
		o.now = time.Now
	}
	o.stats.Since = o.now().UTC()
	return o, nil
}

// Client returns the address that a request came from, as the Observer counts it.
func (o *Observer) Client(r *http.Request) Client { return o.finder.client(r) }

// Middleware counts each request and passes it on.
//
// It counts before next runs, so that a handler that panics, hangs or takes over the
// connection is counted like any other. The ResponseWriter is passed on as it is: with
// Flusher, Hijacker and all else that the server gives it.
func (o *Observer) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.Observe(r)
		next.ServeHTTP(w, r)
	})
}

// Observe counts a request, for frameworks whose middleware is none of net/http. It never
// waits for the monitor.
func (o *Observer) Observe(r *http.Request) {
	c := o.finder.client(r)
	e := monitor.Event{Time: o.now(), Target: o.target(r)}
	// Whoever sends a request over his own connection has answered what was sent to him.
	e.Source, e.Handshake = c.Addr, c.Addr.IsValid() && !c.Forwarded

	o.mu.Lock()
	defer o.mu.Unlock()
	o.stats.Requests++
	if len(o.queue) >= o.limit {
		o.drop(e.Target)
		return
	}
	switch {
	case c.Unread != "":
		o.note(c.Unread)
	case c.Forwarded:
		o.stats.Forwarded++
	}
	if o.queue = append(o.queue, e); len(o.queue) == o.limit/2 {
		select {
		case o.half <- struct{}{}:
		default:
		}
	}
}

// note counts a request whose client is not known.
func (o *Observer) note(code string) {
	o.stats.NoAddress++
	i := slices.IndexFunc(o.unread, func(u attribution.Unread) bool { return u.Code == code })
	if i < 0 {
		i = len(o.unread)
		o.unread = append(o.unread, attribution.Unread{Code: code, First: o.place()})
	}
	o.unread[i].Records++
}

// place names the latest request.
func (o *Observer) place() string { return "request " + strconv.FormatUint(o.stats.Requests, 10) }

// drop counts a request that there was no room for. It is lost to its target: the verdict on
// a burst must allow for what was dropped of it.
func (o *Observer) drop(target monitor.Target) {
	if o.stats.Dropped++; o.stats.Dropped == 1 {
		o.first = o.place()
	}
	if _, known := o.lost[target]; !known && len(o.lost) >= mostDroppedTargets {
		target = monitor.Target{}
	}
	o.lost[target]++
	o.losing++
}

// Run hands the requests to the monitor, and tells it the time each second. Without it no
// request is counted. Run one in a goroutine for as long as the server runs. When ctx ends it
// hands over what waits and returns.
//
// [monitor.Options].Notify is called by this goroutine. While it runs, requests wait in the
// queue: hand a burst on if that takes long.
func (o *Observer) Run(ctx context.Context) {
	flush, advance := time.NewTicker(flushEvery), time.NewTicker(advanceEvery)
	defer flush.Stop()
	defer advance.Stop()
	for {
		select {
		case <-flush.C:
			o.flush(lostAtOnce)
		case <-o.half:
			o.flush(lostAtOnce)
		case <-advance.C:
			o.flush(lostAtOnce)
			o.monitor.Advance(o.now())
		case <-ctx.Done():
			o.Flush()
			return
		}
	}
}

// Flush hands the monitor the requests that wait, and tells it of all that were dropped. Call it
// after [http.Server.Shutdown], before a last report. While the server runs, [Observer.Run] does it.
func (o *Observer) Flush() { o.flush(math.MaxUint64) }

// flush tells of so many dropped requests at most.
func (o *Observer) flush(most uint64) {
	o.flushing.Lock()
	defer o.flushing.Unlock()
	o.mu.Lock()
	batch, lost := o.queue, o.takeLost(most)
	o.queue = o.spare[:0]
	o.mu.Unlock()
	o.monitor.Observe(batch...)
	clear(batch) // targets must not keep texts of requests in memory
	o.spare = batch
	var block [256]monitor.Event
	for target, n := range lost {
		for i := range block[:min(n, uint64(len(block)))] {
			block[i] = monitor.Event{Time: o.now(), Target: target}
		}
		for ; n > 0; n -= min(n, uint64(len(block))) {
			o.monitor.Observe(block[:min(n, uint64(len(block)))]...)
		}
	}
}

// takeLost takes what is to be told of dropped requests, and so many at most. The others wait for
// another time: while a flood runs, the monitor needs its time for requests.
func (o *Observer) takeLost(most uint64) map[monitor.Target]uint64 {
	if o.losing == 0 {
		return nil
	}
	taken, room := map[monitor.Target]uint64{}, most
	for target, n := range o.lost {
		some := min(n, room)
		if taken[target] = some; some == n {
			delete(o.lost, target)
		} else {
			o.lost[target] = n - some
		}
		if room -= some; room == 0 {
			break
		}
	}
	o.losing -= most - room
	return taken
}

// Stats says what became of the requests so far.
type Stats struct {
	Since    time.Time `json:"since"` // when the Observer was made
	Requests uint64    `json:"requests"`

	// Dropped are those that found the queue full. Of the others, Forwarded are those whose
	// address a proxy told, and NoAddress those whose address is not known.
	Dropped   uint64 `json:"dropped"`
	Forwarded uint64 `json:"forwarded"`
	NoAddress uint64 `json:"no_address"`

	Waiting int `json:"waiting"` // in the queue
}

// Stats returns the present counters.
func (o *Observer) Stats() Stats {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.stats
	s.Waiting = len(o.queue)
	return s
}

// Account returns what became of the requests so far, as the account of a report has it:
// those that were counted or wait, and those that were not, by the reason. Dropped ones are
// [attribution.LostShed], those without an address [attribution.LostUnread]. The monitor is
// told of both when it is flushed.
func (o *Observer) Account() attribution.Account {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := &o.stats
	a := attribution.Account{
		Format: "HTTP", Fields: map[string]string{"source": o.finder.header},
		Records: s.Requests - s.Dropped - s.NoAddress, Unread: slices.Clone(o.unread),
		From: s.Since, To: o.now().UTC(),
	}
	if o.finder.trusted == nil && !o.finder.socket {
		a.Fields = map[string]string{"source": "peer"}
	}
	if s.NoAddress > 0 {
		slices.SortStableFunc(a.Unread, func(u, v attribution.Unread) int { return cmp.Compare(v.Records, u.Records) })
		a.Lost = map[attribution.Loss]uint64{attribution.LostUnread: s.NoAddress}
		a.First = map[attribution.Loss]string{attribution.LostUnread: o.unread[0].First}
	}
	if s.Dropped > 0 {
		a.Add("", attribution.Account{
			Lost:  map[attribution.Loss]uint64{attribution.LostShed: s.Dropped},
			First: map[attribution.Loss]string{attribution.LostShed: o.first},
		})
	}
	return a
}
