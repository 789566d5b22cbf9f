package text

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/figures"
)

// maxUnread is the number of reasons that an account names one by one.
const maxUnread = 5

// writeAccount writes what the input was read as, and what became of its records. Everything in it may come from the
// input.
func (p *Printer) writeAccount(b *strings.Builder, r *attribution.Report) {
	a := r.Account
	if a == nil {
		return
	}
	lines := []string{sentences(p.readAs(a)...), sentences(p.used(r)...)}
	lines = append(lines, p.notTaken(a)...)
	lines = append(lines, p.unread(a)...)
	lines = append(lines, p.notes(a)...)
	for _, line := range lines {
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("\n")
}

// readAs is the format and the fields, with those that come next.
func (p *Printer) readAs(a *attribution.Account) []string {
	w := &p.words.account
	var list []string
	if a.Format != "" { // else nothing was read
		list = append(list, say(w.input, args{"format": word(p.quoted(a.Format))}))
	}
	var fields []string
	for _, role := range p.roles(a.Fields, a.Instead) {
		name, taken := a.Fields[role]
		instead, next := a.Instead[role]
		text := w.field
		switch {
		case !taken:
			text = w.noField
		case next:
			text = w.fieldNext
		}
		fields = append(fields, say(text, args{
			"role": word(p.role(role)), "name": word(p.field(name)), "instead": word(p.field(instead)),
		}))
	}
	if len(fields) > 0 {
		list = append(list, say(w.fields, args{"list": word(p.joined(fields, p.words.and))}))
	}
	return list
}

// inOrder are the roles of fields as they are listed.
var inOrder = []string{"source", "time", "target", "count", "bytes", "protocol", "source_port", "flags",
	"sampling_rate"}

// roles are those that some maps have, known ones first.
func (p *Printer) roles(of ...map[string]string) (roles []string) {
	rest := map[string]bool{}
	for _, m := range of {
		for role := range m {
			rest[role] = true
		}
	}
	for _, role := range inOrder {
		if rest[role] {
			roles = append(roles, role)
			delete(rest, role)
		}
	}
	return append(roles, slices.Sorted(maps.Keys(rest))...)
}

// place is where a record is: in words of the language if package ingest or packets wrote it, else as it is, for it may
// be a path.
func (p *Printer) place(at string) string {
	w := &p.words.account
	numbers := args{}
	number := func(name, text string) bool {
		n, err := strconv.ParseUint(text, 10, 64)
		numbers[name] = word(strconv.FormatUint(n, 10))
		return err == nil
	}
	line, column, isLine := strings.Cut(strings.TrimPrefix(at, "line "), ", byte ")
	switch packet, isPacket := strings.CutPrefix(at, "packet "); {
	case isLine && strings.HasPrefix(at, "line ") && number("line", line) && number("byte", column):
		at = say(w.atLine, numbers)
	case isPacket && number("n", packet):
		at = say(w.atPacket, numbers)
	case at == "the end":
		at = w.atEnd
	}
	return p.quotedUpTo(at, longestPlace)
}

const longestPlace = 200 // runes

// field is the name of a field, or its number.
func (p *Printer) field(name string) string {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return say(p.words.account.number, args{"n": word(strconv.FormatUint(n, 10))})
	}
	return p.quoted(name)
}

func (p *Printer) role(role string) string {
	if text, ok := p.words.account.roles[role]; ok {
		return text
	}
	return p.quoted(role)
}

// used says how many records were used, and what the other lines are.
func (p *Printer) used(r *attribution.Report) (list []string) {
	w, a := &p.words.account, r.Account
	n := args{"n": p.count(a.Records), "lines": p.count(a.Lines)}
	if a.Lines > 0 {
		list = append(list, say(w.usedOf, n))
	} else {
		list = append(list, say(w.used, n))
	}
	undated := w.undated
	if a.Undated >= a.Records {
		if undated = w.untimed; slices.ContainsFunc(a.Notes, func(n attribution.Note) bool { return n.Code == "NO_TIME" }) {
			undated = "" // the note says it
		}
	}
	for _, c := range []struct {
		n    uint64
		text phrase
	}{{a.Undated, undated}, {a.NoRecords, w.noRecords}, {a.Excluded, w.excluded}} {
		if c.n > 0 && c.text != "" {
			list = append(list, say(c.text, args{"n": p.count(c.n)}))
		}
	}
	if r.From.IsZero() && !a.From.IsZero() { // else the head of the table has it
		list = append(list, say(w.span, args{"period": p.period(a.From, a.To)}))
	}
	return list
}

