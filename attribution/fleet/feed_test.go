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

// A center whose clock is wrong once, ahead or back, loses what comes at that moment, if that is then too old to be
// kept, and nothing else.
func TestCenterClock(t *testing.T) {
	for wrong, lost := range map[time.Duration]int{10 * time.Minute: 0, 2 * time.Hour: 1, -2 * time.Hour: 0} {
		f := newFleet(t, "a")
		m := must(monitor.New(world.Table(), options))
		feed := fleet.NewFeed(f, m, 2*window)
		var refused []fleet.Result
		for k := range 100 {
			now := begin.Add(time.Duration(k+1) * window)
			f.Advance(now)
			if k == 50 {
				f.Advance(now.Add(wrong))
				feed.Run(now.Add(wrong))
			}
			e := at(envelope("a", 1, russian(5)), k)
			result := fleet.ResultOf(f.Put(e))
			f.Advance(now)
			if result.Again() {
				result = fleet.ResultOf(f.Put(e))
			}
			if result.Refused() {
				refused = append(refused, result)
			}
			if _, _, err := feed.Run(now); err != nil {
				t.Fatal(err)
			}
		}
		if len(refused) != lost {
			t.Errorf("%v: refused %v, want %d", wrong, refused, lost)
		}
		if got := m.Stats(); got.Records != uint64(5*(100-lost)) || got.Late != 0 {
			t.Errorf("%v: %+v", wrong, got)
		}
		if got := len(f.Windows()); wrong != 2*time.Hour && got != 100-lost {
			t.Errorf("%v: %d windows", wrong, got)
		}
	}
}

// A reading of the clock that comes a little late changes nothing.
func TestLateReading(t *testing.T) {
	f := newFleet(t, "a")
	f.Advance(begin.Add(6 * window))
	f.Advance(begin)
	put(t, f, at(envelope("a", 1, russian(5)), 6))
	f.Advance(begin.Add(6 * window))
	if got := f.Stats(); got.Taken != 1 || got.Windows != 1 {
		t.Errorf("%+v", got)
	}
}

// A window of 1970 does not make Run walk all windows since. Beyond it the monitor has what it would have without.
func TestOldWindow(t *testing.T) {
	f := newFleet(t, "a")
	old := envelope("a", 1, russian(5))
	old.From = time.Unix(0, 0)
	put(t, f, old, envelope("a", 1, russian(7)), at(envelope("a", 1, russian(9)), 3))
	m := must(monitor.New(world.Table(), options))
	feed := fleet.NewFeed(f, m, window)
	given, incomplete, err := feed.Run(begin.Add(10 * window))
	if given != 1+9 || incomplete != 7 || err != nil {
		t.Errorf("%d given, %d incomplete, %v", given, incomplete, err)
	}
	if got := m.Stats(); got.Records != 5+7+9 || !got.Closed.Equal(begin.Add(9*window)) {
		t.Errorf("%+v", got)
	}
	r := must(m.Snapshot(begin, begin.Add(window)).Report(attribution.Policy{}))
	if r.Events != 7 {
		t.Errorf("%d events", r.Events)
	}
}

// byTarget returns the bursts in the order of their targets. Their numbers differ, since a monitor
// that sees events tells a strong burst before its interval has closed.
func byTarget(m *monitor.Monitor) []monitor.Burst {
	return slices.SortedFunc(m.Bursts(), func(a, b monitor.Burst) int {
		return strings.Compare(a.Target.String(), b.Target.String())
	})
}
