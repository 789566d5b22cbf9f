package monitor

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// Different targets have different encodings, and come back as they were.
func TestTargetBinary(t *testing.T) {
	seen := map[string]Target{}
	for _, target := range []Target{
		{}, TargetAddr(netip.MustParseAddr("192.0.2.1")), TargetAddr(netip.MustParseAddr("2001:db8::1")),
		TargetPrefix(netip.MustParsePrefix("192.0.2.0/24")), TargetPrefix(netip.MustParsePrefix("2001:db8::/48")),
		TargetPrefix(netip.MustParsePrefix("0.0.0.0/0")), TargetPrefix(netip.MustParsePrefix("::/0")),
		TargetName("192.0.2.1"), TargetName("192.0.2.0/24"), TargetName("*@lagoon.example"), TargetName("/shop/*"),
		TargetName("lagoon.example"), TargetName("/shop/"), TargetName("\xff\x00"), TargetName(strings.Repeat("x", 2000)),
		ParseTarget("*@lagoon.example"), ParseTarget("/shop/*"), ParseTarget("/*"),
	} {
		b, err := target.MarshalBinary()
		if err != nil || len(b) > 1+MaxTargetName {
			t.Errorf("%v: %d bytes, %v", target, len(b), err)
		}
		if other, twice := seen[string(b)]; twice {
			t.Errorf("%v and %v have one encoding", target, other)
		}
		seen[string(b)] = target
		got := TargetName("another")
		if err := got.UnmarshalBinary(b); err != nil || got != target {
			t.Errorf("%v came back as %v, %v", target, got, err)
		}
	}
}

// malformedTargets are encodings of none, or not the one encoding of what they say.
var malformedTargets = map[string][]byte{
	"nothing": nil, "no such kind": {9, 'x'}, "more than none": {kindNone, 0},
	"no address": {kindAddr}, "three bytes of an address": {kindAddr, 1, 2, 3},
	"an IPv4-mapped address": append([]byte{kindAddr, 10: 0, 11: 0xff, 12: 0xff}, 1, 2, 3, 4),
	"no network":             {kindPrefix}, "a network of no address": {kindPrefix, 24},
	"a long prefix": {kindPrefix, 1, 2, 3, 4, 99}, "bits of a host": {kindPrefix, 1, 2, 3, 4, 24},
	"a prefix of one address": {kindPrefix, 1, 2, 3, 4, 32}, "no name": {kindName},
	"a long name": []byte("\x03" + strings.Repeat("x", MaxTargetName+1)), "no domain": {kindDomain},
	"a domain with capitals": []byte("\x04Lagoon.example"), "a mailbox": []byte("\x04a@lagoon.example"),
	"no directory": {kindDirectory}, "a directory without a slash": []byte("\x05/shop"),
}

func TestMalformedTargets(t *testing.T) {
	for name, data := range malformedTargets {
		got := TargetName("untouched")
		if err := got.UnmarshalBinary(data); !errors.Is(err, attribution.ErrInvalidEncoding) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if got != TargetName("untouched") {
			t.Errorf("%s: an error changed the target", name)
		}
	}
}

// What is decoded is encoded again as it came.
func FuzzTargetBinary(f *testing.F) {
	for _, data := range malformedTargets {
		f.Add(data)
	}
	for _, text := range []string{"192.0.2.1", "2001:db8::/48", "name", "*@lagoon.example", "/shop/*"} {
		b, _ := ParseTarget(text).MarshalBinary()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got Target
		if got.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := got.MarshalBinary(); err != nil || string(again) != string(data) {
			t.Errorf("%x, %v, from %x", again, err, data)
		}
	})
}
