package netflow

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// exported is an event on its way through an exporter.
type exported struct {
	scenario.Event
	target netip.Addr
}

// datagram9 is what an exporter sends at a time: records of the usual template, options with its rate
// and the templates of both.
func datagram9(now time.Time, boot time.Time, number, rate uint32, events []exported) []byte {
	var records []byte
	for _, e := range events {
		up := uint32(e.Time.Sub(boot).Milliseconds())
		records = append(records, put(nil, e.Source.String(), e.target.String(), uint16(40_000), uint16(25), uint8(tcp),
			uint8(0x1b),
			uint32(e.Events), uint32(e.Bytes), up, up)...)
	}
	b := put(nil, uint16(9), uint16(len(events)+3), uint32(now.Sub(boot).Milliseconds()), uint32(now.Unix()), number,
		uint32(0))
	return append(b, slices.Concat(t256, set(1, options9(400, 1, spec{1, 4, 0}, spec{34, 4, 0})),
		set(400, put(nil, uint32(0), rate)), set(256, records))...)
}

// The incident as three exporters tell it, who look at every packet, at one in 100 and at one in 1000, is
// the one burst that it is in memory: its target, its begin and end, its countries and the verdict.
func TestIncidentFromThreeExporters(t *testing.T) {
	world4 := scenario.NewPopulation(world.Embedded(), nil)
	story, err := scenario.Overlay{Quiet: scenario.Quiet{Seed: 5, Rate: 8, Targets: 50}, Bursts: []scenario.Part{
		{Builder: scenario.MailBomb{Seed: 5}, After: 40 * time.Minute},
	}}.Build(world4)
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]netip.Addr{}
	rates := []uint32{1, 100, 1000}
	newMonitor := func() *monitor.Monitor {
		return world.Must(monitor.New(world.Embedded(), monitor.Options{
			Tally: attribution.Options{Key: world.Key(1)}, Claims: []attribution.Claim{attribution.Majority("RU")}, Groups: -1,
		}))
	}
	told, direct, d := newMonitor(), newMonitor(), decoder(t, Options{})
	var boot, now time.Time
	var queues [3][]exported
	numbers := [3]uint32{}
	send := func() {
		for k := range queues {
			for part := range slices.Chunk(queues[k], 30) {
				b := datagram9(now, boot, numbers[k], rates[k], part)
				told.Observe(d.Decode(nil, addrOf(k), now, b)...)
				numbers[k]++
			}
			queues[k] = queues[k][:0]
		}
	}
	n := uint64(0)
	for e := range story.Events() {
		if e.Source.Is6() {
			continue
		}
		if now.IsZero() {
			now = e.Time.Truncate(time.Second)
			boot = now.Add(-time.Hour)
		}
		if now.Sub(boot) > 2*time.Hour {
			break
		}
		for !e.Time.Before(now) {
			now = now.Add(time.Second)
			send()
		}
		if !targets[e.Target].IsValid() {
			targets[e.Target] = addrOf(1000 + len(targets))
		}
		k := int(n % 3)
		n++
		e.Time = e.Time.Truncate(time.Millisecond)
		queues[k] = append(queues[k], exported{e, targets[e.Target]})
		direct.Observe(monitor.Event{Time: e.Time, Target: monitor.TargetAddr(targets[e.Target]), Flow: attribution.Flow{
			Source: e.Source, Events: e.Events, Bytes: e.Bytes, SamplingRate: rates[k], Protocol: tcp, TCPFlags: 0x1b,
		}})
	}
	send()
	told.Advance(now)
	direct.Advance(now)

	if a := d.Account(); a.Records != n || len(a.Lost) != 0 || notesOf(a)["NO_RATE"] != 0 || told.Stats().Late != 0 {
		t.Errorf("%d of %d records, lost %v, notes %v, %+v", a.Records, n, a.Lost, notesOf(a), told.Stats())
	}
	say := func(m *monitor.Monitor) (list []string) {
		for b := range m.Bursts() {
			if !b.Target.IsZero() {
				r := b.Report
				list = append(list, fmt.Sprintf("%v from %v to %v: %d sources, %d events, first %s %d, rates %d to %d, %v",
					b.Target,
					b.Onset, b.End, r.Sources.Value, r.Events, r.Countries[0].Origin, r.Countries[0].Sources,
					r.FinestSamplingRate, r.SamplingRate, r.Verdicts[0].Outcome))
			}
		}
		return list
	}
	got, want := say(told), say(direct)
	if len(want) != 1 || !slices.Equal(got, want) {
		t.Errorf("exported %q\nin memory %q", got, want)
	}
	hit := story.Bursts()[0].Targets[0]
	for b := range told.Bursts() {
		if !b.Target.IsZero() && b.Target.Addr() != targets[hit] {
			t.Errorf("the target is %v, want %v", b.Target, targets[hit])
		}
	}
}
