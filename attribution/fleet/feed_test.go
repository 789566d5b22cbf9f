package fleet_test

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
)

var options = monitor.Options{
	Tally: attribution.Options{Key: key}, Interval: window, AllowedLateness: -1,
	Claims: []attribution.Claim{attribution.Majority("RU")},
}

// traffic is half an hour of everyday traffic to some mailboxes, with an attack on one of them that
// comes evenly through all gateways, too little in each to show.
func traffic() (events []monitor.Event) {
	rng := rand.New(rand.NewPCG(17, 18))
	mailboxes := targets()[5:6]
	for i := range 20 {
		mailboxes = append(mailboxes, monitor.TargetName("mailbox-"+string(rune('a'+i))+"@lagoon.example"))
	}
	for s := range 1800 {
		at := begin.Add(time.Duration(s) * time.Second)
		for range 6 {
			events = append(events, monitor.Event{
				Time: at, Target: mailboxes[rng.IntN(len(mailboxes))], Flow: attribution.Flow{Source: source(rng, 400)},
			})
		}
		for i := range 30 {
			if s >= 1200 && s < 1260 {
				events = append(events, monitor.Event{
					Time: at, Target: mailboxes[0], Flow: attribution.Flow{Source: world.IP("RU", 10_000+30*(s-1200)+i)},
				})
			}
		}
	}
	return events
}

// share sends events round the gateways.
func share(events []monitor.Event, nodes int) [][]monitor.Event {
	parts := make([][]monitor.Event, nodes)
	for i, e := range events {
		parts[i%nodes] = append(parts[i%nodes], e)
	}
	return parts
}

// A burst that comes through three gateways by thirds is one, with the bytes that one monitor
// has which saw every event.
func TestOneBurst(t *testing.T) {
	events := traffic()
	alone := must(monitor.New(world.Table(), options))
	alone.Observe(events...)
	alone.Advance(begin.Add(time.Hour))

	f := newFleet(t, name(0), name(1), name(2))
	server := httptest.NewServer(fleet.Handler(f, nil))
	defer server.Close()
	client := fleet.Client{URL: server.URL}
	center := must(monitor.New(world.Table(), options))
	feed := fleet.NewFeed(f, center, time.Hour)
	var nodes []*fleet.Node
	var monitors []*monitor.Monitor
	parts := share(events, 3)
	for i := range parts {
		m := must(monitor.New(world.Table(), options))
		monitors = append(monitors, m)
		nodes = append(nodes, must(fleet.NewNode(m, window, name(i), 1)))
	}
	rng := rand.New(rand.NewPCG(4, 4))
	for now := begin; now.Before(begin.Add(time.Hour)); now = now.Add(6 * window) {
		for i, m := range monitors {
			n := slices.IndexFunc(parts[i], func(e monitor.Event) bool { return !e.Time.Before(now) })
			if n < 0 {
				n = len(parts[i])
			}
			m.Observe(parts[i][:n]...)
			parts[i] = parts[i][n:]
			m.Advance(now)
			if rng.IntN(4) == 0 { // the network is down
				continue
			}
			results, err := client.Ship(context.Background(), nodes[i])
			if err != nil || slices.ContainsFunc(results, fleet.Result.Refused) {
				t.Fatalf("%v, %v", results, err)
			}
		}
		if _, incomplete, err := feed.Run(now); err != nil || incomplete > 0 {
			t.Fatal(incomplete, err)
		}
	}
	want, got := byTarget(alone), byTarget(center)
	if len(want) == 0 || len(got) != len(want) {
		t.Fatalf("%d bursts, want %d", len(got), len(want))
	}
	for i := range want {
		a, b := want[i], got[i]
		if a.Target != b.Target || !a.Onset.Equal(b.Onset) || !a.End.Equal(b.End) || a.PeakEvents != b.PeakEvents ||
			a.PeakSources != b.PeakSources || a.Report.Verdicts[0].String() != b.Report.Verdicts[0].String() {
			t.Errorf("got %v\nwant %v", b, a)
		}
		one, _ := alone.BurstSnapshot(a.ID)
		other, _ := center.BurstSnapshot(b.ID)
		if encoded(one) != encoded(other) {
			t.Errorf("burst %d of %v: other bytes", a.ID, a.Target)
		}
	}
}

// byTarget returns the bursts in the order of their targets. Their numbers differ, since a monitor
// that sees events tells a strong burst before its interval has closed.
func byTarget(m *monitor.Monitor) []monitor.Burst {
	return slices.SortedFunc(m.Bursts(), func(a, b monitor.Burst) int {
		return strings.Compare(a.Target.String(), b.Target.String())
	})
}
