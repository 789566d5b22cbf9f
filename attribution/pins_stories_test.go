package attribution_test

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/oracle"
	"github.com/whence-go/whence/internal/scenario"
)

// A pinnedStory is a scenario whose verdicts are pinned.
type pinnedStory struct {
	name   string
	build  scenario.Builder
	change func(*rand.Rand, *attribution.Flow) bool // on the way to the collector; false: lost
	target string                                   // only what goes there; empty: all
	full   bool                                     // counted in every way
}

func pinnedStories() []pinnedStory {
	ru, nc, de := origin("RU"), origin("NC"), origin("DE")
	bots := scenario.Botnet{Seed: 1, Sources: 3000, Origin: ru, Share: .6, Unlocated: .01}
	flood := scenario.SpoofedFlood{Seed: 2, Sources: 5000, Origin: ru, Share: .52}
	botnet := func(change func(*scenario.Botnet)) scenario.Botnet {
		b := bots
		change(&b)
		return b
	}
	forged := func(change func(*scenario.SpoofedFlood)) scenario.SpoofedFlood {
		f := flood
		change(&f)
		return f
	}
	half := botnet(func(b *scenario.Botnet) { b.Sources, b.Share = 1500, .5 })
	return []pinnedStory{
		{name: "Botnet", build: bots, full: true},
		{name: "Botnet, 50.2 %", build: botnet(func(b *scenario.Botnet) { b.Share, b.Unlocated = .502, 0 })},
		{
			name:  "Botnet, 50 % and 5 % unlocated",
			build: botnet(func(b *scenario.Botnet) { b.Share, b.Unlocated = .5, .05 }),
		},
		{name: "Botnet, IPv6", build: botnet(func(b *scenario.Botnet) { b.Origin, b.IPv6 = de, .9 })},
		{
			name:  "Botnet, island",
			build: botnet(func(b *scenario.Botnet) { b.Origin, b.Share, b.IPv6, b.Repeat = nc, .3, .25, 3 }),
		},
		{name: "Botnet, 20 sources", build: botnet(func(b *scenario.Botnet) { b.Sources, b.Repeat = 20, 1500 })},
		{name: "Botnet, 120 sources", build: botnet(func(b *scenario.Botnet) { b.Sources = 120 }), change: unproven},
		{name: "Botnet, 10,000 sources", build: botnet(func(b *scenario.Botnet) { b.Sources = 10_000 }), full: true},
		{name: "Botnet, persistent", build: botnet(func(b *scenario.Botnet) { b.Sources, b.Repeat = 1500, 60 }), full: true},
		{
			name:  "Botnet, persistent and unequal",
			build: botnet(func(b *scenario.Botnet) { b.Sources, b.Repeat = 1500, 60 }), change: unequal, full: true,
		},
		{name: "Botnet, some reflectors", build: bots, change: reflecting},
		{name: "Botnet, unproven", build: bots, change: unproven},
		{name: "Botnet, unproven and sparse", build: botnet(func(b *scenario.Botnet) { b.Sparse = true }), change: unproven},
		{name: "Botnet, last octets zeroed", build: bots, change: zeroed},
		{name: "Botnet, behind a proxy", build: bots, change: proxied},
		{name: "Botnet, records unread", build: bots, change: unreadable},
		{name: "Botnet, two days", build: botnet(func(b *scenario.Botnet) { b.Span = 48 * time.Hour })},
		{name: "CarpetFlood", build: scenario.CarpetFlood(half)},
		{name: "FlashCrowd", build: scenario.FlashCrowd{Seed: 3}, full: true},
		{name: "MailBomb", build: scenario.MailBomb{Seed: 4}},
		{name: "MailBomb, its mailbox", build: scenario.MailBomb{Seed: 4}, target: "mailbox-400@lagoon.example", full: true},
		{name: "Overlay", build: scenario.Overlay{
			Quiet:  scenario.Quiet{Seed: 5, Rate: .2},
			Bursts: []scenario.Part{{Builder: forged(func(f *scenario.SpoofedFlood) { f.Real = .5 }), After: time.Hour}},
		}},
		{name: "Overlay, one loud source", build: scenario.Overlay{
			Bursts: []scenario.Part{{Builder: bots}, {Builder: scenario.SingleSource{Seed: 11}, After: time.Second}},
		}, full: true},
		{name: "PulseWave", build: scenario.PulseWave(half)},
		{name: "Quiet", build: scenario.Quiet{Seed: 6, Rate: .3}, full: true},
		{name: "Reflection", build: scenario.Reflection{Seed: 7, Sources: 1200}},
		{name: "Reflection, SYN-ACK", build: scenario.Reflection{Seed: 7, Sources: 1200, TCP: true}},
		{name: "SingleSource", build: scenario.SingleSource{Seed: 8}, full: true},
		{name: "SlowRamp", build: scenario.SlowRamp(half)},
		{name: "SpoofedFlood", build: forged(func(f *scenario.SpoofedFlood) { f.Origin = geo.Unlocated }), full: true},
		{name: "SpoofedFlood, announced", build: forged(func(f *scenario.SpoofedFlood) { f.Allow = announced })},
		{name: "SpoofedFlood, by a fifth", build: forged(func(f *scenario.SpoofedFlood) { f.Real = .8 }), full: true},
		{
			name:  "SpoofedFlood, by a fifth, announced",
			build: forged(func(f *scenario.SpoofedFlood) { f.Real, f.Allow = .8, announced }),
		},
		{
			name:  "SpoofedFlood, by 3 %, sparse",
			build: forged(func(f *scenario.SpoofedFlood) { f.Real, f.Sparse = .97, true }),
		},
		{name: "SpoofedFlood, careful", build: forged(func(f *scenario.SpoofedFlood) { f.Allow = careful })},
		{name: "SpoofedFlood, public", build: forged(func(f *scenario.SpoofedFlood) { f.Real, f.Allow = .1, public })},
		{name: "TwoVictims", build: scenario.TwoVictims{Seed: 9}},
		{name: "TwoVictims, the first", build: scenario.TwoVictims{Seed: 9}, target: "198.51.100.25:443"},
		{name: "TwoVictims, the second", build: scenario.TwoVictims{Seed: 9}, target: "198.51.100.80:443"},
	}
}

