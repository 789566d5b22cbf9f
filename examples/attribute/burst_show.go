package main

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/examples/internal/intake"
)

// show prints a burst. Those of a file that is read at once are gathered, so that a summary comes first. So are those
// that go to files.
func (w *watcher) show(b monitor.Burst, atOnce bool) {
	o := &w.cfg.output
	if len(o.files) == 0 && (o.json || !atOnce) {
		w.err = cmp.Or(w.err, w.print(b))
		return
	}
	w.gather(b)
	if !atOnce && w.in != nil { // somebody may wait for it
		w.err = cmp.Or(w.err, w.showGathered())
	}
}

// maxGathered is how many bursts are held. Each takes some 20 kB.
const maxGathered = 5000

// gather holds a burst, in place of an earlier report of it. Of too many the smallest is dropped.
func (w *watcher) gather(b monitor.Burst) {
	same := func(other monitor.Burst) bool { return other.ID == b.ID }
	if i := slices.IndexFunc(w.gathered, same); i >= 0 {
		w.gathered[i] = b
		return
	}
	if w.gathered = append(w.gathered, b); len(w.gathered) <= maxGathered {
		return
	}
	smallest := 0
	for i := range w.gathered {
		if w.gathered[i].Report.Events < w.gathered[smallest].Report.Events {
			smallest = i
		}
	}
	w.gathered = slices.Delete(w.gathered, smallest, smallest+1)
	w.dropped++
}

// print prints a burst as one line of JSON, or as text.
func (w *watcher) print(b monitor.Burst) error {
	w.console.clear()
	to := w.system.stdout
	if w.cfg.output.json {
		return encode(to, b, "")
	}
	out, flush := w.system.paint(to).painted(to, w.printer)
	return cmp.Or(w.printer.Burst(out, b), flush())
}

// showGathered writes what is gathered to files, or prints it: one burst as it is, several with a summary before them.
func (w *watcher) showGathered() error {
	o, to := &w.cfg.output, w.system.stdout
	if w.dropped > 0 {
		w.console.say("more than %s bursts: the %s smallest are left out", group(maxGathered), group(uint64(w.dropped)))
	}
	switch len(w.gathered) {
	case 0:
		for _, name := range o.files {
			w.console.say("%s: not written, as there is no burst", name)
		}
		return nil
	case 1:
		if len(o.files) == 0 {
			return w.print(w.gathered[0])
		}
	}
	b := brief.Brief{Bursts: w.gathered, All: o.all, Simulated: len(w.cfg.files) == 0,
		Announced: intake.Announced(w.table)}
	if len(o.files) > 0 {
		return o.write(b, w.console)
	}
	w.console.clear()
	out, flush := w.system.paint(to).painted(to, w.printer)
	return cmp.Or(brief.Write(out, b, brief.Text, o.lang), flush())
}
