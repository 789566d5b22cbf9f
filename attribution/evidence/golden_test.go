package evidence

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// updating says that the golden files and the worked example are to be written anew; see
// [testenv.Golden].
func updating() bool { return flag.Lookup("update-golden").Value.String() == "true" }

// golden are the files in testdata: one of counts that are exact, one beyond them, one of
// sampled packets, and one with a second database, autonomous systems and a list.
func golden(t *testing.T) map[string][]byte {
	packets := small
	packets.SamplingRate = 100
	_, exact := mustMake(t, snapshotOf(small, mixed(200)), attribution.Policy{}, someClaims...)
	_, beyond := mustMake(t, snapshotOf(small, mixed(3000)), attribution.Policy{Confidence: .99}, someClaims...)
	_, sampled := mustMake(t, snapshotOf(packets, mixed(400)), attribution.Policy{Interim: 2}, someClaims...)
	two, _ := mustMake(t, enriched(snapshotOf(small, mixed(300))), attribution.Policy{Joint: true}, someClaims...)
	return map[string][]byte{
		"exact.json": exact, "beyond.json": beyond, "packets.json": sampled,
		"two.json": marshal(world.Must(two.WithAccount(someAccount()))),
	}
}

// The files are made and verified anew on every machine, to the same bytes.
func TestGoldenFiles(t *testing.T) {
	for name, data := range golden(t) {
		path := filepath.Join("testdata", name)
		if updating() {
			testenv.Golden(t, name, data)
		}
		stored, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		v := mustVerify(t, stored)
		if !v.OK() {
			t.Errorf("%s: %v", name, v.Difference)
			continue
		}
		if !bytes.Equal(marshal(v.Evidence), stored) {
			t.Errorf("%s: verified, and written otherwise", name)
		}
		if !bytes.Equal(data, stored) {
			d := differ(part{text: stored}, part{text: data})
			t.Errorf("%s: other bytes are made today: %v. If released versions made the old ones, raise MethodVersion "+
				"or FormatVersion. Then: go test ./attribution/evidence -run Golden -update-golden", name, d)
		}
	}
}
