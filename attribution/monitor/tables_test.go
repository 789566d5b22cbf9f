package monitor

import (
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
)

// everyday is the traffic that stories are laid over: 150 events in an interval of
// 10 seconds, that wander by a tenth around the rhythm of the day.
func everyday(seed uint64) scenario.Quiet {
	return scenario.Quiet{Seed: seed, Rate: 15, Noise: 0.1}
}

// over lays bursts over everyday traffic, somewhere in an interval after ten
// minutes.
func over(seed uint64, quiet scenario.Quiet, bursts ...scenario.Builder) scenario.Overlay {
	o := scenario.Overlay{Quiet: quiet}
	for _, b := range bursts {
		after := 10*time.Minute + time.Duration(seed*6_180_339_887%60_000_000_000)
		o.Bursts = append(o.Bursts, scenario.Part{Builder: b, After: after})
	}
	return o
}

// Bursts laid over everyday traffic are told of: when, from when to when, and
// from where; and nothing else is.
func TestAccuracyTable(t *testing.T) {
	runs := uint64(1)
	if testenv.Long() {
		runs = 200
	}
	crowded := func(seed uint64) scenario.Quiet {
		q := everyday(seed)
		q.Targets = 50_000
		return q
	}
	stories := []struct {
		name          string
		build         func(seed uint64) scenario.Builder
		length        time.Duration
		whole, target aims
		always        bool // without -long, too
	}{
		{"mail bomb, one of 50,000 mailboxes", func(seed uint64) scenario.Builder {
			return over(seed, crowded(seed), scenario.MailBomb{Seed: seed, Mailboxes: 50_000})
		}, 22 * time.Minute, aims{.99, 2, 1, 1, 1}, aims{.99, 2, 1, 1, 0}, true},
		{"carpet flood of a /24", func(seed uint64) scenario.Builder {
			return over(seed, everyday(seed), scenario.CarpetFlood{Seed: seed})
		}, 24 * time.Minute, aims{.99, 3, 1, 1, 2}, aims{}, false},
		// At first it is hidden in all traffic: it takes three minutes to add as
		// much as there is. It lasts twice as long as the past, so that the share is
		// little more than a guess, and has an interval that says so.
		{"slow ramp over 20 minutes", func(seed uint64) scenario.Builder {
			return over(seed, everyday(seed), scenario.SlowRamp{Seed: seed})
		}, 42 * time.Minute, aims{.99, 48, 42, 1, 20}, aims{.99, 6, 3, 1, 0}, false},
		{"two victims", func(seed uint64) scenario.Builder {
			return over(seed, everyday(seed), scenario.TwoVictims{Seed: seed})
		}, 24 * time.Minute, aims{.99, 3, 1, 1, 1}, aims{.99, 2, 1, 1, 0}, false},
		{"flash crowd", func(seed uint64) scenario.Builder {
			return over(seed, everyday(seed), scenario.FlashCrowd{Seed: seed})
		}, 44 * time.Minute, aims{.99, 6, 3, 6, 2}, aims{.99, 3, 1, 6, 2}, false},
		{"single source", func(seed uint64) scenario.Builder {
			return over(seed, everyday(seed), scenario.SingleSource{Seed: seed})
		}, 22 * time.Minute, aims{.99, 2, 1, 1, 5}, aims{.99, 2, 1, 1, 0}, true},
		{"pulse wave", func(seed uint64) scenario.Builder {
			return over(seed, everyday(seed), scenario.PulseWave{Seed: seed})
		}, 41 * time.Minute, aims{.99, 4, 1, 1, 7}, aims{.99, 2, 1, 1, 0}, true},
	}
	rows := make([]string, len(stories))
	t.Run("stories", func(t *testing.T) {
		for i, s := range stories {
			t.Run(s.name, func(t *testing.T) {
				if !testenv.Long() && (!s.always || testing.Short() && s.length > 22*time.Minute) {
					t.Skip("with -long only")
				}
				t.Parallel()
				var h sheet
				for seed := range runs {
					h.count(seed+1, watchStory(t, Options{}, s.build(seed+1), s.length))
				}
				rows[i] = h.rows(s.name)
				h.whole.check(t, "all traffic", s.whole)
				if h.target.attacks > 0 {
					h.target.check(t, "target", s.target)
				}
				h.check(t, 1)
			})
		}
	})
	t.Logf("%d runs each\n| | of | %s |\n|%s\n%s",
		runs, scoreHeader, strings.Repeat("---|", 12), strings.Join(rows, ""))
}
