package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/sketch"
)

// file is evidence as it was read. What is computed anew is kept as it stands.
type file struct {
	given
	parts   map[string]part // of the member "evidence"
	digests map[string]part
	method  int
}

const root = "/evidence/"

func parse(data []byte) (*file, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("evidence: %w: %d bytes, at most %d", attribution.ErrInvalidEncoding, len(data), MaxSize)
	}
	statement, encoded := cut(data)
	if len(statement) > maxStatement {
		return nil, fmt.Errorf("evidence: %w: %d bytes beside the snapshot, at most %d",
			attribution.ErrInvalidEncoding, len(statement), maxStatement)
	}
	if err := checkCanonical(statement); err != nil {
		return nil, err
	}
	whole, err := part{text: statement}.members([]string{"evidence"})
	if err != nil {
		return nil, err
	}
	f := &file{}
	if err := f.readBody(whole["evidence"]); err != nil {
		return nil, err
	}
	return f, f.readSnapshot(encoded)
}

// cut takes the text of the snapshot out of a file, so that what is left is small. In
// canonical form it is the last string of all. Offsets up to it stay.
func cut(data []byte) (statement, snapshot []byte) {
	body, ok := bytes.CutSuffix(data, []byte(end))
	from := bytes.LastIndexByte(body, '"') + 1
	if !ok || !bytes.HasSuffix(body[:from], []byte(`"snapshot":"`)) {
		return data, nil
	}
	return slices.Concat(body[:from], []byte(end)), body[from:]
}

func (f *file) readBody(body part) (err error) {
	// Another format may have other members, and says so itself.
	for p := range body.parts() {
		if p.path == root+"format" && string(p.text) != strconv.Itoa(FormatVersion) {
			return wrongFormat(p)
		}
	}
	required := []string{"claims", "digests", "format", "method", "policy", "report", "snapshot"}
	if f.parts, err = body.members(required, "account"); err != nil {
		return err
	}
	required = []string{"claims", "policy", "report", "snapshot"}
	if _, ok := f.parts["account"]; ok {
		required = append(required, "account")
	}
	if f.digests, err = f.parts["digests"].members(required); err != nil {
		return err
	}
	for _, digest := range f.digests {
		if len(digest.text) != len(`""`)+64 {
			return invalid(digest, "%s is no SHA-256 in hexadecimal", clip(digest.text))
		}
	}
	method := f.parts["method"]
	if err := strict(method, &f.method); err != nil {
		return err
	}
	if f.method < 1 {
		return invalid(method, "method %d, want 1 or more", f.method)
	}
	return f.readGiven()
}

func wrongFormat(p part) error {
	version, err := strconv.Atoi(string(p.text))
	if err != nil {
		return invalid(p, "%s is no version", clip(p.text))
	}
	return fmt.Errorf("evidence: %s: %w", p,
		&sketch.VersionError{Format: "evidence", Version: version, Supported: FormatVersion})
}

// readGiven reads what the report is computed from, beside the snapshot.
func (f *file) readGiven() error {
	if p, ok := f.parts["account"]; ok {
		var a attribution.Account
		if err := strict(p, &a); err != nil {
			return err
		}
		if err := same(p, clean(a)); err != nil {
			return err
		}
	}
	claims, n := f.parts["claims"], 0
	if claims.text.Kind() != jsontext.KindBeginArray {
		return invalid(claims, "%s, want a list", clip(claims.text))
	}
	for p := range claims.parts() {
		if n++; n > maxClaims {
			return invalid(p, "more than %d claims", maxClaims)
		}
		var c attribution.Claim
		if err := strict(p, &c); err != nil {
			return err
		}
		f.claims = append(f.claims, c)
	}
	policy := f.parts["policy"]
	if err := strict(policy, &f.policy); err != nil {
		return err
	}
	err := f.policy.Validate()
	if err == nil && f.policy.Confidence == 0 {
		err = fmt.Errorf("a default that is not written out")
	}
	if err != nil {
		return invalid(policy, "%w", err)
	}
	return nil
}

// readSnapshot reads the text of the snapshot. Strict base64 still passes over line breaks,
// and so its length must fit as well.
func (f *file) readSnapshot(text []byte) (err error) {
	place := f.parts["snapshot"]
	if string(place.text) != `""` {
		return invalid(place, "%s, want a string", clip(place.text))
	}
	f.snapshot, err = base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err == nil && base64.StdEncoding.EncodedLen(len(f.snapshot)) != len(text) {
		err = fmt.Errorf("line breaks in base64")
	}
	if err != nil {
		return invalid(place, "%w", err)
	}
	return nil
}

// strict reads a value that is exactly what would be written of it.
func strict(p part, into any) error {
	if err := json.Unmarshal(p.text, into); err != nil {
		return invalid(p, "%w", err)
	}
	return same(p, into)
}

// same returns where a value is not what would be written of own, or nil.
func same(p part, own any) error {
	text, err := canonical(own)
	if err != nil {
		return invalid(p, "%w", err)
	}
	d := differ(p, part{path: p.path, text: text})
	if d == nil {
		return nil
	}
	place := part{path: jsontext.Pointer(d.Path), at: int(d.Offset)}
	return invalid(place, "%s, want %s", orNothing(d.Stated), orNothing(d.Recomputed))
}