// unreadable loses the address of one record in five.
func unreadable(rng *rand.Rand, f *attribution.Flow) bool {
	if rng.IntN(5) == 0 {
		*f = attribution.Flow{Events: f.Events, Bytes: f.Bytes}
	}
	return true
}

// unequal has most flows of Russian sources get lost.
func unequal(rng *rand.Rand, f *attribution.Flow) bool {
	return must(dbip.Table()).Lookup(f.Source) != origin("RU") || rng.IntN(3) == 0
}

// reflecting makes one source in thirty a server that answers.
func reflecting(rng *rand.Rand, f *attribution.Flow) bool {
	if rng.IntN(30) == 0 {
		f.Handshake, f.TCPFlags = false, 0x12 // SYN and ACK
	}
	return true
}

// careful forgers avoid, of what is announced, the large blocks that nobody uses.
func careful(a netip.Addr) bool {
	unused := []byte{6, 7, 11, 21, 22, 26, 28, 29, 30, 33, 55, 214, 215}
	return announced(a) && !slices.Contains(unused, a.As4()[0])
}

// A way is how traffic is counted.
type way struct {
	name    string
	options attribution.Options
	second  func() (*geo.Table, error)
	always  bool // for every story
	short   bool // with -short, too
}

func ways() []way {
	sketched := attribution.Options{SampleSize: 1024, Precision: 12}
	sampledPackets := attribution.Options{SamplingRate: 10}
	sketchedPackets := attribution.Options{SampleSize: 1024, Precision: 12, SamplingRate: 10}
	dropped := func(o *attribution.Options) { o.DropAddresses = true }
	return []way{
		{name: "exact", always: true, short: true},
		{name: "exact, routed", second: routed.Table, always: true},
		{name: "exact, no addresses", options: with(attribution.Options{}, dropped)},
		{name: "sample of 1,024", options: sketched},
		{name: "sample of 1,024, routed", options: sketched, second: routed.Table, always: true, short: true},
		{name: "sample of 1,024, no addresses", options: with(sketched, dropped)},
		{name: "sample of 4,096", options: attribution.Options{SampleSize: 4096}},
		{name: "sample of 4,096, routed", options: attribution.Options{SampleSize: 4096}, second: routed.Table},
		{name: "1 in 10 packets", options: sampledPackets},
		{name: "1 in 10 packets, routed", options: sampledPackets, second: routed.Table},
		{name: "1 in 10 packets, sample of 1,024", options: sketchedPackets},
		{name: "1 in 10 packets, sample of 1,024, routed", options: sketchedPackets, second: routed.Table},
	}
}

