package text

var caveatsFrench = map[string]phrase{
	"NOTHING_COUNTED": "Aucune source publique n’a été comptée.",
	"NOTHING_COUNTED unit": "{unit:Aucune source n’a été comptée|Aucun événement n’a été compté|Aucun octet n’a été " +
		"compté}.",
	"NOTHING_LOCATED": "La base n’attribue de pays à aucune des sources.",
	"NOTHING_SAMPLED": "Des adresses réservées remplissent l’échantillon. On ne sait rien des sources publiques.",
	"VOLUME_UNKNOWN": "On ne connaît que les pays de {value} {value:source|sources} de l’échantillon, et non ceux de " +
		"tous les événements.",
	"VOLUME_UNKNOWN none": "Les pays des événements et des octets ne sont pas connus.",
	"SATURATED":           "Il en a été compté plus qu’un compteur ne peut contenir. Les parts ne sont pas connues.",
	"PROXY_IN_FRONT": "{value} de tous les événements ont été émis par des adresses réservées, comme derrière un " +
		"proxy ou dans un réseau privé. L’origine de l’essentiel du trafic n’est pas visible ici.",
	"ANONYMIZED": "{value} des sources ont une adresse tronquée (à 24 bits en IPv4, 48 en IPv6). Ce sont des " +
		"réseaux, localisés par leur première adresse.",
	"ANONYMIZED decides": "{value} des sources ont une adresse tronquée (à 24 bits en IPv4, 48 en IPv6). Des réseaux " +
		"ont été comptés, et non des sources.",
	"REFLECTION": "{value} des {subject} {subject:sont des réflecteurs|ont été émis par des réflecteurs|ont été émis " +
		"par des réflecteurs} : des serveurs qui ont répondu à des requêtes envoyées au nom de la cible. Leurs pays " +
		"ne montrent pas qui a envoyé celles-ci.",
	"SPOOFED": "Au moins {value} des sources sont usurpées. Le tableau montre l’espace d’adressage, et non des " +
		"émetteurs.",
	"SPOOFED none": "Rien ne distingue ces sources d’adresses usurpées. Le tableau montre l’espace d’adressage, et " +
		"non des émetteurs.",
	"UNSEEN_SOURCES": "Au plus {value} des sources ont été vues, car tous les paquets n’ont pas été examinés.",
	"UNSEEN_SOURCES decides": "1 paquet ou flux sur {rate} a été examiné. Au plus {value} des sources ont été vues, " +
		"dont {once} une seule fois. Aucune part de l’ensemble des sources ne peut être donnée.",
	"UNSEEN_SOURCES open": "Au plus {value} des sources ont été vues. Les autres laissent l’affirmation en suspens ; " +
		"parmi celles qui ont été vues, le verdict serait : {outcome}.",
	"ESTIMATORS_DISAGREE": "Deux estimations indépendantes d’un même nombre sont à {value} {value:erreur " +
		"type|erreurs types} l’une de l’autre. Les données sont endommagées, ou réunies à partir de bases en " +
		"désaccord.",

	"EVENTS_NOT_READ": "Le nombre d’événements d’un enregistrement n’est pas connu. Le champ qui l’indique peut-être " +
		"n’a pas été lu.",
	"BYTES_NOT_READ": "Le nombre d’octets d’un enregistrement n’est pas connu. Le champ qui l’indique peut-être n’a " +
		"pas été lu.",
	"BLOCKS": "{value} {value:enregistrement est un bloc|enregistrements sont des blocs} d’adresses, {value:localisé " +
		"par sa|localisés par leur} première adresse. Chaque bloc compte pour un événement.",
	"BLOCKS decides": "{value} {value:enregistrement est un bloc|enregistrements sont des blocs} d’adresses. On " +
		"ignore combien de sources {value:il contient|ils contiennent}.",
	"CUT_ADDRESSES": "Les adresses {subject} ont été tronquées à {value} {value:bit|bits}. Ce sont des réseaux, " +
		"localisés par leur première adresse.",
	"CUT_ADDRESSES decides": "Les adresses {subject} ont été tronquées à {value} {value:bit|bits}. Des réseaux ont " +
		"été comptés, et non des sources.",
	"CUT_ADDRESSES unit": "Les adresses {subject} ont été tronquées à {value} {value:bit|bits}. Des réseaux si " +
		"grands peuvent s’étendre sur plusieurs pays.",
	"CUT_ADDRESSES none": "Les adresses {subject} ont été tronquées, et l’on ignore de combien.",

	"FEW_SOURCES": "{value} {value:source a été comptée|sources ont été comptées}. Comme échantillon de sources plus " +
		"nombreuses, {value:elle|elles} ne {value:trancherait|trancheraient} pas.",
	"FEW_SOURCES decides": "{value:Seule|Seules} {value} {value:source a été comptée|sources ont été comptées}. " +
		"C’est trop peu pour trancher.",
	"FEW_SOURCES unit": "{value:Seule|Seules} {value} {value:source a émis|sources ont émis} les {unit}. " +
		"L’affirmation ne porte que sur {value:elle|elles}.",
	"CLUSTERED_SOURCES": "Les sources sont groupées. Comme échantillon de sources plus nombreuses, elles ont le " +
		"poids de {value} {value:source indépendante|sources indépendantes}, ce qui ne trancherait pas.",
	"CLUSTERED_SOURCES decides": "Les sources sont groupées. Elles ont le poids de {value} {value:source " +
		"indépendante|sources indépendantes}, ce qui ne permet pas de trancher.",
	"UNREAD_RECORDS": "{value} {value:enregistrement n’est compté|enregistrements ne sont comptés} nulle part. " +
		"{value:Il relève|Ils relèvent} peut-être de n’importe quel pays.",
	"UNREAD_RECORDS decides": "{value} {value:enregistrement n’est compté|enregistrements ne sont comptés} nulle " +
		"part. {value:Il relève|Ils relèvent} peut-être de n’importe quel pays, ce qui laisse l’affirmation en " +
		"suspens.",
	"LATE_EVENTS": "{value} {value:enregistrement est arrivé|enregistrements sont arrivés} trop tard pour être " +
		"{value:compté|comptés}. {value:Il relève|Ils relèvent} peut-être de n’importe quel pays.",
	"LATE_EVENTS decides": "{value} {value:enregistrement est arrivé|enregistrements sont arrivés} trop tard pour " +
		"être {value:compté|comptés}. {value:Il relève|Ils relèvent} peut-être de n’importe quel pays, ce qui laisse " +
		"l’affirmation en suspens.",
	"UNLOCATED": "La base n’attribue aucun pays à une partie ({value}). Celle-ci relève peut-être de n’importe quel " +
		"pays.",
	"UNLOCATED decides": "La base n’attribue aucun pays à {value} {unit:de toutes les sources, qui relèvent|de tous " +
		"les événements, qui relèvent|de tous les octets, qui relèvent} peut-être de n’importe lequel. Cela laisse " +
		"l’affirmation en suspens.",
	"NEWCOMERS": "Environ {value} des sources nouvelles {value:serait apparue|seraient apparues} de toute façon.",
	"NEWCOMERS decides": "Environ {value} des sources nouvelles {value:serait apparue|seraient apparues} de toute " +
		"façon, ce qui laisse l’affirmation en suspens.",
	"SPOOFING_PARTIAL": "Jusqu’à {value} des sources sont peut-être usurpées. Un verdict sur les sources tient avec " +
		"et sans elles. Les parts des événements et des octets sont données sans correction.",
	"SPOOFING_PARTIAL decides": "Jusqu’à {value} des sources sont peut-être usurpées, ce qui laisse l’affirmation en " +
		"suspens.",
	"SPOOFING_SUSPECTED": "{value} {value:source est répartie|sources sont réparties} aussi uniformément que des " +
		"adresses usurpées, mais hors des réseaux sans utilisateurs. Seule une connexion établie permettrait de le " +
		"savoir.",
	"SPOOFING_SUSPECTED place": "Les sources {place} ({value}) sont réparties aussi uniformément que des adresses " +
		"usurpées. {n} {n:paire|paires} d’entre elles {n:partage|partagent} un /24, le hasard en donnant {expected}. " +
		"Seule une connexion établie permettrait de le savoir.",
	"SPOOFING_SUSPECTED decides": "Les sources {place} ({value}) sont réparties aussi uniformément que des adresses " +
		"usurpées, ce qui laisse l’affirmation en suspens. {n} {n:paire|paires} d’entre elles {n:partage|partagent} " +
		"un /24, le hasard en donnant {expected}.",
	"DATABASES_DISAGREE": "{value} {value:autre base conduit|autres bases conduisent} à un autre verdict.",
	"DATABASES_DISAGREE decides": "{value} {value:autre base conduit|autres bases conduisent} à un autre verdict, ce " +
		"qui laisse l’affirmation en suspens.",
	"DATABASES_DISAGREE apart": "Les parts selon les bases sont trop différentes pour trancher.",
	"CLUSTERED_ERRORS": "Les bases diffèrent par réseaux entiers. La variance de leur différence vaut {value} fois " +
		"celle d’erreurs indépendantes.",
	"SAMPLING_ERROR": "L’intervalle s’étend des deux côtés du seuil. Un échantillon d’environ {value} trancherait " +
		"probablement.",
	"SAMPLING_ERROR unit": "L’intervalle s’étend des deux côtés du seuil. Un échantillon d’environ {value} {unit} " +
		"trancherait probablement.",
	"SAMPLING_ERROR every": "L’intervalle s’étend des deux côtés du seuil. Seul le décompte de toutes les sources " +
		"trancherait.",
	"SAMPLING_ERROR near": "L’intervalle s’étend des deux côtés du seuil. La part en est trop proche pour qu’un " +
		"échantillon tranche.",
	"AT_LIMIT": "La part est exactement au seuil de l’affirmation.",

	"SECOND_ESTIMATE": "Le verdict repose sur l’échantillon. Selon les registres du tableau, la part est de {value}, " +
		"ce qui conduirait à un autre verdict.",
	"FAMILIES_DIFFER": "Parmi les seules sources {subject}, la part est de {value}, ce qui conduirait à un autre " +
		"verdict.",
	"ONE_SIDED_ERRORS": "Si toutes les bases se trompent dans le même sens, la part peut s’écarter de {value} " +
		"{value:point|points} de pourcentage au plus.",
	"ONE_SIDED_ERRORS bounds": "Si toutes les bases se trompent dans le même sens, la part peut aller de {low} à " +
		"{high}, ce qui conduirait à un autre verdict.",
	"SAMPLING_RATE_SENSITIVE": "Si deux fois moins de paquets étaient examinés, la part serait plus " +
		"{more:élevée|basse} de {value} {value:point|points} de pourcentage. Le nombre d’événements par source varie " +
		"selon les pays.",
	"NETWORKS_DIFFER": "Si chaque réseau (/24 ou /48) compte une seule fois, la part est de {value}, ce qui " +
		"conduirait à un autre verdict.",
	"NETWORKS_DIFFER claimed": "Si chaque réseau (/24 ou /48) compte une seule fois, {value} des adresses sont " +
		"{claimed}. Cela conduirait à un autre verdict.",

	"FRAGILE": "Fragile : une bonne base peut en placer jusqu’à {value} dans un mauvais pays, ce qui peut changer le " +
		"verdict.",
	"FRAGILE none":  "Fragile : une seule erreur de la base change le verdict.",
	"FRAGILE again": "Fragile : une bonne base peut en placer autant dans un mauvais pays.",
	"SINGLE_DATABASE": "Une seule base a été interrogée. Une autre bonne base peut différer de plus que la marge de " +
		"ce verdict.",
	"SAME_DATABASE": "La base {value} est le même fichier qu’une base précédente. Ce n’est pas un second avis.",
	"DATABASE_AGE": "La base a été établie {value} {value:jour|jours} {more:avant|après} le trafic. Des réseaux " +
		"changent de pays.",
	"DATABASE_AGE named": "La base {subject} a été établie {value} {value:jour|jours} {more:avant|après} le trafic.",
	"MIXED_DATABASES": "Des décomptes selon {value} bases ont été réunis. Si elles sont en désaccord sur une source, " +
		"celle-ci compte peut-être pour deux pays.",
	"RESERVED_PRESENT": "{value} {value:source|sources} à adresse réservée {value:est écartée|sont écartées}. " +
		"{value:Ses|Leurs} paquets n’ont pas transité par l’Internet : ils sont locaux, ou usurpés.",
	"RESERVED_PRESENT events": "{value} {value:source|sources} à adresse réservée ({events}) {value:est écartée|sont " +
		"écartées}. {value:Ses|Leurs} paquets n’ont pas transité par l’Internet : ils sont locaux, ou usurpés.",
	"ADDRESS_CHURN": "Le trafic s’étend sur {value}. Entre-temps, un hôte a pu avoir plusieurs adresses, et une " +
		"adresse plusieurs hôtes.",
	"MIXED_SAMPLING_RATES": "Les taux d’échantillonnage diffèrent, le plus fin étant de 1 sur {value}. Chaque " +
		"événement compte selon son taux : événements et octets sont des estimations.",
	"PACKET_SAMPLED": "Seul 1 paquet ou flux sur {value} a été examiné. Les nombres sont ceux de ces paquets ; les " +
		"sources qui ont peu émis manquent.",
	"PACKET_SAMPLED baseline": "Seul 1 paquet ou flux sur {value} du trafic ordinaire a été examiné. Les sources qui " +
		"ont peu émis y manquent, et semblent alors nouvelles.",
	"MIXED_DATABASES baseline": "Le trafic ordinaire a été localisé par d’autres bases, {value} en tout. Pour cette " +
		"seule raison, un pays peut avoir plus de sources nouvelles.",
	"SKETCHES_ONLY": "{value} des sources ne sont connues que par des registres HyperLogLog. L’usurpation n’a pas pu " +
		"être testée.",
	"SKETCHES_ONLY all": "Les sources ne sont connues que par des registres HyperLogLog. L’usurpation et d’autres " +
		"bases n’ont pas pu être testées.",
	"ADDRESSES_DROPPED": "Aucune adresse n’a été conservée. On n’a pu tester ni si elles sont usurpées, ni de combien " +
		"de réseaux viennent les sources.",
	"UNKEYED_HASH": "Les sources ont été hachées sans clé secrète. N’importe qui peut choisir des adresses qui " +
		"faussent le décompte.",
	"NO_HANDSHAKE": "Trop peu de sources ont établi une connexion. D’après les seules adresses, une usurpation à " +
		"l’intérieur d’un pays ne peut être exclue.",
	"CLAIMED_ADDRESSES": "Les clients ont pu écrire eux-mêmes les adresses de {value} des enregistrements, comme " +
		"dans un en-tête de transfert. Rien ne prouve qu’elles sont vraies.",
	"FORGERY_UNTESTED": "L’usurpation n’a pas pu être testée pour {value} des sources.",
	"REFLECTORS_PRESENT": "{value} des sources semblent être des réflecteurs : des serveurs qui ont répondu à des " +
		"requêtes envoyées par quelqu’un d’autre.",
	"REFLECTION_UNTESTED": "La réflexion n’a pas pu être testée pour de nombreuses sources : leur protocole, leur " +
		"port et leurs drapeaux ne sont pas connus.",

	"DOMINANT_SOURCE": "Une seule source a émis {value} des événements.",
	"UNSAMPLED_VOLUME": "Environ {value} des événements ont été émis par des sources hors de l’échantillon : peu de " +
		"sources qui ont beaucoup émis.",
	"HEAVY_SOURCES": "Quelques sources ont émis {value} des événements. Une adresse peut représenter de nombreux " +
		"hôtes, comme derrière la passerelle d’un opérateur.",
	"HEAVY_SOURCES counted": "{n} {n:source a émis|sources ont émis} {value} des événements, plus de {above} {n:à " +
		"elle seule|chacune}. La moitié des sources en ont émis au plus {median}. Une adresse peut représenter de " +
		"nombreux hôtes, comme derrière la passerelle d’un opérateur.",
	"MANY_PER_SOURCE": "Quelques sources ont émis un très grand nombre d’événements. Des proxys ou des passerelles " +
		"cachent peut-être les vraies sources.",
	"MANY_PER_SOURCE counted": "{n} {n:source a émis|sources ont émis} {events}. Des proxys ou des passerelles " +
		"cachent peut-être les vraies sources.",
	"RANK_DIFFERS":         "Le pays qui a le plus de sources est n° {value} en {subject}.",
	"RANK_DIFFERS country": "Le pays qui a le plus de sources, {country}, est n° {value} en {subject}.",
	"PREFIX_CONCENTRATED": "{value} des sources visées par l’affirmation sont dans {subject}. Elles ont peut-être " +
		"toutes le même détenteur.",
	"NETWORK_CONCENTRATED": "{value} des sources visées par l’affirmation sont dans le réseau {subject}.",
	"LISTED_SOURCES":       "{value} des sources visées par l’affirmation figurent sur la liste {subject}.",

	"FEW_NEW_SOURCES": "L’échantillon ne contient que {value} {value:source nouvelle|sources nouvelles}. Les nombres " +
		"de sources nouvelles sont approximatifs.",
	"SHORT_HISTORY": "L’historique est court : {value}.",
	"WINDOW_SENSITIVE": "Si le début ou la fin se décalait d’un intervalle, le verdict sur {subject} changerait " +
		"({value} des fenêtres essayées).",
	"NO_BASELINE":  "Aucun trafic n’avait été vu auparavant. On ne peut dire quelles sources sont nouvelles.",
	"ONSET_UNSEEN": "L’épisode était en cours à l’arrivée du premier enregistrement, et a pu commencer bien avant.",
	"END_UNCERTAIN": "La fin est incertaine : le trafic s’est éteint peu à peu, s’est maintenu jusqu’à devenir " +
		"normal, ou n’a plus été vu.",
	"END_MOVED": "Un examen précédent avait compté {value} {value:événement|événements} de plus, " +
		"{value:survenu|survenus} après ce qui s’est révélé être la fin.",
	"TARGET_LOST": "La cible a cessé d’être suivie pendant l’épisode. Le trafic ultérieur n’est pas connu.",
	"INCOMPLETE":  "Les sources d’une partie de l’épisode ne sont pas connues.",
	"CLOCK_OFFSET": "La plupart des enregistrements datés loin des autres sont en {more:avance|retard} de {value}. " +
		"Une horloge est dans un autre fuseau horaire : ce qu’elle a vu n’est pas compté à son heure.",
}
