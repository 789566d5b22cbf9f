package text

import (
	"fmt"
	"strconv"
	"time"

	"golang.org/x/text/language"
)

// french keeps the no-break spaces of French: U+00A0 before a colon, a percent sign and within quotation marks, U+202F
// before ; ? ! and between thousands. docs/LANGUAGE.md says which words were chosen and why.
var french = catalogue{
	tag: language.French,
	form: func(n float64) int {
		if n < 2 { // 0 and 1.5, too
			return 0
		}
		return 1
	},
	country: countryFR, to: intoFR, notIn: outOfFR, subject: subjectFR,
	date: dateFR, moment: momentFR, period: periodFR,
	decimal: ",", group: "\u202f", comma: ", ", and: " et ", or: " ou ",
	percent: "{n} %", lessThan: "moins de {n}", moreThan: "plus de {n}", about: "environ {n}",
	interval: "{value} ({low} à {high})", upTo: "{value} (au plus {high})", from: "{value} (au moins {low})",
	spans: [4]phrase{
		"{n} {n:jour|jours}", "{n} {n:heure|heures}", "{n} {n:minute|minutes}", "{n} {n:seconde|secondes}",
	},
	quote: "« {name} »", database: "{name} (version du {date})", undated: "{name}",
	more: "{n} {n:autre base|autres bases}", unnamed: "une base sans nom",
	outcomes: [4]string{"non tranché", "étayé", "réfuté", "irrecevable"},
	units:    [3]string{"sources", "événements", "octets"},
	losses: [5]phrase{
		"{n} {n:enregistrement non compris|enregistrements non compris}",
		"{n} {n:enregistrement trop tardif|enregistrements trop tardifs}",
		"{n} {n:enregistrement|enregistrements} sans heure",
		"{n} {n:enregistrement|enregistrements} à l’heure impossible",
		"{n} {n:enregistrement abandonné|enregistrements abandonnés} pour épargner la mémoire",
	},
	origins: [2]string{"sans pays", "réservées"},
	inside:  "géolocalisées {countries}", insideOne: "géolocalisée {countries}",
	outside:     "géolocalisées hors {countries}",
	insideMany:  "géolocalisées dans l’un des {n} pays de l’affirmation",
	outsideMany: "géolocalisées hors des {n} pays de l’affirmation",
	inCountry:   "{place}", inNetwork: "dans {place}",

	report:   reportFrench,
	account:  accountFrench,
	verdict:  verdictFrench,
	baseline: baselineFrench,
	network: networkPhrases{
		title: "Qui détient les adresses IP {claimed}",
		ipv4:  "IPv4 /24", ipv6: "IPv6 /48", systems: "systèmes autonomes", lists: "listes",
		ofThese: "part de celles-ci", ofAll: "part du total", ofEvents: "part des événements",
		nothing: "Aucun réseau n’est connu.",
		sampled: "Les parts sont celles d’un échantillon. Chaque intervalle a une confiance de 95 %.",
	},
	holders: holdersFrench,
	burst:   burstFrench,
	evidence: evidencePhrases{
		holds: "Le fichier est conforme : le rapport et {n} {n:verdict|verdicts} découlent de l’instantané qu’il " +
			"contient.",
		counts: "Cela ne dit pas si l’instantané lui-même est vrai.",
		otherMethod: "La comparaison est impossible : le fichier suit la méthode {method}, ce programme la méthode " +
			"{own}. Ce n’est pas le signe d’une modification.",
		changed: "Le fichier n’est pas conforme : les données d’où découle le rapport ont été modifiées.",
		differs: "Le fichier n’est pas conforme : il affirme autre chose que ce qui découle de son instantané.",
		nothing: "Rien n’a été vérifié.",
		place:   "À l’emplacement {path} (octet {offset}), le fichier affirme {stated}. Recalculé : {recomputed}.",
		absent:  "rien",
	},
	spoofing: spoofingPhrases{
		dark:   "Les {tested} sources testées touchent {n} {n:réseau|réseaux} (/24) sans utilisateurs.",
		bogons: "{n} {n:autre a une adresse|autres ont une adresse} qu’aucun hôte ne peut avoir.",
		pairs: "{n} {n:paire de sources partage|paires de sources partagent} un /24. Des adresses usurpées en " +
			"donneraient environ {expected}.",
	},
	caveats: joinedCaveats(caveatsFrench, caveatsOfHoldersFrench),
}

