package attribution

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// oddTallies hold what honest traffic never brings, and what only a hostile
// encoding can.
func oddTallies() map[string]*Tally {
	with := func(change func(*Options)) Options {
		o := small
		change(&o)
		return o
	}
	sampled := with(func(o *Options) { o.SamplingRate = 10 })
	dropped := with(func(o *Options) { o.DropAddresses = true })
	silent := NewTally(testTable(), small)
	silent.AddN(ip("RU", 1), 0, 0)
	silent.AddN(ip("US", 1), 0, 0)
	even := NewTally(testTable(), sampled)
	for i := range 400 {
		even.AddN(ip([]string{"RU", "US"}[i%2], i<<8|i%200+1), 10, 5000)
	}
	saturated := func(o Options, n int) *Tally {
		t := NewTally(testTable(), o)
		for i := range n {
			t.AddN(ip([]string{"RU", "US", ""}[i%3], i), math.MaxUint64, math.MaxUint64-uint64(i))
		}
		return t
	}
	// The registers know nothing of a country that is in the sample.
	unregistered := NewTally(testTable(), small)
	for code, n := range map[string]int{"RU": 1500, "US": 1350, "BY": 150} {
		for i := range n {
			unregistered.Add(ip(code, i<<8|i%200+1))
		}
	}
	parts := newDense(small.Precision)
	for _, code := range []string{"RU", "US"} {
		o := uint8(unregistered.origin(code))
		part, _ := unregistered.dense.sources.Part(o)
		parts.sources.MergePart(o, part)
	}
	unregistered.dense = parts
	full := tallyOf(sampled, map[string]int{"RU": 900, "US": 900})
	for i := range 1 << 12 {
		full.dense.sources.Insert(uint8(full.origin("RU")), uint64(i)<<52)
	}
	return map[string]*Tally{
		"zero": {}, "empty": NewTally(testTable(), small), "one": tallyOf(small, map[string]int{"RU": 1}),
		"one unlocated": tallyOf(small, map[string]int{"": 1}), "one reserved": tallyOf(small, map[string]int{"reserved": 1}),
		"all reserved": tallyOf(small, map[string]int{"reserved": 3000}), "all unlocated": tallyOf(small, map[string]int{"": 3000}),
		"hardly any public": tallyOf(small, map[string]int{"reserved": 50000, "RU": 20, "US": 20}),
		"no events":         silent, "dropped": tallyOf(dropped, map[string]int{"RU": 3000, "US": 2000, "": 50}),
		"exact, sampled packets": tallyOf(sampled, map[string]int{"RU": 300, "US": 300, "": 1}), "even": even,
		"one country": tallyOf(small, map[string]int{"RU": 3000}), "one country, sampled packets": tallyOf(sampled, map[string]int{"RU": 3000}),
		"saturated": saturated(small, 40), "saturated, sampled": saturated(sampled, 4000),
		"unregistered": unregistered, "every register full": full,
	}
}

// arbitrary is a tally that no traffic need explain: counts, origins, facts and
// registers are anybody's.
func arbitrary(rng *rand.Rand) *Tally {
	o := small
	o.DropAddresses = rng.IntN(6) == 0
	if rng.IntN(3) == 0 {
		o.SamplingRate = 1 << rng.IntN(32)
	}
	t := NewTally(testTable(), o)
	origins := []geo.Origin{geo.Unlocated, geo.Reserved, t.origin("RU"), t.origin("US"), t.origin("CN"), t.origin("BY")}
	rng.Shuffle(len(origins), func(i, j int) { origins[i], origins[j] = origins[j], origins[i] })
	origins = origins[:1+rng.IntN(len(origins))]
	count := func() uint64 { return rng.Uint64() >> rng.IntN(65) }
	n := []int{1, 2, 40, 400, 1024, 3000}[rng.IntN(6)]
	spread := rng.IntN(25)
	for range n {
		lo := mapped<<32 | uint64(rng.Uint32()>>spread)
		hi := uint64(0)
		if rng.IntN(5) == 0 {
			hi, lo = rng.Uint64()>>spread|1<<61, 0
		}
		hash := rng.Uint64() >> (rng.IntN(2) * spread)
		t.sample.Add(sketch.Item{Hash: hash, Hi: hi, Lo: lo, Events: count(), Bytes: count(),
			Part: uint8(origins[rng.IntN(len(origins))]), Flags: uint8(rng.IntN(4))})
	}
	if !t.sample.Exact() {
		t.dense = newDense(o.Precision)
		for range 1 + rng.IntN(4) {
			part := uint8(origins[rng.IntN(len(origins))])
			t.dense.addVolume(geo.Origin(part), count(), count())
			for range 1 << rng.IntN(14) {
				t.dense.sources.Insert(part, rng.Uint64()>>rng.IntN(20)<<rng.IntN(50))
			}
		}
	}
	t.counted = true
	return t
}

