package attribution

import (
	"fmt"
	"log/slog"
	"strings"
)

// How much of a report or a verdict a log record has.
const (
	loggedCountries = 3
	loggedVerdicts  = 4
	loggedCaveats   = 8
	loggedText      = 200 // bytes of a text
)

// LogValue returns the verdict as a group for [log/slog]: claim, outcome, reason, share, low,
// high, confidence, interim, caveats. Reason is there if there is one, interim while counts
// grow, and the share with its ends unless the verdict is inadmissible. Caveats are the first
// 8 codes in one text. Keys are only ever added.
func (v Verdict) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, 9)
	attrs = append(attrs, slog.String("claim", logged(v.Claim.String())), slog.String("outcome", v.Outcome.String()))
	if v.Reason != "" {
		attrs = append(attrs, slog.String("reason", logged(string(v.Reason))))
	}
	if v.Outcome != Inadmissible {
		attrs = append(attrs, slog.Float64("share", v.Share.Value),
			slog.Float64("low", v.Share.Low), slog.Float64("high", v.Share.High))
	}
	attrs = append(attrs, slog.Float64("confidence", v.Confidence))
	if v.Interim > 0 {
		attrs = append(attrs, slog.Int("interim", v.Interim))
	}
	var codes []string
	for i, c := range v.Caveats {
		if i == loggedCaveats {
			codes = append(codes, "...")
			break
		}
		codes = append(codes, logged(string(c.Code)))
	}
	return slog.GroupValue(append(attrs, slog.String("caveats", strings.Join(codes, " ")))...)
}

// LogValue returns the report as a group for [log/slog]: from, to, sources, sources_low,
// sources_high, events, records, lost, located_by, top, verdicts, and verdict_1 to verdict_4,
// which are groups of [Verdict.LogValue]. From and to are there if they are known, events
// unless nobody knows them. Lost is the sum of all reasons. Top has the 3 countries with most
// sources and their shares in one text, such as "RU=0.37 US=0.11". Verdicts is how many there
// are. No address is in it. Keys are only ever added.
func (r Report) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, 11+loggedVerdicts)
	if !r.From.IsZero() || !r.To.IsZero() {
		attrs = append(attrs, slog.Time("from", r.From), slog.Time("to", r.To))
	}
	attrs = append(attrs, slog.Uint64("sources", r.Sources.Value),
		slog.Uint64("sources_low", r.Sources.Low), slog.Uint64("sources_high", r.Sources.High))
	if r.Basis != BasisSketches && (r.Limits == nil || !r.Limits.EventsUnknown) {
		attrs = append(attrs, slog.Uint64("events", r.Events))
	}
	lost := uint64(0)
	for _, n := range r.Lost {
		lost += min(n, ^uint64(0)-lost)
	}
	var databases, top []string
	for i, d := range r.LocatedBy {
		if i == loggedCountries {
			databases = append(databases, "...")
			break
		}
		databases = append(databases, d.String())
	}
	for _, row := range r.Countries[:min(len(r.Countries), loggedCountries)] {
		top = append(top, fmt.Sprintf("%v=%.4g", row.Origin, row.Share.Value))
	}
	attrs = append(attrs, slog.Uint64("records", r.Records), slog.Uint64("lost", lost),
		slog.String("located_by", logged(strings.Join(databases, ", "))), slog.String("top", strings.Join(top, " ")),
		slog.Int("verdicts", len(r.Verdicts)))
	for i, v := range r.Verdicts[:min(len(r.Verdicts), loggedVerdicts)] {
		attrs = append(attrs, slog.Attr{Key: fmt.Sprintf("verdict_%d", i+1), Value: v.LogValue()})
	}
	return slog.GroupValue(attrs...)
}

// logged cuts a text. It is a handler's business to quote it.
func logged(s string) string {
	if len(s) <= loggedText {
		return s
	}
	return strings.ToValidUTF8(s[:loggedText], "") + "..."
}
