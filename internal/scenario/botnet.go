package scenario

import (
	"time"

	"github.com/whence-go/whence/geo"
)

// Botnet is a flood of one target by real, distinct sources: infected machines
// of subscribers, clustered as these are. There is no traffic beside it.
type Botnet struct {
	Seed uint64

	// Sources is the number of distinct sources; 0 stands for 10,000.
	Sources int

	// Origin has exactly round(Sources*Share) of them. If Origin is zero
	// (which is geo.Unlocated), the two stand for RU and 0.52.
	Origin geo.Origin
	Share  float64

	// Unlocated is the share of sources that have no country. What then
	// remains is of up to forty other countries, in Zipf's proportions.
	Unlocated float64

	// IPv6 is the share of each country's sources that are IPv6, rounded.
	// Countries whose IPv6 networks do not suffice have only IPv4 sources.
	IPv6 float64

	// Sparse has no two IPv4 sources share a /24 network, so that they lie as
	// far apart as forged ones do.
	Sparse bool

	// Repeat is the number of events of each source; 0 stands for 1.
	Repeat int

	// Target is what is hit; empty stands for a web server that has no
	// everyday traffic in any scenario.
	Target string

	// Span is how long it lasts; 0 stands for a minute.
	Span time.Duration
}

// Build implements [Builder].
func (b Botnet) Build(p *Population) (*Scenario, error) {
	w, err := b.flood(p, time.Minute, 1)
	if err != nil {
		return nil, err
	}
	return compose([]wave{w}, w.asBurst()), nil
}

// flood returns the events of b at a constant rate, with defaults for Span and
// Repeat.
func (b Botnet) flood(p *Population, span time.Duration, repeat int) (wave, error) {
	if b.Origin == geo.Unlocated {
		ru, err := geo.ParseOrigin("RU")
		if err != nil {
			return wave{}, err
		}
		b.Origin, b.Share = ru, 0.52
	}
	how := Clustered4
	if b.Sparse {
		how = Sparse4
	}
	b.Sources = orDefault(b.Sources, 10_000)
	bots, err := drawAround(p.Sampler(b.Seed), b.Sources, b.Origin, how, b.Share, b.Unlocated, b.IPv6)
	if err != nil {
		return wave{}, err
	}
	return wave{
		seed: b.Seed, senders: turns{bots}, events: b.Sources * orDefault(b.Repeat, repeat),
		from: begin, span: orDefault(b.Span, span),
		targets: []string{orDefault(b.Target, webServer)},
		volume:  one(200, 1500), via: session, burst: 1,
	}, nil
}

const webServer = "198.51.100.25:443"

func orDefault[T comparable](x, fallback T) T {
	var zero T
	if x == zero {
		return fallback
	}
	return x
}

// SingleSource is a flood of one target in which one source sends 99 % of the
// 100,000 events and five hundred others send the rest: by events it has an
// origin, by sources it has none.
type SingleSource struct {
	Seed uint64

	// Origin is where the one source is; zero stands for RU.
	Origin geo.Origin
}

// Build implements [Builder].
func (x SingleSource) Build(p *Population) (*Scenario, error) {
	if x.Origin == geo.Unlocated {
		ru, err := geo.ParseOrigin("RU")
		if err != nil {
			return nil, err
		}
		x.Origin = ru
	}
	s := p.Sampler(x.Seed)
	loud := &cast{}
	if err := loud.add(s, x.Origin, 1, Clustered4, 0); err != nil {
		return nil, err
	}
	others, err := drawAround(s, 500, x.Origin, Clustered4, 0.02, 0.02, 0)
	if err != nil {
		return nil, err
	}
	w := wave{
		seed: x.Seed, from: begin, span: time.Minute,
		targets: []string{webServer}, volume: one(200, 1500), via: session, burst: 1,
	}
	most, rest := w, w
	most.senders, most.events = turns{loud}, 99_000
	rest.senders, rest.events = turns{others}, 1_000
	return compose([]wave{most, rest}, w.asBurst()), nil
}
