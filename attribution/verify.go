package attribution

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/whence-go/whence/internal/jcs"
)

// roundingTolerance is how far two processors may be apart in a number that is
// computed with logarithms and exponentials, which Go leaves to each.
const roundingTolerance = 1e-9

// Verification is what [Verify] finds. Print it with fmt for people.
type Verification struct {
	// Evidence is what follows from the tally, claims and terms of the file,
	// computed anew. It is nil if a digest shows that one of these was changed.
	Evidence *Evidence

	// Difference is the first place at which the file states something else than
	// what was computed anew; nil if there is none.
	Difference *Difference

	// Rounding is the first number of the file that differs in its last digits
	// alone (by at most 1e-9), as another processor may compute it. If it and
	// Difference are nil, everything was reproduced bit for bit.
	Rounding *Difference

	// Method is the [MethodVersion] of the file. If it is another than that of this
	// package, nothing can be said about the numbers of the file, and Difference
	// names the method unless a digest does not hold.
	Method int

	// Signer is the public key of whoever signed the file, nil if nobody did.
	// Whose key it is, the file cannot prove.
	Signer ed25519.PublicKey

	// SignatureHolds says that Signer signed exactly this evidence.
	SignatureHolds bool
}

// Difference is a place at which a file states something else than what follows
// from it.
type Difference struct {
	Path       string // JSON path (RFC 9535), such as "$.evidence.report.events"
	Offset     int    // byte of the file
	Stated     string // JSON, cut if it is long; "" if nothing is stated
	Recomputed string // likewise; "" if there should be nothing
}

// String returns the place and what stands against what.
func (d *Difference) String() string {
	or := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	return fmt.Sprintf("%s (byte %d): the file states %s, recomputed %s", d.Path, d.Offset, or(d.Stated), or(d.Recomputed))
}

// Verify reads a file of evidence, computes the report and every verdict anew from
// the tally in it, and compares them with what the file states. That nothing
// differs proves that the verdicts follow from the tally; whether the tally is
// true, see [Evidence.CheckOrigins] and [Evidence.CheckHashes].
//
// The error, for bytes that are no evidence of this version, wraps [ErrInvalid]
// and names the JSON path and the byte. What is evidence but does not hold gives no
// error, but a [Verification] that says so. Memory is bounded by some 400 MB
// whatever data holds, and is usually a few times its length.
func Verify(data []byte) (*Verification, error) {
	f, err := parseEvidence(data)
	if err != nil {
		return nil, err
	}
	v := &Verification{Method: f.method, Signer: f.signer}
	if f.signer != nil {
		v.SignatureHolds = ed25519.Verify(f.signer, signed(f.body), f.signed)
	}
	if v.Difference = f.wrongDigest("claims", "space", "tally", "terms"); v.Difference != nil {
		return v, nil
	}
	e, err := newEvidence(f.tally, f.space, f.terms, f.claims)
	if err != nil {
		return nil, notEvidence(inBody+".tally", f.parts["tally"].At, "%w", err)
	}
	v.Evidence = e
	if f.signer != nil {
		e.signature = &signature{algorithm, hex.EncodeToString(f.signer), hex.EncodeToString(f.signed)}
	}
	if f.method != MethodVersion {
		if v.Difference = f.wrongDigest("databases", "report", "verdicts"); v.Difference == nil {
			at := f.parts["method"]
			v.Difference = &Difference{"$" + inBody + ".method", at.At, string(at.Raw), fmt.Sprint(MethodVersion)}
		}
		return v, nil
	}
	v.compare(f)
	return v, nil
}

// compare holds what the file states against the evidence computed anew.
func (v *Verification) compare(f *file) {
	own := jcs.Value{Raw: v.Evidence.body}
	if bytes.Equal(f.body, own.Raw) {
		return
	}
	parts := map[string]jcs.Value{}
	for w := own.Walk(); ; {
		key, part, ok := w.Next()
		if !ok {
			break
		}
		parts[key] = part
	}
	for _, key := range []string{"databases", "report", "verdicts"} {
		first, digits := jcs.Compare(f.parts[key], parts[key], roundingTolerance)
		if digits != nil && v.Rounding == nil {
			v.Rounding = differenceAt(key, digits)
		}
		if first != nil {
			v.Difference = differenceAt(key, first)
			return
		}
	}
	if v.Difference = f.wrongDigest("databases", "report", "verdicts"); v.Difference != nil && v.Rounding != nil {
		v.Difference, v.Rounding = v.Rounding, nil // somebody changed a last digit
	}
}

func differenceAt(key string, d *jcs.Difference) *Difference {
	return &Difference{"$" + inBody + "." + key + d.Path, d.At, clip(d.A), clip(d.B)}
}

// wrongDigest returns the first of these parts whose digest is not the one stated.
func (f *file) wrongDigest(keys ...string) *Difference {
	for _, key := range keys {
		part, ok := f.parts[key]
		if !ok {
			continue
		}
		raw := part.Raw
		if key == "tally" {
			raw = f.tally
		}
		stated := f.digests[key]
		if own := `"` + digest(raw) + `"`; own != string(stated.Raw) {
			return &Difference{"$" + inBody + ".digests." + key, stated.At, clip(stated.Raw), own}
		}
	}
	return nil
}

// OK reports whether everything in the file was reproduced, and the signature
// holds if there is one.
func (v *Verification) OK() bool {
	return v.Difference == nil && (v.Signer == nil || v.SignatureHolds)
}

// String says in a few lines what was found.
func (v *Verification) String() string {
	var b strings.Builder
	switch {
	case v.Difference != nil && v.Method != MethodVersion && v.Evidence != nil:
		fmt.Fprintf(&b, "Not comparable: the file was written by method %d, this program has method %d. That is no sign of a change.\n", v.Method, MethodVersion)
	case v.Difference != nil:
		fmt.Fprintf(&b, "Not reproduced: %v.\n", v.Difference)
	case v.Rounding != nil:
		fmt.Fprintf(&b, "Reproduced, but for last digits, as another processor computes them: first %v.\n", v.Rounding)
	default:
		n := len(v.Evidence.verdicts)
		fmt.Fprintf(&b, "Reproduced bit for bit: the report and %d %s follow from the tally.\n", n, plural(uint64(n), "verdict", "verdicts"))
	}
	switch {
	case v.Signer == nil:
		b.WriteString("Not signed.")
	case v.SignatureHolds:
		fmt.Fprintf(&b, "Signed by the Ed25519 key %x.", []byte(v.Signer))
	default:
		fmt.Fprintf(&b, "The signature of the Ed25519 key %x does not hold.", []byte(v.Signer))
	}
	return b.String()
}
