package attribution_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// goldenSnapshots has one for each part that an encoding can have.
func goldenSnapshots(t *testing.T) map[string]attribution.Snapshot {
	t.Helper()
	count := func(o attribution.Options, n int) attribution.Snapshot {
		tally := tallied(o, map[string]int{"RU": n, "US": n / 2, "": 2, "reserved": 1})
		tally.AddFlow(attribution.Flow{Source: world.IP6(3), Events: 300, Bytes: 1 << 40, SamplingRate: 50, Handshake: true})
		tally.AddFlow(attribution.Flow{Source: world.IP("RU", 1), Protocol: 17, SourcePort: 53, Bytes: 900})
		for reason := attribution.LostUnread; reason <= attribution.LostShed; reason++ {
			tally.AddLost(reason, 7+100*uint64(reason))
		}
		tally.ExtendSpan(world.Built, world.Built.Add(90*time.Minute))
		return tally.Snapshot()
	}
	exact, sketched := count(least, 40), count(least, 800)
	limited := spread(least, map[string]int{"RU": 4})
	limited.AddAccount(everyLimit())
	return map[string]attribution.Snapshot{
		"zero": {}, "exact": exact, "sketched": sketched, "limits": limited.Snapshot(),
		"enriched": must(exact.Enrich(everything(t))),
		"dropped":  count(with(least, func(o *attribution.Options) { o.DropAddresses = true }), 40),
		"sketches": must(attribution.FromSketches(world.Table(), least.Key.ID(), exact.Sketches())),
	}
}

// Every encoding is byte for byte what stands in testdata, on every machine, and is read from
// there. A difference is a new version of the format.
func TestGoldenSnapshots(t *testing.T) {
	for name, s := range goldenSnapshots(t) {
		testenv.Golden(t, "snapshot-"+name+".golden", encoded(s))
		want, err := os.ReadFile(filepath.Join("testdata", "snapshot-"+name+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		var again attribution.Snapshot
		if err := again.UnmarshalBinary(want); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(encoded(again), want) {
			t.Errorf("%s: decoded, it encodes otherwise", name)
		} else if jsonOf(reportOn(again, "RU > 50%")) != jsonOf(reportOn(s, "RU > 50%")) {
			t.Errorf("%s: decoded, it reports otherwise", name)
		}
	}
}
