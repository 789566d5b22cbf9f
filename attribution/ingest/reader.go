package ingest

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest/internal/clock"
	"github.com/whence-go/whence/attribution/ingest/internal/container"
)

// Reader reads the events of one input. It comes from [NewReader]. It belongs to one
// goroutine. Of a file it may start others, which end with the input or with [Reader.Close].
type Reader struct {
	o      Options
	name   string
	input  *container.Input
	text   *text
	member string
	begins []byte // what a text outside of archives begins with
	plan   *plan
	unwrap *unwrapper
	clock  *clock.Parser
	ledger ledger
	cuts   uint64 // records

	workers int   // that may read ahead
	alone   int   // records to read before they do
	crew    *crew // who reads ahead, nil for nobody

	more  bool   // the last record may have another event
	taken uint64 // of its events
	stamp time.Time
	open  error // of the first member, which is not understood
	err   error
}

// NewReader reads the head of an input, about 1,000 records, and decides what it is. The name
// is that of messages and places, such as a path.
//
// The error wraps [ErrOptions], [ErrEmpty] or [ErrUndecided], or it is that of r. An error of
// the type [UndecidedError] lists what may be chosen. An archive is refused only if none of its
// files is understood; that error comes from [Reader.Next].
func NewReader(r io.Reader, name string, o Options) (*Reader, error) {
	if _, err := o.named(); err != nil {
		return nil, err
	}
	rd := &Reader{o: o, name: name, clock: &clock.Parser{Zone: o.Zone, Year: o.Year, Latest: o.Latest}}
	if begin := time.Now(); o.Live {
		rd.clock.Passed = func() time.Duration { return time.Since(begin) }
	}
	rd.input = container.Open(r, container.Options{Live: o.Live, WholeLines: o.WholeLines, MaxLine: maxRecord})
	if rd.input.IsFile() {
		rd.workers = runtime.GOMAXPROCS(0)
	}
	for {
		err := rd.nextMember()
		switch {
		case err == nil:
			return rd, nil
		case errors.Is(err, ErrEmpty) && rd.member != "": // of an archive
			continue
		case errors.Is(err, ErrUndecided) && rd.member != "": // others may be understood
			rd.open = fmt.Errorf("%s: %w", quoted(name), err)
			rd.passOver()
			return rd, nil
		case err == io.EOF:
			err = ErrEmpty
		}
		return nil, fmt.Errorf("%s: %w", quoted(name), err)
	}
}

func quoted(name string) string { return fmt.Sprintf("%.200q", name) }

// nextMember opens the next text, and decides how to read it.
func (r *Reader) nextMember() error {
	lines, err := r.input.Next()
	if err != nil {
		return err
	}
	r.member, r.more, r.text = lines.Member(), false, &text{direct: lines}
	r.alone = aheadAfter
	zoneless := r.clock.Zoneless
	h, err := look(lines, r.o.WholeLines)
	if err != nil {
		return err
	}
	r.begins = beginning(h, r.member)
	r.unwrap = &unwrapper{clock: r.clock}
	h = r.unwrap.learn(h)
	if r.unwrap.pieces != nil {
		r.unwrap.pieces.lose = r.losePiece
	}
	f := &facts{chain: chain{trusted: r.o.Trusted}, clock: r.clock, unwrap: r.unwrap, kinds: &r.ledger.kinds}
	r.plan, err = decide(h, &r.o, f)
	if err != nil {
		return err
	}
	switch {
	case len(r.unwrap.kinds) > 0:
		r.plan.cut = nil // a record is a line
	case r.plan.cut == nil:
	case len(h.lines) == 0: // one line without an end in sight, such as a JSON array
		r.text = newText(lines)
	default:
		j := &joined{lines: lines}
		r.text = newText(j)
		r.text.joined = j
	}
	l := &r.ledger
	l.zoneless += r.clock.Zoneless - zoneless // what was read to decide is read again
	r.clock.Near, r.stamp = time.Time{}, time.Time{}
	if l.selection == nil {
		l.selection, l.notes = r.plan.selection, r.plan.notes
	}
	if n := len(l.formats); n == 0 || l.formats[n-1] != r.plan.format {
		l.formats = append(l.formats, r.plan.format)
	}
	return nil
}

// Next reads the next event into e. It passes over records that it cannot use, and counts
// them in the account. It returns [io.EOF] at the end of the input. After any error it returns
// the same one.
//
// Next allocates nothing for records of the usual form.
func (r *Reader) Next(e *Event) error {
	if r.err != nil {
		return r.err
	}
	for {
		if r.crew != nil && r.ahead(e) {
			return nil
		}
		*e = Event{}
		if r.more {
			if r.more = r.plan.more(e); !r.more {
				continue
			}
			if r.taken++; r.use(e) {
				return nil
			}
			continue
		}
		if r.alone--; r.alone < 0 {
			if r.readAhead(); r.crew != nil {
				continue
			}
		}
		why, err := r.record(e)
		if err != nil {
			if err = r.turn(err); err != nil {
				r.err = err
				return err
			}
			continue
		}
		if r.count(why, e) {
			return nil
		}
	}
}

