package attribution

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/whence-go/whence/internal/jcs"
)

// file is evidence as it was read. What can be computed anew is kept as it stands.
type file struct {
	body    []byte
	parts   map[string]jcs.Value // of the body
	digests map[string]jcs.Value
	method  int
	claims  []Claim
	terms   Terms
	space   *spaceShares
	tally   []byte
	signer  ed25519.PublicKey // nil: not signed
	signed  []byte            // the signature
}

// notEvidence is the error for bytes that are no evidence.
func notEvidence(path string, at int, format string, args ...any) error {
	return fmt.Errorf("attribution: %w: evidence: $%s at byte %d: %w", ErrInvalid, path, at, fmt.Errorf(format, args...))
}

func parseEvidence(data []byte) (*file, error) {
	if len(data) > MaxEvidence {
		return nil, fmt.Errorf("attribution: %w: evidence: %d bytes, at most %d", ErrInvalid, len(data), MaxEvidence)
	}
	if err := jcs.Check(data); err != nil {
		return nil, fmt.Errorf("attribution: %w: evidence: %w", ErrInvalid, err)
	}
	root, err := members(jcs.Value{Raw: data}, "", []string{"evidence"}, "signature")
	if err != nil {
		return nil, err
	}
	f := new(file)
	if s, ok := root["signature"]; ok {
		if err := f.readSignature(s); err != nil {
			return nil, err
		}
	}
	return f, f.readBody(root["evidence"])
}

// members returns the members of an object, which must be those of required, and
// may be those of optional.
func members(v jcs.Value, path string, required []string, optional ...string) (map[string]jcs.Value, error) {
	if v.Raw[0] != '{' {
		return nil, notEvidence(path, v.At, "%s, want an object", clip(v.Raw))
	}
	found := map[string]jcs.Value{}
	for w := v.Walk(); ; {
		key, part, ok := w.Next()
		if !ok {
			break
		}
		if !slices.Contains(required, key) && !slices.Contains(optional, key) {
			return nil, notEvidence(path+"."+clip([]byte(key)), part.At, "unknown key")
		}
		found[key] = part
	}
	for _, key := range required {
		if _, ok := found[key]; !ok {
			return nil, notEvidence(path, v.At, "no member %q", key)
		}
	}
	return found, nil
}

const maxClip = 200

// clip bounds what is quoted of a file.
func clip(b []byte) string {
	if len(b) > maxClip {
		return string(b[:maxClip]) + "..."
	}
	return string(b)
}

const inBody = ".evidence"

func (f *file) readBody(v jcs.Value) (err error) {
	f.body = v.Raw
	// Another version may have other members, and says so itself.
	for w := v.Walk(); ; {
		key, part, ok := w.Next()
		if !ok {
			break
		}
		if key == "version" && string(part.Raw) != fmt.Sprint(evidenceVersion) {
			return notEvidence(inBody+".version", part.At, "version %s, this package reads version %d", clip(part.Raw), evidenceVersion)
		}
	}
	f.parts, err = members(v, inBody, []string{"claims", "databases", "digests", "method", "report", "tally", "terms", "verdicts", "version"}, "space")
	if err != nil {
		return err
	}
	tally := f.parts["tally"]
	if len(v.Raw)-len(tally.Raw) > maxStatement {
		return notEvidence(inBody, v.At, "%d bytes beside the tally, at most %d", len(v.Raw)-len(tally.Raw), maxStatement)
	}
	digests := []string{"claims", "databases", "report", "tally", "terms", "verdicts"}
	if _, ok := f.parts["space"]; ok {
		digests = append(digests, "space")
	}
	if f.digests, err = members(f.parts["digests"], inBody+".digests", digests); err != nil {
		return err
	}
	if err := f.strict("method", &f.method); err != nil {
		return err
	}
	if f.method < 1 {
		return notEvidence(inBody+".method", f.parts["method"].At, "method %d, want 1 or more", f.method)
	}
	if err := f.readInputs(); err != nil {
		return err
	}
	if tally.Raw[0] != '"' {
		return notEvidence(inBody+".tally", tally.At, "%s, want a string", clip(tally.Raw))
	}
	if f.tally, err = base64.StdEncoding.Strict().AppendDecode(nil, tally.Raw[1:len(tally.Raw)-1]); err != nil {
		return notEvidence(inBody+".tally", tally.At, "%w", err)
	}
	return nil
}

