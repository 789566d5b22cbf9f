package brief

import (
	"github.com/whence-go/whence/attribution/caveat"
)

var overFrench = overPhrases{
	heading: "Ce qui renverserait ce constat",
	lead: "Part des données que la base devrait mal placer pour renverser un verdict ; en gris, celle que des " +
		"bases placent mal.",
	name: "{outcome} ({unit})", nameOfAll: "{outcome} ({unit}) : {claim}",
	counted:   "Renversé seulement si, sur {whole}, la base en place mal plus de {n} ({share}).",
	estimated: "Renversé seulement si la base place mal plus de {share} des {unit}.",
	never:     "Renversé à la première erreur de placement.",
	busy:      "{n} {n:adresse très active a|adresses très actives ont} émis {share} du total.",
	here:      "Deux bases, ici",
	hereText:  "Placées dans ces pays par une seule des deux, la première ou {database}.",
	good:      "Bonnes bases",
	goodText:  "Écart usuel entre bonnes bases pour des sources d’attaques ; jusqu’à 20 % pour d’autres.",
	second:    "{database} conduit {n:au même verdict|aux mêmes verdicts} : {list}.",
	finding:   "{share} des {unit}",
	leaves:    "Elle n’attribue aucun pays à {share} des adresses sources.",
	oneSource: []named{
		{"Une seule entrée fausse.", "Si la base place mal cette adresse, le pays est faux pour tout le trafic. " +
			"Aucune part ni aucune marge n’en protège. Cherchez l’adresse dans le registre, et interrogez " +
			"l’opérateur de son réseau."},
		{"Un proxy devant.", "Si l’adresse est celle de votre propre répartiteur de charge ou réseau de diffusion, " +
			"les vraies sources sont derrière. Faites-les transmettre dans le journal, et recomptez."},
	},
	ways: "Ce qui rendrait une réponse possible",
}

var waysFrench = map[caveat.Code][]named{
	caveat.Spoofed: {
		{"Des connexions établies.", "Qui usurpe une adresse ne voit jamais la réponse. Comptez les adresses qui ont " +
			"achevé l’établissement de la connexion, d’après le journal du serveur ou les « SYN cookies »."},
		{"Le chemin d’entrée.", "L’émetteur ne peut falsifier l’interface du routeur ni le réseau voisin par où les " +
			"paquets sont entrés. Demandez à l’opérateur en amont des relevés de flux par interface d’entrée."},
		{"Rien d’autre.", "Davantage de paquets de cette sorte, une autre base ou une période plus longue n’y " +
			"changent rien."},
	},
	caveat.Reflection: {
		{"Les requêtes.", "Seuls les réseaux par où les requêtes ont atteint ces serveurs peuvent montrer d’où elles " +
			"ont été envoyées. Demandez aux opérateurs en amont de les suivre."},
		{"Les serveurs ouverts.", "Les adresses peuvent être signalées à leurs opérateurs, pour que ces serveurs ne " +
			"répondent plus à n’importe qui."},
	},
	caveat.Anonymized: {
		{"Des adresses entières.", "Comptez les adresses avant qu’elles soient tronquées. Le décompte lui-même n’a " +
			"pas à les conserver."},
	},
	caveat.CutAddresses: {
		{"Des adresses entières.", "Comptez les adresses avant qu’elles soient tronquées. Le décompte lui-même n’a " +
			"pas à les conserver."},
	},
	caveat.ProxyInFront: {
		{"Les adresses derrière le proxy.", "Faites transmettre par le proxy l’adresse du client, lisez ce champ, et " +
			"recomptez."},
	},
	caveat.UnseenSources: {
		{"Davantage de paquets.", "Examinez tous les paquets ou flux, ou une plus grande partie."},
		{"Une autre affirmation.", "Une affirmation sur les événements ou les octets peut être vérifiée avec des " +
			"paquets échantillonnés."},
	},
	caveat.EventsNotRead: {
		{"Le nombre d’événements.", "Nommez le champ qui contient le nombre d’événements d’un enregistrement."},
	},
	caveat.BytesNotRead: {
		{"Le nombre d’octets.", "Nommez le champ qui contient le nombre d’octets d’un enregistrement."},
	},
	caveat.Blocks: {
		{"Des adresses isolées.", "Lisez les enregistrements dont la liste de blocs a été tirée."},
	},
	caveat.NothingLocated: {
		{"Une autre base.", "Cherchez les adresses dans une base qui les couvre."},
	},
}

var forgedFrench = forgedPhrases{
	heading: "Pourquoi les adresses semblent usurpées",
	caption: "{n} {n:adresse source publique comparée|adresses sources publiques comparées} à un tirage uniforme " +
		"dans tout l’espace d’adressage. Part usurpée : au moins {low} (intervalle de confiance à 95 %).",
	head:  [4]string{"Test", "Observé", "Si usurpées", "Lecture"},
	pairs: "Paires d’adresses dans un même réseau /24", thin: "Elles sont aussi dispersées qu’au hasard. De vraies " +
		"sources se regroupent.",
	clustered: "Elles sont plus proches qu’au hasard : certaines sont peut-être vraies.",
	dark:      "Réseaux sans utilisateurs", nobody: "Personne ne peut émettre de là.",
	bogons: "Autres adresses qu’aucun hôte ne peut avoir", impossible: "Espace réservé ou non attribué.",
	mix: "Écart à la composition de l’espace d’adressage", noise: "Pas plus que le hasard n’explique.",
	more: "Plus que le hasard n’explique : certaines sont peut-être vraies.", notZero: "non nul",
}

