package metrics

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// tally counts n sources of each country, some of none and some reserved ones. Countries that come
// first have a few more.
func tally(t testing.TB, n int, o attribution.Options, codes ...string) *attribution.Tally {
	t.Helper()
	made, err := attribution.NewTally(everywhere(), o)
	must(t, made, err)
	for i, code := range codes {
		for j := range n + len(codes) - i {
			made.AddFlow(attribution.Flow{Source: ip(world.Origin(code), j), Events: 2, Bytes: 100, Handshake: true})
		}
	}
	for i := range byte(3) {
		made.AddFlow(attribution.Flow{Source: netip.AddrFrom4([4]byte{9, 9, 9, i}), Events: 1, Bytes: 10, Handshake: true})
	}
	for i := range byte(2) {
		made.Add(netip.AddrFrom4([4]byte{10, 0, 0, i}))
	}
	made.AddLost(attribution.LostLate, 5)
	made.ExtendSpan(begin, begin.Add(time.Hour))
	return made
}

func collect(t testing.TB, s attribution.Snapshot, o Options) samples {
	t.Helper()
	c, err := New(func() attribution.Snapshot { return s }, o)
	return gather(t, must(t, c, err))
}

// A row has what the report has.
func TestRows(t *testing.T) {
	s := tally(t, 100, attribution.Options{}, "RU", "FR", "US", "CN").Snapshot()
	got := collect(t, s, Options{Top: 3, Claims: claims(t, "DE > 10% of sources", "RU > 10% of sources")})
	total := 100.*4 + 4 + 3 + 2 + 1 + 3
	got.is(t, samples{
		`whence_sources{country="DE"}`: 0, // it is claimed: 0 is known
		`whence_sources{country="RU"}`: 104, `whence_sources{country="FR"}`: 103,
		`whence_sources{country="US"}`: -1, `whence_sources{country="other"}`: 102 + 101,
		`whence_sources{country="unlocated"}`: 3, `whence_sources{country="reserved"}`: 2,
		`whence_events{country="RU"}`: 208, `whence_events{country="other"}`: 2 * 203,
		`whence_events{country="unlocated"}`: 3, `whence_events{country="reserved"}`: 2,
		`whence_traffic_bytes{country="FR"}`: 10300, `whence_traffic_bytes{country="reserved"}`: 0,
		`whence_source_share_ratio{country="RU"}`:          104 / total,
		`whence_source_share_lower_ratio{country="RU"}`:    104 / total,
		`whence_source_share_upper_ratio{country="RU"}`:    104 / total,
		`whence_source_share_upper_ratio{country="DE"}`:    0,
		`whence_source_share_ratio{country="unlocated"}`:   3 / total,
		`whence_source_share_lower_ratio{country="other"}`: -1, `whence_source_share_ratio{country="reserved"}`: -1,
		"whence_distinct_sources": total, "whence_distinct_sources_lower": total, "whence_distinct_sources_upper": total,
		`whence_lost_records{reason="late"}`: 5, `whence_lost_records{reason="shed"}`: 0,
		"whence_span_start_timestamp_seconds":                              float64(begin.Unix()),
		"whence_span_end_timestamp_seconds":                                float64(begin.Add(time.Hour).Unix()),
		`whence_database_build_timestamp_seconds{database="Test-Country"}`: float64(world.Built.Unix()),
	})
	sum := 0.
	for _, country := range []string{"DE", "RU", "FR", "other", "unlocated"} {
		sum += got[fmt.Sprintf("whence_source_share_ratio{country=%q}", country)]
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("the shares are %v together", sum)
	}
}

