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
		fmt.Println(s, origin)
	}
	info := table.Info()
	fmt.Printf("geolocated by %s, built %s\n%s\n", info.Name, info.Built.Format("2006-01-02"), info.Credit)
	// Output:
	// 202.22.224.1 NC
	// 2a02:6b8::feed:ff RU
	// ::ffff:9.9.9.9 US
	// 192.168.1.1 reserved
	// geolocated by DB-IP Lite, built 2026-06-01
	// IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0
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
		fmt.Printf("%s has %.2f %% of public IPv4\n", o, 100*space.IPv4[o])
	}
	// Output:
	// US has 38.37 % of public IPv4
	// RU has 1.25 % of public IPv4
	// NC has 0.00 % of public IPv4
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

func ExampleASNTable() {
	asns, err := geo.OpenASN("testdata/asn.mmdb") // or GeoLite2-ASN.mmdb
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []string{"5.1.1.1", "2a00:1:2:3:4::1", "8.8.8.8"} {
		as, ok := asns.Lookup(netip.MustParseAddr(s))
		fmt.Println(s, as, ok)
	}
	fmt.Println("by", asns.Info().Name)
	// Output:
	// 5.1.1.1 AS64500 Example true
	// 2a00:1:2:3:4::1 AS64503 small true
	// 8.8.8.8 AS0 false
	// by Test-ASN
}

func ExamplePrefixSet() {
	const list = "# Tor exits\n192.0.2.0/25\n192.0.2.128/25\n2001:db8::1 ; seen in May\n"
	exits, err := geo.ReadPrefixSet("exits.txt", strings.NewReader(list)) // or geo.OpenPrefixSet(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(exits.Name(), exits.Len(), "entries")
	for _, s := range []string{"192.0.2.200", "2001:db8::1", "2001:db8::2"} {
		fmt.Println(s, exits.Contains(netip.MustParseAddr(s)))
	}
	_, err = geo.ReadPrefixSet("exits.txt", strings.NewReader(list+"<html>"))
	fmt.Println(err)
	// Output:
	// exits.txt 3 entries
	// 192.0.2.200 true
	// 2001:db8::1 true
	// 2001:db8::2 false
	// geo: exits.txt:5: no address and no prefix: "<html>"
}

func ExampleFollower() {
	follower, err := geo.Follow("testdata/country.mmdb")
	if err != nil {
		fmt.Println(err)
		return
	}
	// In a program: go follower.Run(ctx, time.Hour, report)
	if reload, ok := follower.Poll(); ok {
		fmt.Println("the file changed:", reload.Err)
	}
	fmt.Println(follower.Table().Lookup(netip.MustParseAddr("5.6.7.8")))
	// Output: FR
}
