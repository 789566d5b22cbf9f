package attribution

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/whence-go/whence/internal/count"
)

// siteName is the prefix of the site that a source lies in.
func siteName(s source, ipv6Bits int) string {
	bits := 24
	if !s.isIPv4() {
		bits = min(48, ipv6Bits)
	}
	return netip.PrefixFrom(s.prefix(ipv6Bits).Addr(), bits).Masked().String()
}

// insideCaveats say what of it stands out.
func (r *Report) insideCaveats(in Inside) []Caveat {
	caveats := []Caveat{}
	add := func(c Caveat, ok bool) {
		if ok {
			caveats = append(caveats, c)
		}
	}
	if r.group(in.Claim.has).sampled >= fewSources {
		for _, sites := range [][]Holding{in.IPv4, in.IPv6} {
			if len(sites) > 0 {
				add(concentratedIn(sites[0].Name, sites[0].Claimed))
			}
		}
		for _, h := range in.Networks[:min(1, len(in.Networks))] {
			add(Caveat{NetworkConcentrated, h.Claimed.Value, fmt.Sprintf("%s of the sources that the claim is about are in %s alone", percent(h.Claimed.Value), h.Name)}, h.Claimed.Low > networkDominates)
		}
		for _, h := range in.Lists {
			add(Caveat{ListedSources, h.Claimed.Value, fmt.Sprintf("%s of the sources that the claim is about are on the list %q", percent(h.Claimed.Value), h.Name)}, h.Claimed.Low > concentrated)
		}
	}
	add(r.heavySources().caveat(r.Sources.Exact))
	return caveats
}

// explainInside puts it into a table.
func (r *Report) explainInside(in Inside, o InsideOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sWho holds the %s %s by %v\n", r.warning(), plural(in.Claimed, "source", "sources"), strings.TrimPrefix(in.Claim.Of(OfSources).subject(), "IP addresses "), r.Database)
	fmt.Fprintf(&b, "%s of %s\n\n", r.number(in.Claimed), r.whole(in.Claim.Of(OfSources)))
	events := "of all events"
	if !in.Exact {
		events = "of the sample's events"
	}
	rows := [][]string{{"", "sources", "of these", "of all sources", events}}
	add := func(title string, list []Holding) {
		if len(list) == 0 {
			return
		}
		rows = append(rows, []string{title})
		for _, h := range list {
			rows = append(rows, []string{"  " + h.Name, r.number(h.Sources), r.shareCell(h.Claimed), r.shareCell(h.Share), percent(h.EventShare)})
		}
	}
	add("IPv4 /24", in.IPv4)
	add(fmt.Sprintf("IPv6 /%d", min(48, r.ipv6Bits)), in.IPv6)
	if o.Networks != nil {
		info := o.Networks.Info()
		add("networks by "+Database{Name: clean(info.Name), Built: info.Built}.String(), in.Networks)
	}
	add("lists", in.Lists)
	aligned(&b, rows)
	if !in.Exact {
		fmt.Fprintf(&b, "\nOf a sample of %s sources; intervals are for 95 %% confidence, each on its own.\n", count.Grouped(count.Round(r.sampling.k)))
	}
	for _, c := range in.Caveats {
		fmt.Fprintf(&b, "  - %s\n", c.Text)
	}
	if o.Networks != nil {
		if credit := clean(o.Networks.Info().Credit); credit != "" {
			b.WriteString(credit + "\n")
		}
	}
	return b.String()
}
