package attribution_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// richSnapshot has something in every field of a report that one snapshot can fill.
func richSnapshot(t *testing.T) attribution.Snapshot {
	o := with(least, func(o *attribution.Options) { o.SamplingRate = 2 })
	tally := spread(o, map[string]int{"RU": 300, "US": 180, "": 20, "reserved": 9})
	for i := range 40 {
		tally.AddFlow(attribution.Flow{Source: apart6(i), Bytes: 100})
		f := attribution.Flow{Source: apart("RU", i), Events: uint64(1 + i), Bytes: uint64(1000 * i), Protocol: 17}
		if i < 5 {
			f.SourcePort, f.Events = 123, 3000
		}
		tally.AddFlow(f)
	}
	tally.AddLost(attribution.LostUnread, 3)
	tally.AddLost(attribution.LostLate, 2)
	tally.AddAccount(noted(attribution.NoteClaimed, 7, ""))
	tally.ExtendSpan(world.Built.AddDate(0, 0, 1), world.Built.AddDate(0, 0, 200))
	return must(tally.Snapshot().Enrich(attribution.Enrichment{
		Databases: []*geo.Table{
			otherWorld(map[string]string{"5.0.0.0/12": "US"}),
			otherWorld(map[string]string{"3.0.0.0/12": "RU"}),
		},
		ASNs:  world.ASNs(t, map[string]uint32{"5.0.0.0/8": 64500}),
		Lists: []*geo.PrefixSet{listOf("vpn.txt", "5.0.0.0/9")},
	}))
}

// richReport is a report in which no field is zero that one report can have, of claims that
// end in every way.
func richReport(t *testing.T) attribution.Report {
	claims := []string{"majority RU", "plurality RU", "RU > 99%", "RU < 60%", "US > 30% of events", "RU > 50% of bytes"}
	r := reportUnder(attribution.Policy{Confidence: .9, Interim: 2}, richSnapshot(t), claims...)
	r.Account = &attribution.Account{
		Format: "combined", Fields: map[string]string{"source": "$remote_addr", "time": "$time_local"}, Records: 500,
		Lost:  map[attribution.Loss]uint64{attribution.LostUnread: 3, attribution.LostShed: 1},
		First: map[attribution.Loss]string{attribution.LostUnread: "line 7"},

		Instead: map[string]string{"source": "$http_x_forwarded_for"}, NotTaken: map[string]string{"count": "hits, n"},
		Unread: []attribution.Unread{{Code: "NO_ADDRESS", Records: 3, First: "line 7"}},
		Notes:  []attribution.Note{{Code: "SYSLOG", Value: 500, Subject: "x"}},
		Lines:  510, NoRecords: 7, Excluded: 2, Undated: 1, From: r.From.Add(1), To: r.To.Add(2),
	}
	r.Limits = &attribution.Limits{
		EventsUnknown: true, BytesUnknown: true, IPv4Cut: 8, IPv6Cut: 64, Blocks: 3, Claimed: 7,
	}
	return r
}

// A report is plain data: what comes out of its JSON is equal to what went in, and so is a
// verdict.
func TestJSONRoundTrip(t *testing.T) {
	reports := map[string]attribution.Report{
		"nothing": reportOn(attribution.Snapshot{}, "majority RU"), "rich": richReport(t), "zero": {},
	}
	for i, d := range decisions() {
		reports[fmt.Sprint(i, ", ", d.name)] = reportUnder(d.policy, d.make(t), d.claim)
	}
	for name, r := range reports {
		roundTrip(t, name, r)
	}
}

// roundTrip writes a report and its verdicts as JSON, reads them again and compares.
func roundTrip(t *testing.T, name string, r attribution.Report) {
	t.Helper()
	var back attribution.Report
	data, err := json.Marshal(r)
	if len(r.Verdicts) == 0 && r.Schema == 0 { // the zero Report is of nobody, but can be written
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	if err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("%s: %v\n%s\nbecomes %+v\nof      %+v", name, err, data, back, r)
	}
	for _, v := range r.Verdicts {
		var back attribution.Verdict
		data, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(data, &back)
		}
		if err != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%s: %v\n%s\nbecomes %+v\nof      %+v", name, err, data, back, v)
		}
	}
}

