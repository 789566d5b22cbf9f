package caveat_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution/caveat"
)

// Every code that is declared is listed, once and in order.
func TestCodes(t *testing.T) {
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []caveat.Code
	for _, m := range regexp.MustCompile(`Code += "([A-Z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		declared = append(declared, caveat.Code(m[1]))
	}
	slices.Sort(declared)
	listed := slices.Collect(caveat.Codes())
	if !slices.Equal(listed, declared) || len(slices.Compact(slices.Clone(declared))) != len(declared) {
		t.Errorf("listed  %v\ndeclared %v", listed, declared)
	}
	for range caveat.Codes() {
		break // which may be
	}
}

func TestEffects(t *testing.T) {
	for code, want := range map[caveat.Code]caveat.Effect{
		caveat.Spoofed: caveat.CanRuleOut, caveat.UnseenSources: caveat.CanRuleOut, caveat.FewSources: caveat.CanUndecide,
		caveat.AtLimit: caveat.CanUndecide, caveat.Fragile: caveat.Annotates, "SOMETHING_OF_LATER": caveat.Annotates,
	} {
		if got := code.Effect(); got != want {
			t.Errorf("%s: effect %d, want %d", code, got, want)
		}
	}
}

func TestCaveatAsData(t *testing.T) {
	for want, c := range map[string]caveat.Caveat{
		`{"code":"FRAGILE","value":0.011}`: {Code: caveat.Fragile, Value: .011},
		`{"code":"AT_LIMIT","value":0}`:    {Code: caveat.AtLimit},
		`{"code":"LISTED_SOURCES","value":0.25,"subject":"vpn \"b\""}`: {
			Code: caveat.ListedSources, Value: .25, Subject: `vpn "b"`,
		},
	} {
		got, err := json.Marshal(c)
		if err != nil || string(got) != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
	for want, c := range map[string]caveat.Caveat{
		"FRAGILE 0.01123":              {Code: caveat.Fragile, Value: .011234},
		`PREFIX_CONCENTRATED 1 "a\nb"`: {Code: caveat.PrefixConcentrated, Value: 1, Subject: "a\nb"},
	} {
		if c.String() != want {
			t.Errorf("%s, want %s", c, want)
		}
	}
}
