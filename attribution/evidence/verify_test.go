package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
)

func TestVerifyNamesTheFirstDifference(t *testing.T) {
	_, data := mustMake(t, snapshotOf(small, mixed(600)), attribution.Policy{}, someClaims...)
	report := func(path ...any) func(b map[string]any) map[string]any {
		return func(b map[string]any) map[string]any { return at(b, append([]any{"report"}, path...)...) }
	}
	set := func(object func(b map[string]any) map[string]any, name string, v any) func(b map[string]any) {
		return func(b map[string]any) { object(b)[name] = v }
	}
	for name, c := range map[string]struct {
		change func(b map[string]any)
		want   string
	}{
		"nothing": {func(map[string]any) {}, ""},
		"events":  {set(report(), "events", 7), "/events at byte B: stated 7, recomputed 2"},
		"a share": {set(report("countries", 1, "share"), "high", .5),
			"/countries/1/share/high at byte B: stated 0.5, recomputed 0."},
		"all digits": {set(report("countries", 0, "share"), "high", 1./3),
			"/countries/0/share/high at byte B: stated 0.3333333333333333,"},
		"outcome": {set(report("verdicts", 0), "outcome", "supported"),
			`/verdicts/0/outcome at byte B: stated "supported", recomputed "`},
		"caveats": {set(report("verdicts", 2), "caveats", []any{}),
			"/verdicts/2/caveats/0 at byte B: stated nothing, recomputed {"},
		"caveats null": {set(report("verdicts", 2), "caveats", nil),
			"/verdicts/2/caveats at byte B: stated null, recomputed [{"},
		"text": {set(report("verdicts", 1), "margin", "0.1"),
			`/verdicts/1/margin at byte B: stated "0.1", recomputed 0`},
		"rows":            {set(report(), "countries", []any{}), "/countries/0 at byte B: stated nothing, recomputed {"},
		"unknown name":    {set(report(), "author", "me"), `/author at byte B: stated "me", recomputed nothing`},
		"a small unknown": {set(report(), "author", 1e-13), `/author at byte B: stated 1e-13, recomputed nothing`},
		"a list":          {func(b map[string]any) { b["report"] = []any{} }, " at byte B: stated [], recomputed {"},
		"a number":        {func(b map[string]any) { b["report"] = 0.5 }, " at byte B: stated 0.5, recomputed {"},
		"database": {set(report("located_by", 0), "sha256", ""),
			`/located_by/0/sha256 at byte B: stated "", recomputed "`},
		"method": {set(report(), "method", 3), "/method at byte B: stated 3, recomputed 2"},
		"another claim": {func(b map[string]any) { b["claims"].([]any)[0] = "RU > 51% of sources" },
			`/verdicts/0/claim at byte B: stated "RU > 50% of sources", recomputed "RU > 51% of sources"`},
		"a claim less": {func(b map[string]any) { b["claims"] = b["claims"].([]any)[:2] },
			"/verdicts/2 at byte B: stated {"},
		"other policy": {func(b map[string]any) { at(b, "policy")["confidence"] = .99 },
			"/policy/confidence at byte B: stated 0.95, recomputed 0.99"},
		"other bytes": {set(report(), "bytes", json.Number("18446744073709551616")),
			"/bytes at byte B: stated 18446744073709551616, recomputed 2"},
	} {
		changed := reseal(t, data, c.change)
		v := mustVerify(t, changed)
		if c.want == "" {
			if !v.OK() {
				t.Errorf("%s: %v", name, v.Difference)
			}
			continue
		}
		if v.OK() || v.Difference == nil || v.Evidence == nil {
			t.Errorf("%s: %+v", name, v)
			continue
		}
		got, path := *v.Difference, v.Difference.Path
		if stated := strings.TrimSuffix(got.Stated, "..."); !bytes.HasPrefix(changed[got.Offset:], []byte(stated)) {
			t.Errorf("%s: byte %d does not begin %s", name, got.Offset, stated)
		}
		got.Path = strings.TrimPrefix(path, "/evidence/report")
		got.Offset = 0
		if s := got.String(); got.Path == path || !strings.HasPrefix(s, strings.Replace(c.want, "byte B", "byte 0", 1)) {
			t.Errorf("%s: %s in %s, want %s", name, s, path, c.want)
		}
	}
}

// One unit of the last digit is what rounding may do on another machine; two are a change.
func TestVerifyAllowsOneUnit(t *testing.T) {
	_, data := mustMake(t, snapshotOf(small, mixed(3000)), attribution.Policy{}, someClaims...)
	fitting := 0
	for _, units := range []float64{0, 1, -1, 2.01, -2.01} {
		changed := reseal(t, data, func(b map[string]any) {
			share := at(b, "report", "verdicts", 0, "share")
			low, err := share["low"].(json.Number).Float64()
			if err != nil || low < .1 {
				t.Fatal(low, err)
			}
			share["low"] = rounded(low + units*1e-10)
		})
		v := mustVerify(t, changed)
		if v.OK() {
			fitting++
			if !bytes.Equal(marshal(v.Evidence), changed) {
				t.Errorf("%v units: written otherwise than it was stated", units)
			}
		} else if v.Difference.Path != "/evidence/report/verdicts/0/share/low" {
			t.Errorf("%v units: %v", units, v.Difference)
		}
		if math.Abs(units) > 2 && v.OK() || units == 0 && !v.OK() {
			t.Errorf("%v units: %v", units, v.Difference)
		}
	}
	if fitting != 2 { // the number itself, and its neighbor on the side where the unrounded one lies
		t.Errorf("%d of five numbers fit", fitting)
	}
}

