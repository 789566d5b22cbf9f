package attribution_test

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/oracle"
)

// A corpus is a file of real traffic, which is not part of the repository.
type corpus struct {
	name, file string
	read       func(*traffic, io.Reader) error
}

var corpora = []corpus{
	{"web-ddos 2024-11-28", "web-ddos/2024-11-28.csv", readReports},
	{"web-ddos 2025-01-14", "web-ddos/2025-01-14.csv", readReports},
	{"web-ddos 2025-06-19", "web-ddos/2025-06-19.csv", readReports},
	{"wikiticker", "wikiticker/wikiticker-2015-09-12-sampled.json.gz", readEdits},
	{"apache-access", "apache-access/apache_logs.gz", readAccess},
	{"open-proxies, hosts", "open-proxies/proxies.json", readProxies("host")},
	{"open-proxies, exits", "open-proxies/proxies.json", readProxies("exit_ip")},
}

// add counts one event of a source; what is no address counts as a record without
// one.
func (p *traffic) add(address string, bytes uint64, at time.Time) {
	addr, _ := netip.ParseAddr(address)
	p.flows = append(p.flows, attribution.Flow{Source: addr, Events: 1, Bytes: bytes})
	switch {
	case p.from.IsZero():
		p.from, p.to = at, at
	case at.Before(p.from):
		p.from = at
	case at.After(p.to):
		p.to = at
	}
}

func readReports(p *traffic, r io.Reader) error {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return err
	}
	for _, row := range rows[1:] {
		at, err := time.Parse(time.RFC3339, row[2])
		if err != nil {
			return err
		}
		p.add(row[0], 0, at)
	}
	return nil
}

// readEdits reads users, of which most are names.
func readEdits(p *traffic, r io.Reader) error {
	for d := json.NewDecoder(r); ; {
		var edit struct {
			User  string
			Time  time.Time
			Added uint64
		}
		if err := d.Decode(&edit); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		p.add(edit.User, edit.Added, edit.Time)
	}
}

func readAccess(p *traffic, r io.Reader) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		at, err := time.Parse("[02/Jan/2006:15:04:05 -0700]", fields[3]+" "+fields[4])
		if err != nil {
			return err
		}
		var bytes uint64
		if _, after, ok := strings.Cut(lines.Text(), `" `); ok {
			if status := strings.Fields(after); len(status) > 1 {
				bytes, _ = strconv.ParseUint(status[1], 10, 64) // "-" is none
			}
		}
		p.add(fields[0], bytes, at)
	}
	return lines.Err()
}

func readProxies(key string) func(*traffic, io.Reader) error {
	return func(p *traffic, r io.Reader) error {
		var proxies []map[string]any
		if err := json.NewDecoder(r).Decode(&proxies); err != nil {
			return err
		}
		for _, proxy := range proxies {
			address, _ := proxy[key].(string)
			p.add(address, 0, time.Time{})
		}
		return nil
	}
}

// load reads a corpus from a folder.
func (c corpus) load(folder string) (p traffic, err error) {
	p.table = must(dbip.Table())
	f, err := os.Open(filepath.Join(folder, filepath.FromSlash(c.file)))
	if err != nil {
		return p, err
	}
	defer f.Close()
	if !strings.HasSuffix(c.file, ".gz") {
		return p, c.read(&p, f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return p, err
	}
	return p, c.read(&p, z)
}

// pins are the ways in which a corpus is pinned. All its sources are those of
// servers' logs, but not everybody who counts says so.
func (c corpus) pins(part traffic) (pins []pin) {
	count := oracle.New(part.table.Lookup, 64)
	for _, f := range part.flows {
		count.Add(f.Source, f.Events, f.Bytes)
	}
	sources, _ := count.Total()
	for _, w := range []way{
		{name: "exact"},
		{name: "exact, handshake", options: attribution.Options{Handshake: true}},
		{name: "exact, IPv6 by /128", options: attribution.Options{IPv6Prefix: 128}},
		{name: "exact, no addresses", options: attribution.Options{DropAddresses: true}},
		{name: "exact, routed", second: routed.Table},
		{
			name:    "sample of 1,024, routed",
			options: attribution.Options{SampleSize: 1024, Precision: 12}, second: routed.Table,
		},
	} {
		if w.options.SampleSize >= sources {
			continue
		}
		p := part
		p.options = w.options
		made := pin{name: c.name + ": " + w.name, parts: []traffic{p}, claims: claimsOn(count)}
		if w.second != nil {
			made.second = must(w.second())
		}
		pins = append(pins, made)
	}
	return pins
}

// The verdicts on real traffic are those in testdata.
func TestPinnedCorpora(t *testing.T) {
	folder := filepath.Join("..", "..", "shared", "corpora")
	var pins []pin
	for _, c := range corpora {
		part, err := c.load(folder)
		if errors.Is(err, os.ErrNotExist) {
			t.Skipf("real traffic, not part of the repository: %v", err)
		}
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		pins = append(pins, c.pins(part)...)
	}
	checkPins(t, "pins_corpora.json", recordsOf(t, pins), false)
}
