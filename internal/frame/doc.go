// Package frame reads the headers of one packet, from the link layer to the ports, without a
// copy and without an allocation.
//
//	var p frame.Packet
//	if err := frame.Parse(&p, frame.LinkEthernet, data, false); err != nil {
//		...
//	}
//
// # Which header
//
// Of a packet in a tunnel, the outer IP header is what was routed: nobody can make it up without
// forging a source. What a tunnel contains is written by who sends the packet. Everybody can send
// a UDP datagram that looks like VXLAN to port 4789, with any inner source. So the outer header is
// the default, and the inner one is for those who know that their tunnels come from themselves.
//
// VLAN tags, MPLS labels, PPPoE and the like are of the link, and not counted as tunnels.
//
// # Limits
//
// A packet may have as many headers as its sender likes. Beyond 32 it is refused, so that no
// packet costs more than some hundred nanoseconds.
//
// Only what is between the link and the ports is read. Checksums are not checked, except where
// they decide what follows an MPLS label. Addresses are those of the header, whatever they are:
// an IPv4-mapped IPv6 address stays one, and 0.0.0.0 is an address. Who counts sources decides.
package frame
