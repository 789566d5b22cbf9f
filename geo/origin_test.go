package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestOriginNumbers holds the numbering against its record: an Origin that was
// stored must mean the same for ever. The file may only grow at its end.
func TestOriginNumbers(t *testing.T) {
	golden, err := os.ReadFile("testdata/origins.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for o := range Countries() {
		fmt.Fprintf(&got, "%d %s\n", o, o)
	}
	if got.String() != string(golden) {
		t.Errorf("the numbers differ from testdata/origins.txt:\n%s", got.String())
	}
	for o, want := range map[Origin]string{2: "AD", 162: "NC", 192: "RU", 234: "US", 246: "XK", 251: "ZW"} {
		if o.String() != want {
			t.Errorf("Origin(%d) = %v, want %s", o, o, want)
		}
	}
}

func TestCountries(t *testing.T) {
	seen := map[string]bool{}
	for o := range Countries() {
		if code := o.String(); !o.IsCountry() || seen[code] || mustOrigin(t, code) != o {
			t.Errorf("%d is %q: a country: %v, seen before: %v", uint8(o), code, o.IsCountry(), seen[code])
		}
		seen[o.String()] = true
	}
	if len(seen) != 250 {
		t.Errorf("%d countries, want 250", len(seen))
	}
}

func mustOrigin(t testing.TB, s string) Origin {
	t.Helper()
	o, err := ParseOrigin(s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestParseOrigin(t *testing.T) {
	for o := range 256 {
		o := Origin(o)
		if !o.IsCountry() && o > Reserved {
			continue
		}
		for _, s := range []string{o.String(), strings.ToLower(o.String())} {
			if got, err := ParseOrigin(s); got != o || err != nil {
				t.Errorf("ParseOrigin(%q) = %v, %v", s, got, err)
			}
		}
	}
	if o := mustOrigin(t, "uK"); o.String() != "GB" {
		t.Errorf("uK is %v, want GB", o)
	}
	for _, s := range []string{
		"", "R", "RUS", "EU", "ZZ", "A1", "1A", "@A", "[A", "`A", "{A", "R\xf5", "ЯЯ", " RU", "Reserved",
		"origin(254)", strings.Repeat("x", 1000),
	} {
		o, err := ParseOrigin(s)
		if o != Unlocated || !errors.Is(err, ErrUnknownOrigin) {
			t.Errorf("ParseOrigin(%q) = %v, %v", s, o, err)
		} else if len(err.Error()) > 100 {
			t.Errorf("ParseOrigin quotes all of a long text: %v", err)
		}
	}
}

func TestOriginText(t *testing.T) {
	in := map[Origin]int{Unlocated: 1, Reserved: 2, mustOrigin(t, "NC"): 3}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"NC":3,"reserved":2,"unlocated":1}`; string(text) != want {
		t.Errorf("JSON %s, want %s", text, want)
	}
	out := map[Origin]int{}
	if err := json.Unmarshal(text, &out); err != nil || len(out) != len(in) || out[mustOrigin(t, "NC")] != 3 {
		t.Errorf("JSON came back as %v, %v", out, err)
	}

	for _, o := range []Origin{252, 255} {
		if want := fmt.Sprintf("origin(%d)", uint8(o)); o.String() != want || o.IsCountry() {
			t.Errorf("Origin(%d): %q, %v", uint8(o), o.String(), o.IsCountry())
		}
		if b, err := o.AppendText([]byte("x")); string(b) != "x" || !errors.Is(err, ErrUnknownOrigin) {
			t.Errorf("Origin(%d) marshals to %q, %v", uint8(o), b, err)
		}
	}
	o := mustOrigin(t, "FR")
	if err := o.UnmarshalText([]byte("??")); err == nil || o.String() != "FR" {
		t.Errorf("a bad text gives %v, %v", o, err)
	}
}

func TestCountriesStops(t *testing.T) {
	var got []Origin
	for o := range Countries() {
		if got = append(got, o); len(got) == 3 {
			break
		}
	}
	if !slices.Equal(got, []Origin{2, 3, 4}) {
		t.Errorf("the first three are %v", got)
	}
}
