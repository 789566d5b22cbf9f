package attribution

import (
	"slices"

	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// Networks says whose networks the sources of a [Report] are in, as far as
// [Snapshot.Enrich] looked that up. Reserved sources are in no row. Beyond the exact state
// all rows are those of the sample.
type Networks struct {
	// ASNs is the database that Systems are from; nil: none was asked, and the three rows
	// below are nil.
	ASNs *Database `json:"asns,omitempty"`

	// Systems are autonomous systems, most sources first: the first 50, and those that a
	// claim names. OtherSystems are MoreSystems further ones together, and NoSystem is what
	// is in none.
	Systems      []NetworkRow `json:"systems,omitempty"`
	OtherSystems *NetworkRow  `json:"other_systems,omitempty"`
	MoreSystems  int          `json:"more_systems,omitempty"`
	NoSystem     *NetworkRow  `json:"no_system,omitempty"`

	// Lists are in the order of their names. A source counts on each list that it is on,
	// and in NoList if it is on none; that is nil without a list.
	Lists  []NetworkRow `json:"lists,omitempty"`
	NoList *NetworkRow  `json:"no_list,omitempty"`

	// Hosted is the share of the sources on any list of hosting companies, VPN services,
	// proxies or Tor exits: the first word of its name is hosting, vpn, proxy or tor. Nil
	// without such a list. See [Networks.MostlyHosted].
	Hosted *Share `json:"hosted,omitempty"`
}

// NetworkRow is what a system, a list, or several together have of the sources and of the
// events.
type NetworkRow struct {
	Number uint32 `json:"number,omitzero"` // of a system
	Name   string `json:"name,omitempty"`  // of a list, or of the organization, as the database has it

	Sources uint64 `json:"sources"`
	Share   Share  `json:"share"` // of all sources

	// Events is not known beyond the exact state, and absent then. EventShare is the share
	// of all events. Beyond the exact state its interval holds whatever part of the events
	// single sources make, and Value is that of the sample, within the interval. It is nil
	// where events are not known.
	Events     uint64 `json:"events,omitzero"`
	EventShare *Share `json:"event_share,omitempty"`
}

// MostlyHosted reports whether more than 80 % of the sources are on lists of hosted
// networks, by the lower end of the interval. Their countries then say where machines are
// rented and tunnels end. Verdicts about countries have the caveat HOSTED then. It is false
// of nil.
func (n *Networks) MostlyHosted() bool {
	return n != nil && n.Hosted != nil && n.Hosted.Low > snapshot.HostedLimit
}

// maxSystems is the number of autonomous systems with a row, beside those of the claims.
const maxSystems = 50

// networksOf is nil if nothing was looked up.
func networksOf(v *snapshot.View, p Policy, claims []Claim) *Networks {
	if v.ASNs == nil && len(v.Lists) == 0 {
		return nil
	}
	var asked []uint32
	for _, c := range claims {
		asked = slices.AppendSeq(asked, c.Systems())
	}
	alpha, n := stat.Alpha, &Networks{}
	if p.Joint {
		alpha = (1 - p.Confidence) / float64(maxSystems+len(asked)+len(v.Lists)+3)
	}
	if s := v.InSystems(maxSystems, asked, alpha); s != nil {
		n.ASNs = new(databaseOf(v.ASNs.Database))
		for _, row := range s.Named {
			n.Systems = append(n.Systems, networkRow(row.Number, row.Name, row.Part))
		}
		n.OtherSystems, n.MoreSystems = new(networkRow(0, "", s.Others)), s.More
		n.NoSystem = new(networkRow(0, "", s.None))
	}
	if len(v.Lists) == 0 {
		return n
	}
	parts := v.OnLists(alpha)
	for i, l := range v.Lists {
		n.Lists = append(n.Lists, networkRow(0, l.Name, parts[i]))
	}
	n.NoList = new(networkRow(0, "", parts[len(v.Lists)]))
	if share, ok := v.Hosted(); ok {
		n.Hosted = new(Share(share))
	}
	return n
}

func networkRow(number uint32, name string, p snapshot.Part) NetworkRow {
	r := NetworkRow{Number: number, Name: name, Sources: stat.Round(p.Sources), Share: Share(p.Share), Events: p.Events}
	if p.Of != nil {
		r.EventShare = new(Share(*p.Of))
	}
	return r
}
