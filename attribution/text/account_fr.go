package text

var accountFrench = accountPhrases{
	input:  "Les données ont été lues comme {format}.",
	fields: "Lu : {list}.", field: "{role} dans {name}", fieldNext: "{role} dans {name} (à défaut : {instead})",
	number:  "le champ {n}",
	noField: "{role} nulle part (à défaut : {instead})",
	roles: map[string]phrase{
		"source": "la source", "time": "l’heure", "target": "la cible", "count": "le nombre d’événements",
		"bytes":    "le nombre d’octets",
		"protocol": "le protocole", "source_port": "le port source", "flags": "les drapeaux TCP",
		"sampling_rate": "le taux d’échantillonnage",
	},

	used: "{n} {n:enregistrement a été utilisé|enregistrements ont été utilisés}.",
	usedOf: "{n} {n:enregistrement|enregistrements} sur {lines} {lines:ligne|lignes} {n:a été utilisé|ont été " +
		"utilisés}.",
	noRecords: "{n} {n:ligne ne contient|lignes ne contiennent} aucun enregistrement.",
	excluded:  "{n} {n:enregistrement a été exclu|enregistrements ont été exclus}, comme demandé.",
	undated:   "{n} de ceux-ci {n:n’a|n’ont} pas d’heure lisible.",
	untimed:   "Ils n’ont pas d’heure.",
	span:      "Leurs dates : {period} UTC.",

	notTaken: map[string]phrase{
		"count": "Le nombre d’événements d’un enregistrement n’est pas connu. {name} l’indique peut-être, mais n’a " +
			"pas été lu : nommez le champ pour l’utiliser.",
		"bytes": "Le nombre d’octets d’un enregistrement n’est pas connu. {name} l’indique peut-être, mais n’a pas " +
			"été lu : nommez le champ pour l’utiliser.",
		"time": "L’heure d’un enregistrement n’est pas connue. {name} l’indique peut-être, mais n’a pas été lu, " +
			"faute d’une lecture sûre.",
	},
	otherNotTaken: "{name} est peut-être {role}, mais n’a pas été lu.",

	unread: "{n} {n:enregistrement n’a pas été lu, le premier|enregistrements n’ont pas été lus, le premier} à " +
		"l’emplacement {place} : {why}.",
	unreadSomewhere: "{n} {n:enregistrement n’a pas été lu|enregistrements n’ont pas été lus} : {why}.",
	atLine:          "ligne {line}, octet {byte}", atPacket: "paquet {n}", atEnd: "la fin",
	moreUnread: "{n} {n:autre enregistrement n’a pas été lu|autres enregistrements n’ont pas été lus}, pour d’autres " +
		"raisons.",
	lost:          "Perdus : {lost}, le premier à l’emplacement {place}.",
	lostSomewhere: "Perdus : {lost}.",
	faults: map[string]phrase{
		"TOO_LONG":       "la ligne dépasse 1 Mio",
		"NO_ADDRESS":     "autre chose se trouve à la place de l’adresse du client",
		"NO_REQUEST":     "ce n’est pas une ligne de journal d’accès",
		"NOT_OF_FORMAT":  "ce n’est pas une ligne de ce format",
		"AMBIGUOUS":      "le client a pu déplacer son adresse ailleurs dans la ligne",
		"FEW_COLUMNS":    "la ligne s’arrête avant la fin de l’adresse",
		"MANY_COLUMNS":   "la ligne a trop de colonnes pour savoir laquelle est laquelle",
		"EMPTY_FIELD":    "le champ de l’adresse est vide",
		"NO_FIELD":       "le champ de l’adresse manque",
		"NO_OBJECT":      "ce n’est pas un objet JSON",
		"BAD_COUNT":      "le champ du nombre d’événements ne contient pas de nombre",
		"BAD_BYTES":      "le champ du nombre d’octets ne contient pas de nombre",
		"OTHER_TEXT":     "du texte accompagne les adresses de la liste",
		"NO_PREFIX":      "il manque les mots du collecteur, que portent les autres lignes",
		"NO_FLOW":        "ce ne sont pas les nombres d’un flux",
		"NO_PAIRS":       "ce n’est pas un enregistrement CEF ou LEEF",
		"OTHER_PROGRAM":  "il est d’un autre programme que la plupart des lignes : nommez le format pour lire celui-là",
		"UNKNOWN_FORMAT": "il est dans un fichier de l’archive dont le format est inconnu",
		"UNREAD_MEMBER":  "un fichier de l’archive est illisible",
		"TRAILING":       "des données suivent la fin de l’archive",
		"CUT_SHORT":      "le reste de la ligne manque",
		"CUT_LINE":       "les données s’interrompent au milieu de la ligne",
		"TRUNCATED":      "il s’arrête avant ses adresses",
		"MALFORMED":      "ses en-têtes se contredisent",
		"UNKNOWN_LINK":   "son type de liaison est inconnu, et l’on ignore où sont ses adresses",
		"NO_SOURCE":      "il n’a pas d’adresse source",
		"CUT_FILE":       "la capture s’interrompt au milieu de celui-ci",
		"DAMAGED":        "la capture est endommagée à partir de là",

		"NO_TEMPLATE":        "le modèle qui décrit son contenu n’est pas arrivé",
		"INCOMPLETE":         "le datagramme de l’exportateur s’arrête avant la fin",
		"BAD_LENGTH":         "l’exportateur indique une longueur impossible",
		"UNKNOWN_SET":        "il est dans un ensemble dont le numéro n’a pas de sens",
		"UNKNOWN_VERSION":    "ce datagramme n’est pas une exportation de flux, ou sa version est inconnue",
		"NETFLOW_V8":         "c’est un datagramme NetFlow v8, qui n’a pas de sources",
		"SFLOW_V4":           "c’est un datagramme sFlow d’une version antérieure à 5",
		"TOO_MANY_EXPORTERS": "il y a plus d’exportateurs que la mémoire n’en garde",

		"NO_PEER":     "la connexion n’a pas d’adresse",
		"NO_HEADER":   "le proxy n’a pas indiqué l’adresse du client",
		"OBSCURED":    "le proxy a tu l’adresse du client",
		"BAD_ADDRESS": "ce que le proxy a écrit n’est pas une adresse",
		"REPEATED":    "l’en-tête qui doit contenir une seule adresse figure plusieurs fois",
		"LONG_CHAIN":  "la requête est passée par trop de proxys",
	},

	notes: map[string]phrase{
		"CLAIMED": "Les clients ont pu écrire eux-mêmes les adresses de {n} {n:enregistrement|enregistrements}, qui " +
			"sont alors peut-être inventées.",
		"ONE_SOURCE": "{subject} est la source de {n} {n:enregistrement|enregistrements}. Est-ce votre propre " +
			"serveur ou proxy ? Si oui, les vraies sources sont ailleurs.",
		"NO_TIME":      "Le format ne donne pas d’heure.",
		"NO_DIRECTION": "Le format ne dit pas quel côté a commencé. Une adresse peut être celle d’un serveur.",
		"BLOCKS": "{n} {n:enregistrement est un bloc|enregistrements sont des blocs} d’adresses, qui " +
			"{n:couvre|couvrent} {subject} adresses. Chaque bloc compte pour un événement.",
		"CUT_IPV4": "{n} {n:adresse IPv4 a été tronquée|adresses IPv4 ont été tronquées} avant d’être " +
			"{n:consignée|consignées}, à {subject}.",
		"CUT_IPV6": "{n} {n:adresse IPv6 a été tronquée|adresses IPv6 ont été tronquées} avant d’être " +
			"{n:consignée|consignées}, à {subject}.",
		"STRAY_TIMES": "{n} {n:enregistrement est daté|enregistrements sont datés} loin de tous les autres, le " +
			"premier à l’emplacement {subject}. La période ne {n:le|les} comprend pas.",
		"NO_TRANSPORT": "Le protocole, le port ou les drapeaux de {n} {n:enregistrement|enregistrements} sont " +
			"illisibles.",
		"COUNTRY_T1": "{n} {n:enregistrement relève|enregistrements relèvent} du réseau Tor, selon le journal " +
			"lui-même.",
		"COUNTRY_XX": "De {n} {n:enregistrement|enregistrements}, le journal lui-même ne connaît pas le pays.",
		"NO_ZONE":    "{n} {n:heure n’indique|heures n’indiquent} pas de fuseau horaire. Le fuseau est supposé.",
		"OTHER_KIND": "{n} {n:enregistrement est|enregistrements sont} du type {subject}, qui ne compte pas. Les " +
			"événements sont les enregistrements d’un autre type.",
		"CHANGED_KIND": "{n} {n:enregistrement a été compté|enregistrements ont été comptés} avant le premier du type " +
			"{subject}. Depuis, c’est ce type qui compte.",
		"INBOUND_ONLY": "Les paquets qui sortent du réseau ne sont pas comptés.",
		"SKIPPED_MEMBER": "{n} {n:entrée|entrées} de l’archive {n:n’est pas un fichier|ne sont pas des fichiers}, la " +
			"première est {subject}.",
		"UNREAD_MEMBER": "{n} {n:fichier|fichiers} de l’archive {n:est illisible|sont illisibles}, le premier est " +
			"{subject}.",
		"TRAILING": "Les données après la fin de l’archive n’ont pas été lues.",
		"INNER_RETURN": "{n} {n:ligne contient|lignes contiennent} un retour chariot, et peut-être plusieurs " +
			"enregistrements.",
		"LONG_LINE": "{n} {n:ligne dépasse|lignes dépassent} 1 Mio.",
		"CUT_LINE":  "Les données s’interrompent au milieu de leur dernière ligne.",
		"NOT_IP":    "{n} {n:paquet n’a|paquets n’ont} pas d’en-tête IP.",
		"SNAPPED": "{n} {n:paquet a été capturé|paquets ont été capturés} en partie. {n:Ses|Leurs} octets sont ceux " +
			"qui ont circulé.",
		"FRAGMENTS": "{n} {n:fragment est arrivé|fragments sont arrivés} sans le premier du même paquet, qui porte " +
			"les ports.",
		"CUT_FILE": "La capture s’interrompt au milieu de son dernier paquet.",

		"NO_RATE": "{n} {n:enregistrement ne dit|enregistrements ne disent} pas quelle partie des paquets a été " +
			"examinée.",
		"EXPORT_TIME": "{n} {n:enregistrement n’a|enregistrements n’ont} pas d’heure propre, mais celle de " +
			"l’exportation.",
		"BAD_TIME": "Les heures de {n} {n:enregistrement|enregistrements} ne peuvent être justes. Celle de " +
			"l’exportation les remplace.",
		"CLOCK_OFFSET": "{n} {n:enregistrement a été envoyé|enregistrements ont été envoyés} par des exportateurs à " +
			"l’horloge fausse. L’heure d’arrivée a servi à les corriger.",
		"LONG_FLOWS": "{n} {n:flux a commencé|flux ont commencé} si longtemps avant l’exportation {n:qu’il " +
			"compte|qu’ils comptent} plus tard qu’en réalité.",
		"NO_COUNT": "{n} {n:enregistrement ne donne|enregistrements ne donnent} pas de nombre de paquets, et " +
			"{n:compte|comptent} pour un chacun.",
		"NO_BYTES":   "{n} {n:enregistrement ne donne|enregistrements ne donnent} pas de nombre d’octets.",
		"NO_PACKETS": "{n} {n:enregistrement fait|enregistrements font} état de 0 paquet.",
		"OPTIONS":    "{n} {n:enregistrement porte|enregistrements portent} sur l’exportateur lui-même.",
		"OTHER_RECORDS": "{n} {n:enregistrement|enregistrements} des exportateurs {n:ne porte|ne portent} pas sur le " +
			"trafic.",
		"REVERSE": "{n} {n:enregistrement a|enregistrements ont} deux directions, chacune avec sa propre source.",
		"EGRESS": "{n} {n:enregistrement a été écarté|enregistrements ont été écartés} : l’exportateur signale les " +
			"mêmes paquets à leur entrée.",
		"EGRESS_COUNTED": "Les paquets de {n} {n:enregistrement|enregistrements} comptent peut-être deux fois : à " +
			"l’entrée et à la sortie.",
		"SEVERAL_EXPORTERS": "Il y a {n} {n:exportateur|exportateurs}. Un paquet que plusieurs ont vu compte " +
			"plusieurs fois.",
		"DUPLICATES": "{n} {n:datagramme est arrivé|datagrammes sont arrivés} deux fois, et {n:n’a été lu|n’ont été " +
			"lus} qu’une fois.",
		"RESTARTS": "Des exportateurs ont redémarré {n} fois.",
		"MISSING_RECORDS": "{n} {n:enregistrement s’est perdu|enregistrements se sont perdus} entre l’exportateur et " +
			"le collecteur.",
		"MISSING_DATAGRAMS": "{n} {n:datagramme s’est perdu|datagrammes se sont perdus} entre l’exportateur et le " +
			"collecteur.",
		"WAITING":           "{n} des enregistrements non lus {n:attend son modèle|attendent leur modèle}.",
		"REFUSED_TEMPLATES": "{n} {n:modèle|modèles} des exportateurs {n:est inutilisable|sont inutilisables}.",
		"NO_ROOM":           "{n} fois, la place a manqué pour ce que les exportateurs ont envoyé.",
		"UNKNOWN_SAMPLES": "{n} {n:échantillon est|échantillons sont} d’un format inconnu, et {n:a été ignoré|ont " +
			"été ignorés}.",
		"FOREIGN_EXPORTERS": "{n} {n:datagramme a été envoyé|datagrammes ont été envoyés} par des expéditeurs " +
			"absents de la liste des exportateurs.",
		"OPEN_LINE": "La dernière ligne n’est pas finie et a été laissée pour plus tard.",
	},
	off: "Retiré avant la lecture : {list}.",
	takenOff: map[string]phrase{
		"SYSLOG":           "les mots de syslog",
		"CRI":              "les mots de Kubernetes",
		"DOCKER":           "le JSON de Docker",
		"COMPOSE":          "les mots de docker compose",
		"BEATS":            "le JSON d’un transmetteur de journaux",
		"JOURNAL":          "le JSON du journal de systemd",
		"FLUENT":           "le JSON de Fluentd",
		"STAMP":            "une heure avant chaque ligne",
		"CONSOLE":          "les mots avant le JSON d’une console",
		"BYTE_ORDER_MARK":  "une marque d’ordre des octets",
		"UTF16":            "l’encodage UTF-16",
		"ZEROS":            "des octets nuls ({n} {n:ligne|lignes})",
		"COLORS":           "des couleurs ({n} {n:ligne|lignes})",
		"CARRIAGE_RETURNS": "des retours chariot en fin de ligne",
		"PADDING":          "du remplissage après les données",
		"SKIPPABLE_FRAMES": "des trames zstd vides",
	},
}
