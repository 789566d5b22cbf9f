package monitor

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// stopped is a program that watches a stream and is killed now and then.
type stopped struct {
	options Options
	m       *Monitor
	told    map[string]bool // bursts as JSON: what is told twice counts once
}

func newStopped(o Options) *stopped {
	s := &stopped{options: o, told: map[string]bool{}}
	s.options.NotifyChildren = true
	s.options.Notify = func(b Burst) {
		data, err := json.Marshal(b)
		if err != nil {
			panic(err)
		}
		s.told[string(data)] = true
	}
	s.m = newMonitor(s.options)
	return s
}

func (s *stopped) checkpoint(t *testing.T, position int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.m.Checkpoint(&b, binary.AppendUvarint(nil, uint64(position))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// restart is a new process that reads a checkpoint.
func (s *stopped) restart(t *testing.T, checkpoint []byte) (position int) {
	t.Helper()
	s.m = newMonitor(s.options)
	data, err := s.m.Restore(iotest.HalfReader(bytes.NewReader(checkpoint)))
	if err != nil {
		t.Fatal(err)
	}
	v, _ := binary.Uvarint(data)
	return int(v)
}

func eventsOf(b scenario.Builder, length time.Duration) (events []Event) {
	s := must(b.Build(testPopulation()))
	for e := range s.Events() {
		if e.Time.Sub(begin) > length {
			break
		}
		events = append(events, eventOf(e))
	}
	return events
}

// A program that is killed at any moment, and reads on from the position of its
// last checkpoint, tells the same bursts as one that ran through, and ends in the
// same state to the last byte.
func TestKillAndReplay(t *testing.T) {
	events := eventsOf(overHour(4*time.Minute, scenario.MailBomb{Seed: 2}), 12*time.Minute)
	for i := range events { // some times are wrong
		if i%997 == 0 {
			events[i].Time = events[i].Time.Add(time.Duration(i%5-2) * time.Hour)
		}
	}
	o := Options{Targets: 64, Tally: attribution.Options{SampleSize: 1024}, Retention: 6 * time.Minute}
	through := newStopped(o)
	through.m.Observe(events...)
	if len(through.told) < 4 {
		t.Fatalf("only %d bursts were told", len(through.told))
	}

	killed := newStopped(o)
	checkpoint := killed.checkpoint(t, 0)
	for i, kills := 0, 0; i < len(events); {
		n := min(700+i%1300, len(events)-i)
		killed.m.Observe(events[i : i+n]...)
		if i += n; kills < 12 && i/9000 > kills {
			kills++
			i = killed.restart(t, checkpoint)
			if again := killed.checkpoint(t, i); !bytes.Equal(again, checkpoint) {
				t.Fatalf("at %d: restored and written again, a checkpoint differs", i)
			}
		}
		if i%3 == 0 {
			checkpoint = killed.checkpoint(t, i)
		}
	}
	if a, b := through.checkpoint(t, 0), killed.checkpoint(t, 0); !bytes.Equal(a, b) {
		t.Error("the states differ in the end")
	}
	sameSnapshot(t, "everything", everything(killed.m), everything(through.m))
	for b := range through.told {
		if !killed.told[b] {
			t.Errorf("not told by the one that was killed: %.300s", b)
		}
	}
	if len(killed.told) != len(through.told) {
		t.Errorf("%d bursts were told, want %d", len(killed.told), len(through.told))
	}
	known := func(m *Monitor) (texts []string) {
		for b := range m.Bursts() {
			texts = append(texts, b.String())
		}
		return texts
	}
	if a, b := known(through.m), known(killed.m); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("known are %v, want %v", b, a)
	}
}

// small is a monitor with a little of everything in its checkpoint.
func smallMonitor(t testing.TB) *Monitor {
	m := newMonitor(Options{Targets: 16, Tally: attribution.Options{SampleSize: 1024}})
	for i := range 4000 {
		target := ParseTarget(fmt.Sprintf("192.0.2.%d", i%20))
		e := Event{Time: at(float64(i) / 12), Flow: flowOf(ip(i % 300)), Target: target}
		if i%20 == 7 {
			e.Target = TargetName("name")
		}
		m.Observe(e)
		if i > 3700 {
			for j := range 20 {
				e.Source = ip(1000 + 20*i + j)
				m.Observe(e)
			}
		}
	}
	m.Observe(dated(year2100, at(-4000))...)
	for b := range m.Bursts() {
		if b.Target != (Target{}) {
			return m
		}
	}
	t.Fatal("there is no burst of a target")
	return nil
}

// Whatever is no checkpoint of such a monitor is refused, and changes nothing.
func TestRestoreRefuses(t *testing.T) {
	m := smallMonitor(t)
	var b bytes.Buffer
	if err := m.Checkpoint(&b, []byte("here")); err != nil {
		t.Fatal(err)
	}
	good := b.Bytes()
	refused := func(what string, m *Monitor, data []byte, want error, text string) {
		t.Helper()
		before := new(bytes.Buffer)
		after := new(bytes.Buffer)
		m.Checkpoint(before, nil)
		if _, err := m.Restore(bytes.NewReader(data)); !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v, want %v with %q", what, err, want, text)
		}
		if m.Checkpoint(after, nil); !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Errorf("%s: the monitor was changed", what)
		}
	}
	o := m.options
	for _, n := range []int{0, 3, 11, 12, 40, len(good) / 2, len(good) - 1} {
		refused(fmt.Sprintf("%d bytes", n), m, good[:n], sketch.ErrInvalidEncoding, "monitor: ")
	}
	refused(
		"a foreign file",
		m,
		[]byte("PK\x03\x04 and much else that is no checkpoint"),
		sketch.ErrInvalidEncoding,
		"begins with",
	)
	for i := 0; i < len(good); i += len(good)/15 + 1 {
		damaged := slices.Clone(good)
		damaged[i] ^= 4
		refused(fmt.Sprintf("byte %d damaged", i), m, damaged, sketch.ErrInvalidEncoding, "")
	}
	huge := slices.Clone(good)
	huge[4] = 0x10
	refused("a length beyond all bounds", m, huge, sketch.ErrInvalidEncoding, "byte 4")
	for what, change := range map[string]func(*Options){
		"key":               func(o *Options) { o.Tally.Key = sketch.NewKey() },
		"interval":          func(o *Options) { o.Interval, o.AllowedLateness = time.Minute, time.Minute },
		"number of targets": func(o *Options) { o.Targets = 32 },
		"groups":            func(o *Options) { o.Groups = Networks | Directories },
		"sample size":       func(o *Options) { o.Tally.SampleSize = 2048 },
		"sampling rate":     func(o *Options) { o.Tally.SamplingRate = 100 },
		"false alarms":      func(o *Options) { o.FalseAlarms = 4 },
	} {
		other := o
		change(&other)
		refused(what, must(New(m.table, other)), good, sketch.ErrMismatch, what)
	}
	_, err := m.Restore(iotest.ErrReader(errors.ErrUnsupported))
	if !errors.Is(err, errors.ErrUnsupported) || errors.Is(err, sketch.ErrInvalidEncoding) {
		t.Errorf("a reader that fails: %v", err)
	}
	if err := m.Checkpoint(&b, make([]byte, maxPosition+1)); err == nil {
		t.Error("a position without bounds was taken")
	}
	if bytes.Contains(good, []byte(fmt.Sprint(o.Tally.Key))) || !bytes.Contains(good, []byte("name")) {
		t.Error("the checkpoint is not what this test takes it for")
	}
	position, err := must(New(m.table, o)).Restore(bytes.NewReader(good))
	if err != nil || string(position) != "here" {
		t.Errorf("position %q, %v", position, err)
	}
}

