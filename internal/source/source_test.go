package source

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/testenv/world"
)

var full = MaskOf(128)

// One address has one source, however it is written, and that is the start of its prefix.
func TestSourcesOfAddresses(t *testing.T) {
	for _, c := range []struct {
		addr string
		bits int
		want string
	}{
		{"192.0.2.1", 64, "192.0.2.1/32"},
		{"::ffff:192.0.2.1", 64, "192.0.2.1/32"},
		{"::ffff:192.0.2.1%eth0", 32, "192.0.2.1/32"},
		{"0.0.0.0", 64, "0.0.0.0/32"},
		{"255.255.255.255", 128, "255.255.255.255/32"},
		{"2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6/128"},
		{"2001:db8:1:2:3:4:5:6%a long zone that is longer than the address", 64, "2001:db8:1:2::/64"},
		{"2001:db8:1:ffff:3:4:5:6", 49, "2001:db8:1:8000::/49"},
		{"2001:db8:1:2:ffff:4:5:6", 65, "2001:db8:1:2:8000::/65"},
		{"2001:db8:ffff:2::", 32, "2001:db8::/32"},
		{"::1", 64, "::/64"},
		{"::", 128, "::/128"},
		{"::ffff:0:192.0.2.1", 128, "::ffff:0:c000:201/128"}, // translated, not mapped
	} {
		m := MaskOf(c.bits)
		s := m.Of(netip.MustParseAddr(c.addr))
		if got := s.Prefix(c.bits); got.String() != c.want {
			t.Errorf("%s by /%d: %v, want %s", c.addr, c.bits, got, c.want)
		}
		if m.Cut(s) != s {
			t.Errorf("%s by /%d: cut twice is %v", c.addr, c.bits, m.Cut(s))
		}
		if got := m.Cut(full.Of(netip.MustParseAddr(c.addr))); got != s {
			t.Errorf("%s by /%d: cut later is %v, want %v", c.addr, c.bits, got, s)
		}
	}
}

// Masks of every length cut as netip does.
func TestMasksAgainstNetip(t *testing.T) {
	addr := netip.MustParseAddr("fedc:ba98:7654:3210:ffff:ffff:ffff:ffff")
	for bits := 1; bits <= 128; bits++ {
		if got, want := MaskOf(bits).Of(addr).Prefix(bits), netip.PrefixFrom(addr, bits).Masked(); got != want {
			t.Errorf("/%d: %v, want %v", bits, got, want)
		}
	}
}

// The keys of sites and of holdings name what they say, and no two kinds share one.
func TestSitesAndHoldings(t *testing.T) {
	of := func(text string) Source { return full.Of(netip.MustParseAddr(text)) }
	for _, c := range []struct {
		a, b          string
		site, holding bool // the same one
	}{
		{"192.0.2.1", "192.0.2.255", true, true},
		{"192.0.2.1", "192.0.3.1", false, true},
		{"192.0.2.1", "192.1.2.1", false, false},
		{"0.0.0.1", "0.0.0.0", true, true},
		{"2001:db8:1:2::", "2001:db8:1:ffff::", true, true},
		{"2001:db8:1::", "2001:db8:2::", false, true},
		{"2001:db8::", "2001:db9::", false, false},
	} {
		a, b := of(c.a), of(c.b)
		if (a.Site() == b.Site()) != c.site || (a.Holding() == b.Holding()) != c.holding {
			t.Errorf("%s and %s: one site %v, one holding %v", c.a, c.b, a.Site() == b.Site(), a.Holding() == b.Holding())
		}
	}
	keys := map[uint64]string{0: "no key"}
	for _, text := range []string{
		"0.0.0.0", "::", "255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1.0.0.0", "0:1::",
	} {
		for kind, key := range map[string]uint64{"site": of(text).Site(), "holding": of(text).Holding()} {
			if before, known := keys[key]; known {
				t.Errorf("the %s of %s has the key of %s", kind, text, before)
			}
			keys[key] = kind + " of " + text
		}
	}
	for text, want := range map[string]string{"192.0.2.77": "192.0.2.0/24", "2001:db8:1:2::": "2001:db8:1::/48"} {
		if got := of(text).SitePrefix(64).String(); got != want {
			t.Errorf("site of %s: %s, want %s", text, got, want)
		}
	}
	if got := of("2001:db8::").SitePrefix(32).String(); got != "2001:db8::/32" {
		t.Errorf("site of a short prefix: %s", got)
	}
}

// Sources are ordered by address, IPv4 among the lowest IPv6 ones.
func TestOrder(t *testing.T) {
	var list []Source
	for _, text := range []string{"2001:db8::1", "9.0.0.1", "::1", "2001:db8::", "10.0.0.1"} {
		list = append(list, full.Of(netip.MustParseAddr(text)))
	}
	slices.SortFunc(list, Source.Compare)
	var got []string
	for _, s := range list {
		got = append(got, s.Prefix(128).Addr().String())
	}
	if want := []string{"::1", "9.0.0.1", "10.0.0.1", "2001:db8::", "2001:db8::1"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A source is located as its first address.
func TestOriginOfSources(t *testing.T) {
	for _, a := range []netip.Addr{world.IP("RU", 1), world.IP("", 1), world.IP("reserved", 1), world.IP6(9)} {
		if got, want := MaskOf(64).Of(a).OriginIn(world.Table()), world.Table().Lookup(a); got != want {
			t.Errorf("%v: %v, want %v", a, got, want)
		}
	}
}
