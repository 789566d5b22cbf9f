package geo_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

func Example() {
	table, err := dbip.Table() // or geo.Open("country.mmdb")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []string{"202.22.224.1", "2a02:6b8::feed:ff", "::ffff:9.9.9.9", "192.168.1.1"} {
		origin := table.Lookup(netip.MustParseAddr(s))
		fmt.Println(s, origin, origin.Name())
	}
	info := table.Info()
	fmt.Printf("geolocated by %s, built %s\n%s\n", info.Name, info.Built.Format("2006-01-02"), info.Credit)
	// Output:
	// 202.22.224.1 NC New Caledonia
	// 2a02:6b8::feed:ff RU Russia
	// ::ffff:9.9.9.9 US United States
	// 192.168.1.1 reserved reserved
	// geolocated by DB-IP Lite, built 2026-06-01
	// IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0
}

func ExampleTable_LookupBatch() {
	table, err := dbip.Table()
	if err != nil {
		fmt.Println(err)
		return
	}
	sources := []netip.Addr{netip.MustParseAddr("77.88.8.8"), netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("77.88.55.88")}
	origins := make([]geo.Origin, len(sources))
	table.LookupBatch(origins, sources)
	var tally [geo.MaxOrigins]int
	for _, o := range origins {
		tally[o]++
	}
	for o := range geo.Countries() {
		if tally[o] > 0 {
			fmt.Println(o, tally[o])
		}
	}
	// Output:
	// RU 2
	// US 1
}

func ExampleTable_Space() {
	table, err := dbip.Table()
	if err != nil {
		fmt.Println(err)
		return
	}
	space := table.Space()
	for _, code := range []string{"US", "RU", "NC"} {
		o, err := geo.ParseOrigin(code)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s has %.2f %% of public IPv4\n", o.Name(), 100*space.IPv4[o])
	}
	// Output:
	// United States has 38.37 % of public IPv4
	// Russia has 1.25 % of public IPv4
	// New Caledonia has 0.00 % of public IPv4
}

func ExampleOpen() {
	_, err := geo.Open("GeoLite2-ASN.mmdb")
	switch {
	case errors.Is(err, geo.ErrNotCountry):
		fmt.Println("that database is about something else")
	case err != nil:
		fmt.Println("no database")
	}
	// Output: no database
}

func ExampleParseOrigin() {
	for _, s := range []string{"nc", "UK", "unlocated", "EU"} {
		o, err := geo.ParseOrigin(s)
		fmt.Println(o, o.IsCountry(), err)
	}
	// Output:
	// NC true <nil>
	// GB true <nil>
	// unlocated false <nil>
	// unlocated false geo: unknown origin "EU"
}

func ExampleReadPrefixes() {
	const list = "# Tor exits\n192.0.2.0/25\n192.0.2.128/25\n2001:db8::1 ; seen in May\n"
	exits, err := geo.ReadPrefixes("exits.txt", strings.NewReader(list))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(exits.Contains(netip.MustParseAddr("192.0.2.200")), exits.Contains(netip.MustParseAddr("2001:db8::2")))
	_, err = geo.ReadPrefixes("exits.txt", strings.NewReader(list+"<html>"))
	fmt.Println(err)
	// Output:
	// true false
	// geo: exits.txt:5: no address and no prefix: "<html>"
}
