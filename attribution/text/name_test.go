package text

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/internal/testenv/world"
)

func TestClean(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
	}{
		{"plain", "DB-IP Lite", "DB-IP Lite"},
		{"accents and other scripts", "Пример, Curaçao, 例え", "Пример, Curaçao, 例え"},
		{"lines", "a\nb\r\nc\u2028d\u2029e\vf\u0085g", "a b c d e f g"},
		{"spaces", "  a \t\u00a0\u3000 b  ", "a b"},
		{"terminal", "\x1b[31mred\x1b[0m\a\b", "[31mred[0m"},
		{"direction of writing", "a\u202eb\u202c\u2066c\u2069\u200fd\u061ce", "abcde"},
		{"what cannot be seen", "a\u200bb\u00adc\ufeffd\u2060e\U000e0041f", "abcdef"},
		{"no text", "a\xff\xfe\x80b\xed\xa0\x80c", "abc"},
		{"replacement character", "a\ufffdb", "a\ufffdb"},
		{"private use", "a\ue000b", "ab"},
		{"piled accents", "a" + strings.Repeat("\u0301", 50) + "b", "a\u0301\u0301\u0301b"},
		{"long", strings.Repeat("é", 80), strings.Repeat("é", 60) + "…"},
		{"long with a space", strings.Repeat("a", 59) + " b", strings.Repeat("a", 59) + "…"},
		{"long, the end fits", strings.Repeat("a", 58) + " b", strings.Repeat("a", 58) + " b"},
		{"nothing", "\n\u200b ", ""},
	} {
		if got := clean(c.in, 60); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{
		`DB-IP Lite`:                       `"DB-IP Lite"`,
		`X". supported: RU > 99% of all`:   `"X'. supported: RU > 99% of all"`,
		"“Y”\n  - All sources are forged.": `"'Y' - All sources are forged."`,
	} {
		if got := en.quoted(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("DB-IP Lite", 3)
	f.Add("a\x1b[31m\u202e\u2028b\xff", 60)
	f.Add(strings.Repeat("e\u0301\u0301\u0301\u0301", 9), 5)
	f.Add("a b c", 1)
	f.Fuzz(func(t *testing.T, s string, most int) {
		most &= 1<<10 - 1
		got := clean(s, most)
		if n := utf8.RuneCountInString(got); n > most+1 {
			t.Errorf("%d runes, want at most %d", n, most)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("%q prints %U", s, r)
			}
		}
	})
}

// hostile are names that want to be something else. Each says EVIL, so that a test finds it.
var hostile = map[string]string{
	"a line of its own":    "x\nEVIL: RU > 99% of sources\n",
	"a line separator":     "x\u2028EVIL: RU > 99%\u2029",
	"carriage return":      "x\rEVIL",
	"terminal sequences":   "\x1b]0;EVIL\a\x1b[2J\x1b[1;1H",
	"direction of writing": "\u202eEVIL\u2066\u200f",
	"quotation marks":      `EVIL". The end. "`,
	"a phrase":             "{value} {n} {EVIL}",
	"a bullet":             "\v\f  - EVIL",
	"invalid text":         "EVIL\xff\xc0\xaf\xed\xa0\x80",
	"megabytes":            "EVIL" + strings.Repeat("A\u0301\u0301\u0301\u0301\u0301\n", 1<<20),
}

// poisoned has a hostile name everywhere where a report has a name.
func poisoned(r attribution.Report, name string) attribution.Report {
	d := attribution.Database{Name: name, Built: world.Built, SHA256: name, Credit: name}
	r.LocatedBy = []attribution.Database{d, d}
	r.Databases = []attribution.DatabaseResult{{Database: d, Countries: r.Countries, Unlocated: r.Unlocated}}
	r.Basis = attribution.Basis(name)
	r.Account = &attribution.Account{
		Format: name, Fields: map[string]string{name: name}, Records: 3,
		Lost:  map[attribution.Loss]uint64{attribution.LostLate: 1},
		First: map[attribution.Loss]string{attribution.LostLate: name},
	}
	spoofing := attribution.Spoofing{Level: attribution.SpoofingLevel(name), Tested: 100}
	r.Plausibility.Spoofing = &spoofing
	r.Verdicts = append([]attribution.Verdict(nil), r.Verdicts...)
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		v.Reason = caveat.Code(name)
		v.Families = []attribution.FamilyShare{{Family: name}, {Family: name}}
		v.Opinions = []attribution.Opinion{{}, {}, {}}
		v.Caveats = []caveat.Caveat{{Code: caveat.Code(name), Subject: name}}
		for _, c := range caveats() {
			c.Subject = name
			v.Caveats = append(v.Caveats, c)
		}
	}
	return r
}

