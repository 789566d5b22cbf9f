package attribution

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/internal/decide"
	"github.com/whence-go/whence/internal/snapshot"
)

// InAS returns the claim about autonomous systems instead of countries, taken together:
//
//	attribution.Majority().InAS(64500, 64501)
//
// [Snapshot.Report] decides it by what [Enrichment.ASNs] found. A source without a system
// may be in any. A claim is about countries, systems or lists, and a plurality is of one
// country; any other claim is invalid.
func (c Claim) InAS(numbers ...uint32) Claim {
	if slices.Contains(numbers, 0) {
		return c.about("", "0 is not the number of an autonomous system")
	}
	return c.about(systemsOf(numbers), "")
}

// OnList returns the claim about sources on any of the lists with these names, instead of
// countries:
//
//	attribution.Majority().OnList("hosting")
//
// [Snapshot.Report] decides it by what [Enrichment.Lists] found. The rules of [Claim.InAS]
// hold. A name is that of [geo.PrefixSet.Name], to the letter.
func (c Claim) OnList(names ...string) Claim {
	for _, name := range names {
		if why := badListName(name); why != "" {
			return c.about("", why)
		}
	}
	return c.about(namesOf(names), "")
}

const (
	maxNetworks = 4000 // bytes
	maxListName = 128

	tooManyNetworks       = "it names too many systems or lists"
	noPluralityOfNetworks = "a plurality is of one country; of systems and lists, claim a share"
)

// about sets the networks that a claim is about, or notes what is wrong with it.
func (c Claim) about(networks, why string) Claim {
	switch {
	case c.invalid != "":
	case why != "":
		c.invalid = why
	case c.kind == decide.Plurality:
		c.invalid = noPluralityOfNetworks
	case c.countries != snapshot.Origins{} || c.networks != "":
		c.invalid = "a claim is about countries, autonomous systems or lists, and only once"
	case len(networks) > maxNetworks:
		c.invalid = tooManyNetworks
	default:
		c.networks = networks
	}
	return c
}

// badListName tells why nothing can have a name, or "": it must be what is left of it in a
// snapshot.
func badListName(name string) string {
	switch {
	case name == "":
		return "a list without a name"
	case len(name) > maxListName:
		return fmt.Sprintf("the name of a list is longer than %d bytes", maxListName)
	case name != snapshot.Clean(name):
		return fmt.Sprintf("%.40q cannot be the name of a list: it does not print", name)
	}
	return ""
}

// systemsOf is the text form of systems: in order, each once.
func systemsOf(numbers []uint32) string {
	var texts []string
	for _, n := range slices.Compact(slices.Sorted(slices.Values(numbers))) {
		texts = append(texts, "AS"+strconv.FormatUint(uint64(n), 10))
	}
	return strings.Join(texts, ",")
}

const listWord = "list "

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// namesOf is the text form of lists: in order, each once.
func namesOf(names []string) string {
	var texts []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		texts = append(texts, `"`+quoting.Replace(name)+`"`)
	}
	if len(texts) == 0 {
		return ""
	}
	return listWord + strings.Join(texts, ",")
}

// Systems yields the numbers of the autonomous systems that the claim names, in order.
func (c Claim) Systems() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if c.networks == "" || strings.HasPrefix(c.networks, listWord) {
			return
		}
		for text := range strings.SplitSeq(c.networks, ",") {
			n, _ := strconv.ParseUint(strings.TrimPrefix(text, "AS"), 10, 32) // as systemsOf wrote it
			if !yield(uint32(n)) {
				return
			}
		}
	}
}

// Lists yields the names of the lists that the claim names, in order.
func (c Claim) Lists() iter.Seq[string] {
	return func(yield func(string) bool) {
		text, ok := strings.CutPrefix(c.networks, listWord)
		if !ok {
			return
		}
		p := claimParser{text: text}
		for _, name := range p.names() {
			if !yield(name) {
				return
			}
		}
	}
}
