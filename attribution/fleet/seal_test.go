package fleet_test

import (
	"encoding/binary"
	"hash/crc32"
)

// seal appends the checksum that an encoding ends with.
func seal(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b[:len(b):len(b)], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}
