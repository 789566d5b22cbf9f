package ingest

import (
	"testing"

	"github.com/whence-go/whence/attribution"
)

// Columns of exporters that have names of their own.
func TestNamesOfExporters(t *testing.T) {
	flow := func(t *testing.T, events []Event, a attribution.Account) {
		for _, e := range events {
			if e.Protocol != 17 || string(e.Target) != "9.9.9.9" || e.Time.IsZero() || e.Events != 3 {
				t.Errorf("protocol %d, target %q, time %v, %d events", e.Protocol, e.Target, e.Time, e.Events)
			}
		}
	}
	runAll(t, []reading{
		{name: "nProbe", format: "JSON", sources: "192.0.2.1", check: flow, text: `{"IPV4_SRC_ADDR":"192.0.2.1",` +
			`"IPV4_DST_ADDR":"9.9.9.9","IN_PKTS":3,"IN_BYTES":180,"FIRST_SWITCHED":1716275483,"LAST_SWITCHED":1716275485,` +
			`"L4_SRC_PORT":53,"L4_DST_PORT":5,"PROTOCOL":17}`},
		{name: "SiLK", format: "CSV", sources: "192.0.2.1", idle: 1, check: flow, notes: "NO_ZONE",
			text: "sIP|dIP|sPort|dPort|pro|packets|bytes|sTime\n192.0.2.1|9.9.9.9|53|5|17|3|180|2024/05/21T07:11:23.100\n"},
		{name: "Palo Alto", format: "CSV", sources: "192.0.2.1", idle: 1, check: flow, notes: "NO_ZONE",
			text: "Start Time,Source address,Destination address,IP Protocol,Packets\n" +
				"2024/05/21 07:11:23,192.0.2.1,9.9.9.9,udp,3\n"},
		{name: "Log Analytics", format: "CSV", sources: "192.0.2.1", idle: 1, notes: "NO_ZONE",
			text: "\"TimeGenerated [Local Time]\",ClientIP\n\"5/21/2024, 7:11:23.000 AM\",192.0.2.1\n",
			check: func(t *testing.T, events []Event, a attribution.Account) {
				if events[0].Time.IsZero() {
					t.Error("no time")
				}
			}},
	})
}