// visit calls f with every value that a field, an element or a pointer of v leads to.
func visit(path string, v reflect.Value, f func(path string, v reflect.Value)) {
	if path != "" {
		f(path, v)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(path+".*", v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				visit(path+"."+field.Name, v.Field(i), f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(fmt.Sprint(path, ".", i), v.Index(i), f)
		}
	}
}

// Nothing is decided from a report. Whatever is done to one, even within its lists and
// behind its pointers, the next report of its snapshot is the same.
func TestNothingIsDecidedFromAReport(t *testing.T) {
	s := richSnapshot(t)
	policy := attribution.Policy{Confidence: .9, Interim: 2}
	claims := []string{"majority RU", "plurality RU", "RU > 99%", "US > 30% of events"}
	want := reportUnder(policy, s, claims...)
	var paths []string
	visit("", reflect.ValueOf(&want).Elem(), func(path string, v reflect.Value) { paths = append(paths, path) })
	if len(paths) < 300 {
		t.Fatalf("only %d fields", len(paths))
	}
	never := map[string]bool{}
	report := reportUnder(policy, s, claims...)
	visit("", reflect.ValueOf(&report).Elem(), func(path string, v reflect.Value) {
		if v.IsZero() {
			never[path] = true
		}
	})
	for i, path := range paths {
		if testing.Short() && i%5 != 0 {
			continue
		}
		spoiled := reportUnder(policy, s, claims...)
		visit("", reflect.ValueOf(&spoiled).Elem(), func(p string, v reflect.Value) {
			if p == path {
				v.SetZero()
			}
		})
		if never[path] == !reflect.DeepEqual(spoiled, want) {
			t.Fatalf("%s: was not set to zero", path)
		}
		if again := reportUnder(policy, s, claims...); !reflect.DeepEqual(again, want) {
			t.Fatalf("without %s the next report is\n%v\nwant\n%v", path, again, want)
		}
	}
	// The fields that can be anything but zero are.
	empty := []string{".Account"}
	for path := range never {
		if strings.Count(path, ".") == 1 && !slices.Contains(empty, path) {
			t.Errorf("%s is zero from the start: the test shows nothing of it", path)
		}
	}
}

// A report has no methods but those that print it, and no exported function of the package takes one:
// who has only a report cannot ask it anything.
func TestReportsDoNotDecide(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[attribution.Report](), reflect.TypeFor[*attribution.Report]()} {
		var methods []string
		for m := range typ.Methods() {
			methods = append(methods, m.Name)
		}
		if want := []string{"LogValue", "String"}; !slices.Equal(methods, want) {
			t.Errorf("%v has the methods %v, want %v", typ, methods, want)
		}
	}
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	functions := 0
	for _, name := range names {
		if !strings.HasSuffix(name.Name(), ".go") || strings.HasSuffix(name.Name(), "_test.go") {
			continue
		}
		file := must(parser.ParseFile(token.NewFileSet(), name.Name(), nil, 0))
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			functions++
			for _, p := range f.Type.Params.List {
				ast.Inspect(p.Type, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && (id.Name == "Report" || id.Name == "Verdict") {
						t.Errorf("%s takes a %s", f.Name.Name, id.Name)
					}
					return true
				})
			}
		}
	}
	if functions < 50 {
		t.Errorf("only %d exported functions were looked at", functions)
	}
}

