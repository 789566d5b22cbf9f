package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/whence-go/whence/examples/internal/intake"
)

// byTime puts files into the order of their times, since a shell lists access.log
// before the older access.log.1. What it cannot read is left for when its turn
// comes, and is told then.
func (c *counter) byTime(ctx context.Context) {
	begins := map[string]time.Time{}
	for _, name := range c.cfg.files {
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			return // what comes through a pipe has its place
		}
		if times := c.cfg.firstTimes(ctx, name); len(times) > 0 {
			begins[name] = intake.Median(times)
		}
	}
	sorted := slices.Clone(c.cfg.files)
	slices.SortStableFunc(sorted, func(a, b string) int { return begins[a].Compare(begins[b]) })
	if !slices.Equal(sorted, c.cfg.files) {
		c.cfg.files = sorted
		c.console.say("read in the order of their times: %s", strings.Join(sorted, ", "))
	}
}

// sampleTimes reads the times of the first records of a regular file.
func (cfg *config) sampleTimes(ctx context.Context, in *input) []time.Time {
	r, err := cfg.reader(ctx, in)
	if err != nil {
		return nil
	}
	defer r.Close()
	return intake.SampleTimes(r)
}
