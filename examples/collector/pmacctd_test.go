package main

import (
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/netflow"
)

// What pmacctd makes of a capture and sends comes to what the capture has, in all of its formats.
func TestPmacctd(t *testing.T) {
	program := installed(t, "pmacctd")
	x := trafficOf(t, 300)
	capture := fileOf(t, "traffic.pcap", x.file)
	for _, version := range []int{5, 9, 10} {
		t.Run(fmt.Sprintf("version=%d", version), func(t *testing.T) {
			t.Parallel()
			s := start(t, time.Time{})
			cmd := exec.CommandContext(t.Context(), program, "-f", fileOf(t, "pmacctd.conf", fmt.Appendf(nil, `daemonize: false
pcap_savefile: %s
aggregate: src_host, dst_host, src_port, dst_port, proto, tos
plugins: nfprobe
nfprobe_receiver: %s
nfprobe_version: %d
nfprobe_timeouts: expint=1:maxlife=2
`, capture, s.sockets[0].conn.LocalAddr(), version)))
			must(t, cmd.Start())
			defer cmd.Wait()
			defer cmd.Process.Kill() // it does not end with its capture
			deadline := time.Now().Add(time.Minute)
			for s.decoder.Account().Records < x.flows && time.Now().Before(deadline) {
				time.Sleep(50 * time.Millisecond)
			}
			must(t, s.stop())
			x.isAllOf(t, s, func(*netflow.Exporter) {})
		})
	}
}
