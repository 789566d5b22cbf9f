package main

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// A point is what an event costs among so many distinct sources, in nanoseconds.
type point struct{ sources, floor, whence, naive float64 }

// growth returns the points of BenchmarkSources, in their order.
func growth(r *results) ([]point, error) {
	var points []point
	for _, name := range r.names {
		digits, ok := strings.CutPrefix(name, "Sources/sources=")
		if !ok {
			continue
		}
		sources, err1 := strconv.ParseFloat(digits, 64)
		whence, err2 := r.median(name, "ns/event")
		floor, err3 := r.median(name, "x-floor")
		naive, err4 := r.median(name, "x-naive")
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return nil, err
		}
		points = append(points, point{sources, whence / floor, whence, whence * naive})
	}
	if len(points) == 0 {
		return nil, fmt.Errorf("%s: no BenchmarkSources", r.path)
	}
	return points, nil
}

func growthTable(points []point) string {
	var b strings.Builder
	b.WriteString("| distinct sources | memory floor, ns/event | whence | naive pipeline |\n|---:|---:|---:|---:|\n")
	for _, p := range points {
		fmt.Fprintf(&b, "| %s | %.1f | %.1f | %.0f |\n", number(p.sources), p.floor, p.whence, p.naive)
	}
	return b.String()
}

// exactMost is the number of sources up to which a Tally is exact by default.
const exactMost = 65_536

// lines are drawn in this order. Their colors differ in lightness too.
var lines = []struct {
	label string
	color color.Color
	of    func(point) float64
}{
	{"naive pipeline", color.RGBA{0xb3, 0x40, 0x1b, 0xff}, func(p point) float64 { return p.naive }},
	{"whence", color.RGBA{0x0b, 0x57, 0xd0, 0xff}, func(p point) float64 { return p.whence }},
	{"memory floor", color.RGBA{0x7a, 0x82, 0x8e, 0xff}, func(p point) float64 { return p.floor }},
}

var short = strings.NewReplacer(",000,000", "M", ",000", "k", ".0", "")

// decades marks the powers of ten of an axis.
func decades(low, high float64) (ticks []plot.Tick) {
	for v := math.Pow(10, math.Ceil(math.Log10(low))); v <= high; v *= 10 {
		ticks = append(ticks, plot.Tick{Value: v, Label: short.Replace(number(v))})
	}
	return ticks
}

// draw returns the points as an SVG.
func draw(points []point) ([]byte, error) {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	p := plot.New()
	// The title names the axes: gonum/plot keeps room for the labels of logarithmic axes at a wrong place.
	p.Title.Text = "Nanoseconds per event by the number of distinct IPv4 sources, on one core"
	p.Title.Padding = vg.Points(8)
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(decades), plot.TickerFunc(decades)
	p.Add(plotter.NewGrid())

	lowest, highest := math.Inf(1), 0.0
	for _, line := range lines {
		var xys plotter.XYs
		for _, at := range points {
			xys = append(xys, plotter.XY{X: at.sources, Y: line.of(at)})
			lowest, highest = min(lowest, line.of(at)), max(highest, line.of(at))
		}
		l, err := plotter.NewLine(xys)
		if err != nil {
			return nil, err
		}
		l.Color, l.Width = line.color, vg.Points(2)
		p.Add(l)
		last := xys[len(xys)-1]
		p.Legend.Add(fmt.Sprintf("%s, %.3g ns", line.label, last.Y), l)
	}
	p.Y.Min = math.Pow(10, math.Floor(math.Log10(lowest)))
	p.Y.Max = math.Pow(10, math.Ceil(math.Log10(highest)))
	exact, err := plotter.NewLine(plotter.XYs{{X: exactMost, Y: p.Y.Min}, {X: exactMost, Y: p.Y.Max}})
	if err != nil {
		return nil, err
	}
	exact.Dashes = []vg.Length{vg.Points(2), vg.Points(3)}
	p.Add(exact)
	p.Legend.Add("exact up to "+number(exactMost), exact)
	p.Legend.Left, p.Legend.XOffs, p.Legend.Padding = true, vg.Points(350), vg.Points(3)

	w, err := p.WriterTo(vg.Points(600), vg.Points(340), "svg")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = w.WriteTo(&b)
	return b.Bytes(), err
}
