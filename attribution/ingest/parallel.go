package ingest

import (
	"sync"
	"time"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
	"github.com/whence-go/whence/attribution/ingest/internal/container"
)

// Files are read on several cores. One goroutine takes blocks of lines out of the text, workers
// make events of them, and Next hands the events out in their order, counts them, and so keeps
// the account that it would keep alone.
//
// A worker reads a block as if nothing stood before it. Where a record depends on what does, such
// as a time without a year, the block and all behind it are given back, and Next reads them alone.

// worker reads lines of one plan.
type worker struct {
	// read is parse, and reports whether the line says all about itself.
	read func(line []byte, e *Event) (why fault, alone bool)

	// begin forgets the lines before, and end is the time that the lines leave behind.
	begin func()
	end   func() time.Time
}

// alone is the worker of a parser that depends on nothing but its clock.
func alone(parse parser) worker {
	return worker{read: func(line []byte, e *Event) (fault, bool) { return parse(line, e), true }}
}

// A job is a block, and what a worker has made of it.
type job struct {
	block  container.Block
	items  []outcome
	done   chan struct{}
	broken bool      // the block cannot be read alone
	near   time.Time // what it leaves to the clock,
	end    time.Time // and to the plan
}

// outcome is what a worker has made of a line.
type outcome struct {
	event    Event
	why      fault
	zoneless int64
	offset   uint64 // of the line in the member
	size     uint64
}

// crew is the goroutines that read ahead.
type crew struct {
	lines *container.Lines
	mu    sync.Mutex // on lines, which one goroutine reads on
	found container.Found

	free, work, order chan *job
	quit              chan struct{}
	running           sync.WaitGroup

	now *job // whose outcomes are handed out
	at  int
}

// Lines that Next reads alone before others read ahead.
const aheadAfter = 2000

// readAhead begins to read ahead, where that is possible and worth it.
func (r *Reader) readAhead() {
	r.alone = aheadAfter
	if r.workers < 2 || r.plan.fork == nil || len(r.unwrap.kinds) > 0 || r.more || r.plan.more != nil ||
		!r.text.isAtLine() || r.plan.ready != nil && !r.plan.ready() {
		return
	}
	n := 2*r.workers + 2
	c := &crew{lines: r.text.lines(), free: make(chan *job, n), work: make(chan *job, n), order: make(chan *job, n),
		quit: make(chan struct{})}
	for range n {
		c.free <- &job{done: make(chan struct{}, 1)}
	}
	c.running.Add(1 + r.workers)
	go c.cut()
	for range r.workers {
		f := *r.plan.facts
		k := *f.clock
		f.clock = &k
		go c.run(r.plan.fork(&f), &k)
	}
	r.crew = c
}

// cut takes blocks out of the text, until one is not as usual.
func (c *crew) cut() {
	defer c.running.Done()
	defer close(c.order)
	defer close(c.work)
	for {
		var j *job
		select {
		case j = <-c.free:
		case <-c.quit:
			return
		}
		c.mu.Lock()
		ok := c.lines.Take(&j.block)
		c.mu.Unlock()
		if !ok {
			return
		}
		c.work <- j
		c.order <- j
	}
}

// run reads blocks.
func (c *crew) run(w worker, k *clock.Parser) {
	defer c.running.Done()
	for j := range c.work {
		j.read(w, k)
		j.done <- struct{}{}
	}
}

// read makes outcomes of a block.
func (j *job) read(w worker, k *clock.Parser) {
	if w.begin != nil {
		w.begin()
	}
	k.Near, k.Yearless = time.Time{}, false
	j.items, j.broken = j.items[:0], false
	lines := j.block.Lines()
	for {
		line, err := lines.Next()
		if err != nil {
			j.broken = err == container.ErrLong
			break
		}
		n := len(j.items)
		if n < cap(j.items) {
			j.items = j.items[:n+1]
		} else {
			j.items = append(j.items, outcome{})
		}
		it := &j.items[n]
		it.event = Event{}
		zoneless := k.Zoneless
		ok := false
		if it.why, ok = w.read(line, &it.event); !ok || k.Yearless {
			j.broken = true
			break
		}
		it.zoneless = k.Zoneless - zoneless
		it.offset, it.size = uint64(lines.Place().Offset), uint64(len(line))
	}
	j.near = k.Near
	if w.end != nil {
		j.end = w.end()
	}
}

// next returns the next outcome, nil where reading ahead has ended.
func (c *crew) next(r *Reader) *outcome {
	for {
		if c.now != nil {
			if c.at < len(c.now.items) {
				c.at++
				return &c.now.items[c.at-1]
			}
			c.free <- c.now
			c.now = nil
		}
		j := <-c.order
		if j == nil {
			r.readAlone(nil)
			return nil
		}
		if <-j.done; j.broken {
			r.readAlone(j)
			return nil
		}
		c.found.Add(&j.block)
		if !j.near.IsZero() {
			r.plan.facts.clock.Near = j.near
		}
		if r.plan.resume != nil {
			r.plan.resume(j.end)
		}
		c.now, c.at = j, 0
	}
}

// readAlone ends reading ahead. What was read behind the last event, from a block on that cannot
// be read alone, is given back.
func (r *Reader) readAlone(from *job) {
	c := r.crew
	r.crew = nil
	close(c.quit)
	var rest []*container.Block
	if from != nil {
		rest = append(rest, &from.block)
	}
	for j := range c.order {
		rest = append(rest, &j.block)
	}
	c.running.Wait()
	c.lines.Add(&c.found)
	c.lines.Return(rest)
}

// ahead hands out the next event that was read ahead. It reports false at their end.
func (r *Reader) ahead(e *Event) bool {
	for r.crew != nil {
		it := r.crew.next(r)
		if it == nil {
			return false
		}
		r.plan.facts.clock.Zoneless += it.zoneless
		r.text.pass(it)
		r.cuts++
		if *e = it.event; r.count(it.why, e) {
			return true
		}
	}
	return false
}

// pass is as if the text had handed out the line of an outcome.
func (t *text) pass(it *outcome) {
	if t.direct != nil {
		t.firstLine, t.firstByte, t.span = t.firstLine+1, it.offset, 1
		return
	}
	t.begin()
	t.offset += it.size + 1
	t.line++
	t.span = 1
}

// isAtLine reports whether the next line is still to be cut.
func (t *text) isAtLine() bool {
	if t.direct != nil {
		return true
	}
	return t.joined != nil && t.pos == t.end && t.err == nil && len(t.joined.rest) == 0 && !t.joined.end && !t.joined.long
}

// lines are those that the text is made of.
func (t *text) lines() *container.Lines {
	if t.direct != nil {
		return t.direct
	}
	return t.joined.lines
}
