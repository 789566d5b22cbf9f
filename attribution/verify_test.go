package attribution

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/jcs"
)

// reseal changes the tree of a file and writes it anew, with digests that fit: what
// somebody who means to deceive can do.
func reseal(t testing.TB, data []byte, change func(body map[string]any)) []byte {
	t.Helper()
	var tree map[string]map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	body := tree["evidence"]
	change(body)
	digests := body["digests"].(map[string]any)
	for key := range digests {
		if key == "tally" {
			continue
		}
		raw, err := jcs.Append(nil, body[key])
		if err != nil {
			t.Fatal(err)
		}
		digests[key] = digest(raw)
	}
	b, err := jcs.Append(nil, tree)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// at returns the object on a path of keys and indices.
func at(v any, path ...any) map[string]any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v.(map[string]any)
}

func TestVerifyNamesTheFirstDifference(t *testing.T) {
	tally := tallyOf(small, map[string]int{"RU": 60, "US": 40, "": 3, "reserved": 1})
	_, data := mustProve(t, tally, Terms{}, someClaims...)
	for name, c := range map[string]struct {
		change func(body map[string]any)
		want   string
	}{
		"nothing":         {func(map[string]any) {}, ""},
		"events":          {func(b map[string]any) { at(b, "report")["events"] = 104 }, "$.evidence.report.events (byte B): the file states 104, recomputed 103"},
		"a share":         {func(b map[string]any) { at(b, "report", "origins", 1, "share")["high"] = .5 }, "$.evidence.report.origins[1].share.high (byte B): the file states 0.5, recomputed 0.3883495145631068"},
		"decision":        {func(b map[string]any) { at(b, "verdicts", 0)["verdict"] = "refuted" }, `$.evidence.verdicts[0].verdict (byte B): the file states "refuted", recomputed "supported"`},
		"caveat left out": {func(b map[string]any) { at(b, "verdicts", 2)["caveats"] = []any{} }, "$.evidence.verdicts[2].caveats[0] (byte B): the file states nothing, recomputed {"},
		"verdict more":    {func(b map[string]any) { b["verdicts"] = append(b["verdicts"].([]any), true) }, "$.evidence.verdicts[3] (byte B): the file states true, recomputed nothing"},
		"a row less":      {func(b map[string]any) { r := at(b, "report"); r["origins"] = r["origins"].([]any)[:1] }, "$.evidence.report.origins[1] (byte B): the file states nothing, recomputed {"},
		"unknown key":     {func(b map[string]any) { at(b, "report")["author"] = "me" }, `$.evidence.report.author (byte B): the file states "me", recomputed nothing`},
		"database":        {func(b map[string]any) { at(b, "databases", 0)["sha256"] = "" }, `$.evidence.databases[0].sha256 (byte B): the file states "", recomputed "`},
		"another claim":   {func(b map[string]any) { b["claims"].([]any)[0] = "RU > 51% of sources" }, `$.evidence.verdicts[0].claim (byte B): the file states "RU > 50% of sources", recomputed "RU > 51% of sources"`},
		"other terms":     {func(b map[string]any) { at(b, "terms")["confidence"] = .99 }, "$.evidence.verdicts[0].confidence (byte B): the file states 0.95, recomputed 0.99"},
		"address space":   {func(b map[string]any) { at(b, "space", "ipv4")["RU"] = .001 }, "$.evidence.report.spoofing.mix_distance (byte B): the file states 0."},
	} {
		changed := reseal(t, data, c.change)
		v := mustVerify(t, changed)
		if c.want == "" { // nothing that a verdict states depends on it
			if !v.OK() {
				t.Errorf("%s: %v", name, v)
			}
			continue
		}
		if v.OK() || v.Difference == nil {
			t.Fatalf("%s: %v", name, v)
		}
		want := strings.Replace(c.want, "byte B", fmt.Sprintf("byte %d", v.Difference.Offset), 1)
		if got := v.Difference.String(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
		if s := v.Difference.Stated; !bytes.HasPrefix(changed[v.Difference.Offset:], []byte(strings.TrimSuffix(s, "..."))) {
			t.Errorf("%s: byte %d does not begin %s", name, v.Difference.Offset, s)
		}
		if !strings.HasPrefix(v.String(), "Not reproduced: $.evidence.") {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// Last digits may differ between processors, if the digests say that nobody
// changed them.
func TestVerifyForgivesRounding(t *testing.T) {
	_, data := mustProve(t, full(5000), Terms{}, someClaims...)
	lower := func(b map[string]any) {
		share := at(b, "verdicts", 0, "share")
		low, err := share["low"].(json.Number).Float64()
		if err != nil {
			t.Fatal(err)
		}
		share["low"] = low * (1 - 1e-12)
	}
	v := mustVerify(t, reseal(t, data, lower))
	if !v.OK() || v.Rounding == nil || v.Rounding.Path != "$.evidence.verdicts[0].share.low" || !strings.Contains(v.String(), "last digits") {
		t.Errorf("a last digit: %v", v)
	}
	v = mustVerify(t, reseal(t, data, func(b map[string]any) { at(b, "verdicts", 0, "share")["low"] = .25 }))
	if v.OK() || v.Rounding != nil {
		t.Errorf("another number: %v", v)
	}
	var stated struct {
		Evidence struct{ Verdicts json.RawMessage }
	}
	if err := json.Unmarshal(data, &stated); err != nil {
		t.Fatal(err)
	}
	changed := reseal(t, data, lower)
	changed = bytes.Replace(changed, []byte(digest(verdictsOf(t, changed))), []byte(digest(verdictsOf(t, data))), 1)
	if v := mustVerify(t, changed); v.OK() || v.Difference.Path != "$.evidence.verdicts[0].share.low" {
		t.Errorf("a last digit that the digest does not know: %v", v)
	}
}

func verdictsOf(t *testing.T, data []byte) []byte {
	t.Helper()
	f, err := parseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	return f.parts["verdicts"].Raw
}

// Every changed byte is noticed, and its place named: one by one in a small file,
// and here and there in large ones.
func TestEveryChangedByteIsNamed(t *testing.T) {
	for name, tally := range evidenceTallies() {
		e, _ := mustProve(t, tally, Terms{}, someClaims[0])
		if err := e.Sign(testSigner(1)); err != nil {
			t.Fatal(err)
		}
		data, _ := e.MarshalBinary()
		step := 1
		if name != "no address space" { // which gives the smallest file
			step += len(data) / 120
		}
		if testing.Short() {
			step *= 10
		}
		for i := 0; i < len(data); i += step {
			changed := bytes.Clone(data)
			changed[i] ^= 1 << (i % 7)
			v, err := Verify(changed)
			switch {
			case err != nil && (!errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "evidence: $") || !strings.Contains(err.Error(), "at byte ")):
				t.Errorf("%s: byte %d changed: %v", name, i, err)
			case err == nil && v.OK():
				t.Errorf("%s: byte %d of %q was changed to %q and nobody noticed", name, i, data[max(0, i-30):i+1], changed[i])
			case err == nil && v.Difference == nil && v.SignatureHolds:
				t.Errorf("%s: byte %d changed: nothing is named: %v", name, i, v)
			}
		}
	}
}

// A file of another method is not called a forgery.
func TestVerifyAnotherMethod(t *testing.T) {
	_, data := mustProve(t, full(100), Terms{}, someClaims...)
	other := reseal(t, data, func(b map[string]any) {
		b["method"] = MethodVersion + 1
		at(b, "report")["events"] = 1
	})
	v := mustVerify(t, other)
	if v.OK() || v.Method != MethodVersion+1 || v.Difference.Path != "$.evidence.method" || v.Evidence == nil || !strings.Contains(v.String(), "no sign of a change") {
		t.Errorf("another method: %v", v)
	}
	changed := bytes.Replace(other, []byte(`"events":1,`), []byte(`"events":2,`), 1)
	if v := mustVerify(t, changed); v.Difference == nil || v.Difference.Path != "$.evidence.digests.report" {
		t.Errorf("another method, and a changed byte: %v", v)
	}
}

// A sample is walked in an order that is random for each process. No number
// depends on it, however large the counts are.
func TestVerdictsDoNotDependOnOrder(t *testing.T) {
	o := small
	o.SamplingRate = 100
	rng := rand.New(rand.NewPCG(63, 64))
	huge := NewTally(testTable(), o)
	for i := range 1000 {
		huge.AddFlow(Flow{
			Source: ip([]string{"RU", "RU", "US", "FR", ""}[i%5], rng.IntN(4096)<<(i%3*4)),
			Events: []uint64{1, 1 + rng.Uint64N(60), rng.Uint64() >> 8}[min(i%40, 2)*(i%3)%3], Bytes: rng.Uint64(),
			Protocol: 17, SourcePort: []uint16{53, 40000}[i%2],
		})
	}
	for name, tally := range map[string]*Tally{"scattered": scattered(4000), "huge counts": huge} {
		stated := func(r *Report) string {
			var verdicts []Verdict
			for _, c := range append(someClaims, Majority("RU"), Majority("RU").Of(OfBytes)) {
				verdicts = append(verdicts, r.Check(c))
			}
			b, err := jcs.Append(nil, map[string]any{"report": r, "verdicts": verdicts})
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		r := tally.Report()
		want := stated(r)
		for range 20 {
			rng.Shuffle(len(r.seen), func(i, j int) { r.seen[i], r.seen[j] = r.seen[j], r.seen[i] })
			r.examine(r.space)
			if got := stated(r); got != want {
				d, digits := jcs.Compare(jcs.Value{Raw: []byte(got)}, jcs.Value{Raw: []byte(want)}, roundingTolerance)
				t.Fatalf("%s: another order gives other numbers: %+v %+v", name, d, digits)
			}
		}
	}
}

const verifyEnv = "WHENCE_TEST_EVIDENCE"

// Another process has other random numbers and another order of everything that
// has none.
func TestVerifyInAnotherProcess(t *testing.T) {
	if dir := os.Getenv(verifyEnv); dir != "" {
		verifyFolder(t, dir)
		return
	}
	dir := t.TempDir()
	for name, tally := range evidenceTallies() {
		_, data := mustProve(t, tally, Terms{Combined: true, Population: true}, someClaims...)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(os.Args[0], "-test.run=^TestVerifyInAnotherProcess$", "-test.v")
	c.Env = append(os.Environ(), verifyEnv+"="+dir)
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestVerifyInAnotherProcess") {
		t.Errorf("%v\n%s", err, out)
	}
}

func verifyFolder(t *testing.T, dir string) {
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(evidenceTallies()) {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if v := mustVerify(t, data); !v.OK() || v.Rounding != nil {
			t.Errorf("%s: %v", file.Name(), v)
		}
	}
}
