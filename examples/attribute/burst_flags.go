package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"slices"
	"time"

	"github.com/whence-go/whence/examples/internal/intake"
)

// burstConfig is what the command line says about bursts.
type burstConfig struct {
	burst              bool
	state              string
	interval, lateness time.Duration // an interval of 0 is still to be chosen
}

const maxLate = 8 // intervals, as the monitor has it

func (cfg *config) addBurstFlags(flags *flag.FlagSet) {
	flags.BoolVar(&cfg.burst, "burst", false,
		"find bursts: print each as soon as it is found, when it has doubled, and when it has ended (of a file only then, "+
			"or where it still runs), with all targets of one attack together; -json gives one object a line")
	flags.StringVar(&cfg.reading.Target, "target", "",
		"`field` with what was hit: a column or json field, or none; of access logs host, path or none (default by name, "+
			"of access logs the host, or else the path)")
	flags.Func("interval",
		"resolution in time of bursts, a `duration` from 1s to 1h, or auto; quiet times should have 20 records in an "+
			"interval (default auto: in files so long that they have, else 10s)", cfg.setInterval)
	flags.DurationVar(&cfg.lateness, "lateness", 0,
		"how late records may come without being dropped, out of order or after a pause; at most 8 intervals (default "+
			"one interval)")
	flags.StringVar(&cfg.state, "state", "",
		"keep in `file` what is known of bursts and how far the inputs are read, and go on from there; it is written "+
			"every minute and at the end, leaves the last intervals to the next run, and holds the source addresses")
}

// setInterval takes the value of -interval.
func (cfg *config) setInterval(value string) error {
	if cfg.interval = 0; value == "auto" {
		return nil
	}
	d, err := time.ParseDuration(value)
	if err != nil {
		return err
	}
	if d < time.Second || d > time.Hour || 24*time.Hour%d != 0 {
		return fmt.Errorf("%v is not from 1s to 1h and a divisor of a day", d)
	}
	cfg.interval = d
	return nil
}

// checkBurst refuses what has no meaning with -burst, or without it.
func (cfg *config) checkBurst(flags *flag.FlagSet) (err error) {
	refused, what := []string{"target", "interval", "lateness", "state"}, "without"
	if cfg.burst {
		refused, what = []string{"evidence", "asn", "list", "classes"}, "beside"
	}
	if cfg.state != "" && cfg.keyFile != "" {
		return errors.New("-key has no meaning beside -state, which has a key of its own")
	}
	flags.Visit(func(f *flag.Flag) {
		if slices.Contains(refused, f.Name) && err == nil {
			err = fmt.Errorf("-%s has no meaning %s -burst", f.Name, what)
		}
	})
	switch {
	case err != nil || !cfg.burst:
		return err
	case cfg.lateness < 0 || cfg.lateness > maxLate*cmp.Or(cfg.interval, intake.UsualInterval):
		return fmt.Errorf("-lateness %v: not from 0s to %d intervals of %v", cfg.lateness, maxLate,
			cmp.Or(cfg.interval, intake.UsualInterval))
	case cfg.state != "" && len(cfg.files) == 0:
		return errors.New("-state has no meaning without a file to read")
	}
	return nil
}

// wait returns the lateness that is in force.
func (cfg *burstConfig) wait() time.Duration {
	if cfg.lateness == 0 {
		return cfg.interval
	}
	return cfg.lateness
}