func (p *Printer) notTaken(a *attribution.Account) (list []string) {
	w := &p.words.account
	for _, role := range p.roles(a.NotTaken) {
		text, ok := w.notTaken[role]
		if !ok {
			text = w.otherNotTaken
		}
		list = append(list, say(text, args{"name": word(p.quoted(a.NotTaken[role])), "role": word(p.role(role))}))
	}
	return list
}

// unread says how many records were lost, why, and where the first is.
func (p *Printer) unread(a *attribution.Account) (list []string) {
	w := &p.words.account
	for _, u := range a.Unread[:min(len(a.Unread), maxUnread)] {
		text := w.unread
		if u.First == "" {
			text = w.unreadSomewhere
		}
		why, ok := w.faults[u.Code]
		if !ok {
			why = p.code(u.Code)
		}
		list = append(list, say(text, args{
			"n": p.count(u.Records), "place": word(p.place(u.First)), "why": word(why),
		}))
	}
	if len(a.Unread) > maxUnread {
		more := uint64(0)
		for _, u := range a.Unread[maxUnread:] {
			more = max(more, more+u.Records)
		}
		list = append(list, say(w.moreUnread, args{"n": p.count(more)}))
	}
	for _, reason := range slices.Sorted(maps.Keys(a.Lost)) {
		n := a.Lost[reason]
		if n == 0 || reason == attribution.LostUnread && len(a.Unread) > 0 {
			continue
		}
		text := w.lost
		if a.First[reason] == "" {
			text = w.lostSomewhere
		}
		list = append(list, say(text, args{
			"lost": word(p.loss(reason, n)), "place": word(p.place(a.First[reason])),
		}))
	}
	return list
}

// notes are the notes in words. What was only taken off stands together at the end.
func (p *Printer) notes(a *attribution.Account) (list []string) {
	w := &p.words.account
	counted := slices.ContainsFunc(a.Unread, func(u attribution.Unread) bool { return u.Code == "TOO_LONG" })
	var off []string
	for _, n := range a.Notes {
		about := args{"n": p.count(n.Value), "subject": word(p.plain(n.Subject))}
		switch text, ok := w.notes[n.Code]; {
		case n.Code == "LONG_LINE" && counted: // line by line
		case ok:
			list = append(list, say(text, about))
		case w.takenOff[n.Code] != "":
			off = append(off, say(w.takenOff[n.Code], about))
		default:
			list = append(list, p.unknown(caveat.Caveat{
				Code: caveat.Code(n.Code), Value: float64(n.Value), Subject: n.Subject,
			}))
		}
	}
	if len(off) > 0 {
		list = append(list, say(w.off, args{"list": word(p.joined(off, p.words.and))}))
	}
	return list
}

// plain is a subject without quotation marks if it can be nothing else than a number, an address or a length.
func (p *Printer) plain(subject string) string {
	if n, err := strconv.ParseUint(subject, 10, 64); err == nil {
		return p.grouped(n)
	}
	if a, err := netip.ParseAddr(subject); err == nil && a.Zone() == "" {
		return a.String()
	}
	if length, ok := strings.CutPrefix(subject, "/"); ok {
		if n, err := strconv.ParseUint(length, 10, 8); err == nil {
			return "/" + strconv.FormatUint(n, 10)
		}
	}
	return p.quoted(subject)
}

// code is a code that this package does not know.
func (p *Printer) code(code string) string {
	if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" || len(code) > longestName {
		return p.quoted(code)
	}
	return code
}

// limits say what is not known of the records, where neither an account nor a verdict says so.
func (p *Printer) limits(r *attribution.Report) (list []string) {
	l := r.Limits
	if l == nil || r.Account != nil || len(r.Verdicts) > 0 {
		return nil
	}
	for _, c := range []struct {
		due bool
		caveat.Caveat
	}{
		{l.EventsUnknown, caveat.Caveat{Code: caveat.EventsNotRead}},
		{l.BytesUnknown, caveat.Caveat{Code: caveat.BytesNotRead}},
		{l.Blocks > 0, caveat.Caveat{Code: caveat.Blocks, Value: float64(l.Blocks)}},
		{l.IPv4Cut > 0, caveat.Caveat{Code: caveat.CutAddresses, Value: float64(32 - l.IPv4Cut), Subject: "IPv4"}},
		{l.IPv6Cut > 0, caveat.Caveat{Code: caveat.CutAddresses, Value: float64(128 - l.IPv6Cut), Subject: "IPv6"}},
		{l.Claimed > 0, caveat.Caveat{
			Code: caveat.ClaimedAddresses, Value: figures.Part(min(l.Claimed, r.Records), r.Records),
		}},
	} {
		if c.due {
			list = append(list, p.Caveat(c.Caveat))
		}
	}
	return list
}
