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

// hostileNames are texts of files, and what is left of each.
var hostileNames = map[string]string{
	"DB-IP Lite Ünïcödé 国":                          "DB-IP Lite Ünïcödé 国",
	"two\nlines\r\n\u2028and\u2029more\u0085":       "twolinesandmore",
	"\x1b[31mred\a\x00":                             "[31mred",
	"\u202eleft\u2066\u200f\u061c":                  "left",
	"no\ufffd text\xff\xc0":                         "no text",
	"a\u00a0b\u3000c":                               "abc",
	strings.Repeat("x", 1<<16):                      strings.Repeat("x", 100) + "...",
	"supported: RU > 50%\u2028of everything \u200b": "supported: RU > 50%of everything ",
}

// Names and credits are fit to be shown on one line, whether they are those of a file or
// were given.
func TestNamesFromFiles(t *testing.T) {
	built := time.Unix(1_780_000_000, 0)
	for name, want := range hostileNames {
		file := testenv.MMDB(name, built,
			testenv.Prefix("5.0.0.0/8", testenv.Country("RU")), testenv.Prefix("6.0.0.0/8", testenv.Country(name)))
		table, err := OpenBytes(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Info().Name; got != want {
			t.Errorf("%.40q: the name is %.150q, want %.150q", name, got, want)
		}
		for code := range table.Info().NonCountry {
			if !isPrintable(code, longestCode) {
				t.Errorf("%.40q: the code is %.100q", name, code)
			}
		}
		given, err := Loader{Name: name, Credit: name}.OpenBytes(file)
		if err != nil {
			t.Fatal(err)
		}
		credit := want
		if len(name) > 1000 {
			credit = strings.Repeat("x", longestCredit) + cutOff
		}
		if i := given.Info(); i.Name != want || i.Credit != credit {
			t.Errorf("%.40q, given: the name is %.150q, the credit %.150q", name, i.Name, i.Credit)
		}
		for _, table := range []*Table{table, given} { // what is written can be read
			b, err := table.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := Decode(b); err != nil || again.Info().Name != want {
				t.Errorf("%.40q: %v", name, err)
			}
		}
		list, err := ReadPrefixSet(name, strings.NewReader("5.0.0.0/8\n"))
		if err != nil || list.Name() != want {
			t.Errorf("%.40q: the list is %.150q, %v", name, list.Name(), err)
		}
	}
}

func TestNamesOfSystems(t *testing.T) {
	for name, want := range hostileNames {
		path := filepath.Join(t.TempDir(), "asn.mmdb")
		file := testenv.MMDB("Test-ASN", time.Unix(1_780_000_000, 0),
			testenv.Prefix("5.0.0.0/8", testenv.AS(64500, name)))
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := OpenASN(path)
		if err != nil {
			t.Fatal(err)
		}
		if as, ok := table.Lookup(netip.MustParseAddr("5.0.0.1")); !ok || as.Name != want {
			t.Errorf("%.40q: the system is %.150q", name, as.Name)
		}
	}
}

// A compact table whose texts were never cleaned is refused.
func TestDecodeRefusesHostileNames(t *testing.T) {
	table, err := Open(testdata("country"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range hostileNames {
		if name == want {
			continue
		}
		for i, change := range []func(*Info){
			func(i *Info) { i.Name = name },
			func(i *Info) { i.Credit = name },
			func(i *Info) { i.Schema = name },
			func(i *Info) { i.NonCountry = map[string]int{name: 1} },
		} {
			changed := *table
			change(&changed.info)
			b, err := changed.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Decode(b); !errors.Is(err, ErrDamaged) {
				t.Errorf("%.40q as text %d: %v", name, i, err)
			}
		}
	}
}
