package monitor

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
)

// kinsfolk are targets with their groups, of all kinds that there are.
var kinsfolk = []struct{ target, group string }{
	{"198.51.100.7", "198.51.100.0/24"},
	{"0.0.0.0", "0.0.0.0/24"},
	{"255.255.255.255", "255.255.255.0/24"},
	{"2001:db8:7:ffff::1", "2001:db8:7::/48"},
	{"::1", "::/48"},
	{"::ffff:198.51.100.7", "198.51.100.0/24"},
	{"198.51.100.7:443", ""},
	{"198.51.100.0/24", ""}, // a group itself
	{"user@lagoon.example", "*@lagoon.example"},
	{"User@LAGOON.example", "*@lagoon.example"},
	{"user@café.example", "*@café.example"},
	{"user@198.51.100.7", "*@198.51.100.7"},
	{"@lagoon.example", ""},
	{"user@", ""},
	{"@", ""},
	{"a@b@lagoon.example", ""},
	{"ftp://user@host/path", ""},
	{"user@host/path", ""},
	{"*@lagoon.example", ""},
	{"/shop/item/7", "/shop/*"},
	{"/shop/", "/shop/*"},
	{"/shop", "/*"},
	{"/", "/*"},
	{"//", "//*"},
	{"/?next=/shop/", "/*"},
	{"/#/shop/", "/*"},
	{"/shop?a/b", "/*"},
	{"/user@lagoon.example", "/*"},
	{"/shop/*", ""},
	{"shop/item", ""},
	{"lagoon.example", ""},
	{"", ""},
	{"/\xff/\xff", "/\xff/*"},
	{"/" + strings.Repeat("x", MaxTargetName), "/*"},
	{"/" + strings.Repeat("x", MaxTargetName-2) + "/", "/" + strings.Repeat("x", MaxTargetName-2) + "/*"},
}

// The group of a target is told by its form, and its hash is that of the group.
func TestGroupOfATarget(t *testing.T) {
	for _, c := range kinsfolk {
		target := ParseTarget(c.target)
		group := allGroups.Of(target)
		if len(c.group) <= MaxTargetName && group != ParseTarget(c.group) || group.text() != c.group {
			t.Errorf("%.50q is in %.50v, want %.50s", c.target, group, c.group)
		}
		checkGroup(t, target)
	}
	for kind, text := range map[Groups]string{
		Networks: "192.0.2.1", MailDomains: "user@lagoon.example", Directories: "/shop/item",
	} {
		target := ParseTarget(text)
		if got := kind.Of(target).Group(); got != kind {
			t.Errorf("%v is in %v, want %v", target, got, kind)
		}
		if got := (allGroups &^ kind).Of(target); !got.IsZero() {
			t.Errorf("%v is in %v, which is not wanted", target, got)
		}
		if got := Groups(-1).Of(target); !got.IsZero() {
			t.Errorf("%v is in %v, though no groups are wanted", target, got)
		}
	}
	if got := allGroups.String() + "; " + Groups(-1).String(); got != "networks, mail domains, directories; none" {
		t.Error(got)
	}
}

// checkGroup holds a target and its group against what is true of all.
func checkGroup(t *testing.T, target Target) {
	t.Helper()
	group := allGroups.Of(target)
	h, found := allGroups.hash(&target, &testKey)
	counted := allGroups.counted(target)
	if found == counted.IsZero() || found && h != counted.hash(&testKey) {
		t.Errorf("%v: hash %x, %v; that of %v is %x", target, h, found, counted, counted.hash(&testKey))
	}
	if target.Group() != 0 && !group.IsZero() {
		t.Errorf("%v is a group, and in %v", target, group)
	}
	if group.IsZero() {
		return
	}
	if !group.holds(target) || group == target || group.Group() == 0 || group.Addr().IsValid() {
		t.Errorf("%v: not the group of %v", group, target)
	}
	if target.hash(&testKey) == h {
		t.Errorf("%v has the hash of its group", target)
	}
	if back := ParseTarget(group.text()); len(group.text()) <= MaxTargetName && back != group {
		t.Errorf("%v comes back as %v", group, back)
	}
}

// Networks have one form, whichever way they are written, and never that of an address.
func TestTargetPrefix(t *testing.T) {
	for _, c := range []struct{ prefix, text string }{
		{"198.51.100.7/24", "198.51.100.0/24"},
		{"198.51.100.7/32", "198.51.100.7"},
		{"::ffff:198.51.100.7/120", "198.51.100.0/24"},
		{"::ffff:198.51.100.7/64", "::/64"},
		{"2001:db8:7:8::/48", "2001:db8:7::/48"},
		{"2001:db8::1/128", "2001:db8::1"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"::/0", "::/0"},
	} {
		got := TargetPrefix(netip.MustParsePrefix(c.prefix))
		data, err := json.Marshal(got)
		if err != nil || string(data) != `"`+c.text+`"` || got.String() != c.text {
			t.Errorf("%s: %v, JSON %s, %v", c.prefix, got, data, err)
		}
		var back Target
		if err := json.Unmarshal(data, &back); err != nil || back != got {
			t.Errorf("%s comes back as %v, %v", c.prefix, back, err)
		}
		if one := got.Addr().IsValid(); one == got.Prefix().IsValid() || one == (got.Group() == Networks) {
			t.Errorf("%v: address %v, prefix %v", got, got.Addr(), got.Prefix())
		}
	}
	if got := TargetPrefix(netip.Prefix{}); !got.IsZero() {
		t.Errorf("an invalid prefix gives %v", got)
	}
	if name := TargetName("198.51.100.0/24"); name == ParseTarget("198.51.100.0/24") || name.Group() != 0 {
		t.Error("a name that reads like a network became one")
	}
	if got, want := TargetName("198.51.100.0/24"), TargetName("198.51.100.7"); !allGroups.Of(got).IsZero() ||
		!allGroups.Of(want).IsZero() {
		t.Error("a name that reads like an address is in a network")
	}
}

// Whatever text a target has, it comes back, and it is in the group that its hash says.
func FuzzTarget(f *testing.F) {
	for _, c := range kinsfolk {
		f.Add(c.target)
		f.Add(c.group)
	}
	f.Add("198.51.100.0/33")
	f.Add("*@")
	f.Add("*@a@b")
	f.Add("/*/*")
	f.Add("fe80::1%eth0/64")
	f.Fuzz(func(t *testing.T, text string) {
		target := ParseTarget(text)
		checkGroup(t, target)
		checkGroup(t, TargetName(text))
		data, err := target.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > MaxTargetName || strings.ContainsRune(string(data), '\ufffd') {
			return
		}
		var back Target
		if err := back.UnmarshalText(data); err != nil || back != target {
			t.Errorf("%q comes back as %q, %v", text, back.text(), err)
		}
	})
}
