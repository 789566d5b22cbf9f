package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// small makes everything beyond 1,024 sources a sample.
var small = attribution.Options{Key: world.Key(1), SampleSize: 1024, Precision: 12}

var someClaims = []attribution.Claim{
	attribution.Majority("RU"),
	attribution.Plurality("US").Of(attribution.Events),
	attribution.LessThan(12.5, "FR", "NC").Outside(),
}

// mixed are n flows from all over the plain world, which differ in everything that a flow
// may differ in.
func mixed(n int) []attribution.Flow {
	rng := rand.New(rand.NewPCG(61, uint64(n)))
	flows := make([]attribution.Flow, n)
	for i := range flows {
		code := []string{"RU", "RU", "US", "CN", "BY", "", "reserved"}[rng.IntN(7)]
		f := attribution.Flow{
			Source: world.IP(code, rng.IntN(1<<24)), Events: 1 + rng.Uint64N(9), Bytes: 100 * rng.Uint64N(99),
			Handshake: i%5 == 0, Protocol: 17, SourcePort: []uint16{53, 40000, 50000}[i%3],
		}
		if i%7 == 0 {
			f.Source = world.IP6(rng.IntN(1 << 20))
		}
		flows[i] = f
	}
	return flows
}

func snapshotOf(o attribution.Options, flows []attribution.Flow) attribution.Snapshot {
	t := world.Must(attribution.NewTally(world.Table(), o))
	t.AddFlows(flows)
	t.AddLost(attribution.LostLate, 3)
	t.ExtendSpan(world.Built, world.Built.Add(time.Hour))
	return t.Snapshot()
}

// few are three sources.
func few() attribution.Snapshot {
	return snapshotOf(small, []attribution.Flow{
		{Source: world.IP("RU", 1), Events: 3, Bytes: 1500}, {Source: world.IP("RU", 2), Bytes: 500},
		{Source: world.IP("US", 1), Bytes: 500},
	})
}

var asns = sync.OnceValue(func() *geo.ASNTable {
	system := func(n int, name string) testenv.Map {
		return testenv.Map{"autonomous_system_number": uint32(n), "autonomous_system_organization": name}
	}
	file := testenv.MMDB("Test-ASN", world.Built,
		testenv.Prefix("5.0.0.0/9", system(64500, "Example Transit")), testenv.Prefix("3.0.0.0/8", system(64501, "")))
	dir := world.Must(os.MkdirTemp("", "evidence"))
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "asn.mmdb")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		panic(err)
	}
	return world.Must(geo.OpenASN(path))
})

// enriched adds a second database, autonomous systems and a list.
func enriched(s attribution.Snapshot) attribution.Snapshot {
	list := world.Must(geo.ReadPrefixSet("hosting", strings.NewReader("5.0.0.0/10\n2a02::/20\n")))
	return world.Must(s.Enrich(attribution.Enrichment{
		Databases: []*geo.Table{world.Other()}, ASNs: asns(), Lists: []*geo.PrefixSet{list},
	}))
}

// snapshots are of every kind that there is.
func snapshots() map[string]attribution.Snapshot {
	sampledPackets, dropped := small, small
	sampledPackets.SamplingRate, dropped.DropAddresses = 100, true
	exact, beyond := snapshotOf(small, mixed(600)), snapshotOf(small, mixed(3000))
	elsewhere := world.Must(attribution.NewTally(world.Other(), small))
	elsewhere.Add(netip.MustParseAddr("5.1.2.3"))
	return map[string]attribution.Snapshot{
		"empty": world.Must(attribution.NewTally(world.Table(), small)).Snapshot(),
		"few":   few(), "exact": exact, "beyond": beyond,
		"packets":            snapshotOf(sampledPackets, mixed(800)),
		"enriched":           enriched(exact),
		"enriched, beyond":   enriched(beyond),
		"addresses dropped":  snapshotOf(dropped, mixed(3000)),
		"addresses removed":  enriched(exact).WithoutAddresses(),
		"of two databases":   world.Must(attribution.Merge(beyond, elsewhere.Snapshot())),
		"registers alone":    world.Must(attribution.FromSketches(world.Table(), world.Key(1).ID(), beyond.Sketches())),
		"nothing of nothing": {},
	}
}

func mustMake(
	t testing.TB, s attribution.Snapshot, p attribution.Policy, claims ...attribution.Claim,
) (*Evidence, []byte) {
	t.Helper()
	e, err := New(s, p, claims...)
	if err != nil {
		t.Fatal(err)
	}
	return e, marshal(e)
}

func marshal(e *Evidence) []byte { return world.Must(e.MarshalBinary()) }

func mustVerify(t testing.TB, data []byte) Verification {
	t.Helper()
	v, err := Verify(data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// reseal changes the tree of a file and writes it anew, with digests that fit: what
// somebody who means to deceive can do.
func reseal(t testing.TB, data []byte, change func(body map[string]any)) []byte {
	t.Helper()
	var tree map[string]map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	body := tree["evidence"]
	change(body)
	digests, _ := body["digests"].(map[string]any)
	for name := range digests {
		content := world.Must(canonical(body[name]))
		if text, ok := body[name].(string); ok && name == "snapshot" {
			content, _ = base64.StdEncoding.DecodeString(text)
		}
		digests[name] = digest(content)
	}
	return world.Must(canonical(tree))
}

// at returns the object on a path of names and indices.
func at(v any, path ...any) map[string]any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v.(map[string]any)
}
