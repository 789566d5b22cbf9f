package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
)

// plainCount counts sources in the plainest way, with IPv6 cut to a prefix.
type plainCount struct {
	bits             int
	seen             map[netip.Addr]bool
	records, skipped uint64
}

func (c *plainCount) add(text string) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		c.skipped++
		return
	}
	c.records++
	if addr = addr.Unmap(); addr.Is6() {
		p, err := addr.Prefix(c.bits)
		if err != nil {
			panic(err)
		}
		addr = p.Addr()
	}
	c.seen[addr] = true
}

func (c *plainCount) check(t *testing.T, r answered, status int) {
	t.Helper()
	if s := r.Plausibility.Spoofing; s != nil && s.Level != attribution.SpoofingNone {
		t.Errorf("real sources are accused of being forged: %+v", *s)
	}
	if status != exitOK || !r.Sources.Exact || r.Lost[attribution.LostUnread] != c.skipped {
		t.Errorf("exit status %d, exact %v, %d skipped; a plain count skips %d", status, r.Sources.Exact,
			r.Lost[attribution.LostUnread], c.skipped)
	}
	if got := r.Sources.Value + r.Reserved.Sources; got != uint64(len(c.seen)) {
		t.Errorf("%d sources; a plain count gives %d", got, len(c.seen))
	}
	if got := r.Events + r.Reserved.Events; got != c.records {
		t.Errorf("%d events; a plain count gives %d", got, c.records)
	}
	sum := r.Unlocated.Sources
	for _, o := range r.Countries {
		sum += o.Sources
	}
	if sum != r.Sources.Value {
		t.Errorf("the countries have %d sources together, the total is %d", sum, r.Sources.Value)
	}
}

func TestWebDDoS(t *testing.T) {
	for _, tt := range []struct {
		name, from, to string
		addresses      int
	}{
		{"2024-11-28", "2024-11-28T13:10:20Z", "2024-11-28T13:12:31Z", 839},
		{"2025-01-14", "2025-01-14T13:01:56Z", "2025-01-14T13:08:39Z", 1180},
		{"2025-06-19", "2025-06-19T12:05:01Z", "2025-06-19T12:05:54Z", 994},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := testenv.CorpusPath(t, "web-ddos/"+tt.name+".csv")
			rows, err := csv.NewReader(testenv.Corpus(t, "web-ddos/"+tt.name+".csv")).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for bits, flag := range map[int]string{64: "64", 128: "128"} {
				count := plainCount{bits: bits, seen: map[netip.Addr]bool{}}
				for _, row := range rows[1:] {
					count.add(row[0])
				}
				if bits == 128 && len(count.seen) != tt.addresses {
					t.Errorf("%d addresses, want %d", len(count.seen), tt.addresses)
				}
				r, status, _ := attributeJSON(t, "", "-addr", "IP", "-time", "ReportDate", "-v6", flag, path)
				count.check(t, r, status)
				if from, to := r.From.Format("2006-01-02T15:04:05Z"), r.To.Format("2006-01-02T15:04:05Z"); from != tt.from ||
					to != tt.to {
					t.Errorf("from %s to %s, want %s to %s", from, to, tt.from, tt.to)
				}
				leader := r.Countries[0].Origin.String()
				r, _, _ = attributeJSON(t, "", "-claim", "majority "+leader, path)
				if len(r.Verdicts) != 1 || r.Verdicts[0].Outcome != attribution.Refuted {
					t.Errorf("majority %s: %+v", leader, r.Verdicts)
				}
			}
		})
	}
}

