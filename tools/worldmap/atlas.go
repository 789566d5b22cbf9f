package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
)

// A point is a longitude and a latitude in degrees, or a place on the map.
type point struct{ x, y float64 }

// An atlas is a file in TopoJSON: lines that neighbors share, and countries made of them.
type atlas struct {
	arcs      [][]point
	countries []country
}

type country struct {
	alpha3   string
	polygons [][]ring // the first ring of a polygon is its outline, the others are holes
}

// A ring is a list of arcs. Arc ^i is arc i in the other direction.
type ring []int

func readAtlas(path string) (*atlas, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Transform struct{ Scale, Translate [2]float64 }
		Arcs      [][][2]float64
		Objects   struct {
			Countries struct {
				Geometries []struct {
					Type       string
					Arcs       json.RawMessage
					Properties struct{ A3 string }
				}
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	a := &atlas{}
	for _, deltas := range file.Arcs {
		arc := make([]point, len(deltas))
		var x, y float64
		for i, d := range deltas {
			x, y = x+d[0], y+d[1]
			s, t := file.Transform.Scale, file.Transform.Translate
			arc[i] = point{x*s[0] + t[0], y*s[1] + t[1]}
		}
		a.arcs = append(a.arcs, arc)
	}
	for _, g := range file.Objects.Countries.Geometries {
		c := country{alpha3: g.Properties.A3}
		switch g.Type {
		case "MultiPolygon":
			err = json.Unmarshal(g.Arcs, &c.polygons)
		case "Polygon":
			c.polygons = make([][]ring, 1)
			err = json.Unmarshal(g.Arcs, &c.polygons[0])
		default:
			err = fmt.Errorf("a %s", g.Type)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, c.alpha3, err)
		}
		a.countries = append(a.countries, c)
	}
	if len(a.countries) == 0 {
		return nil, fmt.Errorf("%s: no countries", path)
	}
	return a, nil
}

func (a *atlas) ring(r ring) []point { return join(a.arcs, r) }

// join puts the arcs of a ring one behind the other. They share their ends.
func join[P any](arcs [][]P, r ring) (points []P) {
	for _, i := range r {
		arc := arcs[max(i, ^i)]
		for k := range arc {
			if k == 0 && len(points) > 0 {
				continue
			}
			if i < 0 {
				k = len(arc) - 1 - k
			}
			points = append(points, arc[k])
		}
	}
	return points
}

// area returns the area of a ring, in square degrees.
func area(ring []point) float64 {
	twice := 0.0
	for i := range ring {
		p, q := ring[i], ring[(i+1)%len(ring)]
		twice += p.x*q.y - q.x*p.y
	}
	return math.Abs(twice) / 2
}

// center returns the centroid of a ring, in degrees.
func center(ring []point) point {
	var x, y, twice float64
	o := ring[0] // near the ring, so that little is lost for a small one
	for i := range ring {
		p, q := ring[i], ring[(i+1)%len(ring)]
		cross := (p.x-o.x)*(q.y-o.y) - (q.x-o.x)*(p.y-o.y)
		x, y, twice = x+(p.x+q.x-2*o.x)*cross, y+(p.y+q.y-2*o.y)*cross, twice+cross
	}
	if twice == 0 {
		return o
	}
	return point{o.x + x/(3*twice), o.y + y/(3*twice)}
}
