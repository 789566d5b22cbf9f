package main

import (
	"cmp"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

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

// control sets the options of a socket before it is bound, to a port that is shared or to one that nobody has. The
// kernel may give less of a buffer, which bufferOf says.
func control(shared bool, buffer int) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		failed := c.Control(func(fd uintptr) {
			if shared {
				err = setShared(fd)
			}
			if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer) != nil { // root may
				unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, buffer)
			}
		})
		return cmp.Or(failed, err)
	}
}

func setShared(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}

// share lets sockets that are shared have the port of one that is bound.
func share(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(fd uintptr) { err = setShared(fd) })
	return cmp.Or(failed, err)
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

// memoryOf returns how many bytes wait in a receive buffer, with what the kernel needs for them, and how many datagrams
// it had no room for, a number that wraps. It is not ok if the socket is closed, or Linux older than 4.12.
func memoryOf(conn *net.UDPConn) (waiting int, dropped uint32, ok bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, 0, false
	}
	var info [unix.SK_MEMINFO_DROPS + 1]uint32
	const whole = uint32(unsafe.Sizeof(info))
	size := whole
	raw.Control(func(fd uintptr) {
		_, _, err := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
		ok = err == 0 && size == whole
	})
	return int(info[unix.SK_MEMINFO_RMEM_ALLOC]), info[unix.SK_MEMINFO_DROPS], ok
}

// batch reads many datagrams with one call.
type batch struct {
	conn     *ipv4.PacketConn // reads of IPv6 sockets too
	messages []ipv4.Message
}

func (b *batch) init(conn *net.UDPConn) {
	b.conn = ipv4.NewPacketConn(conn)
	b.messages = make([]ipv4.Message, batchSize)
	for i := range b.messages {
		b.messages[i] = ipv4.Message{Buffers: [][]byte{make([]byte, maxDatagram)}}
	}
}

// read passes on the datagrams that are there. It may wait for the first.
func (b *batch) read(use received, wait bool) (n int, err error) {
	flags := 0
	if !wait {
		flags = unix.MSG_DONTWAIT
	}
	n, err = b.conn.ReadBatch(b.messages, flags)
	for i := range b.messages[:max(n, 0)] {
		m := &b.messages[i]
		if from, ok := m.Addr.(*net.UDPAddr); ok {
			use(from.AddrPort().Addr(), m.Buffers[0][:m.N])
		} else {
			use(netip.Addr{}, m.Buffers[0][:m.N])
		}
		m.Addr = nil
	}
	return max(n, 0), err
}