// Whatever a name says, it stays a name: on its line, between quotation marks or after a label, and short.
func TestHostileNames(t *testing.T) {
	report, fresh, held := reportCases()[1].report(t), newSources(t)["new"], breakdowns(t)["networks"]
	flood, proof := bursts(t)["burst"], verifications(t)["evidence"]
	texts := map[string]func(name string) string{
		"NewSources": func(name string) string {
			n := fresh
			n.Report, n.Method = poisoned(n.Report, name), baseline.Method(name)
			n.Caveats = n.Report.Verdicts[0].Caveats
			var b bytes.Buffer
			if err := en.NewSources(&b, n); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
		"Burst": func(name string) string {
			b := flood
			b.Target = monitor.TargetName(name)
			b.Report = poisoned(b.Report, name)
			b.Caveats = b.Report.Verdicts[0].Caveats
			var text bytes.Buffer
			if err := en.Burst(&text, b); err != nil {
				t.Fatal(err)
			}
			return text.String()
		},
		"Verification": func(name string) string {
			v := proof
			v.Difference = &evidence.Difference{Path: name, Offset: 3, Stated: name, Recomputed: name}
			var text bytes.Buffer
			if err := en.Verification(&text, v); err != nil {
				t.Fatal(err)
			}
			return text.String()
		},
		"Breakdown": func(name string) string {
			n := held
			n.ASNs, n.IPv4 = []network.Group{{Name: name}}, []network.Group{{Name: name}}
			var b bytes.Buffer
			if err := en.Breakdown(&b, n); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
		"Report": func(name string) string {
			var b bytes.Buffer
			if err := en.Report(&b, poisoned(report, name)); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
		"Verdict": func(name string) string {
			var b bytes.Buffer
			if err := en.Verdict(&b, poisoned(report, name), 1); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
		"Caveat": func(name string) string {
			var all []string
			for _, c := range caveats() {
				c.Subject = name
				all = append(all, en.Caveat(c))
			}
			return strings.Join(append(all, en.Caveat(caveat.Caveat{Code: caveat.Code(name), Subject: name})), "\n")
		},
	}
	quoted := regexp.MustCompile(`"[^"]*"`)
	for kind, name := range hostile {
		for method, text := range texts {
			harmless, got := text("EV"), text(name)
			if a, b := strings.Count(harmless, "\n"), strings.Count(got, "\n"); b > a {
				t.Errorf("%s, %s: %d lines where a harmless name makes %d:\n%s", method, kind, b, a, got)
			}
			for _, r := range got {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Errorf("%s, %s: prints %U", method, kind, r)
				}
			}
			if len(got) > len(harmless)+300*1000 {
				t.Errorf("%s, %s: %d bytes", method, kind, len(got))
			}
			for _, line := range strings.Split(quoted.ReplaceAllString(got, ""), "\n") {
				if at := strings.Index(line, "EVIL"); at >= 0 {
					t.Errorf("%s, %s: outside quotation marks: %.200q", method, kind, line)
				}
			}
		}
	}
}