var sharesFrench = sharesPhrases{
	heading: "Répartition par pays : adresses et événements", headingOne: "Répartition par pays",
	claimed: "pays visés par l’affirmation", others: "autres pays",
	upTo:     "jusqu’à : avec tout ce qui est sans pays",
	interval: "intervalle (95 %), avec tout ce qui est sans pays",
	limits:   "{limit} : seuil d’une affirmation",
	caption:  "Pays où {database} place chaque adresse.",
	captions: "Pays où chaque base place les mêmes adresses.",
	sampled:  "D’après un échantillon de {n} adresses.",
	looked:   "Seul 1 paquet ou flux sur {rate} a été examiné.",
	leftOut:  "Écarté : {n} {n:adresse réservée|adresses réservées} ({events}).",
	origin:   "Pays", sources: "Adresses sources", events: "Événements", bytes: "Octets",
	byDatabase: "Selon {name}", total: "({n})",
	rest: "{n} {n:autre|autres} pays", restSummary: "{n} {n:autre|autres} pays",
	noCountry: "Sans pays", unknown: "inconnu", share: "Part",
	tooFew: "Non représenté. La répartition de {n} {n:adresse|adresses} par pays dit peu de chose, et une carte " +
		"montrerait un seul point. Le tableau des pays est dans le JSON et le CSV.",
	noEvents: "On ignore combien d’événements relèvent de chaque pays.",
}

var whenFrench = whenPhrases{
	heading: "Chronologie",
	lasted:  "L’épisode a duré {span}, avec un maximum de {n} en {interval}.",
	runs:    "L’épisode était encore en cours à {clock} UTC. Maximum jusqu’ici : {n} en {interval}.",
	sources: "Adresses sources distinctes {interval}", events: "Événements {interval}",
	told:  "Au plus {before} avant le début. Au plus {peak} dans l’épisode, à {at}. Au plus {after} après la fin.",
	onset: "Début", end: "Fin", soFar: "Jusqu’ici",
	note:      "Heures en UTC. Zone teintée : l’épisode, du début à la fin. Une barre représente {interval}.",
	noSources: "Les sources distinctes ne sont pas tracées : chaque événement a une autre adresse.",
	second:    "par seconde", minute: "par minute", each: "par tranche de {n}",
}

var mapFrench = mapPhrases{
	heading: "Où la base place les adresses",
	name:    "Carte des parts d’adresses sources par pays",
	told:    "{list}. Le tableau donne tous les chiffres.",
	part:    "{country} {share}", more: "{n} {n:autre|autres} pays",
	classes: [5]string{"20 % ou plus", "5 à 20 %", "2 à 5 %", "moins de 2 %", "aucune source"},
	caption: "Part des adresses sources, selon le pays où {database} les place.",
	claimed: "Contour : les pays visés par les affirmations.",
	borders: "Le tableau fait foi ; la carte l’illustre, sans prise de position sur les frontières.",
	dot:     "point : pays trop petit pour être dessiné",
}

var unusualFrench = unusualPhrases{
	heading: "Est-ce inhabituel ?",
	lead: "{country} : {share} des adresses sources pour {space} des adresses IPv4 annoncées, soit {times} fois " +
		"plus.",
	caption: "Part des adresses sources, et de l’espace IPv4 annoncé.",
	before:  "Avant : {n} {n:adresse|adresses} dans la période de {span} qui précède l’épisode.",
	head:    [5]string{"Pays", "Épisode", "Avant", "Tout IPv4", "Sources"},
	none:    "aucune",
}

var insideFrench = insidePhrases{
	systems:  "Systèmes autonomes selon {database}.",
	others:   "{n} {n:autre système n’est pas montré|autres systèmes ne sont pas montrés}.",
	noSystem: "dans aucun système connu", noList: "sur aucune liste",
	heading: "Quels réseaux",
	caption: "Réseaux et listes où se trouvent les adresses sources. Les listes peuvent se recouper.",
	name:    "Réseau ou liste",
	sampled: "Les parts sont celles d’un échantillon.",
}

