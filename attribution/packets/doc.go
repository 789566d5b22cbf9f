// Package packets reads captures of packets, pcap and pcapng, to events that a tally or a
// monitor counts.
//
//	r, err := packets.NewReader(file, file.Name(), packets.Options{})
//	...
//	var e packets.Event
//	for err = r.Next(&e); err == nil; err = r.Next(&e) {
//		m.Observe(monitor.Event{Time: e.Time, Target: monitor.TargetAddr(e.Target), Flow: e.Flow})
//	}
//	account := r.Account() // what was not used, and why
//
// It is a module of its own, because it reads the files with pcapgo of gopacket, which no other
// package needs.
//
// # Files
//
// The first bytes decide whether a file is pcap, in either byte order and with microseconds or
// nanoseconds, or pcapng. Files that gzip or zstd has compressed are decompressed. In pcapng each
// interface has its own type of link, and each section its own interfaces. Blocks of unknown
// types are skipped, and so are sections of an unknown version behind the first one.
//
// A file that breaks off within a packet is read until there, and the account says so (CUT_FILE).
// Where a file contradicts itself, nobody knows where the next packet begins: [Reader.Next] then
// returns an error that wraps [ErrDamaged]. What it returned before is good.
//
// # Events
//
// Each IP packet is an event from its source to its target, as the outer IP header has them. Bytes
// are those on the wire, also where the capture has only the first part of a packet. A capture has
// both directions of the traffic: with Options.Local, only packets to one's own networks are
// events. Without it a server's answers are events to its clients. A capture on several interfaces
// of one machine may have packets twice, and they count twice.
//
// Options.Inner takes the header inside of tunnels instead. Everybody can send packets that look
// like a tunnel, with any header inside. Use it only for captures of tunnels that begin at one's
// own machines.
//
// A packet that has no source counts as lost (NO_SOURCE): its source is 0.0.0.0, ::, or an
// IPv4-mapped IPv6 address, which no packet can have. So do packets that end before their
// addresses (TRUNCATED), whose headers contradict themselves (MALFORMED), or whose type of link is
// not known (UNKNOWN_LINK). Packets of other protocols, such as ARP, are no records (NOT_IP).
//
// # Ports of fragments
//
// Only the first fragment of a packet has ports. The later ones get them for half a minute after
// that, if source, target and identification are the same. At most 16,384 packets are remembered.
// Fragments that come before the first one have no ports (FRAGMENTS). Who forges a first fragment
// changes the ports of those that have the same source, which is forged too, or the forger's own.
//
// # Handshakes
//
// A source has completed a handshake if the capture has the target's SYN-ACK to it, and then the
// source's ACK of exactly that sequence number, which nobody can know who did not receive it. All
// packets of that connection from then on have Flow.Handshake, and no others: neither earlier ones,
// nor those of other connections. Otherwise, whoever has a server in the captured network could
// complete handshakes in the name of others, because the server tells the numbers, and then send
// forged packets to somebody else. So mind that all traffic together has such connections in it;
// traffic to one target has only those that the target has answered. Nor does it prove much where
// the packets of other networks pass in both directions: a forger can send both sides of them.
//
// The last 65,536 SYN-ACKs and as many connections are remembered. A flood of SYNs that are
// answered displaces SYN-ACKs, so that fewer handshakes are recognized, but no connection.
//
// # Performance
//
// Reading allocates nothing for a packet, with exceptions that pcapgo makes in pcapng: packets with
// comments or flags of their own, those of Linux "any" in its second version, and packets of more
// than 256 KiB. The same file gives the same events. Memory depends on the file only by its
// interfaces and names, which pcapgo keeps until the section ends.
package packets
