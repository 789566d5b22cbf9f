package text

import "strings"

// An articleFR says which articles and prepositions the name of a country takes in French.
type articleFR uint8

const (
	feminineFR  articleFR = iota // en Russie, de Russie, la Russie
	masculineFR                  // au Brésil, du Brésil, le Brésil
	vowelFR                      // en Iran, d’Iran, l’Iran
	pluralFR                     // aux États-Unis, des États-Unis, les États-Unis
	bareFR                       // à Singapour, de Singapour, Singapour
	bareInFR                     // en Israël, d’Israël, Israël
	islandFR                     // à la Barbade, de la Barbade, la Barbade
	isleFR                       // à l’Île de Man, de l’Île de Man, l’Île de Man
)

// articleOfFR follows the name, but for those that usage treats otherwise.
func articleOfFR(code, name string) articleFR {
	switch code {
	case "AG", "AI", "AW", "BH", "CU", "CW", "CY", "DJ", "GG", "GI", "GU", "JE", "KI", "MC", "MG", "MS", "MT", "MU", "NR",
		"NU", "OM", "PR", "RE", "SG", "SJ", "ST", "TK", "TT", "TV", "TW", "WF", "YT":
		return bareFR
	case "HT", "IL":
		return bareInFR
	case "BB", "DM", "GD":
		return islandFR
	case "BZ", "GB", "IO", "KH", "MX", "MZ", "SR", "ZW": // though they end like feminine names
		return masculineFR
	case "SL":
		return feminineFR
	case "AS", "BM", "BQ", "BS", "FJ", "KM", "MV", "NL", "PH", "PW", "SC", "TO", "WS":
		return pluralFR
	}
	head, _, _ := strings.Cut(name, " ")
	head, _, _ = strings.Cut(head, "-")
	switch {
	case head == "Saint" || head == "Sainte":
		return bareFR
	case head == "Île":
		return isleFR
	case head == "Îles" || head == "États" || head == "Émirats" || head == "Terres" || head == "Territoires":
		return pluralFR
	case startsWithVowelFR(name):
		return vowelFR
	case strings.HasSuffix(head, "e") || head == "R.A.S.":
		return feminineFR
	}
	return masculineFR
}

// startsWithVowelFR reports whether an article loses its vowel. An h is taken for aspirated: la Hongrie.
func startsWithVowelFR(name string) bool {
	return strings.ContainsRune("AEIOUÅÉÎ", []rune(name + " ")[0])
}

// intoFR is a country with the preposition that says where: "en Russie", "aux États-Unis".
func intoFR(code string) string {
	name := countryFR(code)
	switch code { // no countries, but territories
	case "IO":
		return "dans le " + name
	case "PS", "TF":
		return "dans les " + name
	case "VA":
		return "dans l’" + name
	}
	switch articleOfFR(code, name) {
	case masculineFR:
		return "au " + name
	case pluralFR:
		return "aux " + name
	case bareFR:
		return "à " + name
	case islandFR:
		return "à la " + name
	case isleFR:
		return "à l’" + name
	}
	return "en " + name
}

// outOfFR is a country with the preposition that follows "hors": "de Russie", "des États-Unis".
func outOfFR(code string) string {
	name := countryFR(code)
	switch article := articleOfFR(code, name); {
	case article == masculineFR:
		return "du " + name
	case article == pluralFR:
		return "des " + name
	case article == islandFR, strings.HasPrefix(name, "R.A.S."), strings.HasPrefix(name, "République"):
		return "de la " + name
	case article == isleFR || code == "VA":
		return "de l’" + name
	case startsWithVowelFR(name) || code == "HT":
		return "d’" + name
	}
	return "de " + name
}

// subjectFR is a country with its article: "la Russie", "les États-Unis".
func subjectFR(code string) string {
	name := countryFR(code)
	switch articleOfFR(code, name) {
	case feminineFR, islandFR:
		return "la " + name
	case masculineFR:
		return "le " + name
	case vowelFR, isleFR:
		return "l’" + name
	case pluralFR:
		return "les " + name
	}
	return name
}