// Countries that claims name come first, and Top bounds them too.
func TestTop(t *testing.T) {
	s := tally(t, 10, attribution.Options{}, "RU", "FR", "US", "CN").Snapshot()
	of := func(top int, texts ...string) (shown string) {
		got := collect(t, s, Options{Top: top, Claims: claims(t, texts...)})
		for o := range geo.Countries() {
			if _, found := got[fmt.Sprintf("whence_sources{country=%q}", o)]; found {
				shown += o.String()
			}
		}
		return shown
	}
	for _, c := range []struct {
		top    int
		claims []string
		want   string
	}{
		{0, nil, "CNFRRUUS"}, {-5, nil, ""}, {2, nil, "FRRU"}, {1, []string{"CN > 5% of events"}, "CN"},
		{2, []string{"outside CN,DE > 5% of events", "RU > 1% of sources"}, "CNDE"},
		{3, []string{"outside CN > 5% of events", "outside CN,US > 5% of events"}, "CNRUUS"},
		{1000, []string{"DE > 5% of events"}, "CNDEFRRUUS"},
	} {
		if got := of(c.top, c.claims...); got != c.want {
			t.Errorf("%d, %v: %s, want %s", c.top, c.claims, got, c.want)
		}
	}
}

// Each claim is in exactly one state, whatever it is, and has the numbers of its verdict.
func TestVerdicts(t *testing.T) {
	s := tally(t, 300, attribution.Options{}, "RU", "RU", "FR").Snapshot()
	all := claims(t, "RU > 10% of sources", "RU < 10% of events", "RU > 50.1% of sources", "plurality RU",
		"outside RU > 20% of bytes")
	got := collect(t, s, Options{Claims: all})
	r, err := s.Report(attribution.Policy{}, all...)
	must(t, r, err)
	seen := map[attribution.Outcome]bool{}
	for _, v := range r.Verdicts {
		claim := v.Claim.String()
		seen[v.Outcome] = true
		for o := attribution.Undecided; o <= attribution.Inadmissible; o++ {
			got.is(t, samples{fmt.Sprintf(`whence_verdict{claim=%q,outcome=%q}`, claim, o): flag(o == v.Outcome)})
		}
		limit, tolerated := v.Claim.Percent()/100, v.GeolocationErrorTolerated
		if v.Claim.IsPlurality() {
			limit = -1
		}
		if v.Outcome == attribution.Undecided {
			got.is(t, samples{fmt.Sprintf("whence_verdict_reason{claim=%q,reason=%q}", claim, v.Reason): 1})
			tolerated = -1
		}
		got.is(t, samples{
			fmt.Sprintf("whence_verdict_share_ratio{claim=%q}", claim):           v.Share.Value,
			fmt.Sprintf("whence_verdict_share_lower_ratio{claim=%q}", claim):     v.Share.Low,
			fmt.Sprintf("whence_verdict_share_upper_ratio{claim=%q}", claim):     v.Share.High,
			fmt.Sprintf("whence_verdict_limit_ratio{claim=%q}", claim):           limit,
			fmt.Sprintf("whence_verdict_tolerated_error_ratio{claim=%q}", claim): tolerated,
		})
	}
	if len(seen) != 3 {
		t.Errorf("the outcomes were %v", seen)
	}
}

