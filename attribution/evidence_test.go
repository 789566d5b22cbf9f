package attribution

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/jcs"
	"github.com/whence-go/whence/internal/scenario"
)

var someClaims = []Claim{Majority("RU"), Plurality("US").Of(OfEvents), LessThan(12.5, "FR", "NC").Outside()}

// mustProve returns the evidence for a tally and its file.
func mustProve(t testing.TB, tally *Tally, terms Terms, claims ...Claim) (*Evidence, []byte) {
	t.Helper()
	e, err := NewEvidence(tally, terms, claims...)
	if err != nil {
		t.Fatal(err)
	}
	data, err := e.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return e, data
}

func second[A, B any](_ A, b B) B { return b }

func mustVerify(t testing.TB, data []byte) *Verification {
	t.Helper()
	v, err := Verify(data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func evidenceTallies() map[string]*Tally {
	return map[string]*Tally{
		"empty": NewTally(testTable(), small), "few": full(1), "exact": full(100), "sampled": full(5000),
		"addresses dropped":  tallyOf(Options{DropAddresses: true}, map[string]int{"RU": 9}),
		"no address space":   decoded(tallyOf(small, map[string]int{"RU": 9, "US": 4})),
		"address space":      tallyOf(small, map[string]int{"RU": 9, "US": 4, "reserved": 1}),
		"scattered":          scattered(600),
		"scattered, sampled": scattered(4000),
	}
}

// scattered are flows of sources all over the place, with ties in every count, so
// that whatever depends on an order shows.
func scattered(n int) *Tally {
	rng := rand.New(rand.NewPCG(61, 62))
	t := NewTally(testTable(), small)
	for i := range n {
		source := ip([]string{"RU", "US", "CN", "BY", "", "reserved"}[rng.IntN(6)], rng.IntN(1<<24))
		if i%7 == 0 {
			source = ip6(rng.IntN(1 << 20))
		}
		t.AddFlow(Flow{
			Source: source, Events: 1 + rng.Uint64N(3), Bytes: 100 * rng.Uint64N(3),
			Handshake: i%5 == 0, Protocol: 17, SourcePort: []uint16{53, 40000, 50000}[i%3],
		})
	}
	return t
}

// decoded is what arrives of a tally elsewhere.
func decoded(tally *Tally) *Tally {
	d := new(Tally)
	b, err := tally.MarshalBinary()
	if err == nil {
		err = d.UnmarshalBinary(b)
	}
	if err != nil {
		panic(err)
	}
	return d
}

func TestEvidenceRoundTrip(t *testing.T) {
	for name, tally := range evidenceTallies() {
		if v := mustVerify(t, second(mustProve(t, tally, Terms{}))); !v.OK() || len(v.Evidence.Verdicts()) != 0 {
			t.Errorf("%s, without a claim: %v", name, v)
		}
		for _, terms := range []Terms{{}, {Confidence: .99, Population: true}, {Combined: true, Look: 3, Fragile: .1}} {
			e, data := mustProve(t, tally, terms, someClaims...)
			v := mustVerify(t, data)
			if !v.OK() || v.Difference != nil || v.Rounding != nil || v.Method != MethodVersion || v.Signer != nil {
				t.Errorf("%s: %v", name, v)
			}
			if again, _ := v.Evidence.MarshalBinary(); !bytes.Equal(again, data) {
				t.Errorf("%s: the evidence computed anew has other bytes", name)
			}
			if (e.space == nil) != (name == "no address space") {
				t.Errorf("%s: address space %v", name, e.space)
			}
			if name == "empty" { // a tally that used no table does not name it
				continue
			}
			for i, c := range someClaims {
				if got, want := v.Evidence.Verdicts()[i].String(), terms.Check(tally.Report(), c).String(); got != want {
					t.Errorf("%s: verdict\n%s\nwant\n%s", name, got, want)
				}
			}
			if got, want := v.Evidence.Report().String(), tally.Report().String(); got != want {
				t.Errorf("%s: report\n%s\nwant\n%s", name, got, want)
			}
		}
	}
}

// Equal contents give equal bytes, in whatever order they came.
func TestEvidenceIsCanonical(t *testing.T) {
	for _, n := range []int{50, 3000} {
		forward, backward := NewTally(testTable(), small), NewTally(testTable(), small)
		for i := range n {
			forward.AddN(ip("RU", i), 2, 100)
			forward.Add(ip("US", i/3))
		}
		for i := n - 1; i >= 0; i-- {
			part := NewTally(testTable(), small)
			part.Add(ip("RU", i))
			part.AddN(ip("RU", i), 1, 100)
			part.Add(ip("US", i/3))
			if err := backward.Merge(part); err != nil {
				t.Fatal(err)
			}
		}
		_, a := mustProve(t, forward, Terms{}, someClaims...)
		_, b := mustProve(t, backward, Terms{}, someClaims...)
		if !bytes.Equal(a, b) {
			t.Errorf("%d: equal contents, other bytes", n)
		}
	}
}

func TestEvidenceRefusesNonsense(t *testing.T) {
	tally := full(1)
	for name, c := range map[string]struct {
		tally  *Tally
		terms  Terms
		claims []Claim
		want   error
	}{
		"zero tally":      {new(Tally), Terms{}, nil, ErrInvalid},
		"zero claim":      {tally, Terms{}, []Claim{{}}, ErrClaim},
		"no country":      {tally, Terms{}, []Claim{Majority("RU"), Majority("??")}, ErrClaim},
		"too many claims": {tally, Terms{}, slices.Repeat(someClaims, 22), ErrInvalid},
	} {
		if _, err := NewEvidence(c.tally, c.terms, c.claims...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewEvidence(tally, Terms{Confidence: 95}); err == nil {
		t.Error("a confidence of 95 was accepted")
	}
}

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
			step += len(data) / 300
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

func testSigner(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func TestEvidenceSignature(t *testing.T) {
	e, unsigned := mustProve(t, full(3), Terms{}, someClaims...)
	if v := mustVerify(t, unsigned); v.Signer != nil || v.SignatureHolds || !strings.HasSuffix(v.String(), "Not signed.") {
		t.Errorf("unsigned: %v", v)
	}
	if err := e.Sign(testSigner(1)[:31]); err == nil {
		t.Error("signed with half a key")
	}
	key := testSigner(1)
	if err := e.Sign(key); err != nil {
		t.Fatal(err)
	}
	data, _ := e.MarshalBinary()
	v := mustVerify(t, data)
	if !v.OK() || !v.SignatureHolds || !v.Signer.Equal(key.Public()) || !strings.Contains(v.String(), fmt.Sprintf("Signed by the Ed25519 key %x", []byte(v.Signer))) {
		t.Errorf("signed: %v", v)
	}
	if again, _ := v.Evidence.MarshalBinary(); !bytes.Equal(again, data) {
		t.Error("the signature was lost on the way")
	}
	// What is signed is a piece of the file behind a prefix.
	end := bytes.Index(data, []byte(`,"signature":`))
	message := append([]byte("whence evidence 1\n"), data[len(`{"evidence":`):end]...)
	if !ed25519.Verify(v.Signer, message, sigOf(t, data)) {
		t.Error("what is signed is not what the specification says")
	}
	// A change with new digests breaks the signature; another key makes it anew.
	forged := reseal(t, data, func(b map[string]any) { b["claims"].([]any)[0] = "RU > 51% of sources" })
	if v := mustVerify(t, forged); v.SignatureHolds || !strings.Contains(v.String(), "does not hold") {
		t.Errorf("a signature for other evidence holds: %v", v)
	}
	if err := e.Sign(testSigner(2)); err != nil {
		t.Fatal(err)
	}
	other, _ := e.MarshalBinary()
	if v := mustVerify(t, other); !v.OK() || v.Signer.Equal(key.Public()) {
		t.Errorf("signed by another: %v", v)
	}
}

func sigOf(t *testing.T, data []byte) []byte {
	t.Helper()
	f, err := parseEvidence(data)
	if err != nil {
		t.Fatal(err)
	}
	return f.signed
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
	if path := os.Getenv(verifyEnv); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if v := mustVerify(t, data); !v.OK() || v.Rounding != nil {
			t.Errorf("not reproduced: %v", v)
		}
		return
	}
	for name, tally := range evidenceTallies() {
		_, data := mustProve(t, tally, Terms{Combined: true, Population: true}, someClaims...)
		path := filepath.Join(t.TempDir(), "evidence")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(os.Args[0], "-test.run=^TestVerifyInAnotherProcess$", "-test.v")
		c.Env = append(os.Environ(), verifyEnv+"="+path)
		if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestVerifyInAnotherProcess") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestCheckOriginsAndHashes(t *testing.T) {
	for _, n := range []int{100, 5000} {
		tally := tallyOf(small, map[string]int{"RU": n, "US": n, "": 5, "reserved": 5})
		tally.Add(ip6(1))
		_, data := mustProve(t, tally, Terms{}, someClaims...)
		e := mustVerify(t, data).Evidence
		if err := errors.Join(e.CheckOrigins(testTable()), e.CheckHashes(testKey(1))); err != nil {
			t.Errorf("%d: %v", n, err)
		}
		if err := e.CheckOrigins(otherTable()); !errors.Is(err, ErrMismatch) {
			t.Errorf("another database: %v", err)
		}
		if err := e.CheckHashes(testKey(2)); !errors.Is(err, ErrMismatch) {
			t.Errorf("another key: %v", err)
		}
	}

	// Sources that were moved to another country, or invented, with everything
	// else made to fit.
	forge := func(change func(d *Tally)) *Evidence {
		d := decoded(tallyOf(small, map[string]int{"RU": 9, "US": 4}))
		change(d)
		e, data := mustProve(t, d, Terms{}, someClaims...)
		if v := mustVerify(t, data); !v.OK() {
			t.Fatal(v)
		}
		return e
	}
	moved := forge(func(d *Tally) {
		for _, it := range slices.Collect(d.sample.All()) {
			it.Part = uint8(mustOrigin("US"))
			d.sample.Add(it)
		}
	})
	if err := moved.CheckOrigins(testTable()); !errors.Is(err, ErrDisproved) || !strings.Contains(err.Error(), "5.0.0.") {
		t.Errorf("moved sources: %v", err)
	}
	invented := forge(func(d *Tally) {
		for _, it := range slices.Collect(d.sample.All()) {
			it.Hash++
			it.Lo += 4096
			d.sample.Add(it)
		}
	})
	if err := invented.CheckOrigins(testTable()); err != nil {
		t.Error(err)
	}
	if err := invented.CheckHashes(testKey(1)); !errors.Is(err, ErrDisproved) {
		t.Errorf("invented sources: %v", err)
	}
	space, _ := mustProve(t, tallyOf(small, map[string]int{"RU": 1}), Terms{})
	space.space.IPv4[mustOrigin("RU")] *= 2
	if err := space.CheckOrigins(testTable()); !errors.Is(err, ErrDisproved) || !strings.Contains(err.Error(), "IPv4 space") {
		t.Errorf("invented address space: %v", err)
	}

	dropped := small
	dropped.DropAddresses = true
	e, data := mustProve(t, tallyOf(dropped, map[string]int{"RU": 9}), Terms{})
	for _, err := range []error{e.CheckOrigins(testTable()), e.CheckHashes(testKey(1))} {
		if !errors.Is(err, ErrNoAddresses) {
			t.Errorf("addresses dropped: %v", err)
		}
	}
	if _, err := mustVerify(t, data).Evidence.Report().Under(otherTable()); !errors.Is(err, ErrNoAddresses) {
		t.Errorf("addresses dropped: %v", err)
	}
}

func mustOrigin(code string) geo.Origin {
	o, err := geo.ParseOrigin(code)
	if err != nil {
		panic(err)
	}
	return o
}

// What is read from a file is as good as what was counted: another database says
// the same of it.
func TestSecondDatabaseOnEvidence(t *testing.T) {
	for _, n := range []int{100, 5000} {
		tally := tallyOf(small, map[string]int{"RU": n, "US": n / 2, "": 5})
		_, data := mustProve(t, tally, Terms{})
		got, err := mustVerify(t, data).Evidence.Report().Under(otherTable())
		if err != nil {
			t.Fatal(err)
		}
		want, err := tally.Report().Under(otherTable())
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() || got.Check(Majority("US")).String() != want.Check(Majority("US")).String() {
			t.Errorf("%d:\n%s%s", n, got, want)
		}
	}
}

// That sources are forged follows from the file as well, by the address space in it.
func TestEvidenceOfForgedSources(t *testing.T) {
	tally := played(t, Options{Key: testKey(1)}, scenario.SpoofedFlood{Seed: 1, Sources: 4_500})
	_, data := mustProve(t, tally, Terms{}, Majority("US"))
	v := mustVerify(t, data)
	verdict := v.Evidence.Verdicts()[0]
	if !v.OK() || verdict.Decision != Inadmissible || verdict.Caveats[0].Code != Spoofed || verdict.String() != tally.Report().Check(Majority("US")).String() {
		t.Errorf("%v\n%v", v, verdict)
	}
	if err := v.Evidence.CheckOrigins(realWorld(t).table); err != nil {
		t.Error(err)
	}
	without := reseal(t, data, func(b map[string]any) {
		delete(b, "space")
		delete(at(b, "digests"), "space")
	})
	if v := mustVerify(t, without); v.OK() || !strings.HasPrefix(v.Difference.Path, "$.evidence.report.spoofing") {
		t.Errorf("without the address space: %v", v)
	}
}

func BenchmarkEvidence(b *testing.B) {
	for _, n := range []int{60_000, 200_000} {
		tally := tallyOf(Options{Key: testKey(1)}, map[string]int{"RU": n / 2, "US": n / 4, "CN": n / 4})
		_, data := mustProve(b, tally, Terms{}, someClaims...)
		b.Run(fmt.Sprintf("make/sources=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				mustProve(b, tally, Terms{}, someClaims...)
			}
		})
		b.Run(fmt.Sprintf("verify/sources=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				mustVerify(b, data)
			}
		})
	}
}
