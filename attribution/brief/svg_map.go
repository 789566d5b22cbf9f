package brief

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution/brief/internal/worldmap"
	"github.com/whence-go/whence/geo"
)

// The part of the map that has land on it, and a little more for lines at its edge.
const (
	mapLeft, mapTop      = 0, -6
	mapWidth, mapHeight  = worldmap.Width, worldmap.Height + 12
	dotRadius, labelSize = 9, 19
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
	return template.HTML(b.String())
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
