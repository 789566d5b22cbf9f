// Generate writes the compact form of an MMDB country database, for packages
// that embed one.
//
//	generate -mmdb FILE -o FILE [-routed FILE] [-name NAME] [-credit TEXT]
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/whence-go/whence/geo"
)

func main() {
	mmdb := flag.String("mmdb", "", "the country database to read")
	routed := flag.String("routed", "", "a database whose countries IPv6 is limited to, if given")
	out := flag.String("o", "", "the file to write")
	var loader geo.Loader
	flag.StringVar(&loader.Name, "name", "", "Info.Name, instead of the file's own")
	flag.StringVar(&loader.Credit, "credit", "", "Info.Credit, instead of the known one")
	flag.Parse()
	if *mmdb == "" || *out == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := generate(loader, *mmdb, *routed, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(loader geo.Loader, mmdb, routed, out string) (err error) {
	if routed != "" {
		if loader.Routed, err = geo.Open(routed); err != nil {
			return err
		}
	}
	t, err := loader.Open(mmdb)
	if err != nil {
		return err
	}
	data, err := t.MarshalBinary()
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, data, 0o644); err != nil {
		return err
	}
	info := t.Info()
	fmt.Printf("%s: %d bytes; %s, built %s, %d networks, SHA-256 %s\n",
		out, len(data), info.Name, info.Built.Format("2006-01-02"), info.Networks, info.SHA256)
	return nil
}