var monthsFR = [12]string{
	"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
	"décembre",
}

// dateFR is a day: "1er juin 2026".
func dateFR(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	return day + " " + monthsFR[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// momentFR is a day and a time: "1er juin 2026 à 7 h 11 min 23 s". The spaces of a time are not broken.
func momentFR(t time.Time) string { return dateFR(t) + " à " + clockFR(t) }

func clockFR(t time.Time) string {
	return fmt.Sprintf("%d\u00a0h\u00a0%02d\u00a0min\u00a0%02d\u00a0s", t.Hour(), t.Minute(), t.Second())
}

// periodFR says the day once if it is one.
func periodFR(from, to time.Time) string {
	if dateFR(from) == dateFR(to) {
		return "le " + dateFR(from) + ", de " + clockFR(from) + " à " + clockFR(to)
	}
	return "du " + momentFR(from) + " au " + momentFR(to)
}

var reportFrench = reportPhrases{
	title:     "Adresses IP par pays de géolocalisation selon {database}",
	reflected: "Ce sont des réflecteurs : des serveurs qui ont répondu à des requêtes envoyées par quelqu’un d’autre.",
	forged: "Ces adresses sont usurpées. Le tableau montre l’espace d’adressage, et non les lieux d’émission du " +
		"trafic.",
	cut: "Les adresses ont été tronquées avant d’être comptées. Ce sont des réseaux, et non des sources.",
	proxied: "La plupart des événements ont été émis par des adresses réservées, comme derrière un proxy. Leur " +
		"véritable origine n’est pas visible.",
	nothing:  "Aucune source publique n’a été comptée.",
	sources:  "{n} {n:source distincte|sources distinctes}",
	estimate: "environ {n} sources distinctes (intervalle de confiance à 95 % : {low} à {high})",
	events:   "{n} {n:événement|événements}", bytes: "{n} {n:octet|octets}", span: "{period} UTC",
	origin: "pays", amount: "{unit}", share: "part des {unit}", shareBetween: "part des {unit} (intervalle)",

	hidden:  "{n} {n:autre pays n’est pas affiché|autres pays ne sont pas affichés}.",
	counted: "Toutes les sources ont été comptées une par une.",
	each:    "Chaque intervalle a une confiance de 95 %. Le total des parts n’est pas forcément de 100 %.",
	joint: "L’ensemble des intervalles a une confiance de {confidence}. Le total des parts n’est pas forcément de " +
		"100 %.",
	looked: "Seul 1 paquet ou flux sur {rate} a été examiné. Le tableau ne compte que ceux-là.",
	lookedMixed: "Seul 1 paquet ou flux sur {finest} à {rate} a été examiné. Événements et octets sont des " +
		"estimations du total.",
	sample:   "Les pays sont ceux d’un échantillon de {n} {n:source|sources}.",
	sketches: "Les sources ne sont connues que par des registres HyperLogLog. Leurs événements ne sont pas connus.",
	wrong:    "La base peut se tromper.", wrongTogether: "Toutes les bases peuvent se tromper ensemble.",
	someForged: "Entre {low} et {high} des sources sont usurpées (intervalle de confiance à 95 %). Elles se " +
		"répartissent entre les lignes comme l’espace d’adressage.",
	stray: "Sur {tested} {tested:source testée|sources testées}, {n} {n:se trouve|se trouvent} dans des réseaux sans " +
		"utilisateurs, mais non comme tirées de tout l’espace d’adressage. On ignore si d’autres sont usurpées.",
	reserved: "{n} {n:source à adresse réservée n’est comptée|sources à adresse réservée ne sont comptées} dans " +
		"aucune ligne ni aucun total.",
	reservedEvents: "{n} {n:source|sources} à adresse réservée ({events}) {n:n’est comptée|ne sont comptées} dans " +
		"aucune ligne ni aucun total.",
	lost:           "Non comptés : {list}.",
	credit:         "Crédit : {credit}",
	compared:       "Ce que chaque base dit des mêmes sources ({n}), en parts :",
	comparedSample: "Ce que chaque base dit d’un échantillon de {n} {n:source|sources}, en parts :",
	differ:         "placées autrement que par A",
	notShown:       "{n} {n:autre base n’est pas affichée|autres bases ne sont pas affichées}.",
	every:          "À propos de tous ces verdicts :",
}
