package web

import "golang.org/x/text/language"

// french has the no-break spaces of French. docs/LANGUAGE.md says which words were chosen.
var french = words{
	tag: language.French,

	Title:     "Requêtes par pays",
	Countries: "Pays", Running: "Épisodes en cours", Ended: "Épisodes terminés",
	Targets: "Cibles les plus actives ces derniers temps",
	NoBurst: "Aucun.", NoRequest: "Aucune requête d’une adresse publique n’a été comptée.",
	Country: "pays", Share: "part des sources", Sources: "sources", Events: "requêtes",
	Target: "cible", From: "du", To: "au", Provisional: "provisoire", Bursting: "épisode",
	Claim: "Affirmation", Check: "Vérifier", Example: "majority RU",
	Report: "Note sur cette période", AllBursts: "Note sur tous les épisodes", JSON: "JSON",
	Careful: "Une adresse est géolocalisée dans un pays par une base de données, qui peut se tromper. " +
		"Une adresse ne dit pas qui a émis une requête.",

	lead:     "État au {now} UTC, sur {span}.",
	requests: "Requêtes", dropped: "Abandonnées", noAddress: "Sans adresse", forwarded: "Adresse transmise par un proxy",
	database: "Base de données",
	since:    "{n} depuis le {since} UTC", andLate: "{n}, et {late} à cause de leur heure",
	age: "{database}, âge\u00a0: {age}", noDatabase: "pas encore utilisée",
	moreCountries: "{n} {n:autre|autres} pays dans la note.",
	moreBursts:    "{n} {n:épisode antérieur n’est pas affiché|épisodes antérieurs ne sont pas affichés}.",
	peak:          "au plus {n} en {interval}, environ {expected} attendues",
	others:        "{n} {n:cible touchée|cibles touchées}\u00a0: {names}",
	top:           "Sources {placed}\u00a0: {share}",
	topNew:        "Nouvelles sources {placed}\u00a0: {share}",
	Separator:     "\u00a0: ",
}
