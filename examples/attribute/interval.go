package main

import (
	"context"
	"os"
	"time"

	"github.com/whence-go/whence/examples/internal/intake"
)

// chooseInterval sets the interval of bursts if the command line leaves it open.
func (cfg *config) chooseInterval(ctx context.Context, console *console) {
	if cfg.interval != 0 {
		return
	}
	cfg.interval = intake.UsualInterval
	if cfg.state != "" { // all runs must have the same
		return
	}
	var samples [][]time.Time
	for _, name := range cfg.files {
		times := cfg.firstTimes(ctx, name)
		if len(times) == 0 {
			return
		}
		samples = append(samples, times)
	}
	interval, rate := intake.ChooseInterval(samples...)
	if cfg.interval = interval; interval > intake.UsualInterval {
		console.say("bursts are looked for in intervals of %s, since about %s records come in an hour; -interval sets it",
			compact(interval), group(uint64(rate*3600+.5)))
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
