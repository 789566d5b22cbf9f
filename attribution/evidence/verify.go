package evidence

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"

	"github.com/whence-go/whence/attribution"
)

// Verification is what [Verify] finds. It is plain data.
type Verification struct {
	// Evidence is what follows from the file, computed anew. It is nil if a digest shows
	// that something given was changed.
	Evidence *Evidence

	// Method is the [attribution.MethodVersion] of the file. If this program has another,
	// nothing can be said about the numbers. Difference then names the method, unless a
	// digest is wrong. That is no sign of a change.
	Method int

	// Difference is the first place where the file states something else than what was
	// computed; nil if there is none.
	Difference *Difference
}

// OK reports whether the report follows from what the file says is given.
func (v Verification) OK() bool { return v.Difference == nil && v.Evidence != nil }

// Difference is a place where a file states something else than what follows from it.
// Characters that do not print are escaped as in JSON.
type Difference struct {
	Path       string // JSON pointer (RFC 6901), such as "/evidence/report/events"
	Offset     int64  // byte of the file
	Stated     string // JSON, cut if it is long; "" if nothing is stated
	Recomputed string // likewise; "" if there should be nothing
}

// String names the place and both sides in one line, for logs.
func (d Difference) String() string {
	return fmt.Sprintf("%s at byte %d: stated %s, recomputed %s",
		d.Path, d.Offset, orNothing(d.Stated), orNothing(d.Recomputed))
}

func orNothing(text string) string { return cmp.Or(text, "nothing") }

// Verify reads a file, computes the report anew from the snapshot, the policy and the claims
// in it, and compares it with what the file states. It looks at nothing else: no clock, no
// database, no random number. That nothing differs proves that the report follows from the
// snapshot. [Evidence.CheckOrigins] and [Evidence.CheckHashes] test the snapshot itself.
//
// The error is for bytes that are no evidence, or whose snapshot cannot come of counting. It
// wraps [attribution.ErrInvalidEncoding], and names the place and what is wrong there.
// Another format is a [sketch.VersionError]. A file that is readable and does not hold gives
// no error, but a [Verification] that says so.
//
// Memory is some ten times the length of data. Time grows with the number of sources, claims
// and databases: a fifth of a second for 60,000 sources and three claims. A hostile file of
// the largest size takes a gigabyte and many minutes: bound what you accept from strangers.
func Verify(data []byte) (Verification, error) {
	f, err := parse(data)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{Method: f.method}
	if v.Difference = f.wrongDigest("account", "claims", "policy", "snapshot"); v.Difference != nil {
		return v, nil
	}
	e, err := compute(f.given, f.parts["report"])
	if err != nil {
		return Verification{}, fmt.Errorf("evidence: %s: %w", f.parts["snapshot"], err)
	}
	e.account = f.parts["account"].text
	v.Evidence = e
	if f.method != attribution.MethodVersion {
		v.Difference = cmp.Or(f.wrongDigest("report"), &Difference{
			root + "method", int64(f.parts["method"].at),
			strconv.Itoa(f.method), strconv.Itoa(attribution.MethodVersion),
		})
		return v, nil
	}
	stated := f.parts["report"]
	if v.Difference = differ(stated, part{path: stated.path, text: e.report}); v.Difference == nil {
		v.Difference = f.wrongDigest("report")
	}
	return v, nil
}

// wrongDigest returns the first of some parts whose digest is not the one stated.
func (f *file) wrongDigest(names ...string) *Difference {
	for _, name := range names {
		p, ok := f.parts[name]
		if !ok {
			continue
		}
		content := []byte(p.text)
		if name == "snapshot" {
			content = f.snapshot
		}
		stated := f.digests[name]
		if d := differ(stated, part{path: stated.path, text: strconv.AppendQuote(nil, digest(content))}); d != nil {
			return d
		}
	}
	return nil
}

// differ returns the first place where stated has something else than own, which has the
// same path; nil if there is none.
func differ(stated, own part) *Difference {
	if bytes.Equal(stated.text, own.text) {
		return nil
	}
	here := &Difference{printable(string(stated.path)), int64(stated.at), clip(stated.text), clip(own.text)}
	if stated.text.Kind() != own.text.Kind() {
		return here
	}
	rest := map[string]part{}
	var order []string
	for p := range own.parts() {
		rest[string(p.path)] = p
		order = append(order, string(p.path))
	}
	for p := range stated.parts() {
		here = nil // it is inside
		other := rest[string(p.path)]
		delete(rest, string(p.path))
		other.path = p.path
		if d := differ(p, other); d != nil {
			return d
		}
	}
	for _, path := range order {
		if p, ok := rest[path]; ok {
			last := stated.at + len(stated.text) - 1
			return &Difference{printable(path), int64(last), "", clip(p.text)}
		}
	}
	return here
}
