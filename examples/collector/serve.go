package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/checkpoint"
)

// server is the collector as it runs: sockets, and where bursts go.
type server struct {
	*collector
	console *console
	now     func() time.Time
	started time.Time

	sockets []*socket
	page    net.Listener // nil without -status, as handler
	handler http.Handler
	outlets []*outlet
	state   *state // nil without -state

	saidDrops                    uint64
	datagrams, bytes, readErrors atomic.Uint64
	reported                     atomic.Uint64 // bursts, each report of one counted
}

const (
	lastTime    = 200 * time.Millisecond // in which datagrams may still come at the end
	closeTime   = 5 * time.Second        // in which bursts must be passed on at the end
	pauseOnFail = 10 * time.Millisecond

	leastOverhead = 256 // bytes that a kernel needs for each datagram that waits
)

// newServer opens everything. What it has opened is closed by serve, or by newServer if it fails.
func newServer(cfg *config, stdout io.Writer, console *console) (_ *server, err error) {
	s := &server{console: console, now: time.Now}
	if s.collector, err = newCollector(cfg, s.notify); err != nil {
		return nil, err
	}
	if cfg.state != "" {
		if s.state, err = openState(cfg.state, s.monitor, console); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	for _, address := range cfg.listen {
		list, err := openSockets(context.Background(), address, cfg.workers, cfg.buffer)
		if err != nil {
			return nil, err
		}
		s.sockets = append(s.sockets, list...)
		if got := bufferOf(list[0].conn); got > 0 && got < cfg.buffer {
			console.say("%s: the receive buffer has %d of %d bytes; raise net.core.rmem_max", address, got, cfg.buffer)
		}
	}
	if cfg.status != "" {
		if s.handler, err = s.newHandler(); err != nil {
			return nil, err
		}
		if s.page, err = net.Listen("tcp", cfg.status); err != nil {
			return nil, err
		}
		console.say("status at http://%s/", s.page.Addr())
	}
	s.outlets = append(s.outlets, newOutlet("stdout", console.say, printer(stdout, cfg.text)))
	if cfg.webhook != "" {
		s.outlets = append(s.outlets, newOutlet("webhook", console.say, webhook(cfg.webhook)))
	}
	return s, nil
}

func (s *server) close() {
	closeSockets(s.sockets)
	if s.page != nil {
		s.page.Close()
	}
}

// serve receives until the context ends. It then counts what the sockets hold, writes the state, prints
// the bursts that run, and closes everything.
func (s *server) serve(ctx context.Context) error {
	s.started = s.now()
	defer s.close()
	if s.page != nil {
		web := &http.Server{Handler: s.handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
			WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14}
		go web.Serve(s.page)
		defer web.Close()
	}
	var workers sync.WaitGroup
	for _, socket := range s.sockets {
		workers.Go(func() { s.receive(ctx, socket) })
	}
	ticker := time.NewTicker(s.cfg.interval)
	defer ticker.Stop()
	var save <-chan time.Time // never without -state
	if s.state != nil {
		ticker := time.NewTicker(s.state.every)
		defer ticker.Stop()
		save = ticker.C
	}
	for run := true; run; {
		select {
		case <-ticker.C:
			s.tick(s.now())
			s.sayDrops()
		case <-save:
			s.state.save(s.monitor)
		case <-ctx.Done():
			run = false
		}
	}
	deadline := time.Now().Add(lastTime)
	for _, socket := range s.sockets {
		socket.conn.SetReadDeadline(deadline)
	}
	workers.Wait()
	return s.end()
}

// receive reads one socket until its deadline, and then what still waits in it.
func (s *server) receive(ctx context.Context, socket *socket) {
	var events []monitor.Event
	var at time.Time
	size := 0
	use := func(from netip.Addr, datagram []byte) {
		if at.IsZero() { // of all that one call has brought
			at = s.now()
		}
		size += len(datagram)
		events = s.decode(events, from, at, datagram)
	}
	read := func(wait bool) (n int, err error) {
		events, at, size = events[:0], time.Time{}, 0
		n, err = socket.read(use, wait)
		s.monitor.Observe(events...)
		s.bytes.Add(uint64(size))
		s.datagrams.Add(uint64(n)) // when they are counted
		return n, err
	}
	for {
		_, err := read(true)
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			socket.conn.SetReadDeadline(time.Time{})
			for left := socket.waiting(); left > 0; { // no more than that: a flood has no end
				n, err := read(false)
				if err != nil {
					return
				}
				left -= size + n*leastOverhead
			}
			return
		case errors.Is(err, net.ErrClosed):
			return
		default:
			s.readErrors.Add(1)
			time.Sleep(pauseOnFail)
			if ctx.Err() != nil {
				return
			}
		}
	}
}

// notify gets each burst from the monitor.
func (s *server) notify(b monitor.Burst) {
	s.reported.Add(1)
	for _, o := range s.outlets {
		o.put(b)
	}
}

// drops returns how many datagrams the kernel had no room for, as far as is known.
func (s *server) drops() (n uint64) {
	for _, socket := range s.sockets {
		n += socket.drops()
	}
	return n
}

// sayDrops says so when the kernel has begun to drop datagrams, and again when ten times as many are.
func (s *server) sayDrops() {
	if n := s.drops(); n > s.saidDrops {
		s.saidDrops = 10 * n
		s.console.say("the kernel has dropped %d datagrams: the receive buffers are too small, or there are too few workers",
			n)
	}
}

// end is what remains to do when nothing comes any more.
func (s *server) end() error {
	now := s.now()
	s.tick(now)
	var err error
	if s.state != nil {
		err = checkpoint.Write(s.state.path, s.monitor)
	} else {
		s.monitor.Advance(now.Add(s.cfg.interval + s.cfg.lateness)) // closes what is open
	}
	running := s.running()
	for _, b := range running {
		s.outlets[0].put(b)
	}
	for _, o := range s.outlets {
		o.close(closeTime)
	}
	a := s.decoder.Account()
	s.console.say("%d datagrams, %d records, %d lost, %d dropped by the kernel; %d bursts run", s.datagrams.Load(),
		a.Records, lostFor(&a), s.drops(), len(running))
	return err
}
