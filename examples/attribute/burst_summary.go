package main

import (
	"strings"
	"time"

	"github.com/whence-go/whence/examples/internal/intake"
)

// summary says what was found in what, and what kept more from being found.
func (w *watcher) summary() {
	s := w.monitor.Stats()
	w.console.say("%s records: %s late, %s set aside, %s undated; bursts: %d ended, %d running",
		group(s.Records+uint64(s.Waiting)), group(s.Late), group(s.Misdated+uint64(s.Waiting)), group(s.Undated), w.ended,
		len(w.running))
	if by := s.ClockOffset; by != 0 {
		w.console.say("many records are dated %s off, as in another time zone; give all inputs in one", compact(by))
	}
	for _, hint := range w.hints(s.Late, s.Records, s.SetBack) {
		w.console.say("%s", hint)
	}
}

func (w *watcher) hints(late, records, setBack uint64) (hints []string) {
	hint := func(parts ...string) { hints = append(hints, strings.Join(parts, "")) }
	if setBack > 0 {
		hint("the times went back ", group(setBack), " times, and all began anew; give the inputs in the order of time")
	}
	if late*100 > records {
		hint("many records came too late to be counted; give a longer -lateness (now ", compact(w.cfg.wait()),
			"), or sort the input by time, oldest first")
	}
	span := w.feed.To.Sub(w.feed.From)
	if w.feed.From.IsZero() || span <= 0 {
		return hints
	}
	if n := int64(span / w.cfg.interval); n < intake.Fewest {
		hint("all of it is within ", group(uint64(n+1)), " intervals of ", compact(w.cfg.interval),
			"; a burst is told from what came in ", group(intake.Fewest), " intervals before it")
	} else if rate := float64(w.feed.Used) / span.Seconds(); rate*w.cfg.interval.Seconds() < intake.Few {
		if longer := intake.LongerInterval(rate); longer > w.cfg.interval && span/longer >= intake.Fewest {
			hint("fewer than ", group(intake.Few), " records in an interval of ", compact(w.cfg.interval),
				" on average, too few to tell a small burst from chance; try -interval ", compact(longer))
		}
	}
	return hints
}

// compact prints a duration without the zeros that fmt gives it: 10m for 10m0s.
func compact(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
