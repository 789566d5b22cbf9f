package attribution

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/whence-go/whence/internal/jcs"
)

// MethodVersion numbers how reports and verdicts are computed. It is raised whenever the
// same tally could give another number, decision, caveat or sentence than before.
const MethodVersion = 1

// MaxEvidence is the size of the largest file of evidence, in bytes: more than the
// largest tally takes.
const MaxEvidence = 128 << 20

const (
	evidenceVersion = 1
	maxStatement    = 8 << 20 // bytes of evidence beside the tally
	maxClaims       = 64

	// signedPrefix keeps a signature from being taken for one of anything else.
	signedPrefix = "whence evidence 1\n"
)

// Evidence is what somebody else needs to check a verdict: the tally, the claims
// and the terms, together with the report and the verdicts that follow from them.
// [Verify] computes them anew and names the first difference. Make it with
// [NewEvidence]; the zero Evidence is invalid.
//
// As a file it is canonical JSON, which docs/EVIDENCE.md specifies byte by byte:
// equal contents give equal bytes. It holds the addresses of the sources unless
// the tally has dropped them, and never the key.
//
// An Evidence may be read by any number of goroutines while none signs it.
type Evidence struct {
	tally     *Tally
	encoded   []byte // the tally
	claims    []Claim
	terms     Terms
	space     *spaceShares
	report    *Report
	verdicts  []Verdict
	body      []byte // the value of "evidence" in the file
	signature *signature
}

// NewEvidence returns the evidence for what t has counted so far, with a verdict on
// each claim on its own, as [Terms.Check] gives it. A statement that makes several
// claims together deserves terms of higher confidence.
//
// Drop the addresses, if they must not be in the file, before anything is checked:
// with Options.DropAddresses, or by merging t into a tally that has it set.
// Verdicts may depend on the addresses, and then follow from the file no more.
//
// The error wraps [ErrClaim] for a claim that makes no sense, and [ErrInvalid] for
// a tally that has no encoding or more than 64 claims.
func NewEvidence(t *Tally, terms Terms, claims ...Claim) (*Evidence, error) {
	if err := terms.Err(); err != nil {
		return nil, err
	}
	if len(claims) > maxClaims {
		return nil, fmt.Errorf("attribution: %w: %d claims, at most %d fit into evidence", ErrInvalid, len(claims), maxClaims)
	}
	for _, c := range claims {
		if err := c.Err(); err != nil {
			return nil, err
		}
	}
	encoded, err := t.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return newEvidence(encoded, spaceSharesOf(t.space()), terms.filled(), append([]Claim{}, claims...))
}

// newEvidence computes everything from what was given, and from nothing else: it
// is what makes evidence and what verifies it.
func newEvidence(encoded []byte, space *spaceShares, terms Terms, claims []Claim) (*Evidence, error) {
	t, err := decode(encoded)
	if err != nil {
		return nil, err
	}
	e := &Evidence{tally: t, encoded: encoded, claims: claims, terms: terms, space: space, report: t.reportIn(space.space())}
	e.verdicts = make([]Verdict, len(claims))
	for i, c := range claims {
		e.verdicts[i] = terms.Check(e.report, c)
	}
	if e.body, err = e.appendBody(nil); err != nil {
		return nil, fmt.Errorf("attribution: %w: %w", ErrInvalid, err)
	}
	if len(e.body) > MaxEvidence-maxStatement {
		return nil, fmt.Errorf("attribution: %w: evidence of %d bytes", ErrInvalid, len(e.body))
	}
	return e, nil
}

// appendBody appends the value of "evidence". Members stand in the order of their
// keys.
func (e *Evidence) appendBody(b []byte) ([]byte, error) {
	digests := map[string]string{"tally": digest(e.encoded)}
	stated := map[string][]byte{}
	state := func(key string, v any) error {
		raw, err := jcs.Append(nil, v)
		if err != nil {
			return fmt.Errorf("evidence: %s: %w", key, err)
		}
		stated[key], digests[key] = raw, digest(raw)
		return nil
	}
	for key, v := range map[string]any{
		"claims": e.claims, "databases": nonNil(e.tally.databases), "report": e.report, "terms": e.terms, "verdicts": e.verdicts,
	} {
		if err := state(key, v); err != nil {
			return b, err
		}
	}
	if e.space != nil {
		if err := state("space", e.space); err != nil {
			return b, err
		}
	}
	b = fmt.Appendf(b, `{"claims":%s,"databases":%s,"digests":`, stated["claims"], stated["databases"])
	b, err := jcs.Append(b, digests)
	if err != nil {
		return b, err
	}
	b = fmt.Appendf(b, `,"method":%d,"report":%s`, MethodVersion, stated["report"])
	if e.space != nil {
		b = fmt.Appendf(b, `,"space":%s`, stated["space"])
	}
	b = append(b, `,"tally":"`...)
	b = base64.StdEncoding.AppendEncode(b, e.encoded)
	return fmt.Appendf(b, `","terms":%s,"verdicts":%s,"version":%d}`, stated["terms"], stated["verdicts"], evidenceVersion), nil
}

// nonNil makes an empty list one that JSON writes as such.
func nonNil(ds databases) databases {
	if ds == nil {
		return databases{}
	}
	return ds
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Report returns the report that the verdicts are made on.
func (e *Evidence) Report() *Report { return e.report }

// Verdicts returns one verdict for each claim, in their order.
func (e *Evidence) Verdicts() []Verdict { return slices.Clone(e.verdicts) }

// Terms returns the terms of the verdicts, with every default filled in.
func (e *Evidence) Terms() Terms { return e.terms }

// signature is the member "signature" of a file; texts are in hexadecimal.
type signature struct {
	Algorithm string `json:"algorithm"`
	PublicKey string `json:"public_key"`
	Signature string `json:"signature"`
}

const algorithm = "ed25519"

// Sign signs the evidence (Ed25519, RFC 8032), in place of any signature before.
// What is signed are the text "whence evidence 1", a line feed, and the bytes of
// the member "evidence" of the file. The error says that key is no private key.
func (e *Evidence) Sign(key ed25519.PrivateKey) error {
	if len(key) != ed25519.PrivateKeySize {
		return fmt.Errorf("attribution: signing evidence: %d bytes are no Ed25519 private key", len(key))
	}
	public := key.Public().(ed25519.PublicKey)
	e.signature = &signature{
		Algorithm: algorithm,
		PublicKey: hex.EncodeToString(public),
		Signature: hex.EncodeToString(ed25519.Sign(key, signed(e.body))),
	}
	return nil
}

func signed(body []byte) []byte { return append([]byte(signedPrefix), body...) }

// AppendBinary appends the file to b; it never fails.
func (e *Evidence) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, `{"evidence":`...)
	b = append(b, e.body...)
	if s := e.signature; s != nil {
		b = fmt.Appendf(b, `,"signature":{"algorithm":%q,"public_key":%q,"signature":%q}`, s.Algorithm, s.PublicKey, s.Signature)
	}
	return append(b, '}'), nil
}

// MarshalBinary returns what AppendBinary appends.
func (e *Evidence) MarshalBinary() ([]byte, error) { return e.AppendBinary(nil) }

// WriteTo writes the file to w.
func (e *Evidence) WriteTo(w io.Writer) (int64, error) {
	b, _ := e.MarshalBinary() // never fails
	n, err := w.Write(b)
	return int64(n), err
}
