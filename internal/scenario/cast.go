package scenario

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/whence-go/whence/geo"
)

// cast is a set of distinct sources in random order.
type cast struct {
	keys    []uint64
	origins []geo.Origin
}

// add draws n sources of o. Of a country, the given part are IPv6, clustered like
// subscribers, where the table has them. Others are IPv4 and lie as how says;
// but where a table gives every IPv4 address a country, only IPv6 ones are left
// without.
func (c *cast) add(s *Sampler, o geo.Origin, n int, how Layout, part6 float64) error {
	n6 := 0
	if o.IsCountry() {
		n6 = int(math.Round(float64(n) * part6))
	} else if !s.has(o, n, how) {
		n6 = n
	}
	if !s.has(o, n6, Clustered6) {
		n6 = 0
	}
	if err := c.addAs(s, o, n-n6, how); err != nil {
		return err
	}
	return c.addAs(s, o, n6, Clustered6)
}

func (c *cast) addAs(s *Sampler, o geo.Origin, n int, how Layout) (err error) {
	c.keys, err = s.draw(c.keys, o, n, how)
	for len(c.origins) < len(c.keys) {
		c.origins = append(c.origins, o)
	}
	return err
}

// addAny draws n sources of any countries, in proportion to their networks, and
// shuffles all.
func (c *cast) addAny(s *Sampler, n int, how Layout) error {
	networks := make([]float64, geo.MaxOrigins)
	for o := range geo.Countries() {
		networks[o] = float64(len(s.pop.pools[how.family()][o].ranges))
	}
	goal := len(c.keys) + n
	for o, k := range apportion(n, networks) {
		if err := c.addAs(s, geo.Origin(o), k, how); err != nil {
			return err
		}
	}
	if len(c.keys) < goal {
		return fmt.Errorf("scenario: %w: no country has any", ErrTooFew)
	}
	c.shuffle(s.rng)
	return nil
}

// slice returns the sources from number i up to number j.
func (c *cast) slice(i, j int) *cast {
	return &cast{c.keys[i:j:j], c.origins[i:j:j]}
}

func (c *cast) shuffle(rng *rand.Rand) {
	rng.Shuffle(len(c.keys), func(i, j int) {
		c.keys[i], c.keys[j] = c.keys[j], c.keys[i]
		c.origins[i], c.origins[j] = c.origins[j], c.origins[i]
	})
}

// part is an origin's part of a mix, by its text, relative to the other parts.
type part struct {
	origin string
	weight float64
}

// drawMix draws n sources in the proportions of mix.
func drawMix(s *Sampler, n int, mix []part, part6 float64) (*cast, error) {
	weights := make([]float64, len(mix))
	for i, p := range mix {
		weights[i] = p.weight
	}
	c := &cast{}
	for i, k := range apportion(n, weights) {
		o, err := geo.ParseOrigin(mix[i].origin)
		if err != nil {
			return nil, fmt.Errorf("scenario: %w", err)
		}
		if err := c.add(s, o, k, Clustered4, part6); err != nil {
			return nil, err
		}
	}
	c.shuffle(s.rng)
	return c, nil
}

// drawAround draws n sources of which exactly the given share, rounded, is from
// o and another exact share is unlocated. The rest is spread over up to forty
// other countries, those with the most address space first, in proportions of
// Zipf's law.
func drawAround(s *Sampler, n int, o geo.Origin, how Layout, share, unlocated, part6 float64) (*cast, error) {
	c := &cast{}
	own := int(math.Round(float64(n) * share))
	unknown := int(math.Round(float64(n) * unlocated))
	if own < 0 || unknown < 0 || own+unknown > n {
		return nil, fmt.Errorf("scenario: shares of %v and %v unlocated do not fit into a whole", share, unlocated)
	}
	if err := c.add(s, o, own, how, part6); err != nil {
		return nil, err
	}
	if err := c.add(s, geo.Unlocated, unknown, how, 0); err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(s.pop.bySpace(), func(x geo.Origin) bool { return x == o })
	others = others[:min(len(others), 40)]
	weights := make([]float64, len(others))
	for i := range weights {
		weights[i] = 1 / float64(i+1)
	}
	for i, k := range apportion(n-own-unknown, weights) {
		if err := c.add(s, others[i], k, how, part6); err != nil {
			return nil, err
		}
	}
	if len(c.keys) < n {
		return nil, fmt.Errorf("scenario: %w: no country but %s has any", ErrTooFew, o)
	}
	c.shuffle(s.rng)
	return c, nil
}

// apportion divides n in proportion to the weights, by largest remainders
// (Hamilton's method). The parts sum to n if any weight is above 0.
func apportion(n int, weights []float64) []int {
	var total float64
	for _, w := range weights {
		total += w
	}
	parts := make([]int, len(weights))
	if total <= 0 {
		return parts
	}
	type remainder struct {
		i int
		r float64
	}
	var rest []remainder
	left := n
	for i, w := range weights {
		exact := float64(float64(n) * (w / total)) // rounded here on every machine
		parts[i] = int(exact)
		left -= parts[i]
		if w > 0 {
			rest = append(rest, remainder{i, exact - float64(parts[i])})
		}
	}
	slices.SortStableFunc(rest, func(a, b remainder) int { return cmp.Compare(b.r, a.r) })
	for i := range left {
		parts[rest[i%len(rest)].i]++
	}
	return parts
}

// heavyTailed divides n events among the sources of c, at least one each, in
// proportions drawn from Pareto's law of index 1.2 times what scale says for
// the source's origin. It returns the number of the source of each event, in
// random order.
func heavyTailed(rng *rand.Rand, c *cast, n int, scale func(geo.Origin) float64) []uint32 {
	weights := make([]float64, len(c.keys))
	for i, o := range c.origins {
		weights[i] = min(500, math.Pow(1-rng.Float64(), -1/1.2)) * scale(o)
	}
	order := make([]uint32, 0, n)
	for i, k := range apportion(n-len(c.keys), weights) {
		for range k + 1 {
			order = append(order, uint32(i))
		}
	}
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}
