package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/ip4defrag"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// capture reads the datagrams of UDP from a file of packets. This is not the path of packets: a few
// microseconds for each do no harm.
type capture struct {
	file interface {
		ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	}
	link  layers.LinkType // of all packets, if the file is no pcapng
	mixed bool
	ports []uint16 // those that count, or nil for all

	fragments *ip4defrag.IPv4Defragmenter
	forgotten time.Time
	packets   packetCounts
}

// packetCounts says what became of the packets of a capture.
type packetCounts struct {
	Packets   uint64 `json:"packets"`
	NotUDP    uint64 `json:"not_udp"`
	OtherPort uint64 `json:"other_port,omitzero"` // than those of -listen
	Truncated uint64 `json:"truncated,omitzero"`  // datagrams of which the capture has a part: the part is read
	Fragments uint64 `json:"fragments,omitzero"`  // of IPv4; whole datagrams are made of them
	Unread    uint64 `json:"unread,omitzero"`     // fragments of IPv6, and those whose others are missing
}

var (
	pcapMagics = [][]byte{{0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
		{0x4d, 0x3c, 0xb2, 0xa1}}
	ngMagic = []byte{0x0a, 0x0d, 0x0d, 0x0a}
)

// openCapture returns nil if r is no capture. It leaves r at its begin then.
func openCapture(r *bufio.Reader, ports []uint16) (*capture, error) {
	c := &capture{ports: ports, fragments: ip4defrag.NewIPv4Defragmenter()}
	head, _ := r.Peek(4)
	switch {
	case bytes.Equal(head, ngMagic):
		file, err := pcapgo.NewNgReader(r, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return nil, err
		}
		c.file, c.mixed = file, true
	case slices.ContainsFunc(pcapMagics, func(m []byte) bool { return bytes.Equal(head, m) }):
		file, err := pcapgo.NewReader(r)
		if err != nil {
			return nil, err
		}
		c.file, c.link = file, file.LinkType()
	default:
		return nil, nil
	}
	return c, nil
}

// next returns the next datagram. It returns io.EOF at the end, and another error where the file is
// damaged.
func (c *capture) next() (from netip.Addr, at time.Time, datagram []byte, err error) {
	for {
		data, info, err := c.file.ReadPacketData()
		if err != nil {
			if err == io.EOF && info.CaptureLength > 0 { // all of the packet is missing, but not its header
				err = io.ErrUnexpectedEOF
			}
			c.packets.Unread += c.held()
			return from, at, nil, err
		}
		c.packets.Packets++
		if from, datagram, ok := c.datagram(data, info); ok {
			return from, info.Timestamp, datagram, nil
		}
	}
}

// datagram returns what a packet carries, if it is UDP.
func (c *capture) datagram(data []byte, info gopacket.CaptureInfo) (netip.Addr, []byte, bool) {
	link := c.link
	if c.mixed && len(info.AncillaryData) > 0 {
		link, _ = info.AncillaryData[0].(layers.LinkType)
	}
	packet := gopacket.NewPacket(data, link, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	if ip, ok := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4); ok && isFragment(ip) {
		c.packets.Fragments++
		if packet = c.reassemble(ip, info.Timestamp); packet == nil {
			return netip.Addr{}, nil, false
		}
	}
	if packet.Layer(layers.LayerTypeIPv6Fragment) != nil {
		c.packets.Unread++
		return netip.Addr{}, nil, false
	}
	udp, ok := packet.Layer(layers.LayerTypeUDP).(*layers.UDP)
	if !ok || packet.NetworkLayer() == nil {
		c.packets.NotUDP++
		return netip.Addr{}, nil, false
	}
	if c.ports != nil && !slices.Contains(c.ports, uint16(udp.DstPort)) {
		c.packets.OtherPort++
		return netip.Addr{}, nil, false
	}
	if int(udp.Length) > len(udp.Payload)+8 {
		c.packets.Truncated++
	}
	from, _ := netip.AddrFromSlice(packet.NetworkLayer().NetworkFlow().Src().Raw())
	return from, udp.Payload, true
}

func isFragment(ip *layers.IPv4) bool {
	return ip.Flags&layers.IPv4MoreFragments != 0 || ip.FragOffset != 0
}

// fragmentsFor is how long a fragment waits for the others (RFC 1122 has 60 to 120 seconds).
const fragmentsFor = time.Minute

// reassemble returns the whole packet when its last fragment comes, else nil.
func (c *capture) reassemble(ip *layers.IPv4, at time.Time) gopacket.Packet {
	if at.Sub(c.forgotten) > fragmentsFor {
		c.packets.Unread += uint64(c.fragments.DiscardOlderThan(at.Add(-fragmentsFor)))
		c.forgotten = at
	}
	whole, err := c.fragments.DefragIPv4WithTimestamp(ip, at)
	if err != nil {
		c.packets.Unread++
	}
	if err != nil || whole == nil {
		return nil
	}
	options := gopacket.SerializeOptions{FixLengths: true}
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, options, whole, gopacket.Payload(whole.Payload)); err != nil {
		c.packets.Unread++
		return nil
	}
	return gopacket.NewPacket(buffer.Bytes(), layers.LayerTypeIPv4, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
}

// held returns how many datagrams still wait for fragments.
func (c *capture) held() uint64 {
	return uint64(c.fragments.DiscardOlderThan(time.Unix(1<<40, 0)))
}

// isCut reports whether a file ended too early. Of some errors, pcapgo keeps only the text.
func isCut(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) ||
		bytes.HasSuffix([]byte(err.Error()), []byte(io.ErrUnexpectedEOF.Error()))
}
