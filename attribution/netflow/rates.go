package netflow

import "math"

// rates are what the options of one domain say about sampling.
type rates struct {
	domain   uint32            // without a sampler; 0: not told
	samplers map[uint64]uint32 // by number
}

const (
	maxSamplers = 1024 // of one domain
	samplerCost = 48
)

func (r *rates) cost() int64 { return samplerCost * int64(len(r.samplers)) }

// rateOf is what a record says about sampling: one in so many, or 0.
func rateOf(b []byte, p *places) uint32 {
	get := func(s slot) uint64 { return number(b, p[s]) }
	ratio := func(all, taken uint64) uint32 {
		if all < taken {
			return 0
		}
		return uint32(min((all-taken)/taken+1+((all-taken)%taken+taken/2)/taken, math.MaxUint32))
	}
	if taken, all := get(sampleSize), get(population); taken > 0 && all > 0 {
		return ratio(all, taken)
	}
	interval := get(packetInterval)
	if space := get(packetSpace); interval > 0 && space > 0 && space < math.MaxUint32 && interval < math.MaxUint32 {
		return ratio(interval+space, interval)
	}
	for _, s := range [...]slot{samplingInterval, randomInterval} {
		if v := get(s); v > 0 {
			return uint32(min(v, math.MaxUint32))
		}
	}
	return uint32(min(interval, math.MaxUint32))
}

// rate is that of a record: its own, that of its sampler, or that of its domain.
func (e *exporter) rateOf(t *template, b []byte, p *places) uint32 {
	if t.rated {
		if rate := rateOf(b, p); rate > 0 {
			return rate
		}
	}
	s := e.m.stream
	if s == nil {
		return 0
	}
	if t.sampled && len(s.rates.samplers) > 0 {
		if rate := s.rates.samplers[number(b, p[sampler])]; rate > 0 {
			return rate
		}
	}
	return s.rates.domain
}

// option takes what a record of options says.
func (e *exporter) option(t *template, b []byte, p *places) {
	s := e.m.stream
	if s == nil {
		return
	}
	if p[systemInit].n > 0 {
		e.boots(b, p)
	}
	rate := rateOf(b, p)
	if rate == 0 {
		return
	}
	if !t.sampled || p[sampler].n == 0 {
		s.rates.domain = rate
		return
	}
	id := number(b, p[sampler])
	if _, known := s.rates.samplers[id]; !known {
		if len(s.rates.samplers) >= maxSamplers || !e.reserve(samplerCost) {
			return
		}
		if s.rates.samplers == nil {
			s.rates.samplers = map[uint64]uint32{}
		}
	}
	s.rates.samplers[id] = rate
}

// boots takes the time at which the exporter started.
func (e *exporter) boots(b []byte, p *places) {
	if boot := e.m.moment(firstMilli, number(b, p[systemInit])); boot != notTold {
		e.m.stream.boot = boot
	}
}
