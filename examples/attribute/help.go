package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// The command stays with the flag package of the standard library. It is one command without subcommands, which is
// what larger flag libraries are for. They would be a dependency of the whole module, or take the command out of it,
// so that "go run ./examples/attribute" would no longer work. The price is that there is no completion in shells.

// task is a group of flags that serve one purpose.
type task struct {
	title, example string
	flags          []string
}

// tasks have every flag once.
var tasks = []task{
	{"Check a claim", `attribute -claim "majority RU" -claim "outside FR,NC > 90% of bytes" access.log.gz`,
		[]string{"claim", "handshake", "sampling", "v6"}},
	{"Find bursts, in files or while the input comes", "attribute -burst -target path access.log",
		[]string{"burst", "target", "interval", "lateness", "state"}},
	{"Write the answer for somebody", "attribute -burst -o brief.html -title \"La nuit du 21 mai\" -lang fr access.log",
		[]string{"o", "lang", "title", "all", "json"}},
	{"Let others check it", `attribute -claim "majority RU" -evidence burst.json access.log; attribute -verify burst.json`,
		[]string{"evidence", "drop-addresses", "verify", "expect", "key"}},
	{"Say how an input is read, where its first records do not tell",
		"attribute -addr ip.src -proto ip.proto -sport udp.srcport -flags tcp.flags packets.csv",
		[]string{"format", "addr", "time", "count", "bytes", "proto", "sport", "flags", "zone", "year", "trust", "exclude"}},
	{"Look the sources up elsewhere", "attribute -second GeoLite2-Country.mmdb -asn GeoLite2-ASN.mmdb access.log.gz",
		[]string{"db", "second", "asn", "list", "classes"}},
}

const usage = `usage: attribute [flags] [file...]

Attribute says which countries the sources of some traffic are geolocated to, and checks claims about that.
It reads logs of any kind, "-" being standard input, also compressed and in archives.
Without a file it plays a simulated attack.
`

// help writes all flags by task, with an example each.
func help(w io.Writer, flags *flag.FlagSet, p paint) error {
	var b strings.Builder
	b.WriteString(usage)
	for _, t := range tasks {
		fmt.Fprintf(&b, "\n%s\n\n    %s\n\n", p.bold(t.title+":"), p.faint(t.example))
		for _, name := range t.flags {
			f := flags.Lookup(name)
			value, text := flag.UnquoteUsage(f)
			if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
				text += fmt.Sprintf(" (default %s)", f.DefValue)
			}
			describe(&b, strings.TrimSpace("-"+name+" "+value), text)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// describe writes a flag, and what it does in lines of 100 columns beside it.
func describe(b *strings.Builder, name, text string) {
	const indent, width = 19, 100
	fmt.Fprintf(b, "  %-*s", indent-2, name)
	if len(name) > indent-3 {
		fmt.Fprintf(b, "\n%*s", indent, "")
	}
	column := indent
	for word := range strings.FieldsSeq(text) {
		switch {
		case column == indent:
		case column+1+len(word) > width:
			fmt.Fprintf(b, "\n%*s", indent, "")
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	b.WriteByte('\n')
}
