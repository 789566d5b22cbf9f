package monitor

import (
	"log/slog"
	"strings"
)

// How much of a burst a log record has.
const (
	maxLoggedTarget  = 200 // bytes of the name
	maxLoggedCaveats = 8
)

// LogValue returns the burst as a group for [log/slog]: id, target, parent, children, onset,
// end, final, interim, peak, peak_events, peak_sources, expected_events, caveats, and the
// fields of [attribution.Report.LogValue] but for from and to. Target is missing where it is
// all traffic, parent and children where there are none, and interim in the last report. A
// group new_sources has the number of new sources and their countries, if that is known.
//
// No address of a source is in it. The target may be an address, which is one of yours. Keys
// are only ever added.
func (b Burst) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Uint64("id", b.ID)}
	if !b.Target.IsZero() {
		target := b.Target.String()
		if len(target) > maxLoggedTarget {
			target = strings.ToValidUTF8(target[:maxLoggedTarget], "") + "..."
		}
		attrs = append(attrs, slog.String("target", target))
	}
	if b.Parent != 0 {
		attrs = append(attrs, slog.Uint64("parent", b.Parent))
	}
	if n := len(b.Children) + b.MoreChildren; n > 0 {
		attrs = append(attrs, slog.Int("children", n))
	}
	attrs = append(attrs, slog.Time("onset", b.Onset), slog.Time("end", b.End), slog.Bool("final", b.Final))
	if !b.Final {
		attrs = append(attrs, slog.Int("interim", b.Interim))
	}
	attrs = append(attrs, slog.Time("peak", b.Peak), slog.Uint64("peak_events", b.PeakEvents),
		slog.Uint64("peak_sources", b.PeakSources), slog.Float64("expected_events", b.Expected))
	var codes []string
	for i, c := range b.Caveats {
		if i == maxLoggedCaveats {
			codes = append(codes, "...")
			break
		}
		codes = append(codes, string(c.Code))
	}
	attrs = append(attrs, slog.String("caveats", strings.Join(codes, " ")))
	for _, a := range b.Report.LogValue().Group() {
		if a.Key != "from" && a.Key != "to" {
			attrs = append(attrs, a)
		}
	}
	if n := b.NewSources; n != nil {
		var kept []any
		for _, a := range n.Report.LogValue().Group() {
			if a.Key == "sources" || a.Key == "top" {
				kept = append(kept, a)
			}
		}
		attrs = append(attrs, slog.Group("new_sources", kept...))
	}
	return slog.GroupValue(attrs...)
}
