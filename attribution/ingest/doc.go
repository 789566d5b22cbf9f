// Package ingest reads logs of any kind: from an [io.Reader] to events that a tally or a
// monitor counts.
//
//	r, err := ingest.NewReader(file, file.Name(), ingest.Options{})
//	...
//	var e ingest.Event
//	for err = r.Next(&e); err == nil; err = r.Next(&e) {
//		tally.AddFlow(e.Flow)
//	}
//	account := r.Account() // what was read as what, and what was not used
//
// # Formats
//
// The reader looks at about 1,000 records and decides. [Formats] lists the formats: access logs
// (COMMON, COMBINED, VCOMMON, VCOMBINED), CSV with commas, tabs or semicolons, JSON objects in
// any arrangement, ADDR for lists of addresses and blocks, and TEXT, which finds every address
// in any text and knows neither times nor who spoke to whom. Options.Format names one instead.
//
// Daemons that write sentences are POSTFIX, EXIM, DOVECOT, SSHD, POSTGRES, FAIL2BAN, KERNEL and
// FILTERLOG. Of the lines about one connection, one is the event. Flows are those of ZEEK,
// SURICATA, NFDUMP, AWSVPC, AZUREFLOW and GCPFLOW, whose events are packets. CEF and LEEF are
// what security products write. See docs/INPUTS.md.
//
// Compressed data, archives, UTF-16, byte order marks and the like are undone. So are the words
// of syslog, Kubernetes and Docker before a record. The account has a note of each.
//
// A format is a sniff, which says how well the first lines fit, and an open, which returns how
// to cut and parse records. It is one entry of a table and one file.
//
// # No record vanishes
//
// Every line of the input is part of a record that was used, of a record that was lost, or it
// has no record: it is blank, a comment or a header. A record may go over the end of its line
// only in a quoted field of CSV and in JSON, and only as long as it is well formed. Else its
// line stands alone, so that a stray quote takes no other record along. Lost records belong
// into the tally ([attribution.Tally.AddAccount]), because they may change a verdict.
//
// # Whose address
//
// Which field is the client's is decided once per text. In CSV and JSON a known name decides;
// names such as host and address say nothing, and those of servers are left out. In access logs
// it is the place of the word. The account names the choice and the next best. Where two are as
// good as each other the reader does not guess: it returns an [UndecidedError] with both.
//
// What a client can write decides nothing, such as its user name, path, agent and site. An
// access log is cut where the server has written a time in brackets with a request in quotes
// behind it. If servers do not escape what clients write, a line may have several such places.
// The one nearest to the time of the line before is then taken.
//
// # Lists
//
// A list of forwarded addresses has one meaning in every format: its first public address. The
// client may have made that up, so it proves no handshake, and Event.Claimed is set. With
// Options.Trusted it is the last address that is not one of the trusted proxies.
//
// # Blocks and cut addresses
//
// A record may name a block, such as 192.0.2.0/24 or 192.0.2.x. It is one event with
// Event.Prefix set, and the account counts such records: they say nothing about single
// addresses. Addresses that were cut without a trace are found by their zeros; the notes
// CUT_IPV4 and CUT_IPV6 have the number of bits that are left as their subject.
//
// # Performance
//
// Reading allocates nothing for records of the usual form. Memory does not depend on the size
// of the input. A record has at most 1 MiB.
//
// A regular file, packed or not, is read on as many cores as GOMAXPROCS allows, unless
// Options.Live is set. That needs a format whose lines stand alone: access logs, rows, JSON and
// most logs of load balancers. Events come in the same order, and the account is the same.
// Goroutines then read at most some 100 KiB for each core ahead of the events. They end with the
// input, or with [Reader.Close].
//
// # Security
//
// Field names, places and subjects of notes come from the input. Quote them before you show
// them, as errors of this package do.
package ingest
