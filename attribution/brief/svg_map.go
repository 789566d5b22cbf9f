package brief

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution/brief/internal/worldmap"
	"github.com/whence-go/whence/geo"
)

// The part of the map that has land on it, and a little more for lines at its edge.
const (
	mapLeft, mapTop     = 0, -6
	mapWidth, mapHeight = worldmap.Width, worldmap.Height + 12
	dotRadius           = 9
)

// mapBox is the part of the map that is shown.
func mapBox() string { return fmt.Sprintf("%d %d %d %d", mapLeft, mapTop, mapWidth, mapHeight) }

// drawWorld draws all countries without sources at once, the others by their class, and those of the claims above them.
func drawWorld(m *worldMap) template.HTML {
	var none, claimed strings.Builder
	var byClass [5]strings.Builder
	for _, s := range worldmap.Shapes() {
		o, err := geo.ParseOrigin(s.Code)
		switch class := m.Class[o]; {
		case err == nil && m.Claimed[o]:
			fmt.Fprintf(&claimed, `<path class="m%d claim" d="%s"/>`, class, s.Path)
		case err != nil || class == 0:
			none.WriteString(s.Path)
		default:
			byClass[class].WriteString(s.Path)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<path class="m0" d="%s"/>`, none.String())
	for class := range byClass {
		if byClass[class].Len() > 0 {
			fmt.Fprintf(&b, `<path class="m%d" d="%s"/>`, class, byClass[class].String())
		}
	}
	b.WriteString(claimed.String())
	for code, p := range dots(m) {
		fmt.Fprintf(&b, `<circle class="dot m%d" cx="%s" cy="%s" r="%d"/>`, m.Class[code], px(p.X), px(p.Y), dotRadius)
	}
	b.WriteString(labels(m))
	return template.HTML(b.String())
}

// labels are the codes and shares of the largest, where they do not lie upon each other.
func labels(m *worldMap) string {
	var b strings.Builder
	var taken []worldmap.Point
	for _, l := range m.Labels {
		p, ok := middleOf(l.Origin)
		near := func(q worldmap.Point) bool { return math.Abs(p.X-q.X) < 90 && math.Abs(p.Y-q.Y) < 26 }
		if !ok || slices.ContainsFunc(taken, near) {
			continue
		}
		taken = append(taken, p)
		p.X = min(max(p.X, 50), worldmap.Width-50)
		fmt.Fprintf(&b, `<text x="%s" y="%s" text-anchor="middle" aria-hidden="true">%s</text>`, px(p.X), px(p.Y+6),
			template.HTMLEscapeString(l.Text))
	}
	return b.String()
}

// middleOf is the middle of the largest part of a country.
func middleOf(o geo.Origin) (worldmap.Point, bool) {
	for _, s := range worldmap.Shapes() {
		if s.Code == o.String() {
			return middleOfPath(s.Path)
		}
	}
	p, ok := worldmap.Dots()[o.String()]
	p.Y -= 2 * dotRadius
	return p, ok
}

// middleOfPath reads the data of a path: rings that begin at an absolute point and go on in steps.
func middleOfPath(path string) (middle worldmap.Point, ok bool) {
	largest := -1.
	for ring := range strings.SplitSeq(path, "M") {
		var x, y, left, right, top, bottom float64
		for i, n := range numbers(ring) {
			if i%2 == 0 {
				x += n
				continue
			}
			if y += n; i == 1 {
				left, right, top, bottom = x, x, y, y
			}
			left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
		}
		if area := (right - left) * (bottom - top); ring != "" && area > largest {
			largest, middle, ok = area, worldmap.Point{X: (left + right) / 2, Y: (top + bottom) / 2}, true
		}
	}
	return middle, ok
}

// numbers are those of the data of a path, whatever stands between them.
func numbers(text string) (list []float64) {
	for text != "" {
		i := strings.IndexAny(text, "-.0123456789")
		if i < 0 {
			return list
		}
		n := 1
		for i+n < len(text) && (text[i+n] == '.' || text[i+n] >= '0' && text[i+n] <= '9') {
			n++
		}
		v, _ := strconv.ParseFloat(text[i:i+n], 64)
		list, text = append(list, v), text[i+n:]
	}
	return list
}

// isDot reports whether a country is too small for an outline.
func isDot(o geo.Origin) bool {
	_, ok := worldmap.Dots()[o.String()]
	return ok
}

// dots yields the countries that are too small for an outline and have sources, in order.
func dots(m *worldMap) func(yield func(geo.Origin, worldmap.Point) bool) {
	return func(yield func(geo.Origin, worldmap.Point) bool) {
		all := worldmap.Dots()
		for _, code := range slices.Sorted(maps.Keys(all)) {
			o, err := geo.ParseOrigin(code)
			if err == nil && (m.Class[o] > 0 || m.Claimed[o]) && !yield(o, all[code]) {
				return
			}
		}
	}
}
