package main

const antarctica = "AQ"

// unofficial are the codes of the atlas that ISO 3166 does not have. Northern Cyprus and Somaliland are shown as the
// United Nations see them: as parts of Cyprus and Somalia. The Siachen Glacier is left out. Of the Indian Ocean
// Territories the atlas has Christmas Island only.
var unofficial = map[string]string{"CYN": "CY", "SOL": "SO", "XKX": "XK", "ATC": "AU", "KAS": "", "IOA": "CX"}

// A territory is a part of a country's outline that has a code of its own.
type territory struct {
	code, partOf string
	// The box that holds its center, in degrees.
	west, south, east, north float64
}

func (t territory) has(p point) bool {
	return t.west < p.x && p.x < t.east && t.south < p.y && p.y < t.north
}

var territories = []territory{
	{"GF", "FRA", -56, 1, -51, 7},
	{"GP", "FRA", -62, 15.7, -61, 16.6},
	{"MQ", "FRA", -62, 14, -60, 15},
	{"RE", "FRA", 55, -22, 56, -20},
	{"YT", "FRA", 44, -14, 46, -12},
	{"SJ", "NOR", -10, 70.5, 40, 82},
	{"BQ", "NLD", -69, 12, -62, 18},
}

// lacking are the places of countries that the atlas does not have: longitude and latitude, to half a degree. They are
// common knowledge. Of the islands of UM it is Wake.
var lacking = map[string]point{
	"BV": {3.5, -54.5}, "CC": {97, -12}, "GI": {-5.5, 36}, "TK": {-172, -9}, "UM": {166.5, 19.5}, "VA": {12.5, 42},
}
