package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/routed"
)

// others are the files that the sources are looked up in once more, when all have
// been counted.
type others struct {
	second  []string // country databases
	asn     string
	lists   []namedFile
	classes []string // files with several lists

	enrichment attribution.Enrichment
}

type namedFile struct{ name, path string }

// registered stands for the embedded map of announced networks.
const registered = "routed"

func (o *others) addFlags(flags *flag.FlagSet) {
	flags.Func("second", "another country database for a second opinion, an MMDB `file`, or \""+registered+"\" for "+
		"the embedded map of the countries that networks are registered in; may be repeated", func(s string) error {
		o.second = append(o.second, s)
		return nil
	})
	flags.StringVar(&o.asn, "asn", "", "ASN database, an MMDB `file` or text with a prefix or range and number a line, "+
		"to see whose networks the sources are in, and for claims such as \"AS64500 > 50%\"")
	flags.Func("list", "`name=file`: a list of addresses and prefixes, one a line, such as those of hosting "+
		"companies, to see which sources are on it, and for claims such as 'list \"hosting\" > 50%'; by the names "+
		"hosting, vpn, proxy and tor the report says if nearly all sources are there; may be repeated", func(s string) error {
		name, path, ok := strings.Cut(s, "=")
		if !ok || name == "" || path == "" {
			return errors.New("want name=file")
		}
		o.lists = append(o.lists, namedFile{name, path})
		return nil
	})
	flags.Func("classes", "`file` with several lists: an MMDB file of hosting networks, VPNs, proxies and Tor exits, or "+
		"text with a prefix or range and the name of its list a line; may be repeated", func(s string) error {
		o.classes = append(o.classes, s)
		return nil
	})
}

// asked reports whether there is anything to look up.
func (o *others) asked() bool {
	return len(o.second) > 0 || o.asn != "" || len(o.lists)+len(o.classes) > 0
}

// open reads all files, before any traffic is.
func (o *others) open(console *console) error {
	for _, path := range o.second {
		table, err := openSecond(path)
		if err != nil {
			return err
		}
		if path == registered {
			console.say("-second %s: its countries are those where networks are registered, which is not where they are",
				registered)
		}
		o.enrichment.Databases = append(o.enrichment.Databases, table)
	}
	if o.asn != "" {
		asns, err := geo.OpenASN(o.asn)
		if err != nil {
			return err
		}
		o.enrichment.ASNs = asns
	}
	for _, list := range o.lists {
		prefixes, err := openList(list)
		if err != nil {
			return err
		}
		o.enrichment.Lists = append(o.enrichment.Lists, prefixes)
	}
	for _, path := range o.classes {
		lists, err := geo.OpenPrefixSets(path)
		if err != nil {
			return err
		}
		o.enrichment.Lists = append(o.enrichment.Lists, lists...)
	}
	return nil
}

func openSecond(path string) (*geo.Table, error) {
	if path == registered {
		return routed.Table()
	}
	return geo.Open(path)
}

// openList reads a list under the name that it was given.
func openList(list namedFile) (*geo.PrefixSet, error) {
	f, err := os.Open(list.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	set, err := geo.ReadPrefixSet(list.name, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list.path, err)
	}
	return set, nil
}

// enrich looks the sources up, which needs their addresses, if there is anything to look up.
func (o *others) enrich(s attribution.Snapshot) (attribution.Snapshot, error) {
	if !o.asked() {
		return s, nil
	}
	return s.Enrich(o.enrichment)
}

// breakdown says whose networks the sources are in, nil if that was not asked for: those of
// the first claim about countries, or else of the country with most sources.
func (o *others) breakdown(s attribution.Snapshot, r attribution.Report) (*network.Breakdown, error) {
	if o.enrichment.ASNs == nil && o.enrichment.Lists == nil {
		return nil, nil
	}
	var claim attribution.Claim
	of := slices.IndexFunc(r.Verdicts, func(v attribution.Verdict) bool {
		for range v.Claim.Countries() {
			return true
		}
		return false
	})
	switch {
	case of >= 0:
		claim = r.Verdicts[of].Claim
	case len(r.Countries) > 0:
		claim = attribution.Plurality(r.Countries[0].Origin.String())
	default:
		return nil, nil
	}
	b, err := network.NewBreakdown(s, claim, 0)
	return &b, err
}
