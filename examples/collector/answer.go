package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/attribution/text"
)

// answer is what a file comes to.
type answer struct {
	Report attribution.Report `json:"report"` // on all records; it has the account
	Bursts []monitor.Burst    `json:"bursts"` // without those that are part of others

	Datagrams uint64        `json:"datagrams"`
	Bytes     uint64        `json:"bytes"`
	From      time.Time     `json:"from,omitzero"` // when the first datagram was captured
	To        time.Time     `json:"to,omitzero"`
	Packets   *packetCounts `json:"packets,omitempty"` // of a capture

	Exporters []netflow.Exporter `json:"exporters"` // each with an account of its own
}

// answer prints the report on all records, the bursts, and what was read of whom.
func (p *player) answer(w io.Writer) error {
	end := p.monitor.Stats().Time
	if p.to.After(end) {
		end = p.to
	}
	p.tick(end)
	p.monitor.Advance(end.Add(p.cfg.interval + p.cfg.lateness)) // closes the last interval, and ends no burst
	account := p.decoder.Account()
	p.tally.AddAccount(account)
	report, err := p.tally.Snapshot().Report(attribution.Policy{}, p.cfg.claims...)
	if err != nil {
		return err
	}
	report.Account = &account
	a := answer{Report: report, Datagrams: p.datagrams, Bytes: p.bytes, From: p.from.UTC(), To: p.to.UTC(),
		Packets: p.packets, Exporters: p.decoder.Exporters(), Bursts: []monitor.Burst{}}
	for b := range p.monitor.Bursts() {
		if b.Parent == 0 {
			a.Bursts = append(a.Bursts, b)
		}
	}
	if !p.cfg.text {
		return encoder(w).Encode(a)
	}
	return a.print(w)
}

func (a *answer) print(w io.Writer) error {
	p := text.NewPrinter(language.English)
	err := p.Report(w, a.Report)
	for _, b := range a.Bursts {
		fmt.Fprintln(w)
		err = errors.Join(err, p.Burst(w, b))
	}
	fmt.Fprintf(w, "\nDatagrams: %d (%d bytes)\n", a.Datagrams, a.Bytes)
	if n := a.Packets; n != nil {
		fmt.Fprintf(w, "%d packets: %d not UDP, %d to other ports, %d truncated, %d fragments, %d unread\n", n.Packets,
			n.NotUDP, n.OtherPort, n.Truncated, n.Fragments, n.Unread)
	}
	printAccount(w, a.Report.Account)
	fmt.Fprintln(w)
	printExporters(w, a.Exporters)
	return err
}
