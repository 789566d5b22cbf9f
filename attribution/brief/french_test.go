package brief

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
)

var (
	madeMu sync.Mutex
	made   = map[string]func() Brief{}
)

// once returns the brief of a showcase, which is simulated once for all languages.
func once(t testing.TB, c showcase) Brief {
	madeMu.Lock()
	f, ok := made[c.name]
	if !ok {
		f = sync.OnceValue(func() Brief { return c.brief(t) })
		made[c.name] = f
	}
	madeMu.Unlock()
	return f()
}

// largest leaves of a brief the burst with most events alone.
func largest(b Brief) Brief {
	most := 0
	for i := range b.Bursts {
		if b.Bursts[i].Report.Events > b.Bursts[most].Report.Events {
			most = i
		}
	}
	if len(b.Bursts) > 1 {
		b.Bursts = []monitor.Burst{b.Bursts[most]}
	}
	return b
}

// shownText is what a reader sees of a page.
func shownText(page string) string {
	for _, hidden := range []string{`(?s)<style.*?</style>`, `(?s)<svg[^>]*aria-hidden.*?</svg>`, `(?s)<code.*?</code>`} {
		page = regexp.MustCompile(hidden).ReplaceAllString(page, "")
	}
	page = regexp.MustCompile(`</?(i|b|code|abbr|sup|br|a)\b[^>]*>`).ReplaceAllString(page, "")
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "\n"))
}

// English that the data have: names of databases and lists, their licenses, and codes.
var ofDataFR = regexp.MustCompile(`(\d+\.){3}\d+(:\d+)?|burst\.json|IP Geolocation by DB-IP[^\n]*|iptoasn[^»\n]*|` +
	`visionscarto[^)]*\)|attribute -[^\n]*|` +
	`«\x{00a0}[^»]*»|[A-Z_]{6,}[^\n]*|[A-Z]{2}(,[A-Z]{2})* [<>] [0-9.]+%( of \w+)?|plurality \w+( of \w+)?`)

// The French pages of some showcases, for those who read French to check.
func TestShowcasesFrench(t *testing.T) {
	for _, c := range showcases() {
		switch c.name {
		case "incident", "spoofed", "many", "quiet":
		default:
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := once(t, c)
			if c.name != "many" {
				b = largest(b)
			}
			var out bytes.Buffer
			if err := Write(&out, b, HTML, language.French); err != nil {
				t.Fatal(err)
			}
			page := out.String()
			testenv.Golden(t, "fr/"+c.name+".html", out.Bytes())
			if !strings.Contains(page, `lang="fr"`) {
				t.Error("no language")
			}
			for line := range strings.Lines(ofDataFR.ReplaceAllString(shownText(page), "x")) {
				line = strings.TrimSpace(line)
				if word := forbiddenFR.FindString(line); word != "" {
					t.Errorf("%q: %s", word, line)
				}
				if space := badSpacesFR.FindString(regexp.MustCompile(`\d\d:\d\d`).ReplaceAllString(line, "x")); space != "" {
					t.Errorf("spaces or apostrophes at %q: %s", space, line)
				}
				english := regexp.MustCompile(`(?i)\b(the|and|are|is|with|events|addresses|burst|share|unknown|none|at most)\b`)
				if word := english.FindString(line); word != "" {
					t.Errorf("%q is English: %s", word, line)
				}
			}
			if strings.Contains(shownText(page), "{") {
				t.Error("a place without an argument")
			}
		})
	}
}