var baseFrench = basePhrases{
	heading: "L’épisode face au trafic ordinaire",
	seen:    "{n} sur {whole}", seenText: "adresses sources de l’épisode avaient été vues dans la période de {span} " +
		"qui précède.",
	allNew:   "Toutes sont nouvelles.",
	everyday: "Environ {n} ({low} à {high}) des nouvelles seraient apparues de toute façon.",
	against:  "{n} contre {expected}", againstText: "événements dans l’intervalle le plus chargé ({interval}), " +
		"contre le nombre habituel.",
	times: "{times} fois", timesText: "le plus grand d’avant, en {span} d’historique.",
	first: "Aucun trafic antérieur", firstText: "n’a été vu en {span} d’historique.",
	notLargest: "Pas le plus grand", notLargeText: "en {span} d’historique.",
	unprecedented: "Il est sans précédent durant cette période.",
	tooShort:      "Un historique si court ne permet pas de dire l’épisode sans précédent.",
	noBaseline: named{"Aucun trafic ordinaire", "n’a été vu auparavant : on ne peut dire quelles sources sont " +
		"nouvelles."},
	targets: "{n} {n:cible|cibles}", targetsText: "{n:fait|font} partie de la même attaque : {list}.",
	target:  "{target} ({n})",
	andMore: "{n} de plus",
}

var methodFrench = methodPhrases{
	heading: "Méthode et vérification", counted: "Comptage",
	sources:    "Adresses sources distinctes : une adresse IPv4 ou un réseau IPv6.",
	one:        "Une par une ; rien n’est estimé.",
	sample:     "Les pays sont ceux d’un échantillon uniforme de {n} {n:source|sources}.",
	sketch:     "Les nombres sont estimés à partir de registres HyperLogLog.",
	event:      "Un événement est ce que comptent les données : une connexion, une requête, un paquet.",
	confidence: "Confiance des verdicts : {confidence}, tout ce qui est sans pays étant compté au plus défavorable.",
	joint: "Confiance de l’ensemble des verdicts : {confidence}, tout ce qui est sans pays étant compté au plus " +
		"défavorable.",
	interim: "Ceci est l’examen n° {n} d’un épisode en cours. Confiance de l’ensemble des examens : {confidence}.",
	input:   "Données", read: "Lues comme {format} : {n} {n:enregistrement utilisé|enregistrements " +
		"utilisés}.", lost: "Non comptés : {list}.",
	database: "Base", databases: "Bases", credit: "Crédit : {credit}", digest: "SHA-256",
	claims: "Affirmations", verdict: "{outcome}",
	check: "Vérifier", checkText: "attribute -verify {file}", digestOf: "SHA-256 de {file} :",
	again: "Refaire", limits: "Limites",
	limitsText: "La preuve montre que les nombres découlent de ce qui a été compté. Elle ne montre ni que ce trafic " +
		"a existé, ni qu’une base dit vrai.",
	noEvidence: "Les nombres découlent de ce qui a été compté. Ils ne prouvent ni que ce trafic a existé, ni qu’une " +
		"base dit vrai.",
	noNetworks: "On n’a pas cherché à qui sont ces réseaux.",
	table:      "Tableau complet", tableText: "Dans le JSON et le CSV.",
	tableNoise: "Dans le JSON et le CSV. Il montre du bruit, et non des origines.",
	versions:   "Schéma {schema}, méthode {method}.",
}

var burstsFrench = burstsPhrases{
	title: "{n} {n:épisode|épisodes} en {span}", titleOn: "{title} : {n} {n:épisode|épisodes} en {span}",
	inBursts: "{amount} dans les épisodes",
	largest:  "{n:Le plus grand au regard de son|Les plus grands au regard de leur} historique : {list}.",
	counts:   "Dans {n} {n:épisode|épisodes} sur {of}, {subject} {clause}.",
	notIn:    "Dans {n}, ce n’est pas le cas.",
	open:     "{n} {n:n’est pas tranché|ne sont pas tranchés}.",
	none:     "{n} ne {n:permet|permettent} aucune affirmation.",
	each:     "Chaque épisode a sa propre affirmation : voir la liste.",
	apart:    "Les {n} épisodes sont {n} réponses, et non une : les parts d’épisodes différents ne s’additionnent pas.",
	strip:    "Quand et de quelle ampleur",
	stripTold: "{n} {n:épisode|épisodes} entre le {from} et le {to}. Les plus grands au regard de leur historique : " +
		"{list}. Le tableau les donne tous.",
	stripNote: "Hauteur : événements de l’épisode, sur une échelle logarithmique. Numéros et barres foncées : ceux " +
		"qui sont détaillés, mesurés au trafic qui les précède.",
	one: "{date} ({amount})", list: "Les {n} épisodes",
	caption: "Classés selon leur ampleur, rapportée au maximum d’avant. Parts selon {database}, avec leurs " +
		"intervalles.",
	claim: "Affirmation : {claim}.",
	head: [5]string{"N°", "Début (UTC), cible", "Événements, sources", "Fois le maximum d’avant", "Première " +
		"affirmation"},
	noHistory: "premier", noShare: "aucune part", unknown: "inconnu", oneSource: "une adresse a émis {share}",
	between: "{low} à {high}", targets: "{n} {n:cible|cibles}",
	details: "Les {n} plus grands en détail", detail: "{number}. {date} : {title}",
	more:       "{n} {n:autre épisode est détaillé|autres épisodes sont détaillés} avec l’option qui les demande tous.",
	listedMore: "{n} {n:autre épisode figure|autres épisodes figurent} dans le JSON.",
	noBurst:    "Aucun épisode n’a été trouvé.",
}
