package main

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// canShare says that several sockets may have one port, and the system spreads datagrams over them:
// those of one exporter stay together.
const canShare = true

const (
	batchSize   = 32
	maxDatagram = 1 << 16
)

// control sets the options of a socket before it is bound. The kernel may give less of a buffer, which
// bufferOf says. One that does not count what it drops is no reason to stop.
func control(share bool, buffer int) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		failed := c.Control(func(fd uintptr) {
			if share {
				err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
			}
			if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer) != nil { // root may
				unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, buffer)
			}
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
		})
		if failed != nil {
			return failed
		}
		return err
	}
}

// bufferOf returns the size of the receive buffer that a socket has, or 0 if that is not known.
func bufferOf(conn *net.UDPConn) (size int) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0
	}
	raw.Control(func(fd uintptr) {
		if n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF); err == nil {
			size = n / 2 // the kernel doubles it, for its own use
		}
	})
	return size
}

// batch reads many datagrams with one call, and how many the kernel has dropped for want of room.
type batch struct {
	conn     *ipv4.PacketConn // reads of IPv6 sockets too
	messages []ipv4.Message
	counter  uint32 // of the kernel; it wraps
	drops    atomic.Uint64
}

func (b *batch) init(conn *net.UDPConn) {
	b.conn = ipv4.NewPacketConn(conn)
	b.messages = make([]ipv4.Message, batchSize)
	for i := range b.messages {
		b.messages[i] = ipv4.Message{Buffers: [][]byte{make([]byte, maxDatagram)}, OOB: make([]byte, 64)}
	}
}

// read waits for datagrams, and passes on those that are there.
func (b *batch) read(use received) (n int, err error) {
	n, err = b.conn.ReadBatch(b.messages, 0)
	for i := range b.messages[:max(n, 0)] {
		m := &b.messages[i]
		b.count(m.OOB[:m.NN])
		if from, ok := m.Addr.(*net.UDPAddr); ok {
			use(from.AddrPort().Addr(), m.Buffers[0][:m.N])
		} else {
			use(netip.Addr{}, m.Buffers[0][:m.N])
		}
		m.Addr = nil
	}
	return max(n, 0), err
}

// count reads the number of drops beside a datagram.
func (b *batch) count(oob []byte) {
	if len(oob) == 0 {
		return
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_RXQ_OVFL && len(m.Data) >= 4 {
			now := binary.NativeEndian.Uint32(m.Data)
			b.drops.Add(uint64(now - b.counter))
			b.counter = now
		}
	}
}