// A checkpoint that nobody could restore is not written.
func TestCheckpointUnderARandomKey(t *testing.T) {
	m := must(New(world.Embedded(), Options{}))
	m.Observe(repeat(100, 0, 1)...)
	var b bytes.Buffer
	err := m.Checkpoint(&b, nil)
	if !errors.Is(err, ErrRandomKey) || !strings.Contains(err.Error(), "Options.Tally.Key") {
		t.Errorf("%v", err)
	}
	if b.Len() > 0 {
		t.Errorf("%d bytes were written", b.Len())
	}
	tally := must(attribution.NewTally(world.Embedded(), attribution.Options{}))
	if tally.Add(ip(1)); everything(m).KeyID() != tally.Snapshot().KeyID() {
		t.Error("the random key is not that of all tallies of this process")
	}
	var good bytes.Buffer
	if err := newMonitor(Options{}).Checkpoint(&good, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Restore(&good); !errors.Is(err, sketch.ErrMismatch) || !strings.Contains(err.Error(), "key") {
		t.Errorf("a checkpoint of another key: %v", err)
	}
}

func FuzzRestore(f *testing.F) {
	m := smallMonitor(f)
	parts, _ := m.encode([]byte("here"))
	body := bytes.Join(parts, nil)
	f.Add(body)
	f.Add(body[:len(body)/2])
	f.Add([]byte{})
	for i := 0; i < len(body); i += len(body)/12 + 1 {
		damaged := slices.Clone(body)
		damaged[i] ^= 1
		f.Add(damaged)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := must(New(m.table, m.options))
		if _, err := m.decode(data); err != nil {
			if !errors.Is(err, sketch.ErrInvalidEncoding) && !errors.Is(err, sketch.ErrMismatch) {
				t.Fatalf("%v wraps neither", err)
			}
			return
		}
		// What is accepted can be used.
		for range m.Bursts() {
		}
		everything(m)
		m.Targets()
		m.Advance(time.Unix(0, m.clock.mark).Add(20 * time.Minute))
		m.Observe(Event{Time: time.Unix(0, m.clock.mark), Target: TargetName("name"), Flow: flowOf(ip(1))})
		if err := m.Checkpoint(new(bytes.Buffer), nil); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzEvents takes three bytes for an event: how far the time moves, and where the
// event came from.
func FuzzEvents(f *testing.F) {
	f.Add([]byte{0, 1, 1, 0, 1, 2, 200, 1, 3, 0, 7, 1})
	f.Add(bytes.Repeat([]byte{100, 3, 3}, 300))
	f.Add(bytes.Repeat([]byte{0x9c, 3, 3, 0, 1, 2}, 100))
	f.Fuzz(func(t *testing.T, data []byte) {
		data = data[:min(len(data), 900)]
		m := newMonitor(Options{Interval: time.Minute, Targets: 16, Retention: 10_000 * time.Minute})
		now := begin
		events := uint64(0)
		for ; len(data) >= 3; data = data[3:] {
			step := time.Duration(int8(data[0]))
			now = now.Add(step * step * step * 100 * time.Millisecond)
			if data[1] == 255 {
				m.Advance(now)
				continue
			}
			target := TargetName(string(rune('a' + data[1]%20)))
			m.Observe(Event{Time: now, Target: target, Flow: flowOf(ip(int(data[2])))})
			events++
		}
		s := m.Stats()
		if s.Records+uint64(s.Waiting) != events {
			t.Fatalf("%d events became %+v", events, s)
		}
		r := reportOf(everything(m))
		if s.SetBack == 0 && s.Oldest.Before(begin) && r.Events+s.Late+s.Undated+s.Misdated > s.Records {
			t.Fatalf("%d events in the report, of %+v", r.Events, s)
		}
		if len(m.open) > mostOpen {
			t.Fatalf("%d intervals are open", len(m.open))
		}
	})
}

// restored returns a new monitor that goes on from a checkpoint of m.
func restored(t *testing.T, m *Monitor, o Options) *Monitor {
	t.Helper()
	r := newMonitorWith(m.table, o)
	if _, err := r.Restore(checkpointOf(t, m)); err != nil {
		t.Fatal(err)
	}
	return r
}

func checkpointOf(t *testing.T, m *Monitor) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	if err := m.Checkpoint(&b, nil); err != nil {
		t.Fatal(err)
	}
	return &b
}

// Options that are set to none are none in a restored monitor too.
func TestRestoreWithNone(t *testing.T) {
	for _, o := range []Options{
		{Targets: -1}, {AllowedLateness: -1}, {Targets: -1, AllowedLateness: -1, Interval: time.Minute},
	} {
		m := newMonitor(o)
		m.Observe(repeat(300, 0, 1)...)
		r := restored(t, m, o)
		sameSnapshot(t, fmt.Sprintf("%+v", o), everything(r), everything(m))
	}
}