// readInputs reads what the verdicts are computed from, beside the tally.
func (f *file) readInputs() error {
	at := f.parts["claims"].At
	for n, w := 0, f.parts["claims"].Walk(); ; n++ {
		if _, _, ok := w.Next(); !ok {
			break
		}
		if n == maxClaims {
			return notEvidence(inBody+".claims", at, "more than %d claims", maxClaims)
		}
	}
	if err := f.strict("claims", &f.claims); err != nil {
		return err
	}
	if f.claims == nil {
		return notEvidence(inBody+".claims", at, "null, want a list")
	}
	for i, c := range f.claims {
		if err := c.Err(); err != nil {
			return notEvidence(fmt.Sprintf("%s.claims[%d]", inBody, i), at, "%w", err)
		}
	}
	if err := f.strict("terms", &f.terms); err != nil {
		return err
	}
	err := f.terms.Err()
	if err == nil && f.terms != f.terms.filled() {
		err = fmt.Errorf("a default that is not written out")
	}
	if err != nil {
		return notEvidence(inBody+".terms", f.parts["terms"].At, "%w", err)
	}
	if space, ok := f.parts["space"]; ok {
		f.space = new(spaceShares)
		if err := f.strict("space", f.space); err != nil {
			return err
		}
		if err := f.space.err(); err != nil {
			return notEvidence(inBody+".space", space.At, "%w", err)
		}
	}
	return nil
}

// strict reads a part of the body that is exactly what would be written of it.
func (f *file) strict(key string, into any) error {
	return strict(f.parts[key], inBody+"."+key, into)
}

func strict(v jcs.Value, path string, into any) error {
	if err := json.Unmarshal(v.Raw, into); err != nil {
		return notEvidence(path, v.At, "%w", err)
	}
	own, err := jcs.Append(nil, into)
	if err != nil {
		return notEvidence(path, v.At, "%w", err)
	}
	d, digits := jcs.Compare(v, jcs.Value{Raw: own}, 0)
	switch {
	case d == nil:
		d = digits
	case d.B == nil:
		return notEvidence(path+d.Path, d.At, "unknown key")
	}
	if d != nil {
		return notEvidence(path+d.Path, d.At, "%s, want %s", cmpMissing(d.A), clip(d.B))
	}
	return nil
}

func cmpMissing(b []byte) string {
	if b == nil {
		return "nothing"
	}
	return clip(b)
}

func (f *file) readSignature(v jcs.Value) error {
	const path = ".signature"
	if _, err := members(v, path, []string{"algorithm", "public_key", "signature"}); err != nil {
		return err
	}
	var s signature
	if err := strict(v, path, &s); err != nil {
		return err
	}
	if s.Algorithm != algorithm {
		return notEvidence(path+".algorithm", v.At, "%.40q, want %q", s.Algorithm, algorithm)
	}
	var err error
	if f.signer, err = readHex(s.PublicKey, ed25519.PublicKeySize); err != nil {
		return notEvidence(path+".public_key", v.At, "%w", err)
	}
	if f.signed, err = readHex(s.Signature, ed25519.SignatureSize); err != nil {
		return notEvidence(path+".signature", v.At, "%w", err)
	}
	return nil
}

func readHex(s string, size int) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if err == nil && (len(b) != size || hex.EncodeToString(b) != s) {
		err = fmt.Errorf("%.40q is no number of %d bytes in lower-case hexadecimal", s, size)
	}
	return b, err
}
