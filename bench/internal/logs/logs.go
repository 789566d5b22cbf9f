// Package logs writes logs of every format that attribution/ingest reads, for its benchmarks: of many sources, agents,
// paths and times, as servers write them.
package logs

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/whence-go/whence/bench/internal/load"
)

// Record is one visit of a client.
type Record struct {
	Source netip.Addr
	Port   int
	At     time.Time
	Agent  string
	Path   string // with a query, of some
	Host   string
	Status int
	Size   uint64
}

// Format is how a server writes records.
type Format struct {
	Header string
	Line   func(r *Record) string // without its end
	Size   bool                   // a line has the size
}

// Text is a log in memory.
type Text struct {
	Header, Body []byte
	Records      int
	Sources      map[netip.Addr]bool
	Size         uint64 // of all records
}

var agents = func() (list []string) {
	for i := range 40 {
		list = append(list,
			fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "+
				"Chrome/%d.0.0.0 Safari/537.36", 90+i),
			fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0", 80+i, 80+i),
			fmt.Sprintf("Mozilla/5.0 (iPhone; CPU iPhone OS %d_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "+
				"Version/%d.0 Mobile/15E148 Safari/604.1", 10+i%8, 10+i%8),
			fmt.Sprintf("probe/1.%d", i), "-")
	}
	return list
}()

var paths = func() (list []string) {
	for i := range 50 {
		list = append(list, fmt.Sprintf("/shop/item/%d", i*i), fmt.Sprintf("/search?q=blue+shoes&page=%d", i),
			fmt.Sprintf("/static/js/app.%x.js", 1_000_003*i), fmt.Sprintf("/api/v2/orders/%d/lines?expand=price", i*7))
	}
	return append(list, "/", "/login", "/favicon.ico", "/robots.txt")
}()

// begin is the time of the first record.
var begin = time.Date(2024, 5, 21, 7, 11, 23, 0, time.UTC)

// Write writes n records. One source in ten has an IPv6 address.
func (f *Format) Write(n int) *Text {
	rng := rand.New(rand.NewPCG(21, 22))
	sources := make([]netip.Addr, max(n/5, 1))
	for i := range sources {
		if sources[i] = load.Addr4(load.DrawV4(rng)); i%10 == 0 {
			sources[i] = load.DrawV6(rng)
		}
	}
	t := &Text{Header: []byte(f.Header), Records: n, Sources: map[netip.Addr]bool{}}
	var b bytes.Buffer
	r := Record{At: begin}
	for range n {
		r.Source = sources[rng.IntN(len(sources))]
		r.Port = 1024 + rng.IntN(60_000)
		r.At = r.At.Add(time.Duration(rng.IntN(60)) * time.Millisecond)
		r.Agent, r.Path = agents[rng.IntN(len(agents))], paths[rng.IntN(len(paths))]
		r.Host = [...]string{"shop.example", "www.shop.example", "api.shop.example"}[rng.IntN(3)]
		r.Status = [...]int{200, 200, 200, 304, 404}[rng.IntN(5)]
		r.Size = uint64(60 + rng.IntN(1<<(6+rng.IntN(12))))
		b.WriteString(f.Line(&r))
		b.WriteByte('\n')
		t.Sources[r.Source] = true
		t.Size += r.Size
	}
	t.Body = b.Bytes()
	return t
}

// Bytes is the whole text.
func (t *Text) Bytes() []byte { return append(bytes.Clone(t.Header), t.Body...) }

// Endless reads a text whose body comes again and again.
type Endless struct {
	text *Text
	rest []byte
}

// Endless returns a reader that never ends.
func (t *Text) Endless() *Endless { return &Endless{t, t.Header} }

// Read implements [io.Reader].
func (e *Endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		e.rest = e.text.Body
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// Formats has one format for each name that ingest knows.
var Formats = map[string]Format{}

func add(list map[string]Format) {
	for name, f := range list {
		Formats[name] = f
	}
}

func (r *Record) iso() string    { return r.At.Format("2006-01-02T15:04:05.000Z") }
func (r *Record) clf() string    { return r.At.Format("02/Jan/2006:15:04:05 -0700") }
func (r *Record) syslog() string { return r.At.Format("Jan 02 15:04:05") }
func (r *Record) unix() string {
	return fmt.Sprintf("%d.%03d", r.At.Unix(), r.At.Nanosecond()/1e6)
}

// bracketed is the address and port as a URL has them.
func (r *Record) bracketed() string {
	return netip.AddrPortFrom(r.Source, uint16(r.Port)).String()
}

// colons is the address and port without brackets.
func (r *Record) colons() string { return fmt.Sprintf("%s:%d", r.Source, r.Port) }
