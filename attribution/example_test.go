package attribution_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
)

func newTally() *attribution.Tally {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	return attribution.NewTally(table, attribution.Options{})
}

func ExampleParseClaim() {
	claim, err := attribution.ParseClaim("ru, by > 40 % of events")
	fmt.Println(claim, err)
	_, err = attribution.ParseClaim("RU > lots")
	fmt.Println(err)
	// Output:
	// BY,RU > 40% of events <nil>
	// attribution: no such claim: column 6 of "RU > lots": want a percentage such as 40%
}

func ExampleClaim() {
	fmt.Println(attribution.Majority("RU"))
	fmt.Println(attribution.Plurality("RU").Of(attribution.OfEvents))
	fmt.Println(attribution.MoreThan(90, "FR", "NC").Outside().Of(attribution.OfBytes))
	// Output:
	// RU > 50% of sources
	// plurality RU of events
	// outside FR,NC > 90% of bytes
}

// A verdict is data as well as text.
func ExampleReport_Check() {
	tally := newTally()
	tally.AddN(netip.MustParseAddr("77.88.8.1"), 9000, 4_500_000) // one busy source
	for i := range byte(40) {
		tally.Add(netip.AddrFrom4([4]byte{193, 0, 6, i}))
	}
	report := tally.Report()
	for _, unit := range []attribution.Unit{attribution.OfSources, attribution.OfEvents} {
		verdict := report.Check(attribution.Majority("RU").Of(unit))
		fmt.Println(verdict.Claim, verdict.Decision)
		for _, caveat := range verdict.Caveats {
			fmt.Println(" ", caveat.Code, caveat)
		}
	}
	// Output:
	// RU > 50% of sources refuted
	//   DOMINANT_SOURCE one source made 99.6 % of all events
	//   RANK_DIFFERS NL has most sources but is number 2 by events
	//   RANK_DIFFERS NL has most sources but is number 2 by bytes
	// RU > 50% of events supported
	//   DOMINANT_SOURCE one source made 99.6 % of all events
	//   RANK_DIFFERS NL has most sources but is number 2 by events
	//   RANK_DIFFERS NL has most sources but is number 2 by bytes
}

// Forged addresses have countries, too: those of the address space.
func ExampleSpoofing() {
	tally := newTally()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		tally.Add(netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, rng.Uint32()))))
	}
	report := tally.Report()
	first := report.Origins[0]
	fmt.Printf("%v has %.0f %% of the sources\n", first.Origin, 100*first.Share.Value)
	fmt.Println(report.Spoofing.Finding)
	fmt.Println(report.Check(attribution.Plurality("US")).Decision)
	// Output:
	// US has 39 % of the sources
	// uniform
	// inadmissible
}

// While a tally is exact it holds every source, so that the busiest can be named.
func ExampleTally_Sampled() {
	tally := newTally()
	tally.AddN(netip.MustParseAddr("77.88.8.1"), 70, 0)
	tally.AddN(netip.MustParseAddr("2a02:6b8::feed:1"), 900, 0)
	for source := range tally.Sampled() {
		if source.Events > 100 {
			fmt.Println(source.Prefix, source.Origin, source.Events)
		}
	}
	// Output: 2a02:6b8::/64 RU 900
}

// What is new about a burst, against the days before.
func ExampleTally_Excess() {
	baseline, burst := newTally(), newTally()
	for i := range byte(90) {
		baseline.Add(netip.AddrFrom4([4]byte{193, 0, 6, i})) // NL
	}
	baseline.Window(time.Date(2024, 5, 7, 0, 0, 0, 0, time.UTC), time.Date(2024, 5, 21, 0, 0, 0, 0, time.UTC))
	for i := range byte(60) {
		burst.Add(netip.AddrFrom4([4]byte{193, 0, 6, i}))
		burst.Add(netip.AddrFrom4([4]byte{77, 88, 8, i})) // RU
	}
	excess, err := burst.Excess(baseline)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(burst.Report().Check(attribution.Majority("RU")).Decision)
	fmt.Println(excess.Report.Sources.Distinct, excess.Method, excess.Report.Check(attribution.Majority("RU")).Decision)
	// Output:
	// refuted
	// 60 counting supported
}

// Whoever gets the file computes everything in it anew.
func ExampleVerify() {
	tally := newTally()
	for i := range byte(40) {
		tally.Add(netip.AddrFrom4([4]byte{193, 0, 6, i}))
	}
	evidence, err := attribution.NewEvidence(tally, attribution.Terms{}, attribution.Majority("RU"))
	if err != nil {
		log.Fatal(err)
	}
	file, _ := evidence.MarshalBinary()

	v, err := attribution.Verify(file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v)

	changed := bytes.Replace(file, []byte(`"verdict":"refuted"`), []byte(`"verdict":"supported"`), 1)
	v, err = attribution.Verify(changed)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.OK(), v.Difference.Path, v.Difference.Stated, v.Difference.Recomputed)
	// Output:
	// Reproduced bit for bit: the report and 1 verdict follow from the tally.
	// Not signed.
	// false $.evidence.verdicts[0].verdict "supported" "refuted"
}

// Another database is asked about the same sources. This one says where networks
// are registered, which for most of these is not where the addresses are.
func ExampleReport_Compare() {
	tally := newTally()
	for i := range byte(30) {
		tally.Add(netip.AddrFrom4([4]byte{77, 88, 8, i + 1}))
	}
	for i := range byte(20) {
		tally.Add(netip.AddrFrom4([4]byte{193, 0, 6, i + 1}))
	}
	other, err := routed.Table()
	if err != nil {
		log.Fatal(err)
	}
	comparison, err := tally.Report().Compare(attribution.Opinions{Tables: []*geo.Table{other}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(comparison.Databases[1].Disagreement.Value, "of all placed differently")
	corroboration := comparison.Check(attribution.Majority("RU"))
	for _, opinion := range corroboration.Opinions {
		fmt.Println(opinion.Decision, "by", opinion.Database)
	}
	fmt.Println(corroboration.Decision, "by both")
	// Output:
	// 0.6 of all placed differently
	// supported by DB-IP Lite, built 2026-06-01
	// refuted by iptoasn (country of registration), built 2026-06-17
	// undecided by both
}

// The sources of a country may be everywhere in it, or in one place.
func ExampleReport_Inside() {
	tally := newTally()
	for i := range byte(40) {
		tally.AddN(netip.AddrFrom4([4]byte{77, 88, i % 4, i + 1}), 5, 0)
	}
	list, err := geo.ReadPrefixSet("vpn.txt", strings.NewReader("77.88.0.0/23 # rented\n"))
	if err != nil {
		log.Fatal(err)
	}
	inside, err := tally.Report().Inside(attribution.Majority("RU"), attribution.InsideOptions{
		Lists: []attribution.List{{Name: "vpn", Prefixes: list}},
		Top:   2,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(inside)
	// Output:
	// Who holds the sources geolocated to RU by DB-IP Lite, built 2026-06-01
	// 40 of 40 distinct sources
	//
	//                 sources  of these  of all sources  of all events
	// IPv4 /24
	//   77.88.0.0/24       10    25.0 %          25.0 %         25.0 %
	//   77.88.1.0/24       10    25.0 %          25.0 %         25.0 %
	// lists
	//   vpn                20    50.0 %          50.0 %         50.0 %
	//   - 25.0 % of the sources that the claim is about are in 77.88.0.0/24: one owner may have them all
	//   - 50.0 % of the sources that the claim is about are on the list "vpn"
}
