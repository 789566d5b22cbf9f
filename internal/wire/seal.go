package wire

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	magicSize    = 4
	checksumSize = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal appends the checksum of b[from:] to b.
func Seal(b []byte, from int) []byte {
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
}

// Open begins to read an encoding that is the whole of data. It checks the magic,
// which has four bytes, and the checksum, and returns a Reader of what lies
// between. Positions count from the begin of data. Prefix and sentinel are those
// of [NewReader].
func Open(prefix string, sentinel error, magic string, data []byte) *Reader {
	r := NewReader(prefix, sentinel, data)
	if len(data) < magicSize+checksumSize || string(data[:magicSize]) != magic {
		r.Fail("%d bytes that do not begin with %q", len(data), magic)
		return r
	}
	r.data = data[:len(data)-checksumSize]
	want, got := crc32.Checksum(r.data, castagnoli), binary.BigEndian.Uint32(data[len(r.data):])
	if got != want {
		r.FailAt(len(r.data), "checksum %08x, the bytes before it have %08x", got, want)
	}
	r.at = magicSize
	return r
}

// Version reports which version of an encoding data begins with, if that is
// another one than magic names: magic has four bytes, and its last is a digit.
func Version(magic string, data []byte) (version int, other bool) {
	if len(data) < magicSize || string(data[:magicSize-1]) != magic[:magicSize-1] {
		return 0, false
	}
	digit := data[magicSize-1]
	return int(digit) - '0', digit != magic[magicSize-1] && digit >= '0' && digit <= '9'
}
