// Package text puts reports and verdicts into words. All prose of this module is here, but for
// the headings and labels of pages (packages brief and web). The others hand out numbers, codes
// and names.
//
//	p := text.NewPrinter(language.English)
//	p.Report(os.Stdout, report)
//
// A text says no more than its data: addresses are geolocated to a country by a database,
// and nobody knows from an address who sent what. It never prints a number that another
// number contradicts. A share that is not 1 is never 100 %, an interval is rounded outward,
// and nothing is rounded onto or across the limit of a claim. Names of databases, networks
// and lists come from files of others. They are printed on one line, cut to a length, and
// between quotation marks.
//
// Sentences may change with any release. Programs read the codes and numbers of the data,
// or its JSON.
//
// # Languages
//
// There are English and French. Another language is a catalogue like those in en.go and
// fr.go, and the names of countries, which tools/countries generates from Unicode CLDR.
// Layout and the choice of what is said know no language. docs/LANGUAGE.md says how to add
// one, and what a native reader should check.
//
// # Concurrency
//
// A [Printer] is immutable and safe for concurrent use.
package text
