package metrics

import (
	"fmt"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// Options are the choices in making a [Collector]. The zero value is valid.
type Options struct {
	// Claims are decided at every scrape. Each is named by what [attribution.Claim.String]
	// returns. Give a monitor's collector the claims of the monitor, so that the verdicts of
	// its bursts are counted, too.
	Claims []attribution.Claim

	// Policy is how claims are decided.
	Policy attribution.Policy

	// Top is how many countries have series of their own: first those that claims name, in
	// the order of the claims, then those with most sources. All others are "other". 0 stands
	// for 20, a negative number for none. 250 or more stands for every country.
	Top int

	// Account returns what the reader of the input says about it so far, such as
	// netflow.Decoder.Account. It is called once a scrape. Nil: there are no such series.
	Account func() attribution.Account

	// Window is how much of a monitor's traffic is counted, up to the latest event. 0 stands
	// for 5 minutes. What lies before the monitor's retention is not in it. Only [NewMonitor]
	// takes it.
	Window time.Duration

	// Targets are targets of a monitor that have a series of their own, which says whether a
	// burst of them runs. The zero Target stands for all traffic. Only [NewMonitor] takes them.
	Targets []monitor.Target
}

const (
	defaultTop    = 20
	defaultWindow = 5 * time.Minute
)

func invalid(format string, args ...any) error {
	return fmt.Errorf("metrics: %w: %w", attribution.ErrInvalidOptions, fmt.Errorf(format, args...))
}

// checked returns o with its defaults written out, or what is wrong with it.
func (o Options) checked() (Options, error) {
	if err := o.Policy.Validate(); err != nil {
		return o, invalid("Policy: %w", err)
	}
	for i, c := range o.Claims {
		if err := c.Validate(); err != nil {
			return o, invalid("Claims[%d]: %w", i, err)
		}
		if slices.Index(o.Claims, c) < i {
			return o, invalid("Claims[%d]: %v is there twice", i, c)
		}
	}
	if o.Window < 0 {
		return o, invalid("Window is %v", o.Window)
	}
	if o.Top == 0 {
		o.Top = defaultTop
	}
	o.Top = max(o.Top, 0)
	if o.Window == 0 {
		o.Window = defaultWindow
	}
	o.Claims, o.Targets = slices.Clone(o.Claims), slices.Clone(o.Targets)
	return o, nil
}

// targetLabels names the targets as labels do.
func targetLabels(targets []monitor.Target) ([]string, error) {
	labels := make([]string, len(targets))
	for i, t := range targets {
		labels[i] = "all traffic"
		if !t.IsZero() {
			labels[i] = label(t.String(), monitor.MaxTargetName)
		}
		if slices.Index(labels, labels[i]) < i {
			return nil, invalid("Targets[%d]: %q is there twice", i, labels[i])
		}
	}
	return labels, nil
}
