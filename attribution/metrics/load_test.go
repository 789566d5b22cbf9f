package metrics

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// site is a web server that counts its requests, beside a page with metrics.
type site struct {
	*httptest.Server
	clock atomic.Int64 // milliseconds of the traffic; a request takes one
}

// newSite serves metrics of m at /metrics. The client of a request is the address in X-Forwarded-For.
func newSite(t testing.TB, m *monitor.Monitor, c prometheus.Collector) *site {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	s := &site{}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}))
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) {
		source, err := netip.ParseAddr(r.Header.Get("X-Forwarded-For"))
		if err != nil {
			t.Error(err)
		}
		m.Observe(monitor.Event{
			Time:   begin.Add(time.Duration(s.clock.Add(1)) * time.Millisecond),
			Target: monitor.TargetName(r.URL.Path), Flow: attribution.Flow{Source: source},
		})
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *site) get(ctx context.Context, path, from string) (body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("X-Forwarded-For", from)
	resp, err := s.Client().Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, resp.Status, text)
	}
	return string(text), err
}

// bound is the documented bound of the number of series.
func bound(top, claims, databases, targets, unread, notes int) int {
	return 6*top + 10*claims + databases + 25 + 4*claims + targets + 18 + unread + notes + 7
}

// A server under load, with clients in every country and 10,000 paths, is scraped all the while.
// The number of series is what the documentation says, promtool finds nothing, and nothing that a
// client has sent is in the metrics.
func TestUnderLoad(t *testing.T) {
	all := claims(t, "RU > 50% of sources", "plurality FR of events")
	m, err := monitor.New(everywhere(), monitor.Options{
		Claims: all, Tally: attribution.Options{AssumeHandshake: true, Key: world.Key(1)},
	})
	must(t, m, err)
	c, err := NewMonitor(m, Options{
		Claims: all, Top: 250, Targets: hitAndMissed(), Account: func() attribution.Account { return account },
	})
	s := newSite(t, m, must(t, c, err))

	const paths, clients = 10_000, 4
	countries := slices.Collect(geo.Countries())
	var load, scrapes sync.WaitGroup
	for worker := range clients {
		load.Go(func() {
			for i := worker; i < paths; i += clients {
				from := ip(countries[i%len(countries)], i/len(countries)).String()
				if _, err := s.get(t.Context(), fmt.Sprintf("/evil-%d", i), from); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	ended := make(chan struct{})
	var n atomic.Int64
	for range 2 {
		scrapes.Go(func() {
			for running := true; running; n.Add(1) {
				if _, err := s.get(t.Context(), "/metrics", ""); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-ended:
					running = false
				case <-time.After(20 * time.Millisecond): // clients need the processor, too
				}
			}
		})
	}
	load.Wait()
	close(ended)
	scrapes.Wait()

	text, err := s.get(t.Context(), "/metrics", "")
	must(t, text, err)
	checkMetrics(t, []byte(text))
	series := map[string]bool{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "whence_") {
			series[line[:strings.LastIndexByte(line, ' ')]] = true
		}
	}
	most := bound(250, len(all), 1, 3, 2, 1)
	t.Logf("%d scrapes under load; %d series of at most %d, %d bytes", n.Load(), len(series), most, len(text))
	if len(series) > most || len(series) < most-20 {
		t.Errorf("%d series, want at most %d and nearly as many", len(series), most)
	}
	for _, foreign := range []string{"evil", "20.", "192.0.2"} {
		if strings.Contains(strings.Join(slices.Collect(maps.Keys(series)), "\n"), foreign) {
			t.Errorf("%q is in a label", foreign)
		}
	}
	got := gather(t, c)
	got.is(t, samples{
		"whence_monitor_records_total": paths, "whence_records": paths,
		`whence_events{country="AD"}`: paths / 250, `whence_events{country="ZW"}`: paths / 250,
		`whence_sources{country="other"}`: 0,
	})
	if got["whence_distinct_sources_lower"] > paths || got["whence_distinct_sources_upper"] < paths {
		t.Errorf("%v sources", got["whence_distinct_sources"])
	}
}

// Any goroutines may scrape while others count, and the source is asked once for each scrape.
func TestConcurrentScrapes(t *testing.T) {
	counter, err := attribution.NewShardedTally(everywhere(), attribution.Options{})
	must(t, counter, err)
	var asked, busy atomic.Int64
	c, err := New(func() attribution.Snapshot {
		if busy.Add(1) > 1 {
			t.Error("two scrapes at once")
		}
		defer busy.Add(-1)
		asked.Add(1)
		return counter.Snapshot()
	}, Options{Claims: claims(t, "RU > 50% of sources")})
	must(t, c, err)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	const goroutines, rounds = 4, 10
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for i := range 10_000 {
				counter.Add(ip(geo.Origin(2+g), i))
			}
		})
		all.Go(func() {
			for range rounds {
				families, err := registry.Gather()
				if err != nil {
					t.Error(err)
				}
				// One snapshot: the rows of a scrape add up to its total.
				got, sum := samplesOf(families), 0.
				for name, value := range got {
					if strings.HasPrefix(name, "whence_sources{") {
						sum += value
					}
				}
				if total := got["whence_distinct_sources"]; sum != total {
					t.Errorf("%v sources, %v in the countries", total, sum)
				}
			}
		})
	}
	all.Wait()
	if n := asked.Load(); n != goroutines*rounds {
		t.Errorf("the source was asked %d times for %d scrapes", n, goroutines*rounds)
	}
}

// Two collectors of one registry need labels of their own.
func TestTwoCollectors(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	source := func() attribution.Snapshot { return attribution.Snapshot{} }
	for _, listener := range []string{"a", "b"} {
		c, err := New(source, Options{})
		must(t, c, err)
		if err := prometheus.WrapRegistererWith(prometheus.Labels{"listener": listener}, registry).Register(c); err != nil {
			t.Error(err)
		}
	}
	families, err := registry.Gather()
	if n := len(samplesOf(must(t, families, err))); n%2 != 0 || n < 20 {
		t.Errorf("%d series", n)
	}
	c, err := New(source, Options{})
	must(t, c, err)
	plain := prometheus.NewRegistry()
	plain.MustRegister(c)
	if plain.Register(c) == nil {
		t.Error("one collector was registered twice")
	}
}

// A sample that Prometheus refuses makes the scrape fail with an error, and no panic.
func TestInvalidSample(t *testing.T) {
	var s scrape
	s.put(sourcesSeries, 1, "\xff")
	s.put(sourcesSeries, 1)
	registry := prometheus.NewRegistry()
	registry.MustRegister(fixed(s.metrics))
	_, err := registry.Gather()
	if err == nil || !strings.Contains(err.Error(), "UTF-8") || !strings.Contains(err.Error(), "label values") {
		t.Errorf("%v", err)
	}
	s = scrape{}
	s.snapshot(attribution.Snapshot{}, &Options{Claims: make([]attribution.Claim, 1)})
	registry = prometheus.NewRegistry()
	registry.MustRegister(fixed(s.metrics))
	if _, err := registry.Gather(); err == nil || !strings.Contains(err.Error(), "invalid claim") {
		t.Errorf("%v", err)
	}
}

// fixed is a collector of the same metrics each time.
type fixed []prometheus.Metric

func (fixed) Describe(chan<- *prometheus.Desc) {}

func (f fixed) Collect(to chan<- prometheus.Metric) {
	for _, m := range f {
		to <- m
	}
}