// A last digit that the digest does not know is a change.
func TestDigestsAreOfWhatIsStated(t *testing.T) {
	_, data := mustMake(t, snapshotOf(small, mixed(3000)), attribution.Policy{}, someClaims...)
	changed, byDigest := 0, 0
	for i := len(data) - 2; i > 1 && changed < 20; i-- {
		// The last of ten digits of a share.
		if c := data[i]; data[i+1] != '}' && data[i+1] != ',' || c < '2' || c > '8' || !isShare(data[:i+1]) {
			continue
		}
		for _, digit := range []byte{data[i] - 1, data[i] + 1} {
			other := bytes.Clone(data)
			other[i] = digit
			v := mustVerify(t, other)
			if v.OK() {
				t.Errorf("byte %d is %c, and nobody noticed", i, digit)
			} else if v.Difference.Path == "/evidence/digests/report" {
				byDigest++
			}
		}
		changed++
	}
	if changed < 20 || byDigest < 10 {
		t.Errorf("%d numbers have ten digits, %d last digits were found by the digest", changed, byDigest)
	}
}

func isShare(data []byte) bool {
	at := bytes.LastIndexByte(data, ':')
	return bytes.HasPrefix(data[at+1:], []byte("0.")) && len(data)-at == 1+len("0.1234567890")
}

// Every changed byte is noticed, and its place is named.
func TestEveryChangedByteIsNoticed(t *testing.T) {
	testenv.OneGoroutine(t)
	e, _ := mustMake(t, few(), attribution.Policy{}, attribution.Majority("RU"))
	with, err := e.WithAccount(someAccount())
	if err != nil {
		t.Fatal(err)
	}
	data := marshal(with)
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 1 << (i % 7)
		v, err := Verify(changed)
		switch {
		case err != nil && (!errors.Is(err, attribution.ErrInvalidEncoding) || !strings.Contains(err.Error(), "at byte ")):
			t.Errorf("byte %d: %v", i, err)
		case err == nil && (v.OK() || !strings.HasPrefix(v.Difference.Path, "/evidence/")):
			t.Errorf("byte %d, behind %s: %+v", i, data[max(0, i-30):i], v.Difference)
		}
		if v, err := Verify(data[:i]); err == nil {
			t.Errorf("the first %d bytes: %+v", i, v)
		}
	}
}

// A file of another method is not called a forgery.
func TestVerifyAnotherMethod(t *testing.T) {
	_, data := mustMake(t, few(), attribution.Policy{}, someClaims...)
	other := reseal(t, data, func(b map[string]any) {
		b["method"] = attribution.MethodVersion + 1
		at(b, "report")["events"] = 1
	})
	v := mustVerify(t, other)
	if v.OK() || v.Method != attribution.MethodVersion+1 || v.Evidence == nil || v.Difference.Path != "/evidence/method" {
		t.Errorf("another method: %+v", v.Difference)
	}
	changed := bytes.Replace(other, []byte(`"events":1,`), []byte(`"events":2,`), 1)
	if !isAt(changed, "/evidence/digests/report") {
		t.Errorf("another method, and a changed byte")
	}
}

const verifyEnv = "WHENCE_TEST_EVIDENCE"

// Another process has other random numbers and another order of everything that has none.
func TestVerifyInAnotherProcess(t *testing.T) {
	if dir := os.Getenv(verifyEnv); dir != "" {
		verifyFolder(t, dir)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Skip("needs to run itself: ", err)
	}
	dir := t.TempDir()
	for name, s := range snapshots() {
		_, data := mustMake(t, s, attribution.Policy{Joint: true}, someClaims...)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(self, "-test.run=^TestVerifyInAnotherProcess$", "-test.v")
	c.Env = append(os.Environ(), verifyEnv+"="+dir)
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestVerifyInAnotherProcess") {
		t.Errorf("%v\n%s", err, out)
	}
}

func verifyFolder(t *testing.T, dir string) {
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(snapshots()) {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		v := mustVerify(t, data)
		if !v.OK() {
			t.Errorf("%s: %v", file.Name(), v.Difference)
			continue
		}
		_, again := mustMake(t, v.Evidence.Snapshot(), v.Evidence.Policy(), someClaims...)
		if !bytes.Equal(again, data) {
			t.Errorf("%s: another process makes other bytes of it", file.Name())
		}
	}
}

func BenchmarkEvidence(b *testing.B) {
	for name, n := range map[string]int{"exact": 60_000, "beyond": 200_000} {
		s := snapshotOf(attribution.Options{Key: small.Key}, mixed(n))
		_, data := mustMake(b, s, attribution.Policy{}, someClaims...)
		b.Run("make/"+name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				mustMake(b, s, attribution.Policy{}, someClaims...)
			}
		})
		b.Run("verify/"+name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				mustVerify(b, data)
			}
		})
	}
}
