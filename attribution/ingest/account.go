package ingest

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest/internal/clock"
	"github.com/whence-go/whence/attribution/ingest/internal/container"
)

// Codes of the notes of an account. Those that limit what may be claimed are in package
// attribution; the subject of BLOCKS is how many addresses they cover. Those of what was taken
// off, such as SYSLOG, are beside the code that takes it off.
const (
	noteNoTime      = "NO_TIME"      // the format has no times
	noteNoDirection = "NO_DIRECTION" // an address may be that of a server
	noteOneSource   = "ONE_SOURCE"   // the records of one source that makes nearly all: a server or proxy of one's own?
	noteStrays      = "STRAY_TIMES"  // records far from all others; the subject is the first one's time and place
	noteZoneless    = "NO_ZONE"      // times that named no zone
	noteTransport   = "NO_TRANSPORT" // records whose protocol, port or flags cannot be read
	noteNoRate      = "NO_RATE"      // records that do not tell their rate of sampling, unlike others
)

// ledger collects what the account says.
type ledger struct {
	records, noRecords, excluded, undated, claimed, blocks, unreadable, rateless uint64

	lines, usedLines, lostLines uint64 // of all members, and of records by what became of them
	lostRecords                 uint64
	lost                        map[fault]*attribution.Unread
	window                      clock.Window
	covered                     float64 // addresses in blocks
	cut4, cut6                  cuts

	most         netip.Addr // the source that makes most, if one makes more than half
	majority     uint64
	dated        bool // some record has a time
	zoneless     int64
	prefixed     map[string]uint64
	tor, unknown uint64 // records, by the second opinion about the country

	directions directions // of the first records
	formats    []string
	selection  *selection
	notes      []string
	kinds      kindNotes
}

// lose counts a record that was not used.
func (l *ledger) lose(why fault, r *Reader) {
	u := l.lost[why]
	if u == nil {
		if l.lost == nil {
			l.lost = map[fault]*attribution.Unread{}
		}
		u = &attribution.Unread{Code: string(why), First: r.place()}
		l.lost[why] = u
	}
	u.Records++
	l.lostRecords++
}

// use counts an event that is handed out.
func (l *ledger) use(e *Event, line uint64) {
	l.records++
	if e.Claimed {
		l.claimed++
	}
	if e.unreadable {
		l.unreadable++
	}
	if e.rateless {
		l.rateless++
	}
	switch e.opinion {
	case isTor:
		l.tor++
	case isUnknown:
		l.unknown++
	}
	if e.Time.IsZero() {
		l.undated++
	} else {
		l.dated = true
		l.window.Add(e.Time, int64(line))
	}
	if e.Prefix.IsValid() {
		l.blocks++
		n := e.Prefix.Addr().BitLen() - e.Prefix.Bits()
		l.covered += float64(uint64(1)<<min(n, 63)) * float64(uint64(1)<<max(n-63, 0))
	}
	// The majority vote of Boyer and Moore.
	switch {
	case l.majority == 0:
		l.most, l.majority = e.Source, 1
	case l.most == e.Source:
		l.majority++
	default:
		l.majority--
	}
	switch a := e.Source; {
	case e.masked:
		l.cut4.addMasked(e.Prefix.Bits())
	case e.Prefix.IsValid(): // a block begins with an address that ends in zeros
	case a.Is4():
		b := a.As4()
		l.cut4.add4(binary.BigEndian.Uint32(b[:]))
	case !a.Is4In6():
		b := a.As16()
		l.cut6.add6(binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:]))
	}
}

// cuts counts addresses by the zeros that they end in, and those that show what was cut off.
type cuts struct {
	n     uint64
	zeros [5]uint64 // by the lengths of their family

	masked uint64
	left   int // bits of the shortest of these
}

var (
	lengths4 = [...]int{8, 16, 24}
	lengths6 = [...]int{32, 40, 48, 56, 64}
)

func (c *cuts) add4(ip uint32) {
	c.n++
	if ip&0xff != 0 {
		return
	}
	c.zeros[2]++
	if ip&0xffff == 0 {
		c.zeros[1]++
		if ip&0xffffff == 0 {
			c.zeros[0]++
		}
	}
}

func (c *cuts) add6(hi, lo uint64) {
	c.n++
	if lo != 0 {
		return
	}
	for i := len(lengths6) - 1; i >= 0 && hi<<lengths6[i]>>1<<1 == 0; i-- {
		c.zeros[i]++
	}
}

