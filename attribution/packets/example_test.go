package packets_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/packets"
	"github.com/whence-go/whence/geo/dbip"
)

// capture stands for a file: answers of name servers that somebody else has asked.
func capture() io.Reader {
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		log.Fatal(err)
	}
	begin := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for i := range 100 {
		from := netip.AddrFrom4([4]byte{193, 0, byte(i), 53})
		b := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true},
			&layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4},
			&layers.IPv4{Version: 4, TTL: 50, Protocol: layers.IPProtocolUDP, SrcIP: from.AsSlice(),
				DstIP: []byte{198, 51, 100, 1}},
			&layers.UDP{SrcPort: 53, DstPort: 4444}, gopacket.Payload(make([]byte, 1000))); err != nil {
			log.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: begin.Add(time.Duration(i) * time.Millisecond),
			CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}
		if err := w.WritePacket(info, b.Bytes()); err != nil {
			log.Fatal(err)
		}
	}
	return &file
}

// A capture is read to a tally, and what was not read of it is part of the answer.
func ExampleReader() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	tally, err := attribution.NewTally(table, attribution.Options{})
	if err != nil {
		log.Fatal(err)
	}
	r, err := packets.NewReader(capture(), "attack.pcap", packets.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var e packets.Event
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		tally.AddFlow(e.Flow)
	}
	if err != io.EOF { // what came before is good
		log.Print(err)
	}
	account := r.Account()
	tally.AddAccount(account)

	report, err := tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("NL"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Format, report.Events, "events,", report.Bytes, "bytes")
	fmt.Printf("%.0f %% of the sources are reflectors\n", 100*report.Plausibility.Reflectors)
	fmt.Println(report.Verdicts[0].Outcome, report.Verdicts[0].Reason)
	// Output:
	// PCAP 100 events, 104200 bytes
	// 100 % of the sources are reflectors
	// inadmissible REFLECTION
}
