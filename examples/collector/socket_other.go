//go:build !linux

package main

import (
	"errors"
	"net"
	"syscall"
)

// canShare says that several sockets may have one port, and the system spreads datagrams over them.
const canShare = false

const maxDatagram = 1 << 16

func control(bool, int) func(network, address string, c syscall.RawConn) error { return nil }

func share(*net.UDPConn) error { return nil }

// bufferOf returns 0: it is not known.
func bufferOf(*net.UDPConn) int { return 0 }

// memoryOf is not ok: what waits and what the kernel drops is not known.
func memoryOf(*net.UDPConn) (waiting int, dropped uint32, ok bool) { return 0, 0, false }

// batch reads one datagram with one call.
type batch struct {
	conn *net.UDPConn
	data []byte
}

func (b *batch) init(conn *net.UDPConn) { b.conn, b.data = conn, make([]byte, maxDatagram) }

// read waits for a datagram, and passes it on. It cannot read without waiting.
func (b *batch) read(use received, wait bool) (int, error) {
	if !wait {
		return 0, errors.ErrUnsupported
	}
	n, from, err := b.conn.ReadFromUDPAddrPort(b.data)
	if err != nil {
		return 0, err
	}
	use(from.Addr(), b.data[:n])
	return 1, nil
}
