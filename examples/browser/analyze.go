package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/examples/internal/intake"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// request is what the page asks for.
type request struct {
	Claims    []string `json:"claims"`
	Bursts    bool     `json:"bursts"` // find bursts, and report on each
	All       bool     `json:"all"`    // details of all bursts
	Title     string   `json:"title"`
	Lang      string   `json:"lang"`
	Zone      string   `json:"zone"`      // of times that name none, "" for UTC
	Key       string   `json:"key"`       // secret, "" for a new key
	Handshake bool     `json:"handshake"` // every source completed one
	Sampling  uint32   `json:"sampling"`  // 1 in so many packets, 0 for all

	// Fields are the options of the reader that the page has asked its user for, by name.
	Fields map[string]string `json:"fields"`
}

// log is a file that somebody has dropped.
type log struct {
	io.ReaderAt
	name     string
	size     int64
	modified time.Time
}

// result is an answer.
type result struct {
	brief    brief.Brief
	read     string // what was read as what
	broken   string // why the rest could not be read, "" if all was
	evidence []byte // nil for bursts
}

// The messages of the page are about a file that somebody has dropped, so that no name stands in them.
var errNoRecords = errors.New("no record in it could be used")

// analyze counts a log and checks the claims. progress is told what was read so far, some times a second.
func analyze(table *geo.Table, f log, q request, progress func(bytes int64, records uint64)) (*result, error) {
	claims, err := parseClaims(q.Claims)
	if err != nil {
		return nil, err
	}
	options := attribution.Options{AssumeHandshake: q.Handshake, SamplingRate: max(q.Sampling, 1)}
	if q.Key != "" {
		if options.Key, err = sketch.KeyFrom([]byte(q.Key)); err != nil {
			return nil, err
		}
	}
	reading, err := q.reading(f)
	if err != nil {
		return nil, err
	}
	r := &result{brief: brief.Brief{Title: q.Title, All: q.All, Announced: intake.Announced(table)}}
	if q.Bursts {
		return r, r.bursts(table, f, reading, monitor.Options{Tally: options, Claims: claims}, progress)
	}
	return r, r.counts(table, f, reading, options, claims, progress)
}

func parseClaims(texts []string) (claims []attribution.Claim, err error) {
	for _, s := range texts {
		claim, err := attribution.ParseClaim(s)
		if err != nil {
			return nil, err
		}
		claims = append(claims, claim)
	}
	return claims, nil
}

// reading returns the options of the reader.
func (q *request) reading(f log) (o ingest.Options, err error) {
	o.Latest = f.modified
	if o.Zone, err = intake.ParseZone(q.Zone); err != nil {
		return o, fmt.Errorf("time zone %.40q: neither a name such as Europe/Paris nor an offset such as +02:00", q.Zone)
	}
	for name, to := range map[string]*string{"Format": &o.Format, "Source": &o.Source, "Time": &o.Time,
		"Target": &o.Target, "Count": &o.Count, "Bytes": &o.Bytes} {
		*to = q.Fields[name]
	}
	if !q.Bursts {
		o.Target = "-"
	}
	return o, nil
}

// whole returns a reader of a log from its beginning.
func (f *log) whole(o ingest.Options) (*ingest.Reader, error) {
	return ingest.NewReader(io.NewSectionReader(f, 0, f.size), f.name, o)
}

// counts counts all of the log.
func (r *result) counts(table *geo.Table, f log, reading ingest.Options, options attribution.Options,
	claims []attribution.Claim, progress func(int64, uint64)) error {
	tally, err := attribution.NewTally(table, options)
	if err != nil {
		return err
	}
	counter := intake.NewCounter(tally)
	account, err := r.readAll(f, reading, progress, nil, func(e *ingest.Event) error { counter.Add(e); return nil })
	if err != nil {
		return err
	}
	counter.Close(account)
	snapshot := tally.Snapshot()
	if r.brief.Report, err = snapshot.Report(attribution.Policy{}, claims...); err != nil {
		return err
	}
	// As the command has it of one file of several or one, without its name.
	all := new(attribution.Account)
	all.Add("", *account)
	r.brief.Report.Account = all
	if r.evidence, err = intake.Evidence(snapshot, all, claims...); err != nil {
		return err
	}
	r.brief.Evidence = evidenceOf("evidence.json", r.evidence)
	return nil
}

