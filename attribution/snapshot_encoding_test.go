package attribution_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// fullTally uses every part of an encoding but what Enrich adds.
func fullTally(n int) *attribution.Tally {
	tally := tallied(least, map[string]int{"RU": n, "US": n, "": n, "reserved": n})
	tally.Add(world.IP6(3))
	tally.AddFlow(attribution.Flow{
		Source: world.IP("FR", 1), Events: 300, Bytes: 1 << 40, SamplingRate: 50, Handshake: true,
	})
	tally.Add(netip.Addr{})
	tally.AddLost(attribution.LostShed, 1000)
	tally.ExtendSpan(world.Built, world.Built.Add(time.Hour))
	other := must(attribution.NewTally(world.Other(), least))
	other.AddFlow(attribution.Flow{Source: world.IP("RU", 1), Protocol: 17, SourcePort: 53})
	if err := tally.Merge(other.Snapshot()); err != nil {
		panic(err)
	}
	return tally
}

// kindsOfSnapshot has one of every kind that can be encoded.
func kindsOfSnapshot(t testing.TB) map[string]attribution.Snapshot {
	t.Helper()
	dropped := with(least, func(o *attribution.Options) { o.DropAddresses, o.IPv6PrefixLen, o.Precision = true, 128, 16 })
	exact, sketched := fullTally(100).Snapshot(), fullTally(1500).Snapshot()
	limited := fullTally(100)
	limited.AddAccount(everyLimit())
	sketches := must(attribution.FromSketches(world.Table(), least.Key.ID(), sketched.Sketches()))
	return map[string]attribution.Snapshot{
		"zero": {}, "empty": emptyTally(least).Snapshot(), "one": fullTally(1).Snapshot(),
		"exact": exact, "sketched": sketched, "limited": limited.Snapshot(),
		"enriched": must(exact.Enrich(everything(t))), "enriched, sketched": must(sketched.Enrich(everything(t))),
		"dropped": tallied(dropped, map[string]int{"RU": 9}).Snapshot(), "dropped, sketched": sketched.WithoutAddresses(),
		"from sketches": sketches, "from sketches, merged": must(attribution.Merge(sketches, exact)),
	}
}

// A snapshot is the same before and after the wire: its bytes, its report and its verdicts.
func TestEncodingRoundTrip(t *testing.T) {
	claims := []string{"majority RU", "plurality US of events", "RU,US > 10% of bytes", "outside RU < 90%"}
	for name, s := range kindsOfSnapshot(t) {
		data := encoded(s)
		again := decoded(data)
		if !bytes.Equal(encoded(again), data) {
			t.Errorf("%s: encoding what was decoded gives other bytes", name)
		}
		for _, p := range []attribution.Policy{{}, {Population: true, Joint: true, Confidence: .99}} {
			want, got := reportUnder(p, s, claims...), reportUnder(p, again, claims...)
			if jsonOf(got) != jsonOf(want) {
				t.Errorf("%s: another report under %+v:\n%s\nwant\n%s", name, p, jsonOf(got), jsonOf(want))
			}
		}
		if fmt.Sprint(again, again.KeyID(), again.Databases()) != fmt.Sprint(s, s.KeyID(), s.Databases()) {
			t.Errorf("%s: %v, want %v", name, again, s)
		}
	}
}

// AppendBinary appends.
func TestAppendBinary(t *testing.T) {
	s := fullTally(3).Snapshot()
	b, err := s.AppendBinary([]byte("before"))
	if err != nil || string(b) != "before"+string(encoded(s)) {
		t.Errorf("%.20q, %v", b, err)
	}
}

// A tally that takes up a decoded snapshot goes on counting as if it had never stopped.
func TestDecodeAndGoOn(t *testing.T) {
	for _, n := range []int{100, 250, 260, 5000} {
		whole, restored := fullTally(n), emptyTally(least)
		if err := restored.Merge(decoded(encoded(fullTally(n).Snapshot()))); err != nil {
			t.Fatal(err)
		}
		for i := range 2 * n {
			whole.Add(world.IP("CN", i))
			restored.Add(world.IP("CN", i))
		}
		mustEqual(t, fmt.Sprint(n, " sources"), restored.Snapshot(), whole.Snapshot())
	}
}

// Another version of the format is not damage, and the error says so.
func TestVersionsOfTheEncoding(t *testing.T) {
	for _, data := range []string{"wht1", "wht1 and what was in it", "wht9" + strings.Repeat("x", 100)} {
		var s attribution.Snapshot
		var version *sketch.VersionError
		err := s.UnmarshalBinary([]byte(data))
		if !errors.As(err, &version) || !errors.Is(err, attribution.ErrInvalidEncoding) {
			t.Errorf("%.10q: %v, want a VersionError", data, err)
			continue
		}
		if want := (sketch.VersionError{Format: "wht", Version: int(data[3] - '0'), Supported: 2}); *version != want {
			t.Errorf("%.10q: %+v, want %+v", data, *version, want)
		}
	}
	for _, data := range []string{"wht", "whtx", "whd2", "GET / HTTP/1.1"} {
		var version *sketch.VersionError
		if err := new(attribution.Snapshot).UnmarshalBinary([]byte(data)); errors.As(err, &version) || err == nil {
			t.Errorf("%q: %v, want no VersionError", data, err)
		}
	}
}

// Every cut and every changed bit is refused, and the receiver stays what it was.
func TestDamageIsRefused(t *testing.T) {
	for _, n := range []int{20, 300} {
		data := encoded(fullTally(n).Snapshot())
		s := fullTally(2).Snapshot()
		before := encoded(s)
		step := len(data)/1500 + 1
		for i := 0; i < len(data); i += step {
			flipped := bytes.Clone(data)
			flipped[i] ^= 1 << (i % 8)
			for _, damaged := range [][]byte{data[:i], flipped, append(bytes.Clone(data[:i]), data[i+1:]...)} {
				if err := s.UnmarshalBinary(damaged); !errors.Is(err, attribution.ErrInvalidEncoding) {
					t.Fatalf("damage at byte %d of %d: %v", i, len(data), err)
				}
			}
		}
		if !bytes.Equal(encoded(s), before) {
			t.Errorf("%d: a refused encoding changed the receiver", n)
		}
	}
}

// Decoding takes memory in proportion to the encoding, also of what is refused.
func TestMemoryOfDecoding(t *testing.T) {
	encodings := map[string][]byte{}
	for name, s := range kindsOfSnapshot(t) {
		encodings[name] = encoded(s)
	}
	for name, m := range malformedSnapshots(t) {
		encodings["malformed: "+name] = m.data
	}
	for name, data := range encodings {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		new(attribution.Snapshot).UnmarshalBinary(data)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(32*len(data)+1<<20) {
			t.Errorf("%s: %d bytes for %d", name, used, len(data))
		}
	}
}
