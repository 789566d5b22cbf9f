package monitor

import (
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/sketch"
)

func TestTarget(t *testing.T) {
	long := strings.Repeat("x", MaxTargetName+1)
	for _, c := range []struct {
		target     Target
		text, json string
	}{
		{Target{}, "", `""`},
		{TargetAddr(netip.Addr{}), "", `""`},
		{TargetAddr(netip.MustParseAddr("203.0.113.7")), "203.0.113.7", `"203.0.113.7"`},
		{TargetAddr(netip.MustParseAddr("::ffff:203.0.113.7")), "203.0.113.7", `"203.0.113.7"`},
		{TargetAddr(netip.MustParseAddr("fe80::1%eth0")), "fe80::1", `"fe80::1"`},
		{TargetName("postmaster@lagoon.example"), "postmaster@lagoon.example", `"postmaster@lagoon.example"`},
		{TargetName("#café"), "#café", `"#café"`},
		{TargetName("two\nlines"), `"two\nlines"`, `"two\nlines"`},
		{TargetName("\xff"), `"\xff"`, `"` + "\ufffd" + `"`},
		{TargetName(long), long[1:], `"` + long[1:] + `"`},
		{ParseTarget("2001:db8::1"), "2001:db8::1", `"2001:db8::1"`},
		{ParseTarget("db8"), "db8", `"db8"`},
	} {
		if got := c.target.String(); got != c.text {
			t.Errorf("String: %s, want %s", got, c.text)
		}
		got, err := json.Marshal(c.target)
		if err != nil || string(got) != c.json {
			t.Errorf("%v: JSON %s, %v, want %s", c.target, got, err, c.json)
		}
		var back Target
		if err := json.Unmarshal(got, &back); err != nil || c.target.name != "\xff" && back != c.target {
			t.Errorf("%v: comes back as %v, %v", c.target, back, err)
		}
	}
	if TargetName("203.0.113.7") == ParseTarget("203.0.113.7") {
		t.Error("a name that reads like an address became one")
	}
	target := TargetName("kept")
	if err := target.UnmarshalText([]byte(long)); err == nil || target != TargetName("kept") {
		t.Errorf("a text too long: %v, %v", err, target)
	}
}

// Targets that differ have different hashes, whatever form they have, and the hash
// depends on the key.
func TestTargetHash(t *testing.T) {
	seen := map[uint64]Target{}
	add := func(target Target) {
		t.Helper()
		h := target.hash(&testKey)
		if other, found := seen[h]; found && other != target {
			t.Errorf("%v and %v have one hash", target, other)
		}
		seen[h] = target
	}
	add(Target{})
	name := strings.Repeat("\x00", 40)
	for n := range len(name) {
		add(TargetName(name[:n]))
		add(TargetName(name[:n] + "a"))
		add(TargetName("a" + name[:n]))
	}
	for i := range 100_000 {
		add(TargetAddr(ip(i)))
		add(TargetName(ip(i).String()))
	}
	for i := range 1000 { // it is that of the 16 bytes, whichever way they are read
		b := ip(i).As16()
		want := testKey.Hash(binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:]))
		if got := TargetAddr(ip(i)); got.hash(&testKey) != want {
			t.Fatalf("%v: hash %x, want %x", got, got.hash(&testKey), want)
		}
	}
	other, err := sketch.KeyFrom([]byte("another key, sixteen bytes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []Target{TargetName("a"), TargetAddr(ip(1))} {
		if target.hash(&testKey) == target.hash(&other) {
			t.Errorf("%v: the hash does not depend on the key", target)
		}
	}
}
