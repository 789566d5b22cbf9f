package attribution

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"testing"
	"time"
)

// A tally that is fed with what is not known counts the new sources of a burst
// with their events: all but the few that the filter takes for known.
func TestKnown(t *testing.T) {
	type counts = map[string]int
	old := mix{0, counts{"US": 20_000, "RU": 1_000, "": 100, "reserved": 50}}
	known, baseline := NewKnown(22_000, small), tallyMix(small, old)
	baseline.Window(built, built.Add(time.Hour))
	var addrs, burst []netip.Addr
	for code, n := range old.counts {
		for i := range n {
			addrs = append(addrs, ip(code, i))
			if i%2 == 0 {
				burst = append(burst, ip(code, i), ip(code, i))
			}
		}
	}
	half := NewKnown(22_000, small)
	known.AddBatch(addrs[:9_000])
	half.AddBatch(addrs[9_000:])
	half.Add(netip.Addr{})
	if err := known.Merge(half); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{400, 10_000} { // the new tally stays exact, or not
		for i := range n {
			burst = append(burst, ip("RU", fresh+i), ip6(i), ip("RU", fresh+i))
			known.Add(ip6(n + 1)) // again and again
		}
		burst = append(burst, netip.MustParseAddr("2a02::5"), netip.Addr{})
		for _, addr := range addrs {
			if !known.Has(addr) {
				t.Fatalf("%v is not known", addr)
			}
		}
		if known.Has(netip.Addr{}) || !known.Has(netip.AddrFrom16(addrs[0].As16())) || !known.Has(netip.PrefixFrom(ip6(n+1), 64).Masked().Addr()) {
			t.Error("a mapped address, a second one of a /64 or none at all was mistaken")
		}
		before, _ := known.MarshalBinary()
		tally := NewTally(testTable(), small)
		tally.AddBatch(known.AppendNew(nil, burst))
		e, err := known.Excess(tally, baseline)
		if err != nil {
			t.Fatal(err)
		}
		r, missed := e.Report, known.FalsePositives()
		want := float64(2*n) * (1 - missed)
		if low, high := float64(r.Sources.Low), float64(r.Sources.High); want < low-5*math.Sqrt(want*.01) || want > high+5*math.Sqrt(want*.01) {
			t.Errorf("%d new sources counted as %v", 2*n, r.Sources)
		}
		// Two events for each new source of IPv4, one for IPv6.
		if got := float64(r.Events); math.Abs(got-float64(3*n)*(1-missed)) > 12*math.Sqrt(want*.01) || r.Skipped != 1 {
			t.Errorf("%v events of new sources, want %d; %d skipped", got, 3*n, r.Skipped)
		}
		if v := r.Check(parse(t, "RU > 95% of events")); e.Method != ByFilter || !has(v, NewKeysMissed) || v.Decision != Supported {
			t.Errorf("%v\n%v", e, v)
		}
		if l := e.Lift[0]; l.Origin != tally.origin("RU") || l.Ratio.Low > 21_100./1_000 || l.Ratio.High < 21_100./1_000 {
			t.Errorf("lift %v", e.Lift)
		}
		if after, _ := known.MarshalBinary(); !bytes.Equal(before, after) || e.Burst != (Sources{}) || e.Baseline.Distinct == 0 || e.BaselineFrom.IsZero() {
			t.Errorf("asking wrote, or the baseline is missing: %v", e)
		}
		burst = burst[:0]
	}
}

func TestKnownMismatch(t *testing.T) {
	otherKey, otherPrefix := small, small
	otherKey.Key, otherPrefix.IPv6Prefix = testKey(8), 56
	known := NewKnown(1_000, small)
	fits := NewTally(testTable(), small)
	for name, tally := range map[string]*Tally{"zero": {}, "key": NewTally(testTable(), otherKey), "prefix": NewTally(testTable(), otherPrefix)} {
		if _, err := known.Excess(tally, fits); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s of the new: %v", name, err)
		}
		if _, err := known.Excess(fits, tally); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s of the baseline: %v", name, err)
		}
	}
	known.Add(ip("RU", 1))
	before, _ := known.MarshalBinary()
	for name, other := range map[string]*Known{"key": NewKnown(1_000, otherKey), "prefix": NewKnown(1_000, otherPrefix), "size": NewKnown(9_000, small)} {
		if err := known.Merge(other); !errors.Is(err, ErrMismatch) {
			t.Errorf("merging another %s: %v", name, err)
		}
		data, _ := other.MarshalBinary()
		if err := known.UnmarshalBinary(data); name != "size" && !errors.Is(err, ErrMismatch) {
			t.Errorf("decoding another %s: %v", name, err)
		} else if name == "size" {
			if after, _ := known.MarshalBinary(); err != nil || !bytes.Equal(after, data) {
				t.Errorf("decoding another size: %v", err)
			}
			if err := known.UnmarshalBinary(before); err != nil || !known.Has(ip("RU", 1)) {
				t.Errorf("going back: %v", err)
			}
		}
	}
	for name, data := range malformedKnown() {
		if err := known.UnmarshalBinary(data); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := known.MarshalBinary(); !bytes.Equal(before, after) {
			t.Errorf("%s: the receiver changed", name)
		}
	}
}

// malformedKnown is the table of bytes that are no Known.
func malformedKnown() map[string][]byte {
	good, _ := NewKnown(100, small).MarshalBinary()
	return map[string][]byte{
		"nothing": nil, "magic only": good[:4], "a tally": []byte("wht1....."), "prefix 0": append([]byte(knownMagic+"\x00"), good[5:]...),
		"cut": good[:len(good)-1], "longer": append(bytes.Clone(good), 1), "no filter": good[:5],
	}
}

func FuzzKnownUnmarshal(f *testing.F) {
	for _, data := range malformedKnown() {
		f.Add(data)
	}
	known := NewKnown(100, small)
	known.Add(ip("RU", 1))
	good, _ := known.MarshalBinary()
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		known := NewKnown(1, small)
		if known.UnmarshalBinary(data) != nil {
			return
		}
		if got, _ := known.MarshalBinary(); !bytes.Equal(got, data) {
			t.Error("accepted bytes that it would not write")
		}
		known.AppendNew(nil, []netip.Addr{ip("RU", 1), ip6(1), {}})
	})
}

func BenchmarkKnown(b *testing.B) {
	known := NewKnown(1_000_000, small)
	var addrs []netip.Addr
	for i := range 1_000_000 {
		known.Add(ip("US", i))
		addrs = append(addrs, ip("US", i))
	}
	buf := make([]netip.Addr, 0, 4096)
	for i := 0; b.Loop(); i += 4096 {
		buf = known.AppendNew(buf[:0], addrs[i%900_000:][:4096])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/address")
}
