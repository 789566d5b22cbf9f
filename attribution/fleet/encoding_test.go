package fleet_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// samples are envelopes of every kind: each target, exact and sketched, and one of nothing.
func samples() map[string]fleet.Envelope {
	rng := rand.New(rand.NewPCG(1, 2))
	all := map[string]fleet.Envelope{
		"exact":    envelope("paris-1", 3, count(rng, 900, 300)),
		"sketched": envelope("paris-1", 4, count(rng, 30_000, 9_000)),
		"nothing":  envelope("paris-1", 1, newTally().Snapshot()),
		"zero":     envelope("paris-1", 1, attribution.Snapshot{}),
	}
	for _, t := range targets()[1:] {
		e := envelope("Rom_2.b:c", 1, count(rng, 20, 9))
		e.Target, e.Final = t, false
		all["target "+t.String()] = e
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	for name, e := range samples() {
		e.Epoch = 1 << 63
		b := must(e.MarshalBinary())
		var got, unpacked fleet.Envelope
		if err := got.UnmarshalBinary(b); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := unpacked.Unpack(must(e.Pack())); err != nil || !bytes.Equal(must(unpacked.MarshalBinary()), b) {
			t.Errorf("%s: packed: %v", name, err)
		}
		again := must(got.MarshalBinary())
		got.Snapshot, e.Snapshot = attribution.Snapshot{}, attribution.Snapshot{}
		if !bytes.Equal(again, b) || !reflect.DeepEqual(got, e) {
			t.Errorf("%s: %+v, want %+v", name, got, e)
		}
	}
}

// What was written stays readable, and is written so again.
func TestGoldenEnvelopes(t *testing.T) {
	for _, name := range []string{"exact", "sketched"} {
		want := encodedEnvelope(samples()[name])
		testenv.Golden(t, name+".whe1", want)
		var got fleet.Envelope
		if err := got.UnmarshalBinary(must(os.ReadFile(filepath.Join("testdata", name+".whe1")))); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encodedEnvelope(got), want) {
			t.Errorf("%s: the golden file has other contents", name)
		}
	}
}

// invalid are envelopes that nobody may send.
func TestInvalid(t *testing.T) {
	for name, change := range map[string]func(*fleet.Envelope){
		"no node":             func(e *fleet.Envelope) { e.Node = "" },
		"a long node":         func(e *fleet.Envelope) { e.Node = strings.Repeat("a", 65) },
		"a node with a slash": func(e *fleet.Envelope) { e.Node = "a/b" },
		"no sequence":         func(e *fleet.Envelope) { e.Sequence = 0 },
		"a final target":      func(e *fleet.Envelope) { e.Target = targets()[1] },
		"many targets":        func(e *fleet.Envelope) { e.Targets = 1<<20 + 1 },
		"a short window":      func(e *fleet.Envelope) { e.Window = time.Millisecond },
		"a long window":       func(e *fleet.Envelope) { e.Window = 25 * time.Hour },
		"between windows":     func(e *fleet.Envelope) { e.From = e.From.Add(1) },
		"before 1970":         func(e *fleet.Envelope) { e.From = time.Unix(-10, 0) },
		"no time":             func(e *fleet.Envelope) { e.From = time.Time{} },
		"far away":            func(e *fleet.Envelope) { e.From = time.Unix(1<<40, 0) },
	} {
		e := samples()["exact"]
		change(&e)
		if _, err := e.MarshalBinary(); !errors.Is(err, fleet.ErrInvalidEnvelope) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := newFleet(t).Put(e); !errors.Is(err, fleet.ErrInvalidEnvelope) {
			t.Errorf("%s: Put: %v", name, err)
		}
	}
}

// malformed are changes of a valid encoding, and what the error says. The checksum is made
// right again, so that the reader sees them.
var malformed = map[string]struct {
	change func(b []byte) []byte
	want   string
}{
	"empty":                {func(b []byte) []byte { return nil }, `do not begin with "whe1"`},
	"another magic":        {begins("wht2"), `do not begin with "whe1"`},
	"another version":      {begins("whe7"), "version 7"},
	"a long name":          {func(b []byte) []byte { b[4] = 65; return b }, "65 bytes, at most 64"},
	"a name of controls":   {func(b []byte) []byte { b[5] = 7; return b }, "node"},
	"no sequence":          {func(b []byte) []byte { b[20] = 0; return b }, "sequence 0"},
	"no such kind":         {func(b []byte) []byte { b[21] = 9; return b }, "no target of kind 9"},
	"neither 0 nor 1":      {func(b []byte) []byte { b[22] = 2; return b }, "2 where 0 or 1"},
	"cut in the snapshot":  {func(b []byte) []byte { return b[:len(b)-40] }, "the snapshot of paris-1"},
	"cut before the place": {func(b []byte) []byte { return b[:15] }, "announced"},
	"a byte too many":      {func(b []byte) []byte { return append(b, 0) }, "the snapshot of paris-1"},
}

func begins(magic string) func([]byte) []byte {
	return func(b []byte) []byte { return append([]byte(magic), b[4:]...) }
}

func encodedEnvelope(e fleet.Envelope) []byte { return must(e.MarshalBinary()) }

func TestMalformed(t *testing.T) {
	valid := encodedEnvelope(samples()["exact"])
	for name, c := range malformed {
		b := seal(c.change(bytes.Clone(valid[:len(valid)-4])))
		e := envelope("untouched", 9, attribution.Snapshot{})
		err := e.UnmarshalBinary(b)
		if !errors.Is(err, attribution.ErrInvalidEncoding) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want … %s …", name, err, c.want)
		}
		if e.Node != "untouched" {
			t.Errorf("%s: the envelope was changed", name)
		}
	}
	err := new(fleet.Envelope).UnmarshalBinary([]byte("whe3xxxxxxx"))
	version := (*sketch.VersionError)(nil)
	if !errors.As(err, &version) || version.Version != 3 || version.Supported != 1 {
		t.Errorf("no typed error about the version: %+v", version)
	}
}

// Any bit that flips is found.
func TestDamaged(t *testing.T) {
	e := envelope("paris-1", 1, count(rand.New(rand.NewPCG(5, 6)), 30, 9))
	valid := must(e.MarshalBinary())
	for i := range valid {
		for bit := range 8 {
			b := bytes.Clone(valid)
			b[i] ^= 1 << bit
			if new(fleet.Envelope).UnmarshalBinary(b) == nil {
				t.Fatalf("bit %d of byte %d", bit, i)
			}
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	e := envelope("paris-1", 1, count(rand.New(rand.NewPCG(5, 6)), 30, 9))
	valid := must(e.MarshalBinary())
	f.Add(valid)
	for _, c := range malformed {
		f.Add(seal(c.change(bytes.Clone(valid[:len(valid)-4]))))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var e fleet.Envelope
		if e.UnmarshalBinary(b) != nil {
			if e.UnmarshalBinary(seal(b)) != nil {
				return
			}
			b = seal(b)
		}
		if again, err := e.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%v, and other bytes: %x, from %x", err, again, b)
		}
		if err := new(fleet.Envelope).Unpack(b); err == nil {
			t.Error("what is not packed was unpacked")
		}
	})
}