// record reads the next record.
func (r *Reader) record(e *Event) (fault, error) {
	record, why, err := r.cut()
	if err != nil {
		return "", err
	}
	r.cuts++
	if why == "" {
		why = r.parse(record, e)
	}
	r.more, r.taken = why == "" && r.plan.more != nil, 1
	return why, nil
}

// count counts a record, and reports whether its event is handed out.
func (r *Reader) count(why fault, e *Event) bool {
	l := &r.ledger
	if why == goesOn {
		return false
	}
	l.lines += r.text.span
	switch why {
	case "":
		l.usedLines += r.text.span
		return r.use(e)
	case noRecord:
		l.noRecords += r.text.span
	default:
		l.lostLines += r.text.span
		l.lose(why, r)
	}
	return false
}

func (r *Reader) cut() (record []byte, why fault, err error) {
	if r.plan.cut == nil {
		return r.text.nextLine()
	}
	return r.plan.cut(r.text)
}

// parse takes off what collectors have written, and reads the record.
func (r *Reader) parse(record []byte, e *Event) fault {
	if len(r.unwrap.kinds) == 0 {
		return r.plan.parse(record, e)
	}
	if len(record) == 0 {
		return noRecord
	}
	zoneless := r.clock.Zoneless
	rest, at, why := r.unwrap.strip(record, r.text)
	zoneless = r.clock.Zoneless - zoneless
	if why != "" {
		return why
	}
	r.stamp = at
	why = r.plan.parse(rest, e)
	if !e.Time.IsZero() {
		r.clock.Zoneless -= zoneless // the record has a time of its own
	}
	if why == "" {
		for _, p := range r.unwrap.kinds {
			if r.ledger.prefixed == nil {
				r.ledger.prefixed = map[string]uint64{}
			}
			r.ledger.prefixed[p.code]++
		}
	}
	return why
}

// use counts an event and reports whether it is handed out.
func (r *Reader) use(e *Event) bool {
	if e.Events == 0 {
		e.Events = 1
	}
	if e.Source = e.Source.Unmap(); e.Time.IsZero() {
		e.Time = r.stamp
	}
	if r.o.Exclude != nil && r.o.Exclude.Contains(e.Source) {
		r.ledger.excluded++
		return false
	}
	if f := r.plan.format; r.ledger.records < headLines && (f == "CSV" || f == "JSON") { // which say no direction
		r.ledger.directions.add(e.Source, e.Target)
	}
	r.ledger.use(e, r.text.firstLine)
	return true
}

// turn goes on with the next member at the end of one.
func (r *Reader) turn(err error) error {
	if err != io.EOF {
		return fmt.Errorf("%s: %w", quoted(r.name), err)
	}
	if r.unwrap.pieces != nil {
		r.unwrap.pieces.end()
	}
	for {
		err := r.nextMember()
		switch {
		case err == io.EOF && r.ledger.records == 0 && r.open != nil:
			return r.open
		case err == nil, err == io.EOF:
			return err
		case errors.Is(err, ErrEmpty):
		case errors.Is(err, ErrUndecided), errors.Is(err, ErrOptions):
			r.passOver()
			return nil
		default:
			return fmt.Errorf("%s: %w", quoted(r.name), err)
		}
	}
}

// passOver loses all lines of a member that is not understood, and the account says so.
func (r *Reader) passOver() {
	r.plan = &plan{selection: newSelection(), parse: func([]byte, *Event) fault { return badMember }}
	r.unwrap.kinds = nil
}

// losePiece loses a line whose end does not come.
func (r *Reader) losePiece(p *pieceOf) {
	r.ledger.lines += p.lines
	r.ledger.lostLines += p.lines
	r.text.firstLine, r.text.firstByte = p.line, p.offset
	r.ledger.lose(cutShort, r)
}

// place is where the last record begins.
func (r *Reader) place() string {
	place := placeOf(r.text.firstLine, r.text.firstByte)
	if r.member != "" {
		place = fmt.Sprintf("%.200q, %s", r.member, place)
	}
	return place
}

func placeOf(line, at uint64) string { return fmt.Sprintf("line %d, byte %d", line, at) }

// Account says what was read so far: as what, from which fields, how many records were used,
// and how many were not and why. At the end of the input it belongs into the tally, by
// [attribution.Tally.AddAccount].
func (r *Reader) Account() attribution.Account {
	if c := r.crew; c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.lines.Add(&c.found)
		c.found = container.Found{}
	}
	return r.ledger.account(r.clock, r.input)
}

// Close releases what reading has taken, before the end of the input, and ends the goroutines
// that read ahead. It does not close the input itself. Call it before that.
func (r *Reader) Close() {
	if r.crew != nil {
		r.readAlone(nil)
	}
	r.input.Close()
}
