package text

var verdictFrench = verdictPhrases{
	head: "{outcome} : {claim}", provisional: " (provisoire, examen n° {look})",
	alone:   "{n:|Les }{events} {n:a été émis|ont tous été émis} par une seule adresse.",
	aloneIn: "{n:|Les }{events} {n:a été émis|ont tous été émis} par une seule adresse, {claimed} par {database}.",
	aloneUnlocated: "{n:|Les }{events} {n:a été émis|ont tous été émis} par une seule adresse, à laquelle la base " +
		"n’attribue aucun pays.",
	dominant:          "Une seule adresse a émis {share} des événements.",
	dominantIn:        "Une seule adresse, {claimed}, a émis {share} des événements.",
	dominantUnlocated: "Une seule adresse, à laquelle la base n’attribue aucun pays, a émis {share} des événements.",
	counted: "Sur {n} {n:source distincte|sources distinctes}, {x} ({share}) {x:fait partie|sont} des adresses IP " +
		"{claimed} par {database}.",
	countedNew: "Sur {n} {n:source nouvelle|sources nouvelles}, {x} ({share}) {x:fait partie|sont} des adresses IP " +
		"{claimed} par {database}.",
	registers:    "Sur environ {n} sources distinctes, {share} sont des adresses IP {claimed} par {database}.",
	registersNew: "Sur environ {n} sources nouvelles, {share} sont des adresses IP {claimed} par {database}.",
	estimated: "Dans un échantillon de {k} sur environ {n} sources distinctes, {share} sont des adresses IP " +
		"{claimed} par {database}.",
	estimatedNew: "Dans un échantillon de {k} sur environ {n} sources nouvelles, {share} sont des adresses IP " +
		"{claimed} par {database}.",
	ofUnit:  "Les adresses IP {claimed} par {database} ont émis {x} des {whole} ({share}).",
	bounds:  "Toute incertitude étant comptée au plus défavorable, la part est comprise entre {low} et {high}.",
	atMost:  "Toute incertitude étant comptée au plus défavorable, la part est d’au plus {high}.",
	atLeast: "Toute incertitude étant comptée au plus défavorable, la part est d’au moins {low}.",
	between: "Toute incertitude étant comptée au plus défavorable, la part est comprise entre {low} et {high} " +
		"(intervalle de confiance à {confidence}).",
	population: "Si ce qui a été compté est un échantillon de sources plus nombreuses, la part parmi elles est " +
		"comprise entre {low} et {high} (intervalle de confiance à {confidence}).",
	unseen: "Parmi toutes les sources, vues ou non, la part est comprise entre {low} et {high} (intervalle de " +
		"confiance à {confidence}).",
	corrected: "Sans les sources usurpées, la part est de {share}. Avec ou sans elles, elle est comprise entre {low} " +
		"et {high} (intervalle de confiance à {confidence}).",
	doubted: "Avec ou sans les sources peut-être usurpées, la part est comprise entre {low} et {high}.",
	located: "Parmi les {unit} dont le pays est connu, la part est de {share}.",
	lead:    "Son retard est de {points} {points:point|points} de pourcentage.",
	leadBetween: "Son retard est de {points} {points:point|points} de pourcentage, et compris entre {low} et {high} " +
		"avec toute incertitude.",
	behind: "Il devance de {points} {points:point|points} de pourcentage le pays de l’affirmation.",
	behindBetween: "Il devance de {points} {points:point|points} de pourcentage le pays de l’affirmation, l’écart " +
		"étant compris entre {low} et {high} avec toute incertitude.",
	reversal:  "En {unit}, la part est de {share}, ce qui est de l’autre côté du seuil.",
	rival:     "Autre pays le plus représenté : {rival}, avec {share}.",
	rivalOnly: "Autre pays le plus représenté : {rival}.", noRival: "Aucun autre pays n’a été compté.",
	families: "Sources {family} ({n}) : part de {share} ; sources {family2} ({n2}) : part de {share2}.",
	networks: "Celles de l’affirmation se trouvent dans {claimed} {claimed:réseau|réseaux} sur {networks} (/24 ou " +
		"/48).",
	weight: "Groupées par /16 et /32, les sources ont le poids de {effective} {effective:source indépendante|sources " +
		"indépendantes}.",
	networksSample: "Dans l’échantillon, celles de l’affirmation se trouvent dans {claimed} {claimed:réseau|réseaux} " +
		"sur {networks} (/24 ou /48).",
	amongSeen: "Parmi les sources vues, la part est de {share}. Pour elles seules, le verdict serait : {outcome}.",
	estimatedAll: "Au plus {seen} des sources ont été vues, dont {once} une seule fois. Parmi toutes les sources, " +
		"vues ou non, la part est estimée à {share} (Chao 1987). Parmi les événements, elle est de {events}.",
	each:         "Chaque base prise seule :",
	opinion:      "{letter} : {share} selon {database} ; {outcome}.",
	disagreement: "{differ} des sources placées là par A ou par {letter} n’y sont placées que par l’une des deux.",
	right:        "Si au moins une base a raison pour chaque source, la part est comprise entre {low} et {high}.",
	holds: "Le verdict tient tant que moins de {share} {unit:de toutes les sources sont placées|de tous les " +
		"événements sont placés|de tous les octets sont placés} dans un mauvais pays.",
	holdsNot: "Le verdict change à la première erreur de placement.",
}
