package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/internal/testenv/world"
)

// verifications are those of a file as it was made, and of some that were changed.
func verifications(t testing.TB) map[string]evidence.Verification {
	t.Helper()
	s := plain(attribution.Options{AssumeHandshake: true}, clustered)(t)
	claims := []attribution.Claim{attribution.Majority("RU"), attribution.Plurality("US")}
	e := world.Must(evidence.New(s, attribution.Policy{}, claims...))
	file := world.Must(e.MarshalBinary())
	changed := func(old, with string) evidence.Verification {
		if !bytes.Contains(file, []byte(old)) {
			t.Fatalf("the file does not have %q:\n%.2000s", old, file)
		}
		return world.Must(evidence.Verify(bytes.Replace(file, []byte(old), []byte(with), 1)))
	}
	other := world.Must(evidence.Verify(file))
	other.Method = 1
	other.Difference = &evidence.Difference{Path: ofMethod, Offset: 70, Stated: "1", Recomputed: "2"}
	return map[string]evidence.Verification{
		"evidence":         world.Must(evidence.Verify(file)),
		"evidence-stated":  changed(`"sources":5000`, `"sources":5001`),
		"evidence-given":   changed(`"confidence":0.95,"interim":0`, `"confidence":0.91,"interim":0`),
		"evidence-method":  other,
		"evidence-nothing": {},
	}
}

func TestVerificationsSayWhatTheyAre(t *testing.T) {
	for name, v := range verifications(t) {
		var b bytes.Buffer
		if err := en.Verification(&b, v); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); strings.HasPrefix(got, "It holds: ") != v.OK() {
			t.Errorf("%s: holds: %v, but\n%s", name, v.OK(), got)
		}
		reader{t, name, b.String()}.language()
	}
}
