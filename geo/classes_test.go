package geo

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

func written(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "classes.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// classesOf are the classes that an address is in.
func classesOf(sets []*PrefixSet, addr string) string {
	var in []string
	for _, set := range sets {
		if set.Contains(netip.MustParseAddr(addr)) {
			in = append(in, set.Name())
		}
	}
	return strings.Join(in, "+")
}

func anonymous() []byte {
	return testenv.MMDB("GeoIP2-Anonymous-IP", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
		testenv.Prefix("1.0.0.0/24", testenv.Map{
			"is_anonymous": true, "is_hosting_provider": true, "is_tor_exit_node": true,
		}),
		testenv.Prefix("1.0.1.0/24", testenv.Map{"is_anonymous_vpn": true, "is_hosting_provider": false}),
		testenv.Prefix("1.0.2.0/24", testenv.Map{"is_anonymous": true}),
		testenv.Prefix("2a00::/32", testenv.Map{"privacy": testenv.Map{"proxy": "true", "relay": true, "vpn": "false"}}),
		testenv.Prefix("2a01::/32", testenv.Map{"is_residential_proxy": true, "traits": testenv.Map{"is_mobile": true}}))
}

func TestOpenPrefixSets(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want map[string]string
	}{
		"MMDB": {anonymous(), map[string]string{
			"1.0.0.9": "hosting+tor", "1.0.1.255": "vpn", "1.0.2.0": "", "2a00::1": "proxy",
			"2a01::1": "mobile+residential proxy",
		}},
		"text": {
			[]byte("\ufeffnetwork,class\r\n1.0.0.0/24,hosting\r\n# no\n1.0.0.128/25,vpn,more\n1.0.2.1\ttor\n2a00::/16 mobile\n" +
				"1.0.3.1,1.0.4.2,\"a, b\x07\"\n"),
			map[string]string{
				"1.0.0.0": "hosting", "1.0.0.128": "hosting+vpn", "1.0.2.1": "tor", "1.0.2.2": "", "2a00:1::": "mobile",
				"1.0.3.0": "", "1.0.3.1": "a, b", "1.0.4.2": "a, b", "1.0.4.3": "",
			},
		},
	} {
		sets, err := OpenPrefixSets(written(t, c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for addr, want := range c.want {
			if got := classesOf(sets, addr); got != want {
				t.Errorf("%s: %s is %q, want %q", name, addr, got, want)
			}
		}
		for i, set := range sets {
			if set.Len() == 0 || i > 0 && sets[i-1].Name() >= set.Name() {
				t.Errorf("%s: list %d %q of %d", name, i, set.Name(), set.Len())
			}
		}
	}
}

// badClassTexts is the table of texts that put no networks into classes.
var badClassTexts = map[string]string{
	"":                              "",
	"# a\n":                         "line 1: no address and no prefix: no line has",
	"1.0.0.0/24\n":                  "line 1: no address and no prefix: 1.0.0.0/24 has no class",
	"1.0.0.0/24,\x07\n":             "has no class",
	"1.0.0.0/24,a\nb,c\n":           `line 2: no address and no prefix: "b"`,
	"1.0.0.9,1.0.0.1,a\n":           "is no range",
	"1.0.0.9,1.0.0.10\n":            "has no class",
	"1.0.0.9,2a00::,a\n":            "is no range",
	"<html>\n":                      "no line has",
	"1.0.0.0/33,a\n":                "no line has",
	"1.0.0.0/8,a\n1.0.0.0/8,\"b\"c": "",
}

func TestBadClassTexts(t *testing.T) {
	for text, says := range badClassTexts {
		c, err := compileClassesText([]byte(text))
		if says == "" {
			continue
		}
		if c != nil || !errors.Is(err, ErrNotPrefix) || !strings.Contains(err.Error(), says) || len(err.Error()) > 300 {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
	var many strings.Builder
	for i := range 65 {
		many.WriteString("1.0.0.0/24 class" + strings.Repeat("x", i) + "\n")
	}
	_, err := compileClassesText([]byte(many.String()))
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "line 65") {
		t.Errorf("many classes: %v", err)
	}
	path := testdata("country")
	if _, err := OpenPrefixSets(path); !errors.Is(err, ErrNotPrefix) || !strings.Contains(err.Error(), path) {
		t.Errorf("a country database: %v", err)
	}
	if _, err := OpenPrefixSets(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	for _, bad := range badFiles(t) {
		if c, err := compileClasses(bad.data); err == nil && len(c) == 0 {
			t.Errorf("%s: nothing, without an error", bad.name)
		}
	}
}

func FuzzClasses(f *testing.F) {
	for text := range badClassTexts {
		f.Add([]byte(text))
	}
	f.Add(anonymous())
	f.Add([]byte("1.0.3.1,1.0.4.2,a\n2a00::/16 mobile\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, compile := range []func([]byte) (classes, error){compileClasses, compileClassesText} {
			c, err := compile(data)
			if err == nil && (len(c) == 0 || len(c) > maxClasses) {
				t.Errorf("%d classes", len(c))
			}
			for _, set := range c.sorted() {
				if !isPrintable(set.Name(), longestName) || set.Name() == "" || set.Len() == 0 {
					t.Errorf("a list %q of %d", set.Name(), set.Len())
				}
			}
		}
	})
}