// What a report says of a hundred sources. The keys and types are those that stay. Numbers
// are such that no machine rounds them.
func TestReportJSON(t *testing.T) {
	o := with(least, func(o *attribution.Options) { o.AssumeHandshake = true })
	tally := spread(o, map[string]int{"RU": 60, "US": 30, "": 6, "reserved": 32})
	tally.AddLost(attribution.LostShed, 128)
	tally.ExtendSpan(world.Built, world.Built.Add(time.Minute))
	got := jsonOf(reportOn(tally.Snapshot(), "RU > 25%"))
	sha := world.Table().Info().SHA256
	want := `{"schema":1,"method":2,"policy":{"confidence":0.95,"population":false,"joint":false,"interim":0},` +
		`"from":"2026-06-01T12:00:00Z","to":"2026-06-01T12:01:00Z",` +
		`"located_by":[{"name":"Test-Country","built":"2026-06-01T12:00:00Z","sha256":"` + sha + `","credit":""}],` +
		`"databases":[],"sources":{"value":96,"low":96,"high":96,"exact":true},"events":96,"records":128,` +
		`"lost":{"shed":128},"countries":[` +
		`{"origin":"RU","sources":60,"share":{"value":0.625,"low":0.625,"high":0.625},"events":60},` +
		`{"origin":"US","sources":30,"share":{"value":0.3125,"low":0.3125,"high":0.3125},"events":30}],` +
		`"unlocated":{"origin":"unlocated","sources":6,"share":{"value":0.0625,"low":0.0625,"high":0.0625},"events":6},` +
		`"reserved":{"origin":"reserved","sources":32,"events":32},"sampling_rate":1,"finest_sampling_rate":1,` +
		`"basis":"all","sample_size":96,` +
		`"plausibility":{"reflectors":0,"anonymized":0,"proxied":0.25,"top_source":0.010416666666666666},` +
		`"verdicts":[{"claim":"RU \u003e 25% of sources","outcome":"supported","confidence":0.95,` +
		`"share":{"value":0.625,"low":0.3125,"high":0.84375},"counted":{"value":0.625,"low":0.625,"high":0.625},` +
		`"located":0.6666666666666666,"margin":0.0625,"geolocation_error_tolerated":0.0625,` +
		`"networks":96,"networks_claimed":60,"effective_sources":96,` +
		`"caveats":[{"code":"UNREAD_RECORDS","value":128},{"code":"RESERVED_PRESENT","value":32}]}]}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if b := jsonOf(reportOn(attribution.Snapshot{})); !strings.Contains(b, `"countries":[]`) ||
		!strings.Contains(b, `"verdicts":[]`) {
		t.Errorf("of nothing: %s", b)
	}
}

// What the report says of forged sources has these keys.
func TestSpoofingJSON(t *testing.T) {
	got := string(must(json.Marshal(attribution.Spoofing{
		Level: attribution.SpoofingPartial, Tested: 1, Forged: attribution.Share{Value: .2, Low: .1, High: .3},
		Pairs24: 2, Pairs24IfForged: .5, Pairs16: 3, Pairs16IfForged: 1.5,
		Dark: 4, DarkSources: 6, Bogons: 5, MixDistance: .25, MixNoise: .125,
		Even: []attribution.EvenPlace{{Place: "RU", Sources: 7, Pairs24: 8, Pairs24IfForged: 9.5}},
	})))
	want := `{"level":"partial","tested":1,"forged":{"value":0.2,"low":0.1,"high":0.3},` +
		`"pairs_24":2,"pairs_24_if_forged":0.5,` +
		`"pairs_16":3,"pairs_16_if_forged":1.5,"dark":4,"dark_sources":6,"bogons":5,"mix_distance":0.25,"mix_noise":0.125,` +
		`"even":[{"place":"RU","sources":7,"pairs_24":8,"pairs_24_if_forged":9.5}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if b := must(json.Marshal(attribution.Spoofing{})); strings.Contains(string(b), "mix") {
		t.Errorf("no address space known: %s", b)
	}
}

// A report prints its counts and verdicts in a few lines.
func TestReportPrints(t *testing.T) {
	s := spread(least, map[string]int{"RU": 60, "US": 40}).Snapshot()
	got := reportOn(s, "majority RU", "plurality US").String()
	want := `sources 100 [100, 100] events 100 located by "Test-Country 2026-06-01" RU 0.6 [0.6, 0.6] US 0.4 [0.4, 0.4]
supported RU > 50% of sources 0.6 [0.6, 0.6] FEW_SOURCES NO_HANDSHAKE REFLECTION_UNTESTED
refuted plurality US 0.4 [0.4, 0.4] FEW_SOURCES REFLECTION_UNTESTED`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
