package main

import (
	"fmt"
	"strings"
)

// split cuts a ring where it jumps over the edge of the map.
func split(ring []cell) (parts [][]cell) {
	part := []cell{}
	for i, p := range ring {
		if i > 0 && beyond(float64(ring[i-1].x), float64(p.x)) {
			parts, part = append(parts, part), nil
		}
		part = append(part, p)
	}
	if len(parts) > 0 {
		parts[0] = append(part, parts[0]...) // the ring began in the middle of its first part
		return parts
	}
	return [][]cell{part}
}

// union joins the rings of one country. A step that is walked in both directions is a line inside of the country, and
// goes. What is left is walked to rings again.
func union(rings [][]cell) (joined [][]cell) {
	type step struct{ from, to cell }
	open := map[step]int{}
	var steps []step // in their order, so that the result is always the same
	for _, ring := range rings {
		for i, p := range ring {
			s := step{p, ring[(i+1)%len(ring)]}
			back := step{s.to, s.from}
			switch {
			case s.from == s.to:
			case open[back] > 0:
				open[back]--
			default:
				open[s]++
				steps = append(steps, s)
			}
		}
	}
	ways := map[cell][]cell{}
	for _, s := range steps {
		if open[s] > 0 {
			open[s]--
			ways[s.from] = append(ways[s.from], s.to)
		}
	}
	for _, s := range steps {
		for len(ways[s.from]) > 0 {
			ring, at := []cell{}, s.from
			for len(ways[at]) > 0 {
				ring = append(ring, at)
				at, ways[at] = ways[at][0], ways[at][1:]
			}
			joined = append(joined, ring)
		}
	}
	return joined
}

// pathOf returns rings as the data of an SVG path: an absolute start, then relative lines.
func pathOf(rings [][]cell) string {
	var b strings.Builder
	for _, ring := range rings {
		if len(ring) < 3 {
			continue
		}
		fmt.Fprintf(&b, "M%d %dl", ring[0].x, ring[0].y)
		for i := 1; i < len(ring); i++ {
			dx, dy := ring[i].x-ring[i-1].x, ring[i].y-ring[i-1].y
			if i > 1 && dx >= 0 {
				b.WriteByte(' ')
			}
			fmt.Fprint(&b, dx)
			if dy >= 0 {
				b.WriteByte(' ')
			}
			fmt.Fprint(&b, dy)
		}
		b.WriteByte('z')
	}
	return b.String()
}
