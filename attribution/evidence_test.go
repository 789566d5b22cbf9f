package attribution

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
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
