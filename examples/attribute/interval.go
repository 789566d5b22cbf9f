package main

import (
	"context"
	"os"
	"slices"
	"time"
)

// usualInterval is that of bursts in what is not read as a file at once: how much will come is not
// known there.
const usualInterval = 10 * time.Second

// chooseInterval sets the interval of bursts if the command line leaves it open. In files it is so
// long that enough records come in it, as the first ones tell. A burst in hours of few records then
// shows, and reading takes as long as there are records and not as there is time.
func (cfg *config) chooseInterval(ctx context.Context, console *console) {
	if cfg.interval != 0 {
		return
	}
	cfg.interval = usualInterval
	if cfg.state != "" { // all runs must have the same
		return
	}
	records, span, whole := 0, time.Duration(0), true
	for _, name := range cfg.files {
		times := cfg.firstTimes(ctx, name)
		if len(times) == 0 {
			return
		}
		from, to := slices.MinFunc(times, time.Time.Compare), slices.MaxFunc(times, time.Time.Compare)
		records, span = records+len(times), span+to.Sub(from)
		whole = whole && len(times) < sampleSize
	}
	if span <= 0 {
		return
	}
	rate := float64(records) / span.Seconds()
	longer := longerInterval(rate)
	for _, usual := range usualIntervals {
		if usual <= longer && (!whole || span/usual >= 3*fewest) {
			cfg.interval = max(cfg.interval, usual)
		}
	}
	if cfg.interval > usualInterval {
		console.say("bursts are looked for in intervals of %s, since about %s records come in an hour; -interval sets it",
			compact(cfg.interval), group(uint64(rate*3600+.5)))
	}
}

// firstTimes are those of the first records of a regular file; nil if it is none.
func (cfg *config) firstTimes(ctx context.Context, name string) []time.Time {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	in, err := openInput(ctx, name, nil)
	if err != nil {
		return nil
	}
	defer in.source.Close()
	return cfg.sampleTimes(ctx, in)
}

// usualIntervals are those that are proposed.
var usualIntervals = []time.Duration{time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute,
	5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// longerInterval returns the shortest usual interval in which enough records come.
func longerInterval(rate float64) time.Duration {
	for _, d := range usualIntervals {
		if rate*d.Seconds() >= few {
			return d
		}
	}
	return time.Hour
}
