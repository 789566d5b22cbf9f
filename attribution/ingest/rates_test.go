package ingest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// The rates at which flows were sampled, as collectors write them.
func TestSamplingRates(t *testing.T) {
	const web = `{"method":"GET","status":200,"client_ip":"77.88.8.%d","client_port":4000,"sampling_rate":1000}` + "\n"
	two := func(line string) string { return fmt.Sprintf(line+line, 1, 2) }
	for _, c := range []struct {
		name, text, field string
		live              bool
		rates             []uint32
		without           uint64 // records
	}{
		{name: "GoFlow2", field: "sampling_rate", rates: []uint32{1000, 1, 0}, without: 1,
			text: `{"sampling_rate":1000,"packets":10,"src_addr":"77.88.8.1","dst_addr":"9.9.9.9","src_port":4}` + "\n" +
				`{"sampling_rate":1,"packets":10,"src_addr":"77.88.8.2","dst_addr":"9.9.9.9","src_port":4}` + "\n" +
				`{"sampling_rate":0,"packets":10,"src_addr":"77.88.8.3","dst_addr":"9.9.9.9","src_port":4}` + "\n"},
		{name: "pmacct", field: "sampling_rate", rates: []uint32{512, 512},
			text: two(`{"ip_src":"77.88.8.%d","ip_dst":"9.9.9.9","sampling_rate":512,"packets":10,"bytes":500}` + "\n")},
		{name: "Akvorado", field: "SamplingRate", rates: []uint32{2048, 2048},
			text: two(`{"SamplingRate":"2048","SrcAddr":"77.88.8.%d","DstAddr":"9.9.9.9","Packets":"3"}` + "\n")},
		{name: "nProbe", field: "SAMPLING_INTERVAL", rates: []uint32{100, 0, 0, 0}, without: 3,
			text: "IPV4_SRC_ADDR,IPV4_DST_ADDR,L4_SRC_PORT,IN_PKTS,SAMPLING_INTERVAL\n77.88.8.1,9.9.9.9,4,5,100\n" +
				"77.88.8.2,9.9.9.9,4,5,1:100\n77.88.8.3,9.9.9.9,4,5,4294967296\n77.88.8.4,9.9.9.9,4,5,\n"},
		{name: "a header alone", live: true, field: "sampling_rate", rates: []uint32{100, 100},
			text: "src_ip,dst_ip,sampling_rate\n77.88.8.1,9.9.9.9,100\n77.88.8.2,9.9.9.9,100\n"},
		{name: "requests", text: two(web), rates: []uint32{0, 0}},
		{name: "a site by its address", text: two(`{"ip":"77.88.8.%d","host":"9.9.9.9","sampling_rate":1000}` + "\n"),
			rates: []uint32{0, 0}},
		{name: "a list of clients", text: two(`{"xff":"77.88.8.%d","dst_ip":"9.9.9.9","sampling_rate":1000}` + "\n"),
			rates: []uint32{0, 0}},
		{name: "no rates", text: two(`{"src_ip":"77.88.8.%d","dst_ip":"9.9.9.9","src_port":4}` + "\n"),
			rates: []uint32{0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			events, a, err := readAll(c.text, Options{Live: c.live})
			var rates []uint32
			for _, e := range events {
				rates = append(rates, e.SamplingRate)
			}
			if err != nil || !slices.Equal(rates, c.rates) || a.Fields["sampling_rate"] != c.field {
				t.Errorf("rates %d from %q, want %d from %q; lost %v, %v", rates, a.Fields["sampling_rate"], c.rates, c.field,
					a.Unread, err)
			}
			i := slices.IndexFunc(a.Notes, func(n attribution.Note) bool { return n.Code == noteNoRate })
			if n := c.without; (i >= 0) != (n > 0) || n > 0 && a.Notes[i].Value != n {
				t.Errorf("notes %v, want %d records without a rate", a.Notes, n)
			}
		})
	}
}
