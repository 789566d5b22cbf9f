package snapshot

import (
	"slices"
	"strings"
	"unicode"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// HostedLimit is the share of the sources on lists of hosted networks above which these
// explain the countries: they are where machines are rented and tunnels end.
const HostedLimit = 0.8

var hostedWords = []string{"hosting", "vpn", "proxy", "tor"}

// IsHosted reports whether a list is one of hosting companies, VPN services, proxies or Tor
// exits, by the first word of its name.
func (l List) IsHosted() bool {
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	word := l.Name
	if i := strings.IndexFunc(word, notLetter); i >= 0 {
		word = word[:i]
	}
	return slices.Contains(hostedWords, strings.ToLower(word))
}

// Hosted is the share of the public sources that are on any list of hosted networks; ok is
// false if there is none.
func (v *View) Hosted() (share stat.Share, ok bool) {
	var lists []List
	for _, l := range v.Lists {
		if l.IsHosted() {
			lists = append(lists, l)
		}
	}
	all, on := 0.0, 0.0
	for i := range v.Items {
		if v.OriginOf(i) == geo.Reserved {
			continue
		}
		all++
		if slices.ContainsFunc(lists, func(l List) bool { return l.On[i] }) {
			on++
		}
	}
	if len(lists) == 0 || all == 0 {
		return stat.Share{}, false
	}
	return v.ShareWithin(on, all), true
}