var oddClaims = []string{
	"majority RU", "outside RU < 10%", "outside RU > 40%", "RU,US > 50%", "KP < 1%", "KP > 0%", "RU > 100%", "RU < 100%", "plurality RU", "plurality KP", "outside RU > 50%",
	"majority RU of events", "majority RU of bytes", "plurality US of events", "plurality US of bytes", "outside RU < 0.1% of events", "KP < 1% of bytes",
}

var oddTerms = []Terms{
	{}, {Population: true}, {Combined: true}, {Population: true, Combined: true},
	{Look: 1 << 40}, {Look: math.MaxInt, Combined: true}, {Confidence: math.Nextafter(1, 0), Combined: true}, {Confidence: .5, Fragile: 1},
}

// wellFormed checks what holds of everything that is reported, whatever came.
func wellFormed(t *testing.T, what string, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if s, ok := v.(fmt.Stringer); ok && (strings.Contains(s.String(), "NaN") || strings.Contains(s.String(), "Inf")) {
		t.Errorf("%s: %v", what, s)
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for i, e := range v {
				walk(fmt.Sprint(path, ".", i), e)
			}
		case map[string]any:
			low, _ := v["low"].(float64)
			high, bounded := v["high"].(float64)
			value, share := v["value"].(float64)
			most := 1.0
			if strings.HasSuffix(path, ".ratio") {
				most = math.Inf(1)
			}
			if share && bounded && !(low >= 0 && low <= high && high <= most && value >= 0 && value <= most) {
				t.Errorf("%s: %s is %v", what, path, v)
			}
			for k, e := range v {
				walk(path+"."+k, e)
			}
		}
	}
	walk("", tree)
}

// useAll does with a tally whatever this package can do.
func useAll(t *testing.T, name string, tally *Tally) {
	t.Helper()
	r := tally.Report()
	reports := map[string]*Report{name: r, name + ", joint": r.JointIntervals()}
	if u, err := r.Under(otherTable()); err == nil {
		reports[name+", under another"] = u
	}
	baseline := tallyOf(small, map[string]int{"RU": 1000, "US": 20, "FR": 1})
	for _, other := range []*Tally{baseline, tally, NewTally(testTable(), small)} {
		for _, pair := range [][2]*Tally{{tally, other}, {other, tally}} {
			if e, err := pair[0].Excess(pair[1]); err == nil {
				wellFormed(t, name+", new", e)
				reports[fmt.Sprint(name, ", new ", len(reports))] = e.Report
			}
		}
	}
	for what, r := range reports {
		wellFormed(t, what, r)
		comparison, err := r.Compare(Opinions{Tables: []*geo.Table{otherTable(), testTable()}})
		if err == nil {
			wellFormed(t, what+", compared", comparison)
		}
		for _, text := range oddClaims {
			c := parse(t, text)
			for i, terms := range oddTerms {
				if i > 0 && what != name {
					break
				}
				verdict := terms.Check(r, c)
				wellFormed(t, fmt.Sprintf("%s, %v on %+v", what, c, terms), verdict)
				if comparison != nil {
					wellFormed(t, fmt.Sprintf("%s, %v corroborated on %+v", what, c, terms), terms.Corroborate(comparison, c))
				}
			}
			if in, err := r.Inside(c, InsideOptions{}); err == nil {
				wellFormed(t, what+", inside", in)
			}
		}
	}
	var claims []Claim
	for _, text := range oddClaims {
		claims = append(claims, parse(t, text))
	}
	for _, terms := range oddTerms {
		terms.CheckAll(r, claims...) // which must not panic, however near to certainty
	}
	for _, terms := range oddTerms {
		if tally.sample == nil {
			break
		}
		e, err := NewEvidence(tally, terms, claims...)
		if err != nil {
			t.Errorf("%s on %+v: %v", name, terms, err)
			continue
		}
		file, _ := e.MarshalBinary()
		if v, err := Verify(file); err != nil || !v.OK() || v.Rounding != nil {
			t.Errorf("%s on %+v: %v, %v", name, terms, v, err)
		} else if again, _ := v.Evidence.MarshalBinary(); !bytes.Equal(again, file) {
			t.Errorf("%s on %+v: other bytes", name, terms)
		}
	}
}

func TestOddTallies(t *testing.T) {
	for name, tally := range oddTallies() {
		t.Run(name, func(t *testing.T) {
			useAll(t, name, tally)
			if tally.sample != nil && !testing.Short() {
				useAll(t, name+", decoded", decoded(tally))
			}
		})
	}
}

func TestArbitraryTallies(t *testing.T) {
	seeds := uint64(12)
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { useAll(t, "arbitrary", arbitrary(rand.New(rand.NewPCG(71, seed)))) })
	}
}
