// Package netflow reads what routers and switches export about traffic: datagrams of NetFlow v1,
// v5, v7 and v9 (RFC 3954), of IPFIX (RFC 7011) and of sFlow version 5, to events that a monitor
// or a tally counts.
//
//	d, err := netflow.NewDecoder(netflow.Options{Exporters: routers})
//	...
//	for {
//		n, from, err := conn.ReadFromUDPAddrPort(buffer)
//		...
//		events = d.Decode(events[:0], from.Addr(), time.Now(), buffer[:n])
//		m.Observe(events...)
//	}
//
// docs/FLOWS.md explains the codes of the account, and what to set at exporters.
//
// # What is counted
//
// An event is a flow record or a sampled packet, from its source to its destination. Its Events
// are packets and its Bytes octets, as the exporter tells them. They are not scaled: the rate of
// sampling is beside them in SamplingRate, and whoever counts weighs them by it. A rate that is not
// told stays 0, which stands for that of the tally or monitor, and the account has the number of
// such records.
//
// The source is IE 8 (IPv4) or IE 27 (IPv6), whichever is not zero. Without both it comes from a
// section of the packet (IE 315, 104 or 313; RFC 5477). 0.0.0.0 and :: are no sources: a record
// with counters and without a source is lost. Records of options, and those with neither source
// nor counters, are no events and not lost. A record that tells 0 packets and bytes is none either.
//
// A record with both directions (RFC 5103; initiator and responder) is two events. That of the
// other direction has source and destination exchanged.
//
// # Rates
//
// The rate of a record is, in this order: Options.SamplingRate; that of its own fields; what
// options of its observation domain say about its sampler (IE 48 or 302); what they say without a
// sampler. Of the fields it is IE 310 / IE 309, else (305 + 306) / 305, else 34, 50 or 305.
// NetFlow v5 has a rate in its header, sFlow one in each sample. An option about one interface
// counts as that of its domain.
//
// # Times
//
// Options.Timing says which time an event has. The default, Spread, divides a record over the
// intervals that it has lasted, by their share of its time. No packet and no byte is lost by that.
// All pieces are within Options.Lateness before the datagram came. What is older is divided over
// that time, and counted in the note LONG_FLOWS. So a monitor with the same interval and lateness
// drops no record as late, whatever the active timeout is. Bursts then begin when they were
// exported, up to one timeout after they began. A lateness above the timeout has the true times.
//
// The times of a record are by the clock of its exporter: IE 152/153, 150/151, 154 to 157, or 21/22
// with the uptime (in NetFlow) or the start (IE 160) of the exporter. Uptimes may wrap. A
// datagram whose export time is more than 5 seconds from its arrival has a wrong clock. Its records
// are shifted by the difference, and counted in the note CLOCK_OFFSET. Times that cannot be right
// are not used: such a record has the time of export. No event is later than the arrival of its
// datagram. An exporter's clock decides nothing but its own records.
//
// # Counting twice
//
// An exporter may tell the same packet at ingress and at egress. It says so by the direction
// (IE 61, or the source of an sFlow sample) and by the interface that the packet came in on
// (IE 10). A record of egress is left out if the exporter has told ingress of that same interface
// within the last half hour. The note EGRESS counts these. A record of egress that does not tell its
// interface counts, and so do the first ones after a start. The note EGRESS_COUNTED then says that
// packets may be counted twice. Options.BothDirections counts all of them.
//
// Two exporters that see the same packet cannot be told from two packets: export at the edge of the
// network only, in one direction. A datagram that comes again, byte for byte, is not read twice.
//
// # What transport proves
//
// Flags of one direction prove nothing about a source, because all of them can be forged. Handshake
// is set only for a record with both directions in which the server has sent SYN, ACK and data, and
// no RST. SYN and ACK of several packets may be a client's (SYN, then ACK) or a server's. The flags
// are then told only if the source port is below 1024 and the other is not. Ports are told of UDP.
//
// # What is not read
//
// Nothing that comes is lost in silence. Decode returns no error: [Decoder.Account] counts what was
// not read, by reason, and [Decoder.Exporters] does for each exporter. A set whose template has
// not come is kept for up to 10 minutes, and read when the template comes. Until then its records
// count as unread, as many as the header of NetFlow v9 tells, else as one. A record that is cut, a
// set of impossible length and the like lose what follows, never what stands before.
//
// Sequence numbers show what went missing on the way. These records are in the account as shed
// ([attribution.LostShed]): nobody has seen a byte of them, because somebody on the way had no room.
// Where datagrams are numbered, the records are estimated by those of other datagrams. A jump counts
// only if the next datagram goes on from there.
//
// # Bounds
//
// A decoder keeps at most 4,096 exporters and 128 MiB of what they have told; of one exporter 4 MiB,
// 1,024 templates of 1,024 fields, 256 observation domains of 1,024 samplers, and 512 sets in
// 512 KiB that wait. Of templates, one that was not used lately makes room. A template is
// forgotten after a day without use, and outlives a restart of its exporter, which sends it anew
// first. New exporters get room only when others have been silent for
// 10 minutes. Templates whose records have no length are refused.
//
// # Concurrency
//
// A [Decoder] may be used by many goroutines at once, such as one for each socket with SO_REUSEPORT.
// The datagrams of one exporter are decoded one after the other.
//
// # Performance
//
// Templates are compiled to places. Decoding allocates nothing once the templates are known.
//
// # Security
//
// Whoever can send UDP to the collector can invent records, exporters and rates, and make it look
// as if records were missing. UDP sources are forged easily. Set Options.Exporters, and filter at
// the border. No datagram makes the decoder panic, loop, or keep more than its bounds.
package netflow
