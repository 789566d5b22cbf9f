package scenario

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/whence-go/whence/geo"
)

// begin is when all scenarios begin.
var begin = time.Date(2024, 5, 21, 7, 0, 0, 0, time.UTC)

// MailBomb is an incident shaped like the one that hit an internet provider in
// New Caledonia in May 2024: a quiet quarter of an hour at a mail provider, and
// in it 95,000 connection attempts to one mailbox in eight seconds, from 6,000
// public sources and a few private ones.
//
// Of the burst's sources, Russia has 37 %: it is the largest country and has no
// majority. Its sources send more than twice as much as the others, so that it
// does have a majority of the attempts.
type MailBomb struct {
	Seed uint64

	// Mailboxes is the number of targets; 0 stands for 400. The one that is
	// hit has the least mail of all.
	Mailboxes int
}

// bombers is the mix of the attack's sources, in percent.
var bombers = []part{
	{"RU", 37}, {"US", 8}, {"CN", 6}, {"BR", 6}, {"IN", 5}, {"VN", 5}, {"ID", 4}, {"UA", 4},
	{"DE", 3}, {"TR", 3}, {"KZ", 2}, {"TH", 2}, {"MX", 2}, {"IT", 2}, {"FR", 2}, {"PL", 2},
	{"AR", 1}, {"EG", 1}, {"BD", 1}, {"ZA", 1}, {"NL", 1}, {"unlocated", 2},
}

// Build implements [Builder].
func (m MailBomb) Build(p *Population) (*Scenario, error) {
	const (
		sources  = 6000
		private  = 12
		attempts = 95_000
	)
	m.Mailboxes = orDefault(m.Mailboxes, 400)
	s := p.Sampler(m.Seed)
	quiet, err := drawMix(s, 1500, islanders, 0.1)
	if err != nil {
		return nil, err
	}
	attack, err := drawMix(s, sources, bombers, 0.06)
	if err != nil {
		return nil, err
	}
	if err := attack.add(s, geo.Reserved, private, Clustered4, 0); err != nil {
		return nil, err
	}
	ru, err := geo.ParseOrigin("RU")
	if err != nil {
		return nil, err
	}
	order := heavyTailed(s.rng, attack, attempts, func(o geo.Origin) float64 {
		if o == ru {
			return 2.2
		}
		return 1
	})

	mailboxes := names("mailbox-%03d@lagoon.example", m.Mailboxes)
	target := mailboxes[m.Mailboxes-1:] // the one with the least mail of all
	onset := begin.Add(11*time.Minute + 23*time.Second)
	const span = 8 * time.Second
	return compose([]wave{{
		seed: m.Seed, senders: regulars{quiet}, events: 13_500,
		from: begin, span: 15 * time.Minute,
		targets: mailboxes, volume: one(600, 60_000), via: session,
	}, {
		seed: m.Seed, senders: planned{attack, order}, events: attempts,
		from: onset, span: span, rate: []float64{1, 4, 6, 6, 6, 5, 3, 1},
		targets: target, volume: one(180, 420), via: session, burst: 1,
	}}, Burst{Targets: target, Onset: onset, End: onset.Add(span)}), nil
}

// one makes records of one event and a size in a range whose lower sizes are
// the more frequent.
func one(least, most int) func(*rand.Rand) (events, bytes uint64) {
	return func(rng *rand.Rand) (uint64, uint64) {
		u := rng.Float64()
		return 1, uint64(least) + uint64(u*u*u*float64(most-least+1))
	}
}

func names(format string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, i+1)
	}
	return list
}
