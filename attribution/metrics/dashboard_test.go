package metrics

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"
)

const (
	dashboardFile = "../../docs/grafana.json"
	rulesFile     = "../../docs/alerts.yml"
	ruleTestsFile = "../../docs/alerts_test.yml"
)

type dashboard struct {
	Panels     []panel
	Templating struct {
		List []struct {
			Name, Type string
			Query      json.RawMessage
		}
	}
}

type panel struct {
	ID          int
	Type, Title string
	Description string
	GridPos     struct{ X, Y, W, H int }
	Datasource  struct{ Type, UID string }
	Targets     []struct {
		Expr, Format string
		Instant      bool
		RefID        string
		Datasource   struct{ Type, UID string }
	}
	Options struct {
		Layers []struct {
			Type     string
			Location struct{ Mode, Lookup, Gazetteer string }
		}
	}
}

func readDashboard(t testing.TB) (d dashboard) {
	t.Helper()
	text, err := os.ReadFile(dashboardFile)
	if err := json.Unmarshal(must(t, text, err), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// The dashboard has the panels that it must have. They fit the grid, and each asks the data source
// that the user chooses. The map looks countries up in Grafana's own list, by their code.
func TestDashboard(t *testing.T) {
	d := readDashboard(t)
	var variables []string
	for _, v := range d.Templating.List {
		variables = append(variables, v.Name+" "+v.Type)
	}
	if want := []string{"datasource datasource", "job query", "instance query"}; !slices.Equal(variables, want) {
		t.Errorf("variables %q, want %q", variables, want)
	}
	types := map[string]int{}
	covered := map[[2]int]string{}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		types[p.Type]++
		if ids[p.ID] || p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("%q: its id is there twice, or something is missing", p.Title)
		}
		ids[p.ID] = true
		if p.Datasource.UID != "${datasource}" || p.Datasource.Type != "prometheus" {
			t.Errorf("%q: data source %v", p.Title, p.Datasource)
		}
		refs := map[string]bool{}
		for _, x := range p.Targets {
			if refs[x.RefID] || x.Datasource != p.Datasource {
				t.Errorf("%q: target %s", p.Title, x.RefID)
			}
			refs[x.RefID] = true
		}
		g := p.GridPos
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other, found := covered[[2]int{x, y}]; found || x >= 24 {
					t.Fatalf("%q lies on %q or outside", p.Title, other)
				}
				covered[[2]int{x, y}] = p.Title
			}
		}
		if p.Type != "geomap" {
			continue
		}
		l, x := p.Options.Layers[0].Location, p.Targets[0]
		if l.Mode != "lookup" || l.Lookup != "country" || l.Gazetteer != "public/gazetteer/countries.json" ||
			!x.Instant || x.Format != "table" {
			t.Errorf("%+v", p)
		}
	}
	if types["geomap"] != 1 || types["state-timeline"] < 1 || types["stat"] < 4 || types["timeseries"] < 4 {
		t.Errorf("%v", types)
	}
}

var nameOfSeries = regexp.MustCompile(`\bwhence_[a-z_]+`)

// The dashboard and the rules name no series that there is not, with no label that it has not.
func TestNamesOfQueries(t *testing.T) {
	known := map[string]series{}
	for _, s := range all() {
		known[s.name] = s
	}
	used := map[string]bool{}
	for _, file := range []string{dashboardFile, rulesFile, ruleTestsFile} {
		text, err := os.ReadFile(file)
		for _, name := range nameOfSeries.FindAllString(string(must(t, text, err)), -1) {
			if _, found := known[name]; !found {
				t.Errorf("%s: there is no %s", file, name)
			}
			used[name] = true
		}
	}
	if len(used) < 25 {
		t.Errorf("only %d series are shown", len(used))
	}
	matcher := regexp.MustCompile(`(whence_[a-z_]+)\{([^}]*(?:\{2\})?[^}]*)\}`)
	for _, p := range readDashboard(t).Panels {
		for _, x := range p.Targets {
			for _, found := range matcher.FindAllStringSubmatch(x.Expr, -1) {
				for _, label := range regexp.MustCompile(`([a-z_]+)=`).FindAllStringSubmatch(found[2], -1) {
					if l := label[1]; l != "job" && l != "instance" && !slices.Contains(known[found[1]].labels, l) {
						t.Errorf("%s has no label %s", found[1], l)
					}
				}
			}
		}
	}
}
