package brief

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A line is one row of the table, by column.
type line map[string]string

func readTable(t *testing.T, b Brief) (head []string, lines []line) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(write(t, b, CSV, 0))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		l := line{}
		for i, cell := range row {
			l[rows[0][i]] = cell
		}
		lines = append(lines, l)
	}
	return rows[0], lines
}

// rowOf returns the first row of an origin.
func rowOf(t *testing.T, lines []line, origin string) line {
	t.Helper()
	for _, l := range lines {
		if l["origin"] == origin {
			return l
		}
	}
	t.Fatalf("no row of %s among %v", origin, lines)
	return nil
}

// small is traffic of 60 Russian, 40 American and 2 other sources, and of one that is reserved.
func small(o attribution.Options, times int) attribution.Report {
	o.Key = world.Key(1)
	tally := world.Must(attribution.NewTally(world.Table(), o))
	for i := range 60 * times {
		tally.AddFlow(attribution.Flow{Source: world.IP("RU", i*256+1), Events: 3, Bytes: 120, Handshake: true})
	}
	for i := range 40 * times {
		tally.AddFlow(attribution.Flow{Source: world.IP("US", i*256+1), Events: 1, Bytes: 40, Handshake: true})
	}
	tally.AddFlow(attribution.Flow{Source: world.IP("", 1), Events: 2, Bytes: 7})
	tally.AddFlow(attribution.Flow{Source: world.IP("", 900), Events: 2, Bytes: 7})
	tally.AddFlow(attribution.Flow{Source: world.IP("reserved", 1), Events: 5, Bytes: 9})
	return world.Must(tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("RU")))
}

func TestCSV(t *testing.T) {
	b := Brief{Report: small(attribution.Options{}, 1), Announced: map[geo.Origin]float64{world.Origin("RU"): .012}}
	head, lines := readTable(t, b)
	if !reflect.DeepEqual(head, csvColumns) || len(lines) != 4 {
		t.Fatalf("%d lines below %v", len(lines), head)
	}
	ru := rowOf(t, lines, "RU")
	for column, want := range map[string]string{
		"sources": "60", "share": "0.5882352941", "events": "180", "event_share": "0.8035714286", "bytes": "7200",
		"announced_share": "0.012", "new_sources": "", "ruled_out": "", "database": "Test-Country 2026-06-01",
	} {
		if ru[column] != want {
			t.Errorf("RU: %s is %q, want %q", column, ru[column], want)
		}
	}
	reserved := rowOf(t, lines, "reserved")
	for column, want := range map[string]string{
		"sources": "1", "share": "", "events": "5", "event_share": "", "bytes": "9",
	} {
		if reserved[column] != want {
			t.Errorf("reserved: %s is %q, want %q", column, reserved[column], want)
		}
	}
	if l := rowOf(t, lines, "unlocated"); l["sources"] != "2" || l["events"] != "4" || l["announced_share"] != "" {
		t.Errorf("unlocated: %v", l)
	}
}

// What is not known is an empty cell, and never 0.
func TestCSVNeverSaysZeroForUnknown(t *testing.T) {
	limited := small(attribution.Options{}, 1)
	limited.Limits = &attribution.Limits{EventsUnknown: true}
	onlySources := small(attribution.Options{}, 1)
	onlySources.Events, onlySources.Bytes = 0, 0
	for name, r := range map[string]attribution.Report{
		"limits": limited, "no events": onlySources,
		"sample": small(attribution.Options{SampleSize: 1024, Precision: 12}, 400),
	} {
		if name == "sample" {
			r.Basis = attribution.BasisSample
		}
		_, lines := readTable(t, Brief{Report: r})
		for _, l := range lines {
			if l["events"] != "" || l["event_share"] != "" {
				t.Errorf("%s: %s has %q events, %q", name, l["origin"], l["events"], l["event_share"])
			}
		}
		if l := rowOf(t, lines, "RU"); l["sources"] == "" || l["share"] == "" {
			t.Errorf("%s: %v", name, l)
		}
	}
	_, lines := readTable(t, Brief{Report: world.Must(attribution.Snapshot{}.Report(attribution.Policy{}))})
	for _, l := range lines {
		if l["share"] != "" || l["events"] != "" || l["ruled_out"] != "NOTHING_COUNTED" {
			t.Errorf("nothing was counted: %v", l)
		}
	}
}

// New sources have columns of their own. Of an estimate, a country that is not in it is not known to have none.
func TestCSVOfBursts(t *testing.T) {
	r, fresh := small(attribution.Options{}, 1), small(attribution.Options{}, 1)
	fresh.Countries = fresh.Countries[:1]
	one := monitor.Burst{ID: 7, Report: r, NewSources: &baseline.NewSources{Report: fresh}}
	head, lines := readTable(t, Brief{Bursts: []monitor.Burst{one}})
	if head[0] == csvBurst {
		t.Error("one burst has a column for its number")
	}
	if ru, us := rowOf(t, lines, "RU"), rowOf(t, lines, "US"); ru["new_sources"] != "60" || us["new_sources"] != "0" {
		t.Errorf("new sources: %v, %v", ru, us)
	}
	if l := rowOf(t, lines, "reserved"); l["new_sources"] != "" {
		t.Errorf("reserved: %v", l)
	}
	fresh.Sources.Exact = false
	two := monitor.Burst{ID: 9, Report: r, NewSources: &baseline.NewSources{Report: fresh}}
	head, lines = readTable(t, Brief{Bursts: []monitor.Burst{one, two}})
	if head[0] != csvBurst || len(lines) != 8 || lines[0][csvBurst] != "7" || lines[7][csvBurst] != "9" {
		t.Errorf("%d lines below %v", len(lines), head)
	}
	if us := rowOf(t, lines[4:], "US"); us["new_sources"] != "" {
		t.Errorf("an estimate says %q for a country that it does not have", us["new_sources"])
	}
}

// A brief in JSON comes back as what it was.
func TestJSONRoundTrip(t *testing.T) {
	for name, b := range fullBriefs(t) {
		var d document
		if err := json.Unmarshal([]byte(write(t, b, JSON, 0)), &d); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		back := Brief{Title: d.Title, Simulated: d.Simulated, Bursts: d.Bursts, Inside: d.Inside, Evidence: d.Evidence}
		if d.Report != nil {
			back.Report = *d.Report
		}
		if !reflect.DeepEqual(back, b) {
			t.Errorf("%s: came back as another", name)
		}
	}
}