// addMasked counts an address with letters or stars in place of its end.
func (c *cuts) addMasked(left int) {
	if c.masked == 0 || left < c.left {
		c.left = left
	}
	c.masked++
}

// note is to how many bits addresses were cut, 0 for not cut, and how many.
func (c *cuts) note(lengths []int) (bits int, n uint64) {
	if bits = c.length(lengths); bits > 0 {
		n = c.n
	}
	if c.masked > 0 && (bits == 0 || c.left < bits) {
		bits = c.left
	}
	return bits, n + c.masked
}

// length is to how many bits nearly all addresses are cut, 0 for not cut. A few addresses may
// end in zeros by chance.
func (c *cuts) length(lengths []int) int {
	const few = 10
	if c.n < few {
		return 0
	}
	for i, length := range lengths {
		if 20*c.zeros[i] >= 19*c.n {
			return length
		}
	}
	return 0
}

// account is what is known so far.
func (l *ledger) account(k *clock.Parser, in *container.Input) attribution.Account {
	a := attribution.Account{
		Format: strings.Join(l.formats, ", "), Records: l.records, Lines: l.lines, NoRecords: l.noRecords,
		Excluded: l.excluded, Undated: l.undated,
	}
	if s := l.selection; s != nil {
		a.Fields, a.Instead, a.NotTaken = orNil(s.names), orNil(s.instead), orNil(s.notTaken)
	}
	for _, u := range l.lost {
		a.Unread = append(a.Unread, *u)
	}
	a.Unread = append(a.Unread, unreadMembers(in)...)
	slices.SortFunc(a.Unread, func(a, b attribution.Unread) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Code, b.Code))
	})
	if len(a.Unread) > 0 {
		total, first := uint64(0), a.Unread[0].First
		for _, u := range a.Unread {
			total += u.Records
			if len(u.First) < len(first) || len(u.First) == len(first) && u.First < first {
				first = u.First // the shorter number is the smaller one
			}
		}
		a.Lost = map[attribution.Loss]uint64{attribution.LostUnread: total}
		a.First = map[attribution.Loss]string{attribution.LostUnread: first}
	}
	if l.dated {
		s := l.window.Span()
		a.From, a.To = s.From, s.To
	}
	a.Notes = append(l.allNotes(k), notesOf(in)...)
	return a
}

func (l *ledger) allNotes(k *clock.Parser) (notes []attribution.Note) {
	add := func(code string, value uint64, subject string) {
		if value > 0 {
			notes = append(notes, attribution.Note{Code: code, Value: value, Subject: subject})
		}
	}
	for _, code := range l.notes {
		add(code, l.records, "")
	}
	if l.directions.both {
		add(noteNoDirection, l.records, "")
	}
	notes = l.kinds.notes(notes)
	for _, code := range slices.Sorted(maps.Keys(l.prefixed)) {
		add(code, l.prefixed[code], "")
	}
	add(attribution.NoteClaimed, l.claimed, "")
	add(noteTransport, l.unreadable, "")
	add(noteNoRate, l.rateless, "")
	add(noteTor, l.tor, "")
	add(noteUnknown, l.unknown, "")
	if l.blocks > 0 {
		add(attribution.NoteBlocks, l.blocks, fmt.Sprintf("%.10g", l.covered))
	}
	// The vote proves that the source makes at least (1 + majority/records)/2 of all.
	if l.records >= 100 && 10*l.majority >= 8*l.records {
		add(noteOneSource, (l.records+l.majority)/2, l.most.String())
	}
	if bits, n := l.cut4.note(lengths4[:]); bits > 0 {
		add(attribution.NoteCutIPv4, n, fmt.Sprintf("/%d", bits))
	}
	if bits, n := l.cut6.note(lengths6[:]); bits > 0 {
		add(attribution.NoteCutIPv6, n, fmt.Sprintf("/%d", bits))
	}
	if s := l.window.Span(); s.Strays > 0 {
		add(noteStrays, uint64(s.Strays), fmt.Sprintf("%s, line %d", s.Stray.Format(time.RFC3339), s.At))
	}
	add(noteZoneless, uint64(k.Zoneless-l.zoneless), "")
	return notes
}

func orNil(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}
