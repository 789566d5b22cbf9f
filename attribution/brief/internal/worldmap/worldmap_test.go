package worldmap

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
)

const mostBytes = 60_000

// Every country that a report can name is on the map once: as a shape or as a dot. Only Antarctica is not.
func TestEveryCountryIsOnTheMap(t *testing.T) {
	seen := map[string]int{}
	size := 0
	for _, s := range Shapes() {
		seen[s.Code]++
		size += len(s.Path)
	}
	for code, p := range Dots() {
		seen[code]++
		if p.X <= 0 || p.X >= Width || p.Y <= 0 || p.Y >= Height {
			t.Errorf("%s is at %v, off the map", code, p)
		}
	}
	if size == 0 || size > mostBytes {
		t.Errorf("%d bytes of path data, want at most %d", size, mostBytes)
	}
	for o := range geo.Countries() {
		want := 1
		if o.String() == "AQ" {
			want = 0
		}
		if got := seen[o.String()]; got != want {
			t.Errorf("%v is on the map %d times, want %d", o, got, want)
		}
		delete(seen, o.String())
	}
	for code := range seen {
		t.Errorf("%q is no country of package geo", code)
	}
	for _, code := range []string{"SG", "HK", "MT", "SC", "BH", "MU"} {
		if _, ok := Dots()[code]; !ok {
			t.Errorf("%s is no dot", code)
		}
	}
}

func TestFile(t *testing.T) {
	if first, _, _ := strings.Cut(text, "\n"); first != fmt.Sprintf("size %d %d", Width, Height) {
		t.Errorf("the map begins with %q, but Width and Height are %d and %d", first, Width, Height)
	}
	if n := strings.Count(text, "\n"); n != 1+len(Shapes())+len(Dots()) {
		t.Errorf("%d lines, but %d shapes and %d dots", n, len(Shapes()), len(Dots()))
	}
	if !slices.IsSortedFunc(Shapes(), func(a, b Shape) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("the shapes are not in the order of their codes")
	}
}

var (
	grammar = regexp.MustCompile(`^(M\d+ \d+l-?\d+(( -?|-)\d+)+z)+$`)
	numbers = regexp.MustCompile(`-?\d+|[Mlz]`)
)

// corners returns the points of a path.
func corners(t *testing.T, path string) (points []Point) {
	t.Helper()
	if !grammar.MatchString(path) {
		t.Fatalf("not the data of a path: %.60s", path)
	}
	var at Point
	relative := false
	tokens := numbers.FindAllString(path, -1)
	for i := 0; i < len(tokens); {
		switch tokens[i] {
		case "M", "l":
			relative = tokens[i] == "l"
			i++
			continue
		case "z":
			i++
			continue
		}
		x, _ := strconv.Atoi(tokens[i])
		y, err := strconv.Atoi(tokens[i+1])
		if err != nil {
			t.Fatal(err)
		}
		if relative {
			at = Point{at.X + float64(x), at.Y + float64(y)}
		} else {
			at = Point{float64(x), float64(y)}
		}
		points = append(points, at)
		i += 2
	}
	return points
}

// middle returns the middle of a country's box, or of its dot.
func middle(t *testing.T, code string) Point {
	t.Helper()
	if p, ok := Dots()[code]; ok {
		return p
	}
	for _, s := range Shapes() {
		if s.Code != code {
			continue
		}
		low, high := Point{Width, Height}, Point{}
		for _, p := range corners(t, s.Path) {
			low = Point{min(low.X, p.X), min(low.Y, p.Y)}
			high = Point{max(high.X, p.X), max(high.Y, p.Y)}
		}
		return Point{(low.X + high.X) / 2, (low.Y + high.Y) / 2}
	}
	t.Fatalf("%s is not on the map", code)
	return Point{}
}

func TestShapesStayOnTheMap(t *testing.T) {
	for _, s := range Shapes() {
		for _, p := range corners(t, s.Path) {
			if p.X < 0 || p.X > Width || p.Y < 0 || p.Y > Height {
				t.Errorf("%s has a corner at %v", s.Code, p)
				break
			}
		}
	}
}

// Countries lie as they do in the world: each list goes from west to east, or from north to south.
func TestPlaces(t *testing.T) {
	for _, list := range []string{
		"CA GL FR DE RU JP", "PE BR NA MZ MU AU NZ", "IS GB NL PL UA KZ MN", "PT ES IT GR TR IR", "CU DO PR BB CV",
		"CY SY", "LK SG BN", "VN HK TW",
	} {
		codes := strings.Fields(list)
		for i := 1; i < len(codes); i++ {
			if west, east := middle(t, codes[i-1]), middle(t, codes[i]); west.X >= east.X {
				t.Errorf("%s at %v is not west of %s at %v", codes[i-1], west, codes[i], east)
			}
		}
	}
	for _, list := range []string{
		"SJ NO DK DE AT IT MT LY TD CM AO ZA", "RU MN CN VN SG ID AU", "CA US MX EC CL", "JP PH PG NZ",
	} {
		codes := strings.Fields(list)
		for i := 1; i < len(codes); i++ {
			if north, south := middle(t, codes[i-1]), middle(t, codes[i]); north.Y >= south.Y {
				t.Errorf("%s at %v is not north of %s at %v", codes[i-1], north, codes[i], south)
			}
		}
	}
}
