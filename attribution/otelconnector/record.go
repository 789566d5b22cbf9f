package otelconnector

import (
	"encoding/json"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
)

const (
	scopeName = "github.com/whence-go/whence/attribution/otelconnector"
	eventName = "whence.burst"

	// connectorKey is the attribute of the resource that names the connector.
	connectorKey = "whence.connector"
)

// How much of a burst a record has.
const (
	mostBody    = 4096 // bytes
	mostName    = 200  // bytes of a target
	mostCaveats = 32
	mostReport  = 1 << 20 // bytes of JSON
)

// writer makes log records of bursts. It is immutable.
type writer struct {
	name   string
	report bool
	text   *text.Printer
}

func newWriter(name string, report bool) *writer {
	return &writer{name: name, report: report, text: text.NewPrinter(language.English)}
}

// logs returns a batch with the record of one burst.
func (w *writer) logs(b monitor.Burst, now time.Time) plog.Logs {
	logs := plog.NewLogs()
	resource := logs.ResourceLogs().AppendEmpty()
	resource.Resource().Attributes().PutStr(connectorKey, w.name)
	scope := resource.ScopeLogs().AppendEmpty()
	scope.Scope().SetName(scopeName)
	r := scope.LogRecords().AppendEmpty()
	r.SetEventName(eventName)
	r.SetTimestamp(pcommon.NewTimestampFromTime(b.End))
	r.SetObservedTimestamp(pcommon.NewTimestampFromTime(now))
	r.SetSeverityNumber(plog.SeverityNumberWarn)
	if b.Final {
		r.SetSeverityNumber(plog.SeverityNumberInfo)
	}
	r.SetSeverityText(strings.ToUpper(r.SeverityNumber().String()))
	r.Body().SetStr(w.body(b))
	w.attributes(r.Attributes(), b)
	return logs
}

// body is the first paragraph of what package text says of the burst, on one line.
func (w *writer) body(b monitor.Burst) string {
	var s strings.Builder
	if err := w.text.Burst(&s, b); err != nil {
		return b.String() // a strings.Builder has no errors
	}
	paragraph, _, _ := strings.Cut(s.String(), "\n\n")
	head, rest, _ := strings.Cut(paragraph, "\n")
	return cut(head+": "+strings.Join(strings.Fields(rest), " "), mostBody)
}

// cut cuts a text between two characters, and makes it valid UTF-8.
func cut(text string, most int) string {
	if len(text) > most {
		text = text[:most-len("...")] + "..."
	}
	return strings.ToValidUTF8(text, "")
}

// state is what the record reports of the burst.
func state(b monitor.Burst) string {
	switch {
	case b.Final:
		return "ended"
	case b.Interim > 1:
		return "updated"
	}
	return "started"
}

func (w *writer) attributes(a pcommon.Map, b monitor.Burst) {
	a.EnsureCapacity(32)
	a.PutInt("whence.burst.id", int64(b.ID))
	a.PutStr("whence.burst.state", state(b))
	a.PutInt("whence.burst.interim", int64(b.Interim))
	if !b.Target.IsZero() {
		a.PutStr("whence.burst.target", cut(b.Target.String(), mostName))
	}
	if b.Parent != 0 {
		a.PutInt("whence.burst.parent", int64(b.Parent))
	}
	if n := len(b.Children) + b.MoreChildren; n > 0 {
		a.PutInt("whence.burst.children", int64(n))
	}
	a.PutStr("whence.burst.onset", b.Onset.UTC().Format(time.RFC3339Nano))
	a.PutStr("whence.burst.end", b.End.UTC().Format(time.RFC3339Nano))
	a.PutInt("whence.burst.events", whole(b.Report.Events))
	a.PutInt("whence.burst.sources", whole(b.Report.Sources.Value))
	a.PutInt("whence.burst.peak_events", whole(b.PeakEvents))
	a.PutDouble("whence.burst.expected_events", b.Expected)

	r := &b.Report
	if n := b.NewSources; n != nil {
		r = &n.Report
		a.PutInt("whence.burst.new_sources", whole(r.Sources.Value))
	}
	if len(r.Countries) > 0 {
		top := r.Countries[0]
		a.PutStr("whence.burst.country", top.Origin.String())
		a.PutDouble("whence.burst.country.share", top.Share.Value)
		a.PutDouble("whence.burst.country.share.lower", top.Share.Low)
		a.PutDouble("whence.burst.country.share.upper", top.Share.High)
	}
	verdicts(a, "whence.burst", b.Report.Verdicts)
	if b.NewSources != nil {
		verdicts(a, "whence.burst.new_sources", b.NewSources.Report.Verdicts)
	}
	codes := a.PutEmptySlice("whence.burst.caveats")
	for _, code := range caveatsOf(b) {
		codes.AppendEmpty().SetStr(string(code))
	}
	if w.report {
		report(a, b)
	}
}

// verdicts adds the claims and the outcomes, in the same order.
func verdicts(a pcommon.Map, prefix string, all []attribution.Verdict) {
	claims := a.PutEmptySlice(prefix + ".claims")
	for i := range all {
		claims.AppendEmpty().SetStr(all[i].Claim.String())
	}
	outcomes := a.PutEmptySlice(prefix + ".verdicts")
	for i := range all {
		outcomes.AppendEmpty().SetStr(all[i].Outcome.String())
	}
}

// caveatsOf returns the codes of the burst, then those of its verdicts, each once.
func caveatsOf(b monitor.Burst) (codes []caveat.Code) {
	known := map[caveat.Code]bool{}
	add := func(caveats []caveat.Caveat) {
		for _, c := range caveats {
			if !known[c.Code] && len(codes) < mostCaveats {
				known[c.Code] = true
				codes = append(codes, c.Code)
			}
		}
	}
	add(b.Caveats)
	for i := range b.Report.Verdicts {
		add(b.Report.Verdicts[i].Caveats)
	}
	if n := b.NewSources; n != nil {
		for i := range n.Report.Verdicts {
			add(n.Report.Verdicts[i].Caveats)
		}
	}
	return codes
}

// report adds the whole burst. One that is too long is left out, and its length is said instead.
func report(a pcommon.Map, b monitor.Burst) {
	data, err := json.Marshal(b)
	switch {
	case err != nil:
		a.PutStr("whence.burst.report.error", cut(err.Error(), mostName))
	case len(data) > mostReport:
		a.PutInt("whence.burst.report.omitted_bytes", int64(len(data)))
	default:
		a.PutStr("whence.burst.report", string(data))
	}
}
