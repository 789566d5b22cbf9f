package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/routed"
)

// others are the files that the sources are looked up in once more, when all have
// been counted.
type others struct {
	second []string // country databases
	asn    string
	lists  []namedFile

	opinions attribution.Opinions
	inside   attribution.InsideOptions
}

type namedFile struct{ name, path string }

// registered stands for the embedded map of announced networks.
const registered = "routed"

func (o *others) addFlags(flags *flag.FlagSet) {
	flags.Func("second", "another country database for a second opinion, an MMDB `file`, or \""+registered+"\" for the embedded map of the countries that networks are registered in; may be repeated", func(s string) error {
		o.second = append(o.second, s)
		return nil
	})
	flags.StringVar(&o.asn, "asn", "", "ASN database, an MMDB `file`, to see whose networks the sources are in")
	flags.Func("list", "`name=file`: a list of addresses and prefixes, one a line, such as those of hosting companies, to see which sources are on it; may be repeated", func(s string) error {
		name, path, ok := strings.Cut(s, "=")
		if !ok || name == "" || path == "" {
			return errors.New("want name=file")
		}
		o.lists = append(o.lists, namedFile{name, path})
		return nil
	})
}

// asked reports whether there is anything to look up.
func (o *others) asked() bool { return len(o.second) > 0 || o.asn != "" || len(o.lists) > 0 }

// open reads all files, before any traffic is.
func (o *others) open(console *console) error {
	for _, path := range o.second {
		table, err := openSecond(path)
		if err != nil {
			return err
		}
		if path == registered {
			console.say("-second %s: its countries are those where networks are registered, which is not where they are", registered)
		}
		o.opinions.Tables = append(o.opinions.Tables, table)
	}
	if o.asn != "" {
		networks, err := geo.OpenASN(o.asn)
		if err != nil {
			return err
		}
		o.opinions.Networks, o.inside.Networks = networks, networks
	}
	for _, list := range o.lists {
		prefixes, err := geo.OpenPrefixSet(list.path)
		if err != nil {
			return err
		}
		o.inside.Lists = append(o.inside.Lists, attribution.List{Name: list.name, Prefixes: prefixes})
	}
	return nil
}

func openSecond(path string) (*geo.Table, error) {
	if path == registered {
		return routed.Table()
	}
	return geo.Open(path)
}

// further is what the other files say, as -json writes it.
type further struct {
	Comparison     *attribution.Comparison     `json:"comparison,omitempty"`
	Corroborations []attribution.Corroboration `json:"corroborations,omitempty"` // one for each claim
	Inside         *attribution.Inside         `json:"inside,omitempty"`
}

// look asks them about the sources of a report. Who is inside is told of the
// countries of the first claim, or else of the country with most sources.
func (o *others) look(report *attribution.Report, claims []attribution.Claim) (f further, err error) {
	if len(o.opinions.Tables) > 0 {
		if f.Comparison, err = report.Compare(o.opinions); err != nil {
			return f, err
		}
		for _, claim := range claims {
			f.Corroborations = append(f.Corroborations, f.Comparison.Check(claim))
		}
	}
	if o.inside.Networks == nil && o.inside.Lists == nil {
		return f, nil
	}
	claim, ok := report.Leader()
	if len(claims) > 0 {
		claim, ok = claims[0], true
	}
	if ok {
		inside, err := report.Inside(claim, o.inside)
		if err != nil {
			return f, err
		}
		f.Inside = &inside
	}
	return f, nil
}

// print writes a report with its verdicts, and what the other files say.
func (f further) print(w io.Writer, report *attribution.Report, verdicts []attribution.Verdict) error {
	var b strings.Builder
	fmt.Fprint(&b, report)
	if f.Comparison != nil {
		fmt.Fprintf(&b, "\n%v", f.Comparison)
	}
	for _, verdict := range verdicts {
		fmt.Fprintf(&b, "\n%v\n", verdict)
	}
	for _, corroboration := range f.Corroborations {
		fmt.Fprintf(&b, "\n%v\n", corroboration)
	}
	if f.Inside != nil {
		fmt.Fprintf(&b, "\n%v", f.Inside)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
