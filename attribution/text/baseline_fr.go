package text

var baselineFrench = baselinePhrases{
	title: "Nouvelles adresses IP par pays de géolocalisation selon {database}",
	since: "« Nouvelle » signifie : non vue {period} UTC. Ce trafic ordinaire compte {n} {n:source|sources}.",
	untimed: "« Nouvelle » signifie : non vue dans le trafic ordinaire, dont la date est inconnue. Il compte {n} " +
		"{n:source|sources}.",
	totals:  "{n} {n:source nouvelle|sources nouvelles} sur {all}",
	nothing: "Aucune nouvelle source publique n’a été comptée, sur {all}.",
	fresh:   "nouvelles", shareOfNew: "part des nouvelles", shareOfUsual: "part du trafic ordinaire",
	lift:      "fois le trafic ordinaire",
	onlyNew:   "absent du trafic ordinaire (au moins {low})",
	counted:   "Les sources nouvelles ont été comptées une par une.",
	sampled:   "Les sources nouvelles sont estimées sur un échantillon de {n} d’entre elles.",
	registers: "Les sources nouvelles sont estimées à partir de registres HyperLogLog.",
	intervals: "Chaque intervalle a une confiance de 95 %.",
	everyday: "Environ {n} ({low} à {high}) d’entre elles seraient apparues de toute façon. Les parts sont celles " +
		"des autres, et chaque intervalle contient aussi la part de toutes les sources nouvelles.",
	hardly: "Au plus {high} d’entre elles {high:serait apparue|seraient apparues} de toute façon. Les parts sont " +
		"celles des autres, et chaque intervalle contient aussi la part de toutes les sources nouvelles.",
	withoutThem: "part des autres",
	makers:      "{n} des sources nouvelles {n:a émis|ont émis} {events} de leurs événements : {share}.",
	amongMakers: "Parmi les sources qui ont émis presque tous les événements ({n}), la part est de {share} : " +
		"{outcome}.",
}