// What is not known has no series.
func TestUnknown(t *testing.T) {
	made := tally(t, 50, attribution.Options{}, "RU", "FR")
	made.AddAccount(attribution.Account{NotTaken: map[string]string{"count": "hits"}})
	o := Options{Claims: claims(t, "RU > 10% of events", "DE > 10% of sources")}
	unknown := samples{
		`whence_events{country="RU"}`: -1, `whence_events{country="other"}`: -1, `whence_events{country="reserved"}`: -1,
		`whence_verdict{claim="RU > 10% of events",outcome="inadmissible"}`:          1,
		`whence_verdict_reason{claim="RU > 10% of events",reason="EVENTS_NOT_READ"}`: 1,
		`whence_verdict_share_ratio{claim="RU > 10% of events"}`:                     -1,
		`whence_verdict_share_lower_ratio{claim="RU > 10% of events"}`:               -1,
		`whence_verdict_tolerated_error_ratio{claim="RU > 10% of events"}`:           -1,
		`whence_traffic_bytes{country="RU"}`:                                         5200,
		`whence_sources{country="RU"}`:                                               52,
		`whence_sources{country="DE"}`:                                               0,
	}
	collect(t, made.Snapshot(), o).is(t, unknown)

	sketched, err := attribution.FromSketches(everywhere(), made.Snapshot().KeyID(), made.Sketches())
	must(t, sketched, err)
	collect(t, sketched, o).is(t, samples{
		`whence_events{country="RU"}`: -1, `whence_traffic_bytes{country="RU"}`: -1, `whence_sources{country="DE"}`: -1,
	})

	empty := samples{
		"whence_distinct_sources": 0, `whence_sources{country="RU"}`: 0, `whence_source_share_ratio{country="RU"}`: -1,
		`whence_source_share_ratio{country="other"}`: -1, "whence_span_start_timestamp_seconds": -1,
		`whence_verdict{claim="RU > 10% of sources",outcome="inadmissible"}`: 1,
	}
	o.Claims = claims(t, "RU > 10% of sources")
	collect(t, attribution.Snapshot{}, o).is(t, empty)
	nothing, err := attribution.NewTally(everywhere(), attribution.Options{})
	must(t, nothing, err)
	collect(t, nothing.Snapshot(), o).is(t, empty)
}

// Of several databases the oldest build of each name counts.
func TestDatabases(t *testing.T) {
	newer := world.MakeTable(world.Blocks(), world.Built.Add(24*time.Hour))
	made := tally(t, 10, attribution.Options{Key: world.Key(1)}, "RU")
	other, err := attribution.NewTally(newer, attribution.Options{Key: world.Key(1)})
	must(t, other, err)
	other.Add(netip.MustParseAddr("5.6.7.8"))
	both, err := attribution.Merge(other.Snapshot(), made.Snapshot())
	must(t, both, err)
	got := collect(t, both, Options{})
	got.is(t, samples{
		`whence_database_build_timestamp_seconds{database="Test-Country"}`: float64(world.Built.Unix()),
	})
	enriched, err := made.Snapshot().Enrich(attribution.Enrichment{Databases: []*geo.Table{world.Embedded()}})
	must(t, enriched, err)
	name := world.Embedded().Info().Name
	collect(t, enriched, Options{}).is(t, samples{
		`whence_database_build_timestamp_seconds{database="Test-Country"}`: float64(world.Built.Unix()),
		fmt.Sprintf("whence_database_build_timestamp_seconds{database=%q}", name): float64(
			world.Embedded().Info().Built.Unix()),
	})
}

// Beyond the sample the bounds lie on either side of the share, as in the report.
func TestBounds(t *testing.T) {
	o := attribution.Options{Key: world.Key(1), SampleSize: 1024, Precision: 12}
	s := tally(t, 3000, o, "RU", "FR", "US").Snapshot()
	r, err := s.Report(attribution.Policy{})
	must(t, r, err)
	got := collect(t, s, Options{})
	for _, row := range append(r.Countries, r.Unlocated) {
		if row.Share.Low >= row.Share.Value || row.Share.High <= row.Share.Value {
			t.Fatalf("%+v", row)
		}
		got.is(t, samples{
			fmt.Sprintf("whence_source_share_ratio{country=%q}", row.Origin):       row.Share.Value,
			fmt.Sprintf("whence_source_share_lower_ratio{country=%q}", row.Origin): row.Share.Low,
			fmt.Sprintf("whence_source_share_upper_ratio{country=%q}", row.Origin): row.Share.High,
		})
	}
	got.is(t, samples{
		"whence_distinct_sources_lower": float64(r.Sources.Low), "whence_distinct_sources_upper": float64(r.Sources.High),
	})
	if r.Sources.Low >= r.Sources.High {
		t.Errorf("%+v", r.Sources)
	}
}