// play returns the traffic of a story, and a plain count of it.
func (s pinnedStory) play() (traffic, *oracle.Tally) {
	part := traffic{table: must(dbip.Table())}
	count := oracle.New(part.table.Lookup, 64)
	rng := rand.New(rand.NewPCG(1, 7))
	for e := range must(s.build.Build(population())).Events() {
		if s.target != "" && e.Target != s.target {
			continue
		}
		f := attribution.Flow{
			Source: e.Source, Events: e.Events, Bytes: e.Bytes,
			Handshake: e.Established, Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
		}
		if s.change != nil && !s.change(rng, &f) {
			continue
		}
		part.flows = append(part.flows, f)
		count.Add(f.Source, f.Events, f.Bytes)
		if part.from.IsZero() {
			part.from = e.Time
		}
		part.to = e.Time
	}
	return part, count
}

// pins returns the ways in which a story is pinned. A sample that holds all sources
// would be no other way than the exact one.
func (s pinnedStory) pins(short bool) (pins []pin) {
	part, count := s.play()
	claims := claimsOn(count)
	sources, _ := count.Total()
	thinned := thin(part.flows, 10)
	for _, w := range ways() {
		if !w.always && !s.full || short && !w.short || w.options.SampleSize >= sources {
			continue
		}
		p := part
		p.options = w.options
		if w.options.SamplingRate > 1 {
			p.flows = thinned
		}
		made := pin{name: s.name + ": " + w.name, parts: []traffic{p}, claims: claims}
		if w.second != nil {
			made.second = must(w.second())
		}
		pins = append(pins, made)
	}
	return pins
}

// thin returns what is left of flows if one packet in rate is looked at. A packet is
// an event.
func thin(flows []attribution.Flow, rate int) (left []attribution.Flow) {
	rng := rand.New(rand.NewPCG(2, uint64(rate)))
	for _, f := range flows {
		events := uint64(0)
		for range f.Events {
			if rng.IntN(rate) == 0 {
				events++
			}
		}
		if events == 0 {
			continue
		}
		f.Bytes = f.Bytes / f.Events * events
		f.Events = events
		left = append(left, f)
	}
	return left
}

// otherPins are two halves of one traffic that are counted apart, alike or with other
// databases or sampling rates, and what no scenario has.
func otherPins() (pins []pin) {
	bots := scenario.Botnet{Seed: 10, Sources: 2000, Origin: origin("RU"), Share: .6, Repeat: 20}
	part, count := pinnedStory{build: bots}.play()
	claims := claimsOn(count)
	add := func(name string, second *geo.Table, parts ...traffic) {
		pins = append(pins, pin{name: name, parts: parts, second: second, claims: claims})
	}
	for _, size := range []int{0, 1024} {
		name := map[int]string{0: "exact", 1024: "sample of 1,024"}[size]
		part := part
		part.options.SampleSize = size
		one, other := part, part
		one.flows, other.flows = part.flows[:len(part.flows)/2], part.flows[len(part.flows)/2:]
		add("two halves: "+name, nil, one, other)
		add("two halves: "+name+", routed", must(routed.Table()), one, other)
		add("the same database twice: "+name, part.table, part)

		registered := other
		registered.table = must(routed.Table())
		add("two databases: "+name, nil, one, registered)

		one.options.SamplingRate, one.flows = 2, thin(one.flows, 2)
		other.options.SamplingRate, other.flows = 10, thin(other.flows, 10)
		add("two sampling rates: "+name, nil, one, other)
	}
	endless := part
	endless.flows = slices.Clone(part.flows)
	for i := range endless.flows {
		endless.flows[i].Events, endless.flows[i].Bytes = math.MaxUint64/3, math.MaxUint64/3
	}
	add("more than can be counted", nil, endless)
	add("nothing counted", nil, traffic{table: part.table})
	return pins
}

// Every verdict on every scenario is the one in testdata. A change to one is read
// there, line by line, and explained in the commit that makes it. Another embedded
// database changes all lines, and is a commit of its own.
func TestPinnedVerdicts(t *testing.T) {
	pins := otherPins()
	for _, s := range pinnedStories() {
		pins = append(pins, s.pins(testing.Short())...)
	}
	checkPins(t, "pins.json", recordsOf(t, pins), testing.Short())
}
