package text

import (
	"io"
	"net/netip"
	"strings"

	"github.com/whence-go/whence/attribution/network"
)

// Breakdown writes who holds the sources of a claim's countries: networks, autonomous systems and lists. The error is
// that of w.
func (p *Printer) Breakdown(w io.Writer, b network.Breakdown) error {
	var text strings.Builder
	p.writeBreakdown(&text, &b)
	return write(w, text.String())
}

func (p *Printer) writeBreakdown(b *strings.Builder, n *network.Breakdown) {
	w := &p.words.network
	b.WriteString(say(w.title, args{"claimed": word(p.claimed(n.Claim, nil))}) + "\n")
	b.WriteString(p.sources(n.Claimed) + "\n\n")
	kinds := []struct {
		name   string
		groups []network.Group
	}{{w.ipv4, n.IPv4}, {w.ipv6, n.IPv6}, {w.systems, n.ASNs}, {w.lists, n.Lists}}
	events := false
	for _, kind := range kinds {
		for _, g := range kind.groups {
			events = events || g.Events > 0
		}
	}
	head := []string{"", p.words.units[0], w.ofThese, w.ofAll}
	if events {
		head = append(head, w.ofEvents)
	}
	rows := [][]string{head}
	for _, kind := range kinds {
		if len(kind.groups) == 0 {
			continue
		}
		rows = append(rows, []string{kind.name})
		for _, g := range kind.groups {
			row := []string{"  " + p.group(g.Name), p.grouped(g.Sources), p.cell(g.Claimed), p.cell(g.Share)}
			if !n.Claimed.Exact {
				row[1] = p.estimate(g.Sources, nearest).Text
			}
			if events {
				row = append(row, p.share(g.EventShare))
			}
			rows = append(rows, row)
		}
	}
	if len(rows) > 1 {
		aligned(b, rows)
	} else {
		b.WriteString(w.nothing + "\n")
	}
	if !n.Claimed.Exact {
		b.WriteString("\n" + w.sampled + "\n")
	}
}

// group names a network, system or list. Only a prefix stands without quotation marks.
func (p *Printer) group(name string) string {
	if prefix, err := netip.ParsePrefix(name); err == nil {
		return prefix.String()
	}
	return p.quoted(name)
}
