package main

import (
	"container/heap"
	"math"
)

// detail is the area of the smallest triangle that is kept, in square units of the map.
const detail = 1.0

// A cell is a place on the map in whole units.
type cell struct{ x, y int }

// simplified projects all arcs, leaves out points that hardly show, and rounds the others. Neighbors share an arc, so
// they keep one border. An arc is cut where it jumps over the edge of the map. Points on the 180th meridian stay,
// because the two halves of a country must meet there.
func simplified(arcs [][]point) [][]cell {
	out := make([][]cell, len(arcs))
	for i, arc := range arcs {
		run := []point{}
		flush := func() {
			for _, p := range visvalingam(run) {
				out[i] = append(out[i], cell{int(math.Round(p.x)), int(math.Round(p.y))})
			}
			run = run[:0]
		}
		for k, p := range arc {
			x, y := project(p)
			if k > 0 && len(run) > 0 && beyond(run[len(run)-1].x, x) {
				flush()
			}
			run = append(run, point{x, y})
			if math.Abs(p.x) > 180-1e-6 {
				flush()
			}
		}
		flush()
	}
	return out
}

// beyond reports whether the step from x to y is a jump over the edge of the map.
func beyond(x, y float64) bool { return math.Abs(x-y) > width/2 }

// visvalingam leaves out the point that makes the smallest triangle with its neighbors, again and again.
func visvalingam(points []point) []point {
	n := len(points)
	if n < 3 {
		return points
	}
	least := 2
	if points[0] == points[n-1] {
		least = 5 // an island keeps four corners
	}
	l := line{points: points, previous: make([]int, n), next: make([]int, n), areas: make([]float64, n)}
	for i := range points {
		l.previous[i], l.next[i] = i-1, i+1
	}
	queue := &triangles{}
	for i := 1; i < n-1; i++ {
		l.areas[i] = l.triangle(i)
		heap.Push(queue, triangle{l.areas[i], i})
	}
	for left := n; queue.Len() > 0 && left > least; {
		t := heap.Pop(queue).(triangle)
		if t.area > detail {
			break
		}
		if t.area != l.areas[t.middle] {
			continue // it was changed or left out since
		}
		left--
		l.areas[t.middle] = math.NaN()
		before, after := l.previous[t.middle], l.next[t.middle]
		l.next[before], l.previous[after] = after, before
		for _, i := range []int{before, after} {
			if 0 < i && i < n-1 {
				l.areas[i] = max(l.triangle(i), t.area)
				heap.Push(queue, triangle{l.areas[i], i})
			}
		}
	}
	var kept []point
	for i := 0; i < n; i = l.next[i] {
		kept = append(kept, points[i])
	}
	return kept
}

// A line is a list of points of which some are left out.
type line struct {
	points         []point
	previous, next []int
	areas          []float64 // of the triangle of each point; not a number for one that is left out
}

func (l *line) triangle(i int) float64 {
	p, q, r := l.points[l.previous[i]], l.points[i], l.points[l.next[i]]
	return math.Abs((p.x-q.x)*(r.y-q.y)-(p.y-q.y)*(r.x-q.x)) / 2
}

type triangle struct {
	area   float64
	middle int
}

// triangles is a heap, the smallest first. Of equal ones the first in the line goes first.
type triangles []triangle

func (t triangles) Len() int { return len(t) }
func (t triangles) Less(i, j int) bool {
	return t[i].area < t[j].area || t[i].area == t[j].area && t[i].middle < t[j].middle
}
func (t triangles) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *triangles) Push(x any)   { *t = append(*t, x.(triangle)) }
func (t *triangles) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}