// Open proxies are spread over the world as thinly as real sources are anywhere.
func TestOpenProxies(t *testing.T) {
	text := testenv.Corpus(t, "open-proxies/proxies.json")
	var proxies []struct {
		Host string
		Exit string `json:"exit_ip"`
	}
	if err := json.NewDecoder(text).Decode(&proxies); err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]func(i int) string{
		"hosts": func(i int) string { return proxies[i].Host },
		"exits": func(i int) string { return proxies[i].Exit },
	} {
		count := plainCount{bits: 64, seen: map[netip.Addr]bool{}}
		var lines strings.Builder
		for i := range proxies {
			count.add(address(i))
			lines.WriteString(address(i) + "\n")
		}
		r, status, _ := attributeJSON(t, lines.String(), "-claim", "plurality US", "-")
		count.check(t, r, status)
		if s := r.Plausibility.Spoofing; len(count.seen) < 400 || s == nil || s.Tested < 400 ||
			r.Verdicts[0].Outcome != attribution.Supported && r.Verdicts[0].Outcome != attribution.Refuted {
			t.Errorf("%s: %d sources tested as %+v, %v", name, len(count.seen), s, r.Verdicts)
		}
	}
}

// The embedded map of announced networks is a second opinion on real traffic.
func TestWebDDoSSecondOpinion(t *testing.T) {
	const leader = "ID"
	for _, name := range []string{"2024-11-28", "2025-01-14", "2025-06-19"} {
		path := testenv.CorpusPath(t, "web-ddos/"+name+".csv")
		status, stdout, stderr := attribute(t, "", "-addr", "IP", "-second", "routed", "-claim", "majority "+leader, path)
		for _, want := range []string{
			"  A  \"DB-IP Lite\" of 2026-06-01\n  B  \"iptoasn (country of registration)\" of 2026-06-17\n",
			"placed differently from A",
			"\nrefuted: " + leader + " > 50% of sources",
		} {
			if !strings.Contains(stdout, want) {
				t.Errorf("%s: no %q in\n%s", name, want, stdout)
			}
		}
		if status != exitOK || !strings.Contains(stderr, "which is not where they are") {
			t.Errorf("%s: exit status %d, %s", name, status, stderr)
		}
		r, _, _ := attributeJSON(t, "", "-addr", "IP", "-second", "routed", path)
		if d := r.Databases; len(d) != 1 || d[0].Disagreement.Value < .02 || d[0].Disagreement.Value > .4 ||
			len(d[0].Countries) < len(r.Countries)/2 {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestApacheAccess(t *testing.T) {
	text, path := testenv.Corpus(t, "apache-access/apache_logs.gz"), testenv.CorpusPath(t, "apache-access/apache_logs.gz")
	count := plainCount{bits: 64, seen: map[netip.Addr]bool{}}
	for lines := bufio.NewScanner(text); lines.Scan(); {
		count.add(strings.Fields(lines.Text())[0])
	}
	r, status, stderr := attributeJSON(t, "", path)
	count.check(t, r, status)
	if len(count.seen) != 1753 || r.Events+r.Reserved.Events != 10_000 || !strings.Contains(stderr, "read as COMBINED") {
		t.Errorf("%d clients, %d events, %s", len(count.seen), r.Events, stderr)
	}
}

func TestWikipediaEdits(t *testing.T) {
	text, path := testenv.Corpus(t, "wikiticker/wikiticker-2015-09-12-sampled.json.gz"),
		testenv.CorpusPath(t, "wikiticker/wikiticker-2015-09-12-sampled.json.gz")
	count := plainCount{bits: 128, seen: map[netip.Addr]bool{}}
	for d := json.NewDecoder(text); ; {
		var edit struct{ User string }
		if err := d.Decode(&edit); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		count.add(edit.User) // mostly names
	}
	r, status, _ := attributeJSON(t, "", "-addr", "user", "-time", "time", "-v6", "128", path)
	count.check(t, r, status)
	// 2,904 anonymous IPv4 editors, 232 of IPv6, and one IPv4 address that is not
	// marked anonymous.
	if len(count.seen) != 2904+232+1 || count.records+count.skipped != 39_244 {
		t.Errorf("%d sources in %d edits", len(count.seen), count.records+count.skipped)
	}
	if day := "2015-09-12"; r.From.Format("2006-01-02") != day || r.To.Format("2006-01-02") != day {
		t.Errorf("from %v to %v, want %s", r.From, r.To, day)
	}
}
