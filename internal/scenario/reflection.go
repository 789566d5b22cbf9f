package scenario

import (
	"math/rand/v2"
	"time"
)

// Reflection is an amplification attack: servers of four UDP services that
// answer requests forged in the target's name, each in a few records of many
// packets. The sources are real, and none of them is the attacker's.
type Reflection struct {
	Seed uint64

	// Sources is the number of servers; 0 stands for 3,000. Each service has
	// as many as another.
	Sources int

	// TCP has web servers answer forged SYNs instead: small SYN-ACK packets,
	// a few from each server. The victim of a spoofed flood sends the same to
	// whoever's address was forged.
	TCP bool
}

// reflector is a service that answers whom it should not.
type reflector struct {
	port        uint16
	least, most uint64 // bytes of a packet
}

var (
	// DNS, NTP (its monlist), CLDAP and memcached.
	amplifiers = []reflector{{53, 1100, 1460}, {123, 468, 468}, {389, 1200, 1460}, {11211, 1400, 1428}}

	webServers = []reflector{{443, 44, 60}, {80, 44, 60}}
)

// Build implements [Builder].
func (r Reflection) Build(p *Population) (*Scenario, error) {
	r.Sources = orDefault(r.Sources, 3000)
	s := p.Sampler(r.Seed)
	servers := &cast{}
	if err := servers.addAny(s, r.Sources, Scattered4); err != nil {
		return nil, err
	}
	services, via, packets := amplifiers, Transport{Protocol: udp}, uint64(2000)
	if r.TCP {
		services, via, packets = webServers, Transport{Protocol: tcp, TCPFlags: syn | ack}, 6
	}
	const (
		target = "198.51.100.25:53122"
		span   = 2 * time.Minute
	)
	var waves []wave
	for i, x := range services {
		part := servers.slice(i*r.Sources/len(services), (i+1)*r.Sources/len(services))
		via.SourcePort = x.port
		waves = append(waves, wave{
			seed: r.Seed, senders: turns{part}, events: 8 * len(part.keys),
			from: begin, span: span,
			targets: []string{target}, via: via, burst: 1,
			volume: func(rng *rand.Rand) (events, bytes uint64) {
				events = 1 + rng.Uint64N(packets)
				return events, events * (x.least + rng.Uint64N(x.most-x.least+1))
			},
		})
	}
	return compose(waves, Burst{Targets: []string{target}, Onset: begin, End: begin.Add(span)}), nil
}
