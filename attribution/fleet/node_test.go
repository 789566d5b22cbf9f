package fleet_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
)

// collecting is a collector that tracks 16 targets, and a center that takes what it sends.
type collecting struct {
	t       *testing.T
	monitor *monitor.Monitor
	node    *fleet.Node
	center  *fleet.Fleet
}

func newCollecting(t *testing.T) *collecting {
	c := &collecting{t: t, center: newFleet(t, "a")}
	c.restart(nil)
	return c
}

// restart begins again with a checkpoint, if there is one, and the same epoch.
func (c *collecting) restart(checkpoint []byte) {
	c.monitor = must(monitor.New(world.Table(), monitor.Options{
		Tally: attribution.Options{Key: key}, Interval: window, AllowedLateness: -1, Targets: 16, Groups: -1,
	}))
	if checkpoint != nil {
		must(c.monitor.Restore(bytes.NewReader(checkpoint)))
	}
	c.node = must(fleet.NewNode(c.monitor, window, "a", 1))
}

func (c *collecting) checkpoint() []byte {
	var b bytes.Buffer
	if err := c.monitor.Checkpoint(&b, nil); err != nil {
		c.t.Fatal(err)
	}
	return b.Bytes()
}

// observe observes so many events of a second to a target.
func (c *collecting) observe(second, events int, target string) {
	for i := range events {
		c.monitor.Observe(monitor.Event{
			Time: begin.Add(time.Duration(second) * time.Second), Target: monitor.TargetName(target),
			Flow: attribution.Flow{Source: world.IP("RU", i)},
		})
	}
}

func (c *collecting) advance(second int) {
	c.monitor.Advance(begin.Add(time.Duration(second) * time.Second))
}

// ship sends what the center does not have, and returns what became of it by code.
func (c *collecting) ship() map[string]int {
	codes := map[string]int{}
	for e := range c.node.Envelopes() {
		result := fleet.ResultOf(c.center.Put(e))
		if codes[result.Code]++; !result.Again() {
			c.node.Taken(e)
		}
	}
	return codes
}

// shipped ships, and fails if what became of it is not what is wanted.
func (c *collecting) shipped(when string, taken, stale int) {
	c.t.Helper()
	if got := c.ship(); got["taken"] != taken || got["stale"] != stale || got["taken"]+got["stale"] != taken+stale {
		c.t.Errorf("%s: %v, want %d taken, %d stale", when, got, taken, stale)
	}
}

// has fails if the center has other numbers in a window than are wanted.
func (c *collecting) has(second int, target string, events, late uint64) {
	c.t.Helper()
	from, to := begin.Add(time.Duration(second)*time.Second), monitor.Target{}
	if target != "" {
		to = monitor.TargetName(target)
	}
	r := must(must(c.center.Snapshot(to, from, from.Add(window))).Snapshot.Report(attribution.Policy{}))
	if r.Events != events || r.Lost[attribution.LostLate] != late {
		c.t.Errorf("%d s, target %q: %d events, %d late, want %d, %d", second, target, r.Events,
			r.Lost[attribution.LostLate], events, late)
	}
}

// What a node sends after it was restored with its epoch replaces what it had sent before, and nothing that is fuller.
func TestNodeRestart(t *testing.T) {
	c := newCollecting(t)
	c.observe(0, 20, "x")
	c.observe(12, 30, "x")
	older := c.checkpoint()
	c.observe(15, 30, "x")
	c.advance(30)
	c.shipped("first", 5, 0)
	for range 2 {
		c.observe(5, 1, "x") // late
		c.shipped("late", 2, 0)
	}
	c.restart(c.checkpoint())
	c.shipped("restored", 0, 5)
	c.observe(5, 100, "x")
	c.shipped("late, restored", 2, 0)
	c.has(0, "x", 20, 102)
	c.has(0, "", 20, 102)

	// An older checkpoint has less in both windows. What comes then is new to the center only beyond what it has.
	c.restart(older)
	c.advance(30)
	c.shipped("restored from an older checkpoint", 0, 5)
	c.has(0, "", 20, 102)
	c.has(10, "x", 60, 0)
	c.observe(5, 102, "x")
	c.shipped("as many late ones", 0, 2)
	c.observe(5, 1, "x")
	c.shipped("one more", 2, 0)
	c.has(0, "x", 20, 103)
}

// A target that lost its slot, and gets one again, does not take from the center what it had.
func TestNodeTargetsChange(t *testing.T) {
	c := newCollecting(t)
	c.observe(0, 20, "x")
	c.observe(0, 30, "y")
	c.advance(10)
	c.shipped("first", 3, 0)
	for i := range 40 {
		c.observe(12, 500, name(i))
	}
	if c.monitor.Stats().Evicted == 0 {
		t.Error("no target lost its slot, so that this test proves nothing")
	}
	c.observe(15, 3000, "x")
	c.advance(20)
	c.ship()
	c.observe(5, 1, "x") // late
	c.ship()
	c.has(0, "x", 20, 0)
	c.has(0, "y", 30, 0)
	c.has(0, "", 50, 1)
	c.restart(c.checkpoint())
	if got := c.ship(); got["taken"]+got["conflict"] != 0 {
		t.Errorf("restored: %v", got)
	}
}

// A clock that was two minutes fast is set right. The center gets what comes in the windows that the node had sent.
func TestNodeClockSetBack(t *testing.T) {
	c := newCollecting(t)
	for s := 0; s < 300; s += 10 {
		second, events := s, 5
		if s >= 100 && s < 200 {
			second += 120
		}
		if s >= 200 {
			events = 70
		}
		c.advance(second)
		c.observe(second, events, "x")
		c.advance(second + 10)
		c.ship()
	}
	for s := 200; s < 300; s += 10 {
		want := uint64(70)
		if s >= 220 {
			want += 5
		}
		c.has(s, "", want, 0)
	}
}
