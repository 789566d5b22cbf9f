package brief

import (
	"maps"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// method is how it was counted, by which database, and how the other side checks.
func (t *writer) method() *method {
	w, r := &t.w.method, t.r
	m := &method{block: block{Heading: w.heading}}
	add := func(name string, texts ...text1) { m.List = append(m.List, term{name, texts}) }

	how := w.one
	switch {
	case r.Basis == attribution.BasisSketches:
		how = w.sketch
	case !r.Sources.Exact:
		how = t.say(w.sample, args{"n": t.n(uint64(max(r.SampleSize, 0)))})
	case r.SamplingRate > 1 || len(r.Lost) > 0:
		how = ""
	}
	sure := w.confidence
	a := args{
		"confidence": word(t.w.tidy(t.p.Percent(100 * r.Policy.Confidence))),
		"n":          t.n(uint64(max(r.Policy.Interim, 0))),
	}
	switch {
	case r.Policy.Interim > 0:
		sure = w.interim
	case r.Policy.Joint:
		sure = w.joint
	}
	event := ""
	if r.Events > 0 {
		event = w.event
	}
	certain := ""
	if len(r.Verdicts) > 0 {
		certain = t.say(sure, a)
	}
	add(w.counted, text1{Text: t.sentences(w.sources, event, how, certain)})
	if texts := t.input(); len(texts) > 0 {
		add(w.input, texts...)
	}
	t.addDatabases(add)
	if e := t.b.Evidence; e != nil && (t.burst == nil || t.burst.Final) {
		if e.File != "" {
			file := shownUpTo(e.File, longestText)
			texts := []text1{{Text: t.say(w.checkText, args{"file": word(quotedArg(file))}), Code: true}}
			if e.SHA256 != "" {
				texts = append(texts, text1{
					Text: t.say(w.digestOf, args{"file": word(file)}), Hash: shownUpTo(e.SHA256, longest),
				})
			}
			add(w.check, texts...)
		}
		if e.Command != "" {
			add(w.again, text1{Text: shownUpTo(e.Command, 4*longestText), Code: true})
		}
	}
	if t.noise() != "" {
		add(w.table, text1{Text: w.tableNoise})
	} else if t.alone() {
		add(w.table, text1{Text: w.tableText})
	}
	limits := w.limitsText
	if t.b.Evidence == nil {
		limits = w.noEvidence
	}
	if t.r.Networks == nil && t.noise() == "" {
		limits = t.sentences(limits, w.noNetworks)
	}
	add(w.limits, text1{Text: limits})
	return m
}

// quotedArg is a file name as a shell takes it: in quotation marks if it is more than one plain word.
func quotedArg(name string) string {
	if isName(name) && !slices.Contains([]byte(name), ' ') {
		return name
	}
	for _, r := range name {
		if r == '\'' {
			return name
		}
	}
	return "'" + name + "'"
}

// input is what was read, and what was not counted.
func (t *writer) input() (texts []text1) {
	w, r := &t.w.method, t.r
	if a := r.Account; a != nil && a.Format != "" {
		texts = append(texts, text1{Text: t.say(w.read, args{"format": word(t.p.Quoted(a.Format)), "n": t.n(a.Records)})})
	}
	var lost []string
	for _, reason := range slices.Sorted(maps.Keys(r.Lost)) {
		if n := r.Lost[reason]; n > 0 {
			lost = append(lost, t.p.Loss(reason, n))
		}
	}
	if len(lost) > 0 {
		texts = append(texts, text1{Text: t.say(w.lost, args{"list": word(t.p.Joined(lost...))})})
	}
	return texts
}

func (t *writer) addDatabases(add func(string, ...text1)) {
	w := &t.w.method
	databases := slices.Clone(t.r.LocatedBy)
	for _, d := range t.r.Databases {
		databases = append(databases, d.Database)
	}
	var texts []text1
	for _, d := range databases {
		texts = append(texts, text1{Text: t.dated(d)})
		if credit := shownUpTo(d.Credit, longestText); credit != "" {
			texts = append(texts, text1{Text: t.say(w.credit, args{"credit": word(credit)})})
		}
		if d.SHA256 != "" {
			texts = append(texts, text1{Text: w.digest, Hash: shownUpTo(d.SHA256, longest)})
		}
	}
	name := w.database
	if len(databases) > 1 {
		name = w.databases
	}
	if len(texts) > 0 {
		add(name, texts...)
	}
}

// foot are the credits, and what the file is.
func (t *writer) foot(pg *page, bursts []monitor.Burst) (lines []string) {
	w := &t.w.foot
	add := func(r *attribution.Report) {
		databases := slices.Clone(r.LocatedBy)
		for _, d := range r.Databases {
			databases = append(databases, d.Database)
		}
		for _, d := range databases {
			if credit := shownUpTo(d.Credit, longestText); credit != "" && !slices.Contains(lines, credit) {
				lines = append(lines, credit)
			}
		}
	}
	if len(bursts) == 0 {
		add(&t.b.Report)
	}
	for i := range bursts {
		add(&bursts[i].Report)
	}
	if slices.ContainsFunc(pg.Parts, func(p part) bool { return p.Map != nil }) {
		lines = append(lines, w.shapes)
	}
	return append(lines, w.made, w.script)
}
