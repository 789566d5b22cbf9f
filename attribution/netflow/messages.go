package netflow

import (
	"encoding/binary"
	"iter"
)

// Messages walks the messages of a file of exports: the IPFIX files of RFC 5655, and datagrams of
// NetFlow v1, v5 and v7 one behind the other. Datagrams of NetFlow v9 and sFlow do not say their
// length. All that is left from there on is then one message, as it is if it cannot be told what
// it is. Give [Decoder.Decode] a zero time for them. Messages are parts of data, not copies.
func Messages(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(data) > 0 {
			n := messageLength(data)
			if !yield(data[:n:n]) {
				return
			}
			data = data[n:]
		}
	}
}

func messageLength(b []byte) int {
	if len(b) < ipfixHeader {
		return len(b)
	}
	n, v := int(binary.BigEndian.Uint16(b[2:])), -1
	switch binary.BigEndian.Uint16(b) {
	case 10:
		if n < ipfixHeader {
			return len(b)
		}
		return min(n, len(b))
	case 1:
		v = v1
	case 5:
		v = v5
	case 7:
		v = v7
	default:
		return len(b)
	}
	return min(fixedFormats[v].header+n*fixedFormats[v].record, len(b))
}