func evidenceOf(name string, data []byte) *brief.Evidence {
	sum := sha256.Sum256(data)
	return &brief.Evidence{File: name, SHA256: hex.EncodeToString(sum[:])}
}

// bursts finds the bursts in the log. Of one that still runs at its end, what is known then is reported.
func (r *result) bursts(table *geo.Table, f log, reading ingest.Options, o monitor.Options,
	progress func(int64, uint64)) error {
	sample, err := f.whole(reading)
	if err != nil {
		return err
	}
	times := intake.SampleTimes(sample)
	sample.Close()
	o.Interval, _ = intake.ChooseInterval(times)
	o.Groups = monitor.Networks | monitor.MailDomains | monitor.Directories
	running := map[uint64]bool{} // of those that are reported by themselves
	o.Notify = func(b monitor.Burst) {
		running[b.ID] = !b.Final
		for _, c := range b.Children {
			delete(running, c.ID)
		}
		if b.Final {
			r.brief.Bursts = append(r.brief.Bursts, b)
		}
	}
	m, err := monitor.New(table, o)
	if err != nil {
		return err
	}
	feed := intake.NewFeed()
	feed.Monitor = m
	account, err := r.readAll(f, reading, progress, func(in *ingest.Reader) {
		feed.Open(in, ingest.Position{}, intake.InOrder(times, 2*o.Interval))
	}, feed.Add)
	if err != nil {
		return err
	}
	if err := feed.Close(account); err != nil {
		return err
	}
	m.Advance(m.Stats().Time.Add(2 * o.Interval))
	for b := range m.Bursts() {
		if running[b.ID] && b.Parent == 0 {
			r.brief.Bursts = append(r.brief.Bursts, b)
		}
	}
	if len(r.brief.Bursts) == 0 {
		return fmt.Errorf("no burst: at no time was there much more traffic than at the others (intervals of %v); "+
			"to count all of the log, choose so above", o.Interval)
	}
	return nil
}

// readAll reads a log to its end. Records that cannot be used are in the account.
func (r *result) readAll(f log, o ingest.Options, progress func(int64, uint64), open func(*ingest.Reader),
	add func(*ingest.Event) error) (*attribution.Account, error) {
	in, err := f.whole(o)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if open != nil {
		open(in)
	}
	e, next := new(ingest.Event), time.Now()
	for n := uint64(1); ; n++ {
		if err := in.Next(e); err == io.EOF {
			break
		} else if err != nil {
			r.broken = err.Error()
			break
		}
		if err := add(e); err != nil {
			return nil, err
		}
		if n%4096 == 0 && time.Now().After(next) {
			progress(in.Consumed(), n)
			next = time.Now().Add(100 * time.Millisecond)
		}
	}
	a := in.Account()
	r.read = usedAndLost(&a)
	switch {
	case a.Records == 0 && r.broken != "":
		return nil, errors.New(r.broken)
	case a.Records == 0:
		return nil, fmt.Errorf("%w: %s", errNoRecords, r.read)
	}
	return &a, nil
}

// usedAndLost says what became of the records.
func usedAndLost(a *attribution.Account) string {
	var b strings.Builder
	p := text.NewPrinter(language.English)
	fmt.Fprintf(&b, "Read as %s: %s records used, %s not", a.Format, p.Count(a.Records),
		p.Count(a.Lost[attribution.LostUnread]))
	separator := " ("
	for _, u := range a.Unread {
		fmt.Fprintf(&b, "%s%s %s, first at %s", separator, p.Count(u.Records), u.Code, u.First)
		separator = "; "
	}
	if len(a.Unread) > 0 {
		b.WriteByte(')')
	}
	if a.Undated > 0 && a.Fields["time"] != "" {
		fmt.Fprintf(&b, ", %s without a time", p.Count(a.Undated))
	}
	return b.String() + "."
}

// write returns the brief in a format.
func write(b brief.Brief, f brief.Format, lang string) (string, error) {
	tag, err := language.Parse(cmp.Or(lang, "en"))
	if err != nil {
		return "", err
	}
	var content bytes.Buffer
	err = brief.Write(&content, b, f, tag)
	return content.String(), err
}
