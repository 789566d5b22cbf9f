package detect

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// What a calm series makes of zeros is what it makes of any count, bit for bit.
func TestCalmIsZeros(t *testing.T) {
	for _, o := range append(restingOptions(), Options{Interval: 5 * time.Minute, Grain: Coarse}) {
		t.Run(fmt.Sprintf("%v/%d", o.Interval, o.Grain), func(t *testing.T) {
			t.Parallel()
			for seed, gap := range []float64{1, 3, 8, 40} {
				testCalm(t, o, gap, uint64(seed))
			}
		})
	}
}

func testCalm(t *testing.T, o Options, gap float64, seed uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(o.Interval), seed))
	perDay := int64(day / o.Interval)
	p := &sparse{rng, gap, perDay}
	fast, slow := New(o), New(o)
	calm, i := int64(0), int64(1e6)
	fast.Observe(i, 0)
	slow.Observe(i, 0)
	for last := i + 12*perDay; i < last; {
		at, y := p.next(i)
		if rng.IntN(4) > 0 { // without the long pauses and most of the rest
			at, y = i+1+int64(rng.ExpFloat64()*gap), float64(1+rng.IntN(1+int(9/gap)))
		}
		if rng.IntN(3000) == 0 { // intervals are missing
			at, i = at+3, i+3
			fast.Observe(i, 0)
			slow.Observe(i, 0)
		}
		for i++; i < at; i++ {
			if slow.calm {
				calm++
			}
			slow.calm = false
			a := slow.Observe(i, 0)
			if n := rng.IntN(40); n < 20 {
				if b := fast.Silence(fast.next, i+1); a != b {
					t.Fatalf("interval %d: %+v by counts, %+v by zeros", i, a, b)
				}
				if slow.calm = fast.calm; n < 4 && !reflect.DeepEqual(slow, fast) {
					t.Fatalf("interval %d: the series differ:\n%+v\n%+v", i, slow, fast)
				}
			}
		}
		fast.Silence(fast.next, i)
		slow.calm = false
		if a, b := slow.Observe(i, y), fast.Observe(i, y); a != b {
			t.Fatalf("interval %d: %+v by counts, %+v by zeros", i, a, b)
		}
	}
	equalSeries(t, slow, fast)
	if perCell := fast.grid.perCell; perCell > 1 && gap > 1 && calm < perDay/20 {
		t.Errorf("gap %v: %d calm intervals, this tests little", gap, calm)
	}
}
