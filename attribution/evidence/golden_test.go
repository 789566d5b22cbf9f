package evidence

import (
	"bytes"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// updating says that the golden files and the worked example are to be written anew; see
// [testenv.Golden].
func updating() bool { return flag.Lookup("update-golden").Value.String() == "true" }

// golden are files in testdata, with claims on sources and events, and a plurality: one of
// counts that are exact, one beyond them, one of sampled packets, and one with a second
// database, autonomous systems and a list.
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

// forgeries are more files in testdata, of sources that are forged in part, for which the
// verdicts are corrected, and of sources that all are. Making them takes the embedded
// databases.
func forgeries(t *testing.T) map[string][]byte {
	real := world.Real(t)
	files := map[string][]byte{}
	for name, c := range map[string]struct{ sources, forged int }{
		"corrected.json": {1000, 250}, "forged.json": {1000, 1000},
	} {
		flood := world.Must(scenario.SpoofedFlood{Seed: 5, Sources: c.forged}.Build(real.Population))
		tally := world.Must(attribution.NewTally(real.Table, small))
		for event := range flood.Events() {
			tally.AddFlow(attribution.Flow{Source: event.Source, Protocol: event.Protocol, TCPFlags: event.TCPFlags})
		}
		for i := range c.sources - c.forged {
			a := netip.AddrFrom4([4]byte{95, byte(24 + i%8), byte(i / 8), byte(1 + i/2048)})
			tally.AddFlow(attribution.Flow{Source: a, Events: 3, Protocol: 6, TCPFlags: 0x1b})
		}
		tally.ExtendSpan(world.Built, world.Built.Add(time.Minute))
		_, files[name] = mustMake(t, tally.Snapshot(), attribution.Policy{}, someClaims...)
	}
	return files
}

// The files are made and verified anew on every machine, to the same bytes.
func TestGoldenFiles(t *testing.T) {
	for name, data := range golden(t) {
		checkGolden(t, name, data)
	}
}

// Numbers of a correction for forged sources are the same on every machine. On a short run,
// as under emulation, the files are verified and not made.
func TestGoldenForgeries(t *testing.T) {
	if !testing.Short() {
		for name, data := range forgeries(t) {
			checkGolden(t, name, data)
		}
	}
	for name, code := range map[string]caveat.Code{
		"corrected.json": caveat.SpoofingPartial, "forged.json": caveat.Spoofed,
	} {
		v := verifyGolden(t, name)
		if !v.OK() {
			t.Errorf("%s: %v", name, v.Difference)
			continue
		}
		for _, verdict := range v.Evidence.Report().Verdicts {
			if !strings.Contains(verdict.String(), string(code)) {
				t.Errorf("%s: %v, want %s", name, verdict, code)
			}
		}
	}
}

func verifyGolden(t *testing.T, name string) Verification {
	t.Helper()
	stored, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return mustVerify(t, stored)
}

func checkGolden(t *testing.T, name string, data []byte) {
	t.Helper()
	if updating() {
		testenv.Golden(t, name, data)
	}
	v := verifyGolden(t, name)
	if !v.OK() {
		t.Errorf("%s: %v", name, v.Difference)
		return
	}
	stored, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
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
