package monitor

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"hash/fnv"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
)

// floods are HTTP floods that hit somebody's web servers: what is known of each.
var floods = []struct {
	name    string
	begin   string // the first request
	sources uint64
}{
	{"2024-11-28", "2024-11-28T13:10:20Z", 839},
	{"2025-01-14", "2025-01-14T13:01:56Z", 1180},
	{"2025-06-19", "2025-06-19T12:05:01Z", 994},
}

// Each flood, laid over a quiet evening, is found on its target, from its first
// interval to its last, with its sources, and no country has a majority.
func TestRealFloods(t *testing.T) {
	for _, flood := range floods {
		t.Run(flood.name, func(t *testing.T) {
			if testing.Short() && flood.sources > 1000 {
				t.Skip("the longest")
			}
			rows, err := csv.NewReader(testenv.Corpus(t, "web-ddos/"+flood.name+".csv")).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			from, _ := time.Parse(time.RFC3339, flood.begin)
			shift := begin.Add(30*time.Minute + 3*time.Second).Sub(from)
			target := TargetName("www.lagoon.example")
			events := eventsOf(scenario.Quiet{Seed: 9, Rate: 3, Noise: 0.15}, time.Hour)
			var times []time.Time
			for _, row := range rows[1:] {
				when, err := time.Parse(time.RFC3339, row[2])
				if err != nil {
					t.Fatal(err)
				}
				times = append(times, when.Add(shift))
				source := flowOf(netip.MustParseAddr(row[0]))
				events = append(events, Event{Time: when.Add(shift), Target: target, Flow: source})
			}
			slices.SortFunc(times, time.Time.Compare)
			slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
			var told []Burst
			m := newMonitor(Options{NotifyChildren: true, Notify: func(b Burst) { told = append(told, b) }})
			m.Observe(events...)
			ended := final(told, target)
			if len(ended) != 1 {
				t.Fatalf("%d bursts of the target have ended:\n%v", len(ended), told)
			}
			b := ended[0]
			t.Logf("%v", b)
			// The last requests straggle; the end is where 99 % had come.
			to := times[len(times)*99/100]
			onset, end := from.Add(shift).Truncate(10*time.Second), to.Truncate(10*time.Second).Add(10*time.Second)
			if b.Onset.Sub(onset).Abs() > 10*time.Second || b.End.Sub(end).Abs() > 10*time.Second {
				t.Errorf("from %v to %v, want %v to %v", b.Onset, b.End, onset, end)
			}
			if n := b.Report.Sources.Value; float64(n) < 0.97*float64(flood.sources) || n > flood.sources {
				t.Errorf("%d sources, want nearly %d", n, flood.sources)
			}
			if b.Report.Verdicts[0].Outcome != attribution.Refuted {
				t.Errorf("%v", b.Report.Verdicts[0])
			}
			for _, other := range told {
				if other.Target != target && other.Target != (Target{}) {
					t.Errorf("of another target: %v", other)
				}
			}
		})
	}
}

// robots are channels in which a program worked off a list for hours that day, and
// made hundreds or thousands of edits where there had been next to none: whoever
// looks at the counts sees the step.
var robots = []string{"#vi.wikipedia", "#uz.wikipedia"}

// morning is when edits of all traffic doubled that day.
var morning = time.Date(2015, 9, 12, 5, 45, 0, 0, time.UTC)

// A quiet day of edits of Wikipedia, with channels as targets, has no attack in it.
// What robots did is found and is said to come from few sources. In all traffic the
// edits double within minutes of 05:45, for hours: without a season that is a weak
// burst. Nothing else is found.
func TestRealQuietDay(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole day, twice")
	}
	lines := bufio.NewScanner(testenv.Corpus(t, "wikiticker/wikiticker-2015-09-12-sampled.json.gz"))
	lines.Buffer(nil, 1<<20)
	var events []Event
	for lines.Scan() {
		var edit struct {
			Time          time.Time
			Channel, User string
		}
		if err := json.Unmarshal(lines.Bytes(), &edit); err != nil {
			t.Fatal(err)
		}
		source, err := netip.ParseAddr(edit.User)
		if err != nil {
			// Who has a name has no address here; a network of their own stands
			// for them.
			h := fnv.New64a()
			h.Write([]byte(edit.User))
			var b [16]byte
			binary.BigEndian.PutUint64(b[:8], 0x2600<<48|h.Sum64()>>16)
			source = netip.AddrFrom16(b)
		}
		events = append(events, Event{Time: edit.Time, Target: TargetName(edit.Channel), Flow: flowOf(source)})
	}
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	for _, interval := range []time.Duration{10 * time.Second, time.Minute} {
		m := newMonitor(Options{Interval: interval, NotifyChildren: true, Notify: func(b Burst) {
			if doubled := b.Onset.Sub(morning).Abs() < time.Hour/2; b.Target.IsZero() && b.ID == 1 && doubled {
				return
			}
			if !slices.Contains(robots, b.Target.Name()) || b.Report.Sources.Value > 30 {
				t.Errorf("%v: %v", interval, b)
			}
		}})
		m.Observe(events...)
		m.Advance(events[len(events)-1].Time.Add(time.Hour))
	}
}
