package main

import "math"

// The map is in the Equal Earth projection of Šavrič, Patterson and Jenny (2018). Its middle is 11° E, so it is cut at
// 169° W and Chukotka stays whole. It ends north of Greenland and south of Cape Horn.
const (
	width    = 1000
	meridian = 11
	north    = 84
	south    = -56
)

var (
	edge, _   = equalEarth(point{meridian + 180 - 1e-9, 0})
	_, top    = equalEarth(point{meridian, north})
	_, bottom = equalEarth(point{meridian, south})
	scale     = width / (2 * edge)
	height    = int(math.Ceil((top - bottom) * scale))
)

// project returns the place of a longitude and a latitude on the map: x from 0 to width, y from the top.
func project(p point) (x, y float64) {
	x, y = equalEarth(p)
	return (x + edge) * scale, (top - y) * scale
}

func equalEarth(p point) (x, y float64) {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	lon := math.Mod(p.x-meridian+540, 360) - 180
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(p.y*math.Pi/180))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * lon * math.Pi / 180 * math.Cos(t) / (3 * (9*a4*t2*t6 + 7*a3*t6 + 3*a2*t2 + a1))
	y = t * (a4*t2*t6 + a3*t6 + a2*t2 + a1)
	return x, y
}
