// Flows prints bursts of the traffic that routers report: NetFlow, IPFIX and sFlow come in by
// UDP, each burst goes out as it is found, as it grows, and when it has ended.
//
//	flows :2055 routers.txt
package main

import (
	"errors"
	"log"
	"net"
	"os"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: flows ADDRESS FILE, with the routers' addresses in FILE")
	}
	p := text.NewPrinter(language.English)
	notify := func(b monitor.Burst) { must(0, p.Burst(os.Stdout, b)) }
	m := must(monitor.New(must(dbip.Table()), monitor.Options{Notify: notify}))
	decoder := must(netflow.NewDecoder(netflow.Options{Exporters: must(geo.OpenPrefixSet(os.Args[2]))}))
	log.Fatal(receive(must(net.ListenPacket("udp", os.Args[1])).(*net.UDPConn), decoder, m))
}

// now is the clock.
var now = time.Now

// receive counts what comes. A quiet second is told to the monitor.
func receive(conn *net.UDPConn, decoder *netflow.Decoder, m *monitor.Monitor) error {
	buffer, events := make([]byte, 1<<16), []monitor.Event(nil)
	for {
		conn.SetReadDeadline(time.Now().Add(time.Second))
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			m.Advance(now())
		case err != nil:
			return err
		default:
			events = decoder.Decode(events[:0], from.Addr(), now(), buffer[:n])
			m.Observe(events...)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
