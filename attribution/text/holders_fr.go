package text

// A system is always written as AS64500, so that "qu’" stands before it. Each place goes with "les adresses IP" and
// with "des adresses sont".
var holdersFrench = holderPhrases{
	systems:          "placées dans des réseaux {systems:du système autonome|des systèmes autonomes} {systems}",
	otherSystems:     "placées dans des réseaux d’autres systèmes autonomes qu’{systems}",
	systemsMany:      "placées dans des réseaux de l’un des {n} systèmes autonomes de l’affirmation",
	otherSystemsMany: "placées dans des réseaux d’autres systèmes autonomes que les {n} de l’affirmation",
	lists:            "inscrites sur {n:la liste|l’une des listes} {lists}",
	offLists:         "absentes {n:de la liste|des listes} {lists}",
	listsMany:        "inscrites sur l’une des {n} listes de l’affirmation",
	offListsMany:     "absentes des {n} listes de l’affirmation",

	title: "Qui détient les réseaux où se trouvent les adresses IP", systemsBy: "systèmes autonomes selon {database}",
	others:   "{n} {n:autre système autonome|autres systèmes autonomes}",
	hidden:   "{n} {n:autre système n’est pas affiché|autres systèmes ne sont pas affichés}",
	noSystem: "dans aucun système connu", noList: "sur aucune liste", unknown: "inconnue",
	several: "Une source compte pour chaque liste où elle figure.",
	hosted: "Plus de {share} des sources figurent sur des listes d’hébergeurs, de services VPN, de proxys ou de " +
		"sorties Tor. Les pays montrent où se trouvent ces adresses, et non qui s’en sert.",

	listed: "Sur {n} {n:source distincte|sources distinctes}, {x} ({share}) {x:fait partie|sont} des adresses IP " +
		"{claimed}.",
	listedNew: "Sur {n} {n:source nouvelle|sources nouvelles}, {x} ({share}) {x:fait partie|sont} des adresses IP " +
		"{claimed}.",
	listedEstimated: "Dans un échantillon de {k} sur environ {n} sources distinctes, {share} sont des adresses IP " +
		"{claimed}.",
	listedEstimatedNew: "Dans un échantillon de {k} sur environ {n} sources nouvelles, {share} sont des adresses IP " +
		"{claimed}.",
	listedOfUnit: "Les adresses IP {claimed} ont émis {x} des {whole} ({share}).",

	unitOfSample: "D’après un échantillon de {k} {k:source|sources}, les adresses IP {claimed} par {database} ont émis " +
		"{share} des {unit}.",
	listedUnitOfSample: "D’après un échantillon de {k} {k:source|sources}, les adresses IP {claimed} ont émis {share} " +
		"des {unit}.",

	located: "Parmi les {unit} dont le système autonome est connu, la part est de {share}.",
	holdsSystem: "Le verdict tient tant que moins de {share} {unit:de toutes les sources sont placées|de tous les " +
		"événements sont placés|de tous les octets sont placés} dans un mauvais système autonome.",
	holdsList: "Le verdict tient tant que moins de {share} {unit:de toutes les sources|de tous les événements|de tous " +
		"les octets} figurent à tort sur une liste ou y manquent.",
	holdsNot: "Le verdict change à la première erreur de la base ou de la liste.",
}

// caveatsOfHoldersFrench are about claims on networks, where they differ from those about claims on countries.
var caveatsOfHoldersFrench = map[string]phrase{
	"NOT_LOOKED_UP": "Les sources n’ont pas été recherchées dans une base de systèmes autonomes. On ne sait rien de " +
		"leurs réseaux.",
	"NOT_LOOKED_UP list": "Les sources n’ont pas été recherchées sur la liste {subject}. On ignore si elles y figurent.",
	"HOSTED": "{value} des sources figurent sur des listes d’hébergeurs, de services VPN, de proxys ou de sorties Tor. " +
		"Les pays montrent où se trouvent ces adresses, et non qui s’en sert.",

	"NOTHING_LOCATED networks": "La base n’attribue de système autonome à aucune des sources.",
	"VOLUME_UNKNOWN networks": "On ne connaît que les réseaux de {value} {value:source|sources} de l’échantillon, et " +
		"non ceux de tous les événements.",
	"VOLUME_UNKNOWN none networks": "Les réseaux des événements et des octets ne sont pas connus.",
	"REFLECTION networks": "{value} des {subject} {subject:sont des réflecteurs|ont été émis par des réflecteurs|ont " +
		"été émis par des réflecteurs} : des serveurs qui ont répondu à des requêtes envoyées au nom de la cible. " +
		"Leurs réseaux ne montrent pas qui a envoyé celles-ci.",
	"CUT_ADDRESSES unit networks": "Les adresses {subject} ont été tronquées à {value} {value:bit|bits}. Des blocs si " +
		"grands peuvent s’étendre sur plusieurs réseaux.",
	"UNREAD_RECORDS networks": "{value} {value:enregistrement n’est compté|enregistrements ne sont comptés} nulle " +
		"part. {value:Il relève|Ils relèvent} peut-être de n’importe quel réseau.",
	"UNREAD_RECORDS decides networks": "{value} {value:enregistrement n’est compté|enregistrements ne sont comptés} " +
		"nulle part. {value:Il relève|Ils relèvent} peut-être de n’importe quel réseau, ce qui laisse l’affirmation " +
		"en suspens.",
	"LATE_EVENTS networks": "{value} {value:enregistrement est arrivé|enregistrements sont arrivés} trop tard pour " +
		"être {value:compté|comptés}. {value:Il relève|Ils relèvent} peut-être de n’importe quel réseau.",
	"LATE_EVENTS decides networks": "{value} {value:enregistrement est arrivé|enregistrements sont arrivés} trop tard " +
		"pour être {value:compté|comptés}. {value:Il relève|Ils relèvent} peut-être de n’importe quel réseau, ce qui " +
		"laisse l’affirmation en suspens.",
	"UNLOCATED networks": "La base n’attribue aucun système autonome à une partie ({value}). Celle-ci relève peut-être " +
		"de n’importe lequel.",
	"UNLOCATED decides networks": "La base n’attribue aucun système autonome à {value} {unit:de toutes les sources, " +
		"qui relèvent|de tous les événements, qui relèvent|de tous les octets, qui relèvent} peut-être de n’importe " +
		"lequel. Cela laisse l’affirmation en suspens.",
	"FRAGILE networks": "Fragile : la part d’erreurs d’une base ou d’une liste peut atteindre {value}, ce qui peut " +
		"changer le verdict.",
	"FRAGILE none networks":  "Fragile : une seule erreur de la base ou de la liste change le verdict.",
	"FRAGILE again networks": "Fragile : la part d’erreurs d’une base ou d’une liste peut atteindre cette valeur.",
	"NO_HANDSHAKE networks": "Trop peu de sources ont établi une connexion. D’après les seules adresses, une " +
		"usurpation à l’intérieur d’un réseau ne peut être exclue.",
	"SAMPLING_RATE_SENSITIVE networks": "Si deux fois moins de paquets étaient examinés, la part serait plus " +
		"{more:élevée|basse} de {value} {value:point|points} de pourcentage. Le nombre d’événements par source varie " +
		"selon les réseaux.",
}
