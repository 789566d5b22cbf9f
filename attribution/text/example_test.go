package text_test

import (
	"fmt"
	"log"
	"net/netip"
	"os"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo/dbip"
)

func ExamplePrinter() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	tally, err := attribution.NewTally(table, attribution.Options{AssumeHandshake: true})
	if err != nil {
		log.Fatal(err)
	}
	for i := range 60 { // 1.1.0.1, 1.2.0.1 and so on
		tally.Add(netip.AddrFrom4([4]byte{1, byte(i), 0, 1}))
	}
	report, err := tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("CN"))
	if err != nil {
		log.Fatal(err)
	}
	p := text.NewPrinter(language.English)
	if err := p.Verdict(os.Stdout, report, 0); err != nil {
		log.Fatal(err)
	}
	// Output:
	// refuted: CN > 50% of sources
	//   26 of the 60 distinct sources (43.3 %) are IP addresses geolocated to China (CN) by "DB-IP Lite" of 2026-06-01.
	//   Those of the claim lie in 26 of 60 networks (/24 or /48).
	//   The verdict holds as long as fewer than 6.6 % of all sources are placed in the wrong country.
	//   - 60 sources were counted. As a sample of more sources, they would not decide the claim.
}

func ExamplePrinter_Caveat() {
	p := text.NewPrinter(language.English)
	fmt.Println(p.Caveat(caveat.Caveat{Code: caveat.DatabaseAge, Value: 742}))
	// Output: The database was built 742 days before the traffic. Networks change their country.
}

func ExampleNewPrinter() {
	browser, _, err := language.ParseAcceptLanguage("en-GB, en;q=0.8")
	if err != nil {
		log.Fatal(err)
	}
	p := text.NewPrinter(browser...)
	fmt.Println(p.Outcome(attribution.Refuted))
	// Output: refuted
}
