package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
)

// writeFiles writes a country database that calls 77.88.0.0/16 US, an ASN
// database, and a list.
func writeFiles(t *testing.T) (country, asn, list string) {
	t.Helper()
	write := func(name, prefix string, record testenv.Map) string {
		path := filepath.Join(t.TempDir(), name)
		data := testenv.MMDB(name, time.Unix(1780000000, 0), testenv.Prefix(prefix, record))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	country = write("Test-Country", "77.88.0.0/16", testenv.Country("US"))
	asn = write("Test-ASN", "77.88.0.0/16", testenv.Map{"asn": "AS64500", "name": "Example"})
	list = filepath.Join(t.TempDir(), "vpn.txt")
	if err := os.WriteFile(list, []byte("# services\n77.88.55.0/24\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return country, asn, list
}

// All three are geolocated to RU by every real database.
const russian = "77.88.55.60\n77.88.55.61\n5.255.255.70\n"

func TestOpinions(t *testing.T) {
	country, asn, list := writeFiles(t)
	args := []string{"-second", country, "-second", "routed", "-asn", asn, "-list", "vpn=" + list, "-claim",
		"majority RU", "-"}
	status, stdout, stderr := attribute(t, russian, args...)
	if status != exitOK || !strings.Contains(stderr,
		"-second routed: its countries are those where networks are registered") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	at := 0
	for _, want := range []string{
		"3 distinct sources", "\nWhat each database says of the same 3 sources", "\n  B  \"Test-Country\" of 2026-05-28",
		"\n  C  \"iptoasn", "\nundecided: RU > 50% of sources", "77.88.55.0/24", "AS64500 Example", "vpn",
	} {
		i := strings.Index(stdout[at:], want)
		if i < 0 {
			t.Fatalf("no %q after byte %d of\n%s", want, at, stdout)
		}
		at += i
	}

	r, _, _ := attributeJSON(t, russian, args...)
	if d := r.Databases; len(d) != 2 || d[0].Database.Name != "Test-Country" || d[0].Disagreement.Value != 1 {
		t.Errorf("%+v", d)
	}
	if v := r.Verdicts; len(v) != 1 || v[0].Outcome != attribution.Undecided || len(v[0].Opinions) != 3 ||
		v[0].Opinions[0].Share.Value != 1 || v[0].Opinions[1].Share.Value != 0 {
		t.Errorf("%+v", v)
	}
	if b := r.Breakdown; b.Claimed.Value != 3 || len(b.ASNs) == 0 || b.ASNs[0].Name != "AS64500 Example" ||
		b.ASNs[0].Sources != 2 || len(b.Lists) != 1 || b.Lists[0].Name != "vpn" || b.Lists[0].Sources != 2 {
		t.Errorf("%+v", b)
	}
}

// Several databases give one verdict per claim, not one each.
func TestOneVerdictPerClaim(t *testing.T) {
	status, stdout, stderr := attribute(t, "", "-second", "routed", "-claim", "RU > 36%", "-claim", "majority US")
	if status != exitOK {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	for _, claim := range []string{"RU > 36% of sources", "US > 50% of sources"} {
		verdicts := 0
		for line := range strings.Lines(stdout) {
			outcome, of, _ := strings.Cut(strings.TrimSpace(line), ": ")
			if of == claim && new(attribution.Outcome).UnmarshalText([]byte(outcome)) == nil {
				verdicts++
			}
		}
		if verdicts != 1 || strings.Count(stdout, claim) != 1 {
			t.Errorf("%d verdicts on %s in\n%s", verdicts, claim, stdout)
		}
	}
	r, _, _ := attributeJSON(t, "", "-second", "routed", "-claim", "RU > 36%", "-claim", "majority US")
	if v := r.Verdicts; len(v) != 2 || len(v[0].Opinions) != 2 || len(v[1].Opinions) != 2 {
		t.Errorf("%+v", v)
	}
}

// Nothing is said that was not asked for.
func TestNoOpinions(t *testing.T) {
	_, stdout, _ := attribute(t, russian, "-json", "-claim", "majority RU", "-")
	for _, key := range []string{"opinions", "breakdown", "bounds"} {
		if strings.Contains(stdout, `"`+key+`"`) {
			t.Errorf("%q in %s", key, stdout)
		}
	}
	_, _, list := writeFiles(t)
	// Without a claim, it is the country with most sources that matters.
	r, status, _ := attributeJSON(t, russian, "-list", "vpn="+list, "-")
	if status != exitOK || r.Breakdown == nil || r.Breakdown.Claim.String() != attribution.Plurality("RU").String() ||
		len(r.Databases) != 0 || len(r.Verdicts) != 0 {
		t.Errorf("exit status %d, %+v", status, r.Breakdown)
	}
	if _, status, _ := attributeJSON(t, "10.0.0.1\n", "-list", "vpn="+list, "-"); status != exitOK {
		t.Errorf("no country at all: exit status %d", status)
	}
}

func TestOpinionErrors(t *testing.T) {
	country, asn, list := writeFiles(t)
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-second", asn}, exitUnusable, "it is an ASN database"},
		{[]string{"-second", filepath.Join(t.TempDir(), "none")}, exitUnusable, "none"},
		{[]string{"-asn", country}, exitUnusable, "it is a country database"},
		{[]string{"-list", "x=" + country}, exitUnusable, country + ": geo: x:1: "},
		{[]string{"-list", list}, exitUsage, "want name=file"},
		{[]string{"-list", "=" + list}, exitUsage, "want name=file"},
		{[]string{"-drop-addresses", "-second", "routed"}, exitUsage, "-drop-addresses drops"},
	} {
		status, stdout, stderr := attribute(t, russian, append(tt.args, "-")...)
		if status != tt.status || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: exit status %d, %q, %s", tt.args, status, stdout, stderr)
		}
	}
}

// What was counted elsewhere can be looked up again, as long as it has addresses.
func TestOpinionsOnEvidence(t *testing.T) {
	country, asn, _ := writeFiles(t)
	evidence := filepath.Join(t.TempDir(), "evidence")
	if status, _, stderr := attribute(t, russian, "-claim", "majority RU", "-evidence", evidence, "-"); status != exitOK {
		t.Fatal(stderr)
	}
	status, stdout, stderr := attribute(t, "", "-verify", evidence, "-second", country, "-asn", asn)
	if status != exitOK || strings.Count(stdout, "\nundecided: RU > 50% of sources") != 1 ||
		!strings.Contains(stdout, "AS64500 Example") {
		t.Errorf("exit status %d, %s\n%s", status, stderr, stdout)
	}
	status, stdout, _ = attribute(t, "", "-json", "-verify", evidence, "-second", country)
	if status != exitOK || !strings.Contains(stdout, `"opinions"`) {
		t.Errorf("exit status %d\n%s", status, stdout)
	}
	if status, _, stderr := attribute(t, russian, "-drop-addresses", "-evidence", evidence, "-"); status != exitOK {
		t.Fatal(stderr)
	}
	if status, _, stderr := attribute(t, "", "-verify", evidence, "-second", country); status != exitUnusable ||
		!strings.Contains(stderr, "the addresses of the sources are not known") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

// Claims about networks are decided by the files that were given, in text as well.
func TestClaimsOnNetworks(t *testing.T) {
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	asn := write("asn.tsv", "77.88.0.0\t77.88.63.255\t64500\tRU\tExample\n5.255.255.0\t5.255.255.255\t64501\tRU\tOther\n")
	classes := write("classes.csv", "network,class\n77.88.55.0/24,hosting\n5.255.255.70,vpn\n5.255.255.70,mobile\n")
	args := []string{
		"-asn", asn, "-classes", classes, "-claim", "AS64500 > 60% of events",
		"-claim", `list "hosting","vpn" > 50% of events`,
		"-claim", "AS1,AS2 > 1% of events", "-claim", `list "tor" > 50%`, "-",
	}
	r, status, _ := attributeJSON(t, russian, args...)
	var got []string
	for _, v := range r.Verdicts {
		got = append(got, v.Outcome.String())
	}
	if want := "supported supported refuted inadmissible"; status != exitOK || strings.Join(got, " ") != want {
		t.Errorf("exit status %d, %q, want %q", status, got, want)
	}
	if n := r.Networks; n == nil || len(n.Systems) != 2 || len(n.Lists) != 3 || !n.MostlyHosted() {
		t.Errorf("%+v", n)
	}
	_, stdout, _ := attribute(t, russian, args...)
	for _, want := range []string{
		`in networks of AS64500 "Example" by "asn.tsv"`, `on one of the lists "hosting" or "vpn"`,
		"Countries show where these are", `The sources were not looked up in the list "tor".`,
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	for _, bad := range [][]string{{"-asn", classes}, {"-classes", asn + "x"}, {"-classes", write("bad", "1.0.0.0/8\n")}} {
		if status, _, stderr := attribute(t, russian, append(bad, "-")...); status != exitUnusable {
			t.Errorf("%q: exit status %d, %s", bad, status, stderr)
		}
	}
}
