package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/examples/internal/interrupt"
)

// player feeds a collector from a file, with the times that the file has.
type player struct {
	*collector
	tally  *attribution.Tally
	events []monitor.Event
	ticked time.Time

	datagrams, bytes uint64
	from, to         time.Time
	packets          *packetCounts // of a capture
}

// Files of raw exports are read as a whole.
const mostRaw = 1 << 30

// replay is the program with -replay. What was read before an error is reported, and then the error is
// returned.
func replay(ctx context.Context, cfg *config, stdin io.Reader, stdout io.Writer) error {
	c, err := newCollector(cfg, nil)
	if err != nil {
		return err
	}
	p := &player{collector: c}
	if p.tally, err = attribution.NewTally(c.table, attribution.Options{Key: c.key}); err != nil {
		return err
	}
	if cfg.replay != "-" {
		file, err := os.Open(cfg.replay)
		if err != nil {
			return err
		}
		defer file.Close()
		stdin = file
	}
	file := interrupt.Reader(ctx, stdin)
	defer file.Close()
	unread := p.play(bufio.NewReaderSize(file, 1<<16))
	switch {
	case unread == nil:
		unread = p.unusable()
	case ctx.Err() != nil:
		unread = interrupt.ErrInterrupted // of which readers of captures may keep only the text
	}
	if err := p.answer(stdout); err != nil {
		return err
	}
	if unread != nil {
		return fmt.Errorf("%.200q: %w", cfg.replay, unread)
	}
	return nil
}

// unusable returns why there is nothing to report on.
func (p *player) unusable() error {
	a := p.decoder.Account()
	lost := a.Lost[attribution.LostUnread]
	switch {
	case p.datagrams == 0:
		return errors.New("it has no exports of flows")
	case a.Records == 0 && lost > 0:
		return fmt.Errorf("not one record could be used, of %d", lost)
	case a.Records == 0 && a.Excluded > 0:
		return errors.New("all of its datagrams are from exporters that -allow leaves out")
	}
	return nil
}

// play reads all datagrams.
func (p *player) play(r *bufio.Reader) error {
	var ports []uint16
	for _, address := range p.cfg.listen {
		ports = append(ports, portOf(address))
	}
	if head, _ := r.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		r = bufio.NewReaderSize(z, 1<<16)
	}
	file, err := openCapture(r, ports)
	switch {
	case err != nil:
		return err
	case file == nil:
		return p.raw(r)
	}
	p.packets = &file.packets
	for {
		from, at, datagram, err := file.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil && isCut(err):
			return fmt.Errorf("the capture breaks off after packet %d", file.packets.Packets)
		case err != nil:
			return err
		}
		p.datagram(from, at, datagram)
	}
}

// raw reads messages that nothing is around: no time of arrival, and no exporter.
func (p *player) raw(r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, mostRaw+1))
	if len(data) > mostRaw {
		err, data = fmt.Errorf("longer than %d bytes, and no capture", mostRaw), data[:mostRaw]
	}
	for m := range netflow.Messages(data) {
		p.datagram(netip.Addr{}, time.Time{}, m)
	}
	return err
}

// datagram reads one, and lets the monitor know the time whenever an interval is over.
func (p *player) datagram(from netip.Addr, at time.Time, datagram []byte) {
	p.datagrams++
	p.bytes += uint64(len(datagram))
	p.events = p.decode(p.events[:0], from, at, datagram)
	for i := range p.events {
		p.tally.AddFlow(p.events[i].Flow)
		if t := p.events[i].Time; !t.IsZero() {
			p.tally.ExtendSpan(t, t)
		}
	}
	p.monitor.Observe(p.events...)
	if at.IsZero() {
		return
	}
	if p.from.IsZero() || at.Before(p.from) {
		p.from = at
	}
	if at.After(p.to) {
		p.to = at
	}
	if at.Sub(p.ticked) >= p.cfg.interval {
		p.tick(at)
		p.ticked = at
	}
}
