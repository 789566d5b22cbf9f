package frame

import "encoding/binary"

// Bits of the first two bytes of a frame of 802.11.
const (
	frameKind  = 0x0c // management, control or data
	frameData  = 0x08
	frameEmpty = 0x40 // data without any
	frameQoS   = 0x80 // two bytes more

	frameBothDS    = 0x03 // four addresses
	frameProtected = 0x40
	frameOrder     = 0x80 // four bytes more, if QoS
)

// wifi reads a frame of 802.11. Only data in clear text has IP packets. Padded says that the
// header is padded to words. Of frames that were put together into one, the first is read.
func wifi(p *Packet, b []byte, padded bool, w walk) error {
	if len(b) < 2 {
		return ErrTruncated
	}
	if b[0]&3 != 0 {
		return ErrMalformed // of another version
	}
	if b[0]&frameKind != frameData || b[0]&frameEmpty != 0 || b[1]&frameProtected != 0 {
		return ErrNotIP
	}
	size, together := 24, false
	if b[1]&frameBothDS == frameBothDS {
		size += 6
	}
	if b[0]&frameQoS != 0 {
		if len(b) < size+2 {
			return ErrTruncated
		}
		together = b[size]&0x80 != 0
		if size += 2; b[1]&frameOrder != 0 {
			size += 4
		}
	}
	if padded {
		size = (size + 3) &^ 3
	}
	if together {
		size += 14
	}
	return behind(p, LinkATM, b, size, w)
}

// radiotap passes over a header that says whether the next one is padded.
func radiotap(p *Packet, b []byte, w walk) error {
	if len(b) < 8 {
		return ErrTruncated
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || size < 8 {
		return ErrMalformed
	}
	if len(b) < size {
		return ErrTruncated
	}
	const hasTime, hasFlags, hasMore, padded = 1, 2, 1 << 31, 0x20
	present, at := binary.LittleEndian.Uint32(b[4:]), 8
	for more := present; more&hasMore != 0; at += 4 {
		if at+4 > size {
			return ErrMalformed
		}
		more = binary.LittleEndian.Uint32(b[at:])
	}
	if present&hasTime != 0 {
		at = (at+7)&^7 + 8
	}
	pad := present&hasFlags != 0 && at < size && b[at]&padded != 0
	return wifi(p, b[size:], pad, w)
}

// monitored passes over a header of Prism cards or of AVS, which say how long they are. Prism
// cards do so in the byte order of the machine.
func monitored(p *Packet, b []byte, w walk) error {
	if len(b) < 8 {
		return ErrTruncated
	}
	size := binary.BigEndian.Uint32(b[4:])
	if binary.BigEndian.Uint32(b)&^0xf != 0x80211000 {
		size = min(size, binary.LittleEndian.Uint32(b[4:]))
	}
	switch {
	case size < 8:
		return ErrMalformed
	case uint64(size) > uint64(len(b)):
		return ErrTruncated
	}
	return behind(p, LinkWiFi, b, int(size), w)
}
