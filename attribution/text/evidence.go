package text

import (
	"io"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/evidence"
)

// Verification writes whether a file of evidence holds: which verdicts follow from it, or the first place where it
// states something else. The error is that of w.
func (p *Printer) Verification(w io.Writer, v evidence.Verification) error {
	var b strings.Builder
	p.writeVerification(&b, &v)
	return write(w, b.String())
}

// ofMethod is where a file states the method, which may be another one without anybody having changed the file.
const ofMethod = "/evidence/method"

func (p *Printer) writeVerification(b *strings.Builder, v *evidence.Verification) {
	w, d := &p.words.evidence, v.Difference
	line := func(text phrase, a args) { b.WriteString(say(text, a) + "\n") }
	switch {
	case d != nil && d.Path == ofMethod && v.Evidence != nil:
		line(w.otherMethod, args{
			"method": p.count(uint64(max(v.Method, 0))), "own": p.count(attribution.MethodVersion),
		})
		return
	case d != nil && v.Evidence == nil:
		line(w.changed, nil)
	case d != nil:
		line(w.differs, nil)
	case v.Evidence == nil:
		line(w.nothing, nil)
		return
	default:
		r := v.Evidence.Report()
		line(w.holds, args{"n": p.count(uint64(len(r.Verdicts)))})
		for _, verdict := range r.Verdicts {
			b.WriteString("  " + p.head(&verdict) + "\n")
		}
		line(w.counts, nil)
		return
	}
	line(w.place, args{
		"path": word(p.quotedUpTo(d.Path, longestValue)), "offset": p.count(uint64(max(d.Offset, 0))),
		"stated": word(p.value(d.Stated)), "recomputed": word(p.value(d.Recomputed)),
	})
}

// value is a JSON value of a file as it is shown. A JSON string has its own quotation marks.
func (p *Printer) value(json string) string {
	if json == "" {
		return p.words.evidence.absent
	}
	return p.quotedUpTo(strings.TrimSuffix(strings.TrimPrefix(json, `"`), `"`), longestValue)
}

// longestValue is that of a part of a file that is shown, in runes.
const longestValue = 120
