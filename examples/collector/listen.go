package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
)

// schemes may stand before an address. They mean nothing: each datagram says what it is.
var schemes = []string{"netflow", "ipfix", "sflow", "udp"}

// listenAddress returns what is to be listened at for the text of a -listen.
func listenAddress(text string) (string, error) {
	address := text
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		known := false
		for _, s := range schemes {
			known = known || s == scheme
		}
		if !known {
			return "", fmt.Errorf("%q is none of %s", scheme, strings.Join(schemes, ", "))
		}
		address = rest
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return "", err
	}
	if _, err := net.ResolveUDPAddr("udp", address); err != nil {
		return "", err
	}
	return address, nil
}

// portOf returns the port of an address that listenAddress has returned.
func portOf(address string) uint16 {
	a, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return 0
	}
	return a.AddrPort().Port()
}

// socket is where datagrams come in. One goroutine reads it, any may ask for its drops.
type socket struct {
	conn *net.UDPConn
	batch

	mu      sync.Mutex
	counter uint32 // of the kernel, when it was last asked
	dropped uint64
}

// drops returns how many datagrams the kernel had no room for, as far as is known.
func (s *socket) drops() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, now, ok := memoryOf(s.conn); ok {
		s.dropped += uint64(now - s.counter)
		s.counter = now
	}
	return s.dropped
}

// waiting returns how many bytes wait to be read, as far as is known.
func (s *socket) waiting() int {
	n, _, _ := memoryOf(s.conn)
	return n
}

// received takes a datagram, which is valid until it returns.
type received func(from netip.Addr, datagram []byte)

// openSockets opens the sockets of one address: as many as there are workers, where they can share it.
func openSockets(ctx context.Context, address string, workers, buffer int) (list []*socket, err error) {
	defer func() {
		if err != nil {
			closeSockets(list)
		}
	}()
	if !canShare {
		workers = 1
	}
	for i := range workers {
		// The first one binds a port that nobody has, and only then shares it: another collector cannot take part of it.
		config := net.ListenConfig{Control: control(i > 0, buffer)}
		conn, err := config.ListenPacket(ctx, "udp", address)
		if err != nil {
			return list, err
		}
		udp := conn.(*net.UDPConn)
		s := &socket{conn: udp}
		s.batch.init(udp)
		list = append(list, s)
		if i == 0 && workers > 1 {
			if err := share(udp); err != nil {
				return list, err
			}
		}
		address = udp.LocalAddr().String() // which has a port, if 0 was asked for
	}
	return list, nil
}

func closeSockets(list []*socket) {
	for _, s := range list {
		s.conn.Close()
	}
}
