package evidence

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
)

// FormatVersion numbers the layout of a file. What is computed from it has a number of its
// own, [attribution.MethodVersion].
//
// MaxSize is the size of the largest file, in bytes.
const (
	FormatVersion = 2
	MaxSize       = 128 << 20
)

const (
	maxStatement = 8 << 20 // bytes of a file beside the snapshot
	maxClaims    = 64
)

// Evidence is what somebody else needs to check a report: a snapshot, a policy and claims,
// together with the report that follows from them. Make it with [New], or read it with
// [Verify]. The zero Evidence is invalid. An Evidence is immutable, and any number of
// goroutines may share it.
type Evidence struct {
	snapshot attribution.Snapshot
	policy   attribution.Policy
	encoded  []byte // the snapshot

	// What the file states, as canonical JSON.
	account, claims, terms, report []byte // account: nil if there is none
}

// given is what a report follows from.
type given struct {
	snapshot []byte
	policy   attribution.Policy
	claims   []attribution.Claim
}

// New returns the evidence for what a snapshot says under a policy, with one verdict per
// claim.
//
// The file will hold the addresses of the sources. Use [attribution.Snapshot.WithoutAddresses]
// before, where they must not be in it: verdicts depend on them.
//
// The error wraps [attribution.ErrInvalidPolicy], [attribution.ErrInvalidClaim] (also for
// more than 64 claims), or [attribution.ErrInvalidEncoding] for what exceeds [MaxSize].
func New(s attribution.Snapshot, p attribution.Policy, claims ...attribution.Claim) (*Evidence, error) {
	if len(claims) > maxClaims {
		return nil, fmt.Errorf("evidence: %w: %d claims, at most %d fit", attribution.ErrInvalidClaim, len(claims), maxClaims)
	}
	encoded, err := s.MarshalBinary()
	if err != nil {
		return nil, err
	}
	e, err := compute(given{encoded, p, claims}, part{})
	if err != nil {
		return nil, err
	}
	return e.checked()
}

// compute makes a report from what is given, and from nothing else: it is what makes
// evidence, and what verifies it. Numbers are rounded, to what stated has if that fits.
func compute(g given, stated part) (*Evidence, error) {
	e := &Evidence{encoded: g.snapshot}
	if err := e.snapshot.UnmarshalBinary(g.snapshot); err != nil {
		return nil, err
	}
	r, err := e.snapshot.Report(g.policy, g.claims...)
	if err != nil {
		return nil, err
	}
	e.policy = r.Policy
	settle(reflect.ValueOf(&r).Elem(), stated)
	r.Policy = e.policy
	if g.claims == nil {
		g.claims = []attribution.Claim{} // not null
	}
	for _, text := range []struct {
		into  *[]byte
		value any
	}{{&e.claims, g.claims}, {&e.terms, e.policy}, {&e.report, r}} {
		if *text.into, err = canonical(text.value); err != nil {
			return nil, fmt.Errorf("evidence: %w: %w", attribution.ErrInvalidEncoding, err)
		}
	}
	return e, nil
}

// checked returns e, unless its file is too large.
func (e *Evidence) checked() (*Evidence, error) {
	b := e.appendStatement(nil)
	size := len(b) + base64.StdEncoding.EncodedLen(len(e.encoded)) + len(end)
	if len(b) > maxStatement || size > MaxSize {
		return nil, fmt.Errorf("evidence: %w: %d bytes, of which %d are beside the snapshot; at most %d and %d fit",
			attribution.ErrInvalidEncoding, size, len(b), MaxSize, maxStatement)
	}
	return e, nil
}

// WithAccount returns the evidence together with an account of what was read. The account
// stands in the file as it is given, with a digest of its own, and nothing follows from it.
// Characters that do not print are removed from its texts, and each is cut to 1,024 bytes.
//
// The error wraps [attribution.ErrInvalidEncoding], for an account of more than 8 MiB.
func (e *Evidence) WithAccount(a attribution.Account) (*Evidence, error) {
	text, err := canonical(clean(a))
	if err != nil {
		return nil, fmt.Errorf("evidence: %w: %w", attribution.ErrInvalidEncoding, err)
	}
	c := *e
	c.account = text
	return c.checked()
}

// clean returns a copy of an account whose texts print.
func clean(a attribution.Account) attribution.Account {
	a.Format = snapshot.Clean(a.Format)
	a.Fields, a.Instead, a.NotTaken = cleanNames(a.Fields), cleanNames(a.Instead), cleanNames(a.NotTaken)
	a.First = maps.Clone(a.First)
	for reason, place := range a.First {
		a.First[reason] = snapshot.Clean(place)
	}
	a.Unread, a.Notes = slices.Clone(a.Unread), slices.Clone(a.Notes)
	for i := range a.Unread {
		u := &a.Unread[i]
		u.Code, u.First = snapshot.Clean(u.Code), snapshot.Clean(u.First)
	}
	for i := range a.Notes {
		n := &a.Notes[i]
		n.Code, n.Subject = snapshot.Clean(n.Code), snapshot.Clean(n.Subject)
	}
	return a
}

// cleanNames returns a copy whose names and fields print, nil for an empty one.
func cleanNames(fields map[string]string) map[string]string {
	var clean map[string]string
	for name, field := range fields {
		if clean == nil {
			clean = map[string]string{}
		}
		clean[snapshot.Clean(name)] = snapshot.Clean(field)
	}
	return clean
}

// Snapshot returns what the report is made of.
func (e *Evidence) Snapshot() attribution.Snapshot { return e.snapshot }

// Policy returns how the claims are decided, with every default filled in.
func (e *Evidence) Policy() attribution.Policy { return e.policy }

// Report returns the report as the file states it: its numbers are rounded, and its Account
// is the one that was given. The caller owns it.
func (e *Evidence) Report() attribution.Report {
	var r attribution.Report
	err := json.Unmarshal(e.report, &r)
	if err == nil && e.account != nil {
		err = json.Unmarshal(e.account, &r.Account)
	}
	if err != nil {
		panic("evidence: " + err.Error()) // this package has written what it reads
	}
	return r
}

// end is what follows the snapshot in a file.
const end = `"}}`

// AppendBinary appends the file to b. It never fails.
func (e *Evidence) AppendBinary(b []byte) ([]byte, error) {
	b = base64.StdEncoding.AppendEncode(e.appendStatement(b), e.encoded)
	return append(b, end...), nil
}

// appendStatement appends the file up to the text of the snapshot. Members stand in the
// order of their names.
func (e *Evidence) appendStatement(b []byte) []byte {
	digests := map[string]string{
		"claims": digest(e.claims), "policy": digest(e.terms), "report": digest(e.report), "snapshot": digest(e.encoded),
	}
	b = append(b, `{"evidence":{`...)
	if e.account != nil {
		digests["account"] = digest(e.account)
		b = fmt.Appendf(b, `"account":%s,`, e.account)
	}
	list, _ := json.Marshal(digests) // names and hexadecimal digits, in order
	return fmt.Appendf(b, `"claims":%s,"digests":%s,"format":%d,"method":%d,"policy":%s,"report":%s,"snapshot":"`,
		e.claims, list, FormatVersion, attribution.MethodVersion, e.terms, e.report)
}

// MarshalBinary returns what AppendBinary appends.
func (e *Evidence) MarshalBinary() ([]byte, error) { return e.AppendBinary(nil) }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
