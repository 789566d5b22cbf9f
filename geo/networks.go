package geo

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"github.com/oschwald/maxminddb-golang/v2"
)

// An AS is an autonomous system: a network, run by one organisation, that
// announces addresses to the Internet.
type AS struct {
	Number uint32 `json:"number"`
	Name   string `json:"name,omitempty"` // of the organisation, "" when the file has none
}

// String returns a text such as "AS64500 Example".
func (a AS) String() string {
	s := "AS" + strconv.FormatUint(uint64(a.Number), 10)
	if a.Name != "" {
		s += " " + a.Name
	}
	return s
}

// Networks maps addresses to the autonomous systems that announce them. It is
// immutable and safe for concurrent use; it comes from [OpenNetworks] or
// [OpenNetworksBytes]. The zero Networks has no network.
//
// A lookup takes some tenths of a microsecond: it is made for a sample of sources, not for every
// packet. Half a million networks take about 20 MB.
type Networks struct {
	values values
	known  []AS
	info   Info
}

// OpenNetworks reads the ASN database in the MMDB file at path. It does not keep
// the file open or mapped, so that it may be replaced at any time.
//
// The number is found in the first of these fields that a record has:
// autonomous_system_number, at the top or in the map traits, or asn, a number or a
// text such as "AS64500". The name is in autonomous_system_organization, as_name,
// or, in a record with asn, in name. Records without a number, or with the
// reserved number 0 (RFC 7607), are passed over. A damaged file is an error here
// and never later.
//
// The error wraps [ErrNotMMDB], [ErrNotASN] or [ErrDamaged], or it is that of the
// file system.
func OpenNetworks(path string) (*Networks, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("geo: %w", err)
	}
	return openNetworks(path, data)
}

// OpenNetworksBytes is [OpenNetworks] for a file in memory. It does not keep data.
func OpenNetworksBytes(data []byte) (*Networks, error) { return openNetworks("MMDB", data) }

func openNetworks(name string, data []byte) (*Networks, error) {
	n, err := compileNetworks(data)
	if err != nil {
		return nil, fmt.Errorf("geo: %s: %w", name, err)
	}
	return n, nil
}

func compileNetworks(data []byte) (*Networks, error) {
	tree, err := openTree(data)
	if err != nil {
		return nil, err
	}
	n := &Networks{info: tree.info(data)}
	records := newASRecords(len(data))
	for _, f := range []*family{ipv4, ipv6} {
		list := &n.values.of(f.bits).list
		var previous netip.Prefix
		err := tree.walk(f, func(res maxminddb.Result, s span) error {
			if !res.Found() {
				return nil
			}
			number, ok, err := records.at(res)
			if err != nil {
				return err
			}
			if network := res.Prefix(); network != previous {
				n.info.Networks++
				previous = network
			}
			if ok {
				*list = appendValue(*list, value{s, number})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if err := records.check(tree.db.Metadata.DatabaseType); err != nil {
		return nil, err
	}
	n.values.seal()
	n.known = records.known
	n.info.Schema = records.schema
	n.info.IPv4, n.info.IPv6 = len(n.values.v4.list) > 0, len(n.values.v6.list) > 0
	return n, nil
}

// Lookup returns the autonomous system that announces addr. An IPv4-mapped IPv6
// address is looked up as the IPv4 address, and a zone is ignored.
func (n *Networks) Lookup(addr netip.Addr) (as AS, ok bool) {
	i, ok := n.values.lookup(addr)
	if !ok {
		return AS{}, false
	}
	return n.known[i], true
}

// Info returns what the networks were read from. IPv4 and IPv6 are the families
// in which at least one network has a number, Schema is the field that it was read
// from first, and NonCountry is nil.
func (n *Networks) Info() Info { return n.info }
