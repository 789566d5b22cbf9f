package plausible

import "github.com/whence-go/whence/internal/snapshot"

// Transport protocols (IANA numbers) and TCP flags (RFC 9293).
const (
	tcp = 6
	udp = 17

	syn = 0x02
	rst = 0x04
	ack = 0x10
)

// Transport returns what a record of transport says about its source: facts, as flags of
// an item, and the UDP port that it sent from, 0 if that is not known. Port 65535 counts as
// several ports ([snapshot.SeveralPorts]).
func Transport(handshake bool, protocol uint8, sourcePort uint16, tcpFlags uint8) (facts uint8, port uint16) {
	switch {
	case handshake:
		return snapshot.Handshake, 0
	case protocol == udp && sourcePort != 0:
		return fact(answersFrom(sourcePort)), sourcePort
	case protocol == tcp && tcpFlags != 0:
		return fact(answers(tcpFlags)), 0
	}
	return 0, 0
}

// fact is the one that a record of known transport establishes.
func fact(answer bool) uint8 {
	if answer {
		return snapshot.Answered
	}
	return snapshot.Asked
}

// answers reports whether TCP flags are those of answers alone. A SYN-ACK answers a SYN, and
// a RST, with or without ACK, what it cannot place. Whoever began a connection has sent a
// SYN, and whoever carries one on sends ACKs without SYN and RST.
func answers(flags uint8) bool {
	return flags == syn|ack || flags == rst || flags == rst|ack
}

// Where it cannot be told from one port for nearly all sources, reflection shows by the
// ports of services; see answersFrom. Of senders that chose their ports freely, the larger
// half at most would have one of them in common. That 29 of 30 then have happens once in
// 30 million times (31 / 2^30).
const (
	enoughPorts = 30   // sources with a known UDP port
	onePort     = 0.95 // of these; some reflectors answer from other ports, such as behind NAT
)

// majority finds the only port that can be that of most sources (Boyer and Moore 1981).
type majority struct {
	candidate   uint16
	lead, known int
}

// add takes the port of a source, 0 if it is not known.
func (m *majority) add(port uint16) {
	if port == 0 {
		return
	}
	m.known++
	switch {
	case m.lead == 0:
		m.candidate, m.lead = port, 1
	case port == m.candidate:
		m.lead++
	default:
		m.lead--
	}
}

// shared is the UDP port that nearly all of the public sources sent from, as far as their
// ports are known; 0 if there is none.
func (m *majority) shared(v *snapshot.View) uint16 {
	if m.known < enoughPorts || m.candidate == snapshot.SeveralPorts {
		return 0
	}
	sharing := 0
	for i := range v.Items {
		if v.Items[i].Common == m.candidate && v.IsPublic(i) {
			sharing++
		}
	}
	if float64(sharing) < onePort*float64(m.known) {
		return 0
	}
	return m.candidate
}

// answersFrom tells the UDP ports of services that answer a small request with more than
// they got, and are therefore made to flood a victim in whose name it was sent. The names
// are those of the IANA registry where it has one. The services are in Rossow,
// "Amplification Hell" (2014), US-CERT alert TA14-017A, the scans of open services that
// Shadowserver reports, and what was published about single ones, such as TP-240 phones.
//
// A client sends from a port that its system or a NAT picks, from 1024 on (RFC 6056, RFC
// 4787), and is told to avoid these (RFC 9308, section 8.1). That a source with one port
// has one of them by chance is rare: they are 1 in 1,000 of those from 1024 on. One that
// sends from ever new ports has others as well, and is then no reflector.
func answersFrom(port uint16) bool {
	switch port {
	case
		7,     // echo
		11,    // systat, active users
		13,    // daytime
		17,    // qotd, quote of the day
		19,    // chargen
		37,    // time
		53,    // domain, DNS
		69,    // tftp
		111,   // sunrpc, portmapper
		123,   // ntp
		137,   // netbios-ns
		138,   // netbios-dgm
		161,   // snmp
		177,   // xdmcp
		389,   // ldap, as CLDAP
		427,   // svrloc, SLP
		443,   // https: servers of QUIC and DTLS; their clients send from other ports
		500,   // isakmp, IKE
		520,   // router, RIP
		523,   // ibm-db2
		623,   // asf-rmcp, IPMI
		1194,  // openvpn
		1434,  // ms-sql-m, SQL Server's browser
		1604,  // icabrowser, Citrix
		1701,  // l2tp
		1900,  // ssdp
		2362,  // digiman, Digi's discovery
		3072,  // csd-monitor
		3283,  // net-assistant, Apple Remote Desktop (ARMS)
		3389,  // ms-wbt-server, RDP over UDP
		3478,  // stun, turn
		3702,  // ws-discovery
		4500,  // ipsec-nat-t, IKE behind NAT
		4672,  // rfa, as Kad of eMule
		4800,  // iims, as Moxa's discovery
		5060,  // sip
		5093,  // sentinel-lm, license server
		5351,  // nat-pmp
		5353,  // mdns
		5355,  // llmnr
		5632,  // pcanywherestat
		5683,  // coap
		5684,  // coaps
		6881,  // BitTorrent's DHT
		7001,  // afs3-callback
		7777,  // Unreal and San Andreas Multiplayer
		9987,  // TeamSpeak 3
		10001, // scp-config, as Ubiquiti's discovery
		10074, // test driver of Mitel TP-240
		11211, // memcache
		17185, // soundsvirtual, as the debugger of VxWorks
		19132, // Minecraft, RakNet
		20800, // Call of Duty
		20811, // Powerhouse VPN
		25565, // minecraft
		27005, // flex-lm, as Source engine
		27015, // Steam and Source engine
		27500, // QuakeWorld
		27910, // Quake 2
		27960, // Quake 3
		28960, // Call of Duty
		30120, // FiveM
		30718, // Lantronix's discovery
		32410, // Plex Media Server
		32414, // Plex Media Server
		33848, // Jenkins
		37810, // DHCPDiscover of video recorders
		41794, // crestron-cip
		47808, // bacnet
		53413, // Netis routers
		64738: // murmur, Mumble
		return true
	}
	return false
}
