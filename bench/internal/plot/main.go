// Plot measures the time of an event against the number of distinct sources: of
// the memory floor, of whence and of the naive pipeline (see package load). It
// prints a table and draws a figure. It wants to be run at the root of the
// repository, on a machine that does nothing else:
//
//	go run ./bench/internal/plot
//
// The sources of a point are that many different IPv4 addresses, drawn evenly over
// the networks of the embedded table. Each has come before (the naive pipeline,
// being slow, has seen at most 1,048,576 of them); then they come again at random,
// while the three take turns. A point is the median over the turns.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/bench/internal/load"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("plot: ")
	most := flag.Int("max", 100_000_000, "largest `number` of sources, which takes 4 bytes each and 600 MB")
	path := flag.String("o", filepath.Join("docs", "perf-sources.svg"), "`file` to draw to")
	flag.Parse()
	if flag.NArg() > 0 || *most < 1000 || *most > 100_000_000 {
		log.Print("-max is from 1,000 to 100,000,000")
		flag.Usage()
		os.Exit(2)
	}
	if err := plot(*most, *path); err != nil {
		log.Fatal(err)
	}
}

func plot(most int, path string) error {
	var points []point
	sources := distinct(most)
	fmt.Print("| distinct sources | memory floor, ns/event | whence | naive pipeline |\n|---:|---:|---:|---:|\n")
	for decade := 100; decade <= most; decade *= 10 {
		for _, n := range []int{decade, 3 * decade} {
			if n > most {
				break
			}
			p, err := measure(sources[:n])
			if err != nil {
				return err
			}
			fmt.Printf("| %d | %.1f | %.1f | %.0f |\n", n, p.ns[floor], p.ns[whence], p.ns[naive])
			points = append(points, p)
		}
	}
	return os.WriteFile(path, draw(points), 0o644)
}

// distinct returns n different addresses in the order of their first draw.
func distinct(n int) []uint32 {
	rng := rand.New(rand.NewPCG(1, 2))
	drawn := make([]uint64, 1<<32/64) // a bit for every address
	addrs := make([]uint32, 0, n)
	for len(addrs) < n {
		ip := load.DrawV4(rng)
		if word, bit := &drawn[ip/64], uint64(1)<<(ip%64); *word&bit == 0 {
			*word |= bit
			addrs = append(addrs, ip)
		}
	}
	return addrs
}

// The competitors.
const (
	floor = iota
	whence
	naive
	competitors
)

// A point is what one number of sources costs each competitor, per event.
type point struct {
	sources int
	ns      [competitors]float64
}

const (
	batch     = 4096
	events    = 1 << 22
	turn      = 1 << 18 // as in the benchmarks: enough that the caches which another left do not matter
	naiveTurn = turn / 32
	turns     = events / turn
	rounds    = 3 // through all events
	naiveWarm = 1 << 20
)

func measure(sources []uint32) (point, error) {
	p := point{sources: len(sources)}
	tally := attribution.NewTally(load.Table(), attribution.Options{})
	ground, usual := new(load.Floor), load.NewNaive()

	block := make([]netip.Addr, 0, batch)
	for part := range slices.Chunk(sources, batch) {
		block = block[:0]
		for _, ip := range part {
			block = append(block, load.Addr4(ip))
		}
		tally.AddBatch(block)
	}
	ground.Add(sources, nil)
	for _, ip := range sources[:min(naiveWarm, len(sources))] {
		usual.Add(load.Addr4(ip))
	}
	if got := tally.Report().Sources; math.Abs(float64(got.Distinct)/float64(p.sources)-1) > 0.02 || got.Exact && got.Distinct != uint64(p.sources) {
		return p, fmt.Errorf("%d sources were counted as %+v", p.sources, got)
	}

	rng := rand.New(rand.NewPCG(3, 4))
	ips := make([]uint32, events)
	addrs := make([]netip.Addr, events)
	for i := range ips {
		ips[i] = sources[rng.IntN(len(sources))]
		addrs[i] = load.Addr4(ips[i])
	}

	var took [competitors][]float64
	time := func(who, events int, f func()) {
		var s load.Stopwatch
		s.Time(events, f)
		took[who] = append(took[who], s.PerEvent())
	}
	slow := func(i int) {
		time(naive, naiveTurn, func() {
			for _, a := range addrs[i*turn:][:naiveTurn] {
				usual.Add(a)
			}
		})
	}
	for i := range rounds * turns {
		// Each comes to addresses that the other has not just drawn into the
		// caches, and both come after the naive pipeline.
		near, far := i%turns, (i+turns/2)%turns
		slow(near)
		time(whence, turn, func() {
			for part := range slices.Chunk(addrs[near*turn:][:turn], batch) {
				tally.AddBatch(part)
			}
		})
		slow(far)
		time(floor, turn, func() { ground.Add(ips[far*turn:][:turn], nil) })
	}
	for who := range took {
		slices.Sort(took[who])
		p.ns[who] = took[who][len(took[who])/2]
	}
	return p, nil
}
