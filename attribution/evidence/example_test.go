package evidence_test

import (
	"fmt"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/geo/dbip"
)

// must returns v, and panics on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// snapshot has one source in each of 200 Russian networks.
func snapshot() attribution.Snapshot {
	table := must(dbip.Table())
	tally := must(attribution.NewTally(table, attribution.Options{}))
	for r := range table.Ranges() {
		if r.Origin.String() == "RU" && tally.Distinct().Value < 200 {
			tally.Add(r.First.Next())
		}
	}
	return tally.Snapshot()
}

func ExampleNew() {
	e := must(evidence.New(snapshot(), attribution.Policy{Confidence: 0.99}, attribution.Majority("RU")))
	file := must(e.MarshalBinary()) // os.WriteFile("burst.json", file, 0o600)
	fmt.Println(len(file) < evidence.MaxSize, e.Report().Verdicts[0].Claim)
	// Output: true RU > 50% of sources
}

func ExampleVerify() {
	file := must(must(evidence.New(snapshot(), attribution.Policy{}, attribution.Majority("RU"))).MarshalBinary())

	v := must(evidence.Verify(file))
	fmt.Println(v.OK(), v.Evidence.Report().Verdicts[0].Outcome)
	fmt.Println(v.Evidence.CheckOrigins(must(dbip.Table())))

	// Somebody changes the number of events.
	changed := strings.Replace(string(file), `"events":200,`, `"events":900,`, 1)
	v = must(evidence.Verify([]byte(changed)))
	fmt.Println(v.OK(), v.Difference.Path, v.Difference.Stated, v.Difference.Recomputed)
	// Output:
	// true supported
	// <nil>
	// false /evidence/report/countries/0/events 900 200
}
