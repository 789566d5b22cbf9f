package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/examples/internal/intake"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// watcher feeds a monitor from files and prints the bursts that it finds. All of
// it runs in one goroutine.
type watcher struct {
	ctx     context.Context
	cfg     *config
	console *console
	system  system
	now     func() time.Time
	monitor *monitor.Monitor
	table   *geo.Table
	state   *state // nil without -state
	printer *text.Printer

	feed *intake.Feed
	in   *input

	arrived time.Time // when the last batch came, and the time of the stream then
	reached time.Time

	running  map[uint64]bool // attacks, by the number of the burst that is told
	untold   map[uint64]bool // those of them that are not shown yet
	gathered []monitor.Burst // that are shown at the end, or in the files of -o
	dropped  int             // of them, since there are too many
	ended    int
	unread   bool  // a claim about a burst that has ended is undecided for it
	err      error // of printing or of the state
}

// watch is the program with -burst. It returns the exit status.
func watch(ctx context.Context, cfg *config, table *geo.Table, options attribution.Options, s system,
	console *console) (int, error) {
	w := newWatcher(cfg, s, console)
	w.table = table
	cfg.chooseInterval(ctx, console)
	if len(cfg.files) == 0 {
		cfg.claimsOrPublic()
	}
	if err := w.start(table, options); err != nil {
		return 0, err
	}
	complete := true
	if len(cfg.files) > 0 {
		w.ctx = ctx
		c := &counter{sink: w, console: console, cfg: cfg, now: w.now}
		if len(cfg.files) > 1 {
			c.byTime(ctx)
		}
		complete = c.files(ctx, s.stdin)
	} else if err := w.play(); err != nil {
		return 0, err
	}
	err := w.end()
	return status(complete, w.unread), err
}

func newWatcher(cfg *config, s system, console *console) *watcher {
	w := &watcher{cfg: cfg, console: console, system: s, now: s.now, printer: text.NewPrinter(cfg.output.lang),
		feed: intake.NewFeed(), running: map[uint64]bool{}, untold: map[uint64]bool{}}
	w.feed.Flushed = w.flushed
	return w
}

// start makes the monitor, from the state if there is one.
func (w *watcher) start(table *geo.Table, options attribution.Options) error {
	defer func() { w.feed.Monitor = w.monitor }()
	with := func(key sketch.Key) (*monitor.Monitor, error) {
		options.Key = key
		return monitor.New(table, monitor.Options{Interval: w.cfg.interval, AllowedLateness: w.cfg.lateness,
			Groups: monitor.Networks | monitor.MailDomains | monitor.Directories,
			Tally:  options, Claims: w.cfg.claims, Enrichment: w.cfg.others.enrichment, Notify: w.tell})
	}
	var err error
	if w.cfg.state == "" {
		w.monitor, err = with(options.Key)
		return err
	}
	w.state, w.monitor, err = openState(w.cfg.state, with)
	if errors.Is(err, errDamaged) {
		aside := w.cfg.state + ".bad"
		if err := stateFile.mayWrite(aside); err != nil {
			return err
		}
		if err := os.Rename(w.cfg.state, aside); err != nil {
			return err
		}
		w.console.say("%v; it is kept as %s, and all begins anew", err, aside)
		w.monitor, err = w.state.begin(with)
	}
	if err != nil {
		return err
	}
	w.state.saved = w.now()
	for b := range w.monitor.Bursts() {
		if !b.Final && b.Parent == 0 {
			w.running[b.ID] = true
		}
	}
	if s := w.monitor.Stats(); !s.Time.IsZero() {
		w.console.say("%s: goes on from %s UTC; running bursts: %d", w.cfg.state, s.Time.Format(time.DateTime),
			len(w.running))
	}
	return nil
}

// tick is called now and then while an input pauses. The time of the stream goes on
// meanwhile, if its last records were of the present: a log of yesterday that comes
// through a pipe may pause for as long as it likes.
func (w *watcher) tick(now time.Time) {
	behind := w.arrived.Sub(w.reached).Abs()
	if w.arrived.IsZero() || behind > w.cfg.wait()+6*w.cfg.interval {
		return
	}
	w.monitor.Advance(w.reached.Add(now.Sub(w.arrived)))
	w.save()
}

// save writes the state if it is time to.
func (w *watcher) save() {
	if w.state == nil || w.err != nil {
		return
	}
	if now := w.now(); now.Sub(w.state.saved) >= w.state.every {
		w.err = w.state.write(w.monitor)
		w.state.saved = w.now()
	}
}

// end closes what is still open, or leaves it to the next run by writing the state,
// and says what came of it all.
func (w *watcher) end() error {
	if w.state == nil {
		w.monitor.Advance(w.monitor.Stats().Time.Add(w.cfg.interval + w.cfg.wait()))
		for b := range w.monitor.Bursts() {
			if w.untold[b.ID] && b.Parent == 0 {
				w.show(b, true)
			}
		}
	} else if w.err == nil {
		w.err = w.state.write(w.monitor)
	}
	w.err = cmp.Or(w.err, w.showGathered())
	w.summary()
	return w.err
}

// tell notes a burst, and shows it. What comes of a file that is read at once is known in a
// moment: of a burst in it that still runs, only the end of the file is shown.
func (w *watcher) tell(b monitor.Burst) {
	if b.Final {
		delete(w.running, b.ID)
		w.ended++
		w.unread = w.unread || openForUnread(b.Report.Verdicts)
	} else {
		w.running[b.ID] = true
	}
	for _, c := range b.Children { // some were found before their parent
		delete(w.running, c.ID)
	}
	atOnce := w.state == nil && w.in != nil && w.in.file != nil
	if !b.Final && atOnce {
		w.untold[b.ID] = true
		return
	}
	delete(w.untold, b.ID)
	w.show(b, atOnce)
}
