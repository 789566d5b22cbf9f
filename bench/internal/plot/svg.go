package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The figure in pixels: all of it, and the part within the axes.
const (
	width, height            = 800, 430
	left, top, right, bottom = 76, 66, 620, 380
)

// lines are drawn in this order. The colours differ in lightness too.
var lines = [competitors]struct{ label, colour string }{
	floor:  {"memory floor", "#7a828e"},
	whence: {"whence", "#0b57d0"},
	naive:  {"naive pipeline", "#b3401b"},
}

// exactMost is the number of sources up to which a Tally is exact by default.
const exactMost = 65_536

// draw returns the figure of the points, which come in ascending order of their
// sources.
func draw(points []point) []byte {
	low, high := math.Inf(1), 0.0
	for _, p := range points {
		low, high = min(low, slices.Min(p.ns[:])), max(high, slices.Max(p.ns[:]))
	}
	x := logarithmic(float64(points[0].sources), float64(points[len(points)-1].sources), left, right)
	bottomNS := math.Pow10(int(math.Floor(math.Log10(low))))
	topNS := math.Pow10(int(math.Ceil(math.Log10(high))))
	y := logarithmic(bottomNS, topNS, bottom, top)

	var b bytes.Buffer
	text := func(x, y float64, attributes, s string) {
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, attributes, s)
	}
	stroke := func(x1, y1, x2, y2 float64, attributes string) {
		fmt.Fprintf(&b, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, attributes)
	}
	const grid, axis, note = `stroke="#e6e8eb"`, `stroke="#57606a"`, `fill="#57606a"`

	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%[1]d\" height=\"%[2]d\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#1f2328\">\n", width, height)
	b.WriteString("<title>Time of an event against the number of distinct sources</title>\n")
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height)
	text(left, 26, `font-size="16" font-weight="600"`, "Time of an event against the number of distinct sources")
	text(left, 46, note, "nanoseconds per event on one core, IPv4; both axes logarithmic")

	for ns := bottomNS; ns <= topNS*1.01; ns *= 10 {
		stroke(left, y(ns), right, y(ns), grid)
		text(left-8, y(ns)+4, note+` text-anchor="end"`, fmt.Sprintf("%g ns", ns))
	}
	for n := math.Pow10(int(math.Ceil(math.Log10(float64(points[0].sources))))); x(n) < right+1; n *= 10 {
		stroke(x(n), bottom, x(n), bottom+5, axis)
		text(x(n), bottom+20, note+` text-anchor="middle"`, short(n))
	}
	stroke(left, bottom, right, bottom, axis)
	text((left+right)/2, height-10, note+` text-anchor="middle"`, "distinct sources")
	if x(exactMost) < right {
		stroke(x(exactMost), top, x(exactMost), bottom, `stroke="#afb8c1" stroke-dasharray="3 4"`)
		text(x(exactMost)-6, bottom-10, note+` text-anchor="end" font-size="12"`, "exact up to 65,536")
	}

	labels := make([]float64, competitors) // the heights of the labels
	for who, line := range lines {
		var path strings.Builder
		for _, p := range points {
			fmt.Fprintf(&path, "%.1f,%.1f ", x(float64(p.sources)), y(p.ns[who]))
		}
		fmt.Fprintf(&b, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\" stroke-linejoin=\"round\"/>\n",
			strings.TrimSpace(path.String()), line.colour)
		labels[who] = y(points[len(points)-1].ns[who])
	}
	apart(labels, 17)
	for who, line := range lines {
		last := points[len(points)-1].ns[who]
		text(right+10, labels[who]+4, fmt.Sprintf("fill=%q font-weight=\"600\"", line.colour), fmt.Sprintf("%s, %.3g ns", line.label, last))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// logarithmic returns the scale on which low is at from and high at to.
func logarithmic(low, high, from, to float64) func(float64) float64 {
	return func(v float64) float64 {
		return from + (to-from)*math.Log(v/low)/math.Log(high/low)
	}
}

// apart lifts heights, which count downwards, until no two are nearer than the
// gap. Their order stays.
func apart(heights []float64, gap float64) {
	order := make([]int, len(heights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(heights[i], heights[j]) })
	for k := len(order) - 2; k >= 0; k-- {
		upper, lower := &heights[order[k]], heights[order[k+1]]
		*upper = min(*upper, lower-gap)
	}
}

// short writes 1000000 as 1M.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%gM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%gk", v/1e3)
	}
	return fmt.Sprint(v)
}
