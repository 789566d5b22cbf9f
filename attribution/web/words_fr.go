package web

import "golang.org/x/text/language"

var french = words{
	tag: language.French,

	Title: "D’où viennent les requêtes",
	State: "État", Countries: "Pays", Running: "Pics en cours", Ended: "Pics terminés",
	Targets: "Cibles les plus sollicitées récemment", Verdicts: "Affirmations",
	NoBurst: "Aucun.", NoRequest: "Aucune requête avec une adresse publique n’a été comptée.",
	Country: "géolocalisées en", Share: "part des sources", Sources: "sources", Events: "requêtes",
	Target: "cible", From: "de", To: "à", Provisional: "provisoire", Bursting: "pic",
	Claim: "Affirmation", Check: "Vérifier", Example: "majority RU",
	Report: "Note sur cette période", AllBursts: "Note sur tous les pics", JSON: "JSON",
	Careful: "Une base de données associe une adresse à un pays, et elle peut se tromper. " +
		"Une adresse ne dit jamais qui a envoyé une requête.",

	lead:     "État au {now} UTC, sur {span}.",
	requests: "Requêtes", dropped: "Abandonnées", noAddress: "Sans adresse", forwarded: "Adresse donnée par un proxy",
	database: "Base de données",
	since:    "{n} depuis le {since} UTC", andLate: "{n}, et {late} en raison de leur heure",
	age: "{database}, vieille de {age}", noDatabase: "pas encore utilisée",
	moreCountries: "{n} {n:autre pays|autres pays} dans la note.",
	moreBursts:    "{n} {n:pic antérieur n’est pas affiché|pics antérieurs ne sont pas affichés}.",
	peak:          "au plus {n} en {interval}, {expected} attendues",
	others:        "{n} {n:cible touchée|cibles touchées} : {names}",
	top:           "{country} : {share} des sources",
	topNew:        "{country} : {share} des nouvelles sources",
}
