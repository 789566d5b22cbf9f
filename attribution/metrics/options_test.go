package metrics

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// What is out of its range is refused by name.
func TestInvalidOptions(t *testing.T) {
	source := func() attribution.Snapshot { return attribution.Snapshot{} }
	m, err := monitor.New(everywhere(), monitor.Options{})
	must(t, m, err)
	ru := attribution.Majority("RU")
	of := func(o Options) func() (*Collector, error) {
		return func() (*Collector, error) { return NewMonitor(m, o) }
	}
	for want, build := range map[string]func() (*Collector, error){
		"no source":             func() (*Collector, error) { return New(nil, Options{}) },
		"no monitor":            func() (*Collector, error) { return NewMonitor(nil, Options{}) },
		"are of a monitor":      func() (*Collector, error) { return New(source, Options{Window: time.Hour}) },
		"Targets are of":        func() (*Collector, error) { return New(source, Options{Targets: hitAndMissed()}) },
		"Claims[0]: ":           of(Options{Claims: make([]attribution.Claim, 1)}),
		"Claims[1]: RU > 50% o": of(Options{Claims: []attribution.Claim{ru, ru}}),
		"Policy: ":              of(Options{Policy: attribution.Policy{Confidence: 2}}),
		"Window is -1s":         of(Options{Window: -time.Second}),
		`Targets[2]: "/login" `: of(Options{Targets: []monitor.Target{hit, missed, hit}}),
	} {
		c, err := build()
		if !errors.Is(err, attribution.ErrInvalidOptions) || !strings.Contains(err.Error(), want) || c != nil {
			t.Errorf("%s: %v", want, err)
		}
	}
	_, err = New(source, Options{Claims: make([]attribution.Claim, 1)})
	if !errors.Is(err, attribution.ErrInvalidClaim) {
		t.Error(err)
	}
	_, err = New(source, Options{Policy: attribution.Policy{Interim: -1}})
	if !errors.Is(err, attribution.ErrInvalidPolicy) {
		t.Error(err)
	}
}

// A collector keeps no reference to what its caller may change.
func TestOptionsAreCopied(t *testing.T) {
	o := Options{Claims: claims(t, "RU > 50% of sources"), Targets: hitAndMissed()}
	m := attacked(t, monitor.Options{})
	c, err := NewMonitor(m, o)
	must(t, c, err)
	o.Claims[0], o.Targets[1] = attribution.Majority("FR"), missed
	gather(t, c).is(t, samples{
		`whence_verdict_limit_ratio{claim="RU > 50% of sources"}`: .5,
		`whence_target_bursting{target="/login"}`:                 1,
	})
}

// Labels are valid UTF-8 of a bounded length, whatever they are made of.
func TestLabel(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "abc": "abc", "abcdef": "abcd", "abcé": "abc", "a\xffb": "ab", "日本": "日", "a\n\"b": "a\n\"b",
	} {
		if got := label(text, 4); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	long := monitor.TargetName("/" + strings.Repeat("x", 5000) + "\xff\n\"")
	m, err := monitor.New(everywhere(), monitor.Options{})
	must(t, m, err)
	c, err := NewMonitor(m, Options{Targets: []monitor.Target{long}})
	must(t, c, err)
	exposed(t, c)
}
