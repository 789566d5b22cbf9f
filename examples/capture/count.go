package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/packets"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/examples/internal/interrupt"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

// counter counts all packets in a tally, and watches them by a monitor.
type counter struct {
	tally   *attribution.Tally
	monitor *monitor.Monitor
	account attribution.Account
	events  []monitor.Event

	interval time.Duration
}

func newCounter(db string, o monitor.Options) (c *counter, err error) {
	table := (*geo.Table)(nil)
	if db == "" {
		table, err = dbip.Table()
	} else {
		table, err = geo.Open(db)
	}
	if err != nil {
		return nil, err
	}
	c = &counter{interval: o.Interval}
	if c.tally, err = attribution.NewTally(table, o.Tally); err != nil {
		return nil, err
	}
	c.monitor, err = monitor.New(table, o)
	return c, err
}

// file reads one capture, "-" being standard input.
func (c *counter) file(ctx context.Context, name string, stdin io.Reader, o packets.Options) error {
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		stdin = file
	}
	input := interrupt.Reader(ctx, stdin)
	defer input.Close()
	r, err := packets.NewReader(input, name, o)
	if err != nil {
		return err
	}
	var e packets.Event
	last, lost := time.Time{}, uint64(0)
	lose := func() { // whatever was lost, its time is about that of the packets around it
		for ; lost < r.Lost(); lost++ {
			c.observe(monitor.Event{Time: last})
		}
	}
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		last = e.Time
		lose()
		c.tally.AddFlow(e.Flow)
		c.observe(monitor.Event{Time: e.Time, Target: monitor.TargetAddr(e.Target), Flow: e.Flow})
	}
	lose()
	a := r.Account()
	c.tally.AddAccount(a)
	if !a.From.IsZero() {
		c.tally.ExtendSpan(a.From, a.To)
	}
	c.account.Add(name, a)
	if err == io.EOF {
		return nil
	}
	return err
}

// observe passes an event on, in a batch with others.
func (c *counter) observe(e monitor.Event) {
	if c.events = append(c.events, e); len(c.events) == 1024 {
		c.monitor.Observe(c.events...)
		c.events = c.events[:0]
	}
}

// answer prints the report on all packets, and then that on each burst.
func (c *counter) answer(w io.Writer, asJSON bool, claims []attribution.Claim) error {
	c.monitor.Observe(c.events...)
	c.monitor.Advance(c.monitor.Stats().Time.Add(2 * c.interval)) // closes the last interval, and ends no burst
	report, err := c.tally.Snapshot().Report(attribution.Policy{}, claims...)
	if err != nil {
		return err
	}
	report.Account = &c.account
	var bursts []monitor.Burst
	for b := range c.monitor.Bursts() {
		if b.Parent == 0 { // the others are part of their parents
			bursts = append(bursts, b)
		}
	}
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Report attribution.Report `json:"report"`
			Bursts []monitor.Burst    `json:"bursts"`
		}{report, bursts})
	}
	p := text.NewPrinter(language.English)
	err = p.Report(w, report)
	for _, b := range bursts {
		fmt.Fprintln(w)
		err = errors.Join(err, p.Burst(w, b))
	}
	return err
}
