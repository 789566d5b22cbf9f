// Embed writes the compact form of an MMDB country database, for the packages that
// embed one: geo/dbip and geo/routed. Their documentation has the whole command.
//
//	go -C tools run ./embed -mmdb FILE -o FILE [-routed FILE] [-name NAME] [-credit TEXT]
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
	flag.StringVar(&loader.Name, "name", "", "Info.Name, instead of that of the file")
	flag.StringVar(&loader.Credit, "credit", "", "Info.Credit, instead of the one that is known for the file")
	flag.Parse()
	if *mmdb == "" || *out == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := embed(loader, *mmdb, *routed, *out); err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

func embed(loader geo.Loader, mmdb, routed, out string) (err error) {
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
