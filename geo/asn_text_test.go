package geo

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASNText(t *testing.T) {
	one := map[string]string{
		"1.0.0.0": "AS13335 CLOUDFLARENET", "1.0.0.255": "AS13335 CLOUDFLARENET", "1.0.1.0": "",
		"1.0.4.0": "AS38803 Wirefreebroadband Pty, Ltd", "1.0.7.255": "AS38803 Wirefreebroadband Pty, Ltd", "1.0.8.0": "",
	}
	without := map[string]string{"1.0.0.255": "AS13335", "1.0.4.1": "AS38803", "1.0.8.0": "", "::ffff:1.0.4.1": "AS38803"}
	for name, c := range map[string]struct {
		text string
		want map[string]string
	}{
		"iptoasn": {"1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n" +
			"1.0.4.0\t1.0.7.255\t38803\tAU\tWirefreebroadband Pty, Ltd\n", one},
		"DB-IP": {"1.0.0.0,1.0.0.255,13335,CLOUDFLARENET\n1.0.4.0,1.0.7.255,38803,\"Wirefreebroadband Pty, Ltd\"\n", one},
		"IP2Location": {`"16777216","16777471","1.0.0.0/24","13335","CLOUDFLARENET"` + "\r\n" +
			`"16777472","16778239","-","-","-"` + "\r\n" +
			`"16778240","16779263","1.0.4.0/22","38803","Wirefreebroadband Pty, Ltd"`, one},
		"GeoLite2 CSV": {"network,autonomous_system_number,autonomous_system_organization\n" +
			"1.0.0.0/24,13335,CLOUDFLARENET\n" +
			`1.0.4.0/22,38803,"Wirefreebroadband Pty, Ltd"`, one},
		"with AS":   {"# a comment\nprefix,asn\n\n1.0.0.0/24,AS13335\n1.0.4.0/22,as38803\n", without},
		"pfx2as":    {"1.0.0.0\t24\t13335_64500\n1.0.4.0\t22\t38803,64501\n2.0.0.0\t24\t{64502,64503}\n", without},
		"announced": {"1.0.0.0/24 13335\n1.0.4.0/22 38803\n", without},
		"overlapping": {"1.0.0.0/8\t64500\n1.0.0.0/16\t64501\n1.0.0.0/8\t64502\n",
			map[string]string{"1.0.0.1": "AS64501", "1.1.0.0": "AS64502"}},
		"IPv6 and odd ends": {"2a00::5\t2a00:0:1::2\t64500\n::ffff:8.8.8.3,::ffff:8.8.8.9,64501,x\n10.0.0.0/7,64502\n",
			map[string]string{"2a00::4": "", "2a00::5": "AS64500", "2a00:0:1::2": "AS64500", "2a00:0:1::3": "",
				"8.8.8.2": "", "8.8.8.3": "AS64501 x", "8.8.8.9": "AS64501 x", "8.8.8.10": "", "10.0.0.1": "",
				"11.0.0.1": "AS64502"}},
	} {
		path := filepath.Join(t.TempDir(), "as\x07n.txt")
		if err := os.WriteFile(path, []byte("\ufeff"[:3*(len(name)%2)]+c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		table, err := OpenASN(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for addr, want := range c.want {
			as, ok := table.Lookup(netip.MustParseAddr(addr))
			if ok != (want != "") || ok && as.String() != want {
				t.Errorf("%s: %s is %v, %v; want %q", name, addr, as, ok, want)
			}
		}
		if i := table.Info(); i.Name != "asn.txt" || len(i.SHA256) != 64 || i.Schema == "" || i.Networks == 0 || !i.IPv4 {
			t.Errorf("%s: %+v", name, i)
		}
	}
}

// badASNTexts is the table of texts that are no ASN database, with what the error says.
var badASNTexts = map[string]string{
	"":                                      "",
	"# nothing\n\n":                         "line 2: no ASN database: no line has",
	"192.0.2.1\n":                           "is no address",
	"1.0.0.0\t1.0.0.255\n":                  "line 1: no ASN database: no line has",
	"1.0.0.0,1.0.0.255,x\n":                 `line 1: no ASN database: "x" is not the number`,
	"a,b,c\n1.0.0.0,1.0.0.255,1\nd,e,f\n":   `line 3: no ASN database: "d" is no address`,
	"1.0.0.255,1.0.0.0,1\n":                 "line 1: no ASN database: 1.0.0.255 to 1.0.0.0 is no range",
	"1.0.0.0,2a00::,1\n":                    "is no range",
	"1.0.0.0,4294967296,1\n":                `"4294967296" is no address`,
	"fe80::1%eth0,fe80::2,1\n":              "no ASN database",
	"1.0.0.0/24,4294967296\n":               "is not the number",
	"1.0.0.0/24,-1\n":                       "is not the number",
	"1.0.0.0/33,1\n1.0.0.0/24,0\n":          "no line has",
	"1.0.0.0,1.0.0.255,1,\"a\n":             "",
	"country_code,US\n":                     "no line has",
	"<html>\n<p>\n":                         "no line has",
	"10.0.0.0/8,64500\n127.0.0.1/32,64500,": "",
}

func TestBadASNTexts(t *testing.T) {
	for text, says := range badASNTexts {
		table, err := compileASNText([]byte(text))
		saneASN(t, table, err)
		if says != "" && (!errors.Is(err, ErrNotASN) || !strings.Contains(err.Error(), says) || len(err.Error()) > 300) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
	path := filepath.Join(t.TempDir(), "asn.csv")
	if err := os.WriteFile(path, []byte("1.0.0.0/24,1\n1.0.0.0/24,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenASN(path); !errors.Is(err, ErrNotASN) || !strings.Contains(err.Error(), path+": line 2: ") {
		t.Errorf("%v", err)
	}
}

func FuzzASNText(f *testing.F) {
	for text := range badASNTexts {
		f.Add([]byte(text))
	}
	f.Add([]byte("16777216,16777471,1.0.0.0/24,13335,CLOUDFLARENET\n2a00::5\t2a00:0:1::2\t64500\n1.0.0.0\t24\t1_2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := compileASNText(data)
		saneASN(t, table, err)
	})
}

// The prefixes of a range are its addresses, each once, and no two could be one.
func TestPrefixesOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for range 2_000 {
		a := netip.AddrFrom4([4]byte{1, 2, byte(rng.IntN(2)), byte(rng.IntN(256))})
		b := netip.AddrFrom4([4]byte{1, 2, byte(rng.IntN(4)), byte(rng.IntN(256))})
		if b.Less(a) {
			a, b = b, a
		}
		at, previous := a, netip.Prefix{}
		for p := range prefixesOf(a, b) {
			if p.Addr() != at || p.Masked() != p {
				t.Fatalf("%v to %v: %v, want one from %v", a, b, p, at)
			}
			if previous.IsValid() && previous.Bits() == p.Bits() {
				up := func(p netip.Prefix) netip.Prefix { return netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked() }
				if up(p) == up(previous) {
					t.Fatalf("%v to %v: %v and %v are one", a, b, previous, p)
				}
			}
			at, previous = endOfPrefix(p).Next(), p
		}
		if at != b.Next() {
			t.Fatalf("%v to %v ends before %v", a, b, at)
		}
	}
	for p := range prefixesOf(netip.IPv4Unspecified(), netip.MustParseAddr("255.255.255.255")) {
		if p.Bits() != 0 {
			t.Error(p)
		}
	}
	for range prefixesOf(netip.IPv6Unspecified(), netip.MustParseAddr("::9")) {
		break // which may be
	}
}
