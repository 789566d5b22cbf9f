package netflow_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution/netflow"
)

// v5 is a datagram of NetFlow v5 with one record: 40 packets of DNS in the last 30 seconds.
func v5(sent time.Time) []byte {
	b := make([]byte, 24+48)
	put16, put32 := binary.BigEndian.PutUint16, binary.BigEndian.PutUint32
	put16(b, 5)
	put16(b[2:], 1)                    // records
	put32(b[4:], 600_000)              // uptime
	put32(b[8:], uint32(sent.Unix()))  // export time
	put16(b[22:], 100)                 // one in 100 packets was looked at
	copy(b[24:], []byte{192, 0, 2, 1}) // source
	copy(b[28:], []byte{198, 51, 100, 7})
	put32(b[40:], 40)      // packets
	put32(b[44:], 20_000)  // octets
	put32(b[48:], 570_000) // first
	put32(b[52:], 600_000) // last
	put16(b[56:], 53)      // source port
	b[62] = 17             // UDP
	return b
}

func ExampleDecoder() {
	d, err := netflow.NewDecoder(netflow.Options{Interval: 10 * time.Second, Lateness: time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	router := netip.MustParseAddr("203.0.113.1")
	now := time.Date(2026, 6, 1, 12, 0, 35, 0, time.UTC)
	for _, e := range d.Decode(nil, router, now, v5(now)) {
		fmt.Println(e.Time.Format("15:04:05"), e.Source, "to", e.Target, e.Events, "packets, 1 in", e.SamplingRate)
	}
	d.Decode(nil, router, now, []byte("hello"))
	a := d.Account()
	fmt.Println(a.Format, a.Records, a.Unread)
	// Output:
	// 12:00:35 192.0.2.1 to 198.51.100.7 7 packets, 1 in 100
	// 12:00:09 192.0.2.1 to 198.51.100.7 6 packets, 1 in 100
	// 12:00:19 192.0.2.1 to 198.51.100.7 13 packets, 1 in 100
	// 12:00:29 192.0.2.1 to 198.51.100.7 14 packets, 1 in 100
	// NETFLOW_V5 1 [{UNKNOWN_VERSION 1 203.0.113.1, datagram 2}]
}

func ExampleMessages() {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	file := append(v5(now), v5(now.Add(time.Second))...)
	for m := range netflow.Messages(file) {
		fmt.Println(len(m), "bytes")
	}
	// Output:
	// 72 bytes
	// 72 bytes
}
