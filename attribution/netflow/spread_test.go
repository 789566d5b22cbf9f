package netflow

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
)

const lostShed = attribution.LostShed

// spreadOf are the pieces of a flow that ended some time ago.
func spreadOf(t *testing.T, o Options, ago, length time.Duration, packets, octets uint64) []monitor.Event {
	t.Helper()
	d := decoder(t, o)
	last := start.Add(-ago)
	return d.Decode(nil, router, start, message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{152, 8, 0}, spec{153,
		8, 0},
		spec{2, 8, 0}, spec{1, 8, 0})), set(300, put(nil, "203.0.113.1", uint64(last.Add(-length).UnixMilli()),
		uint64(last.UnixMilli()), packets, octets))))
}

// Of a spread flow no packet and no byte is lost or doubled, each interval has its share, and all of
// it is where a monitor still counts.
func TestSpreadKeepsEverything(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range testenv.Trials(1_000, 3_000, 30_000) {
		o := Options{Interval: time.Duration(1+rng.IntN(60)) * time.Second}
		o.Lateness = o.Interval * time.Duration(1+rng.IntN(20))
		ago, length := time.Duration(rng.IntN(60_000))*time.Millisecond, time.Duration(rng.IntN(900_000))*time.Millisecond
		packets, octets := 1+rng.Uint64N(300), rng.Uint64N(1<<rng.IntN(63))
		if rng.IntN(10) == 0 {
			packets, octets = math.MaxUint64-packets, math.MaxUint64-octets
		}
		events := spreadOf(t, o, ago, length, packets, octets)
		var sumPackets, sumOctets uint64
		seen := map[int64]bool{}
		for _, e := range events {
			sumPackets += e.Events
			sumOctets += e.Bytes
			if e.Events == 0 {
				t.Fatal("a piece without packets")
			}
			if e.Time.After(start) || e.Time.Before(start.Add(-o.Lateness)) {
				t.Fatalf("a piece %v before the datagram, with a lateness of %v", start.Sub(e.Time), o.Lateness)
			}
			index := e.Time.UnixNano() / int64(o.Interval)
			if seen[index] {
				t.Fatalf("two pieces in one interval of %v", o.Interval)
			}
			seen[index] = true
		}
		if sumPackets != packets || sumOctets != octets {
			t.Fatalf("%d packets of %d, %d bytes of %d in %d pieces", sumPackets, packets, sumOctets, octets, len(events))
		}
		if most := int(o.Lateness/o.Interval) + 2; len(events) > most {
			t.Fatalf("%d pieces, want at most %d", len(events), most)
		}
	}
}

// The packets of a flow of five minutes are in the minutes that it has lasted.
func TestSpreadIsEven(t *testing.T) {
	events := spreadOf(t, Options{Interval: time.Minute, Lateness: 6 * time.Minute}, 6*time.Second, 5*time.Minute,
		3_000, 300_000)
	if len(events) != 6 { // from 11:54:59 to 11:59:59
		t.Fatalf("%d pieces", len(events))
	}
	for i, e := range events {
		want := uint64(600)
		switch i {
		case 0:
			want = 10
		case 5:
			want = 590
		}
		if e.Events < want-1 || e.Events > want+1 || e.Bytes < 100*want-100 || e.Bytes > 100*want+100 {
			t.Errorf("%v: %d packets, %d bytes", e.Time, e.Events, e.Bytes)
		}
	}
}

// A monitor with the usual options drops no record of routers with active timeouts of one and of five
// minutes, whose clocks are off by some seconds, and it finds the traffic of each interval.
func TestDefaultsLoseNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	m, err := monitor.New(table(t), monitor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := decoder(t, Options{})
	template := set(0, templateOf(256, usual...))
	sent := uint64(0)
	for second := range 900 {
		for router := range 3 {
			now := start.Add(time.Duration(second)*time.Second + time.Duration(rng.IntN(900))*time.Millisecond)
			var records []byte
			for range 20 {
				length := uint32(rng.IntN(60_000)) // one minute is the active timeout
				if router == 1 {
					length = uint32(rng.IntN(300_000))
				}
				packets := uint32(1 + rng.IntN(100))
				sent += uint64(packets)
				up := uint32(second*1000 + 1_000_000)
				last := up - uint32(rng.IntN(15_000)) // the inactive timeout
				records = append(records, put(nil, uint32(rng.Uint32()|1<<24), "198.51.100.7", uint16(53), uint16(4000),
					uint8(udp),
					uint8(0), packets, 100*packets, last-length, last)...)
			}
			b := message9(21, uint32(second), 0, template, set(256, records))
			be.PutUint32(b[4:], uint32(second*1000+1_000_000))
			be.PutUint32(b[8:], uint32(now.Unix()+int64(4*(router-1)))) // a clock that is behind, right, ahead
			from := router2.As4()
			from[3] += byte(router)
			m.Observe(d.Decode(nil, addr4(from), now, b)...)
		}
	}
	stats, a := m.Stats(), d.Account()
	if stats.Late != 0 || stats.Misdated != 0 || stats.Undated != 0 || len(a.Lost) != 0 {
		t.Errorf("%+v, lost %v", stats, a.Lost)
	}
	if x := d.Exporters(); x[0].Packets+x[1].Packets+x[2].Packets != sent {
		t.Errorf("packets of %+v, want %d", x, sent)
	}
}
