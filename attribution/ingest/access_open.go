package ingest

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

func sniffAccess(h *head) int {
	lines, found := 0, 0
	for _, line := range h.lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		lines++
		if r, usual, ok := cutRequest(line, nil); ok && line[0] != '{' && (usual || beginsWithAddr(line[:r.time-1])) {
			found++
		}
	}
	switch {
	case found == 0:
		return 0
	case 2*found >= lines:
		return 92
	case 20*found >= lines:
		return 75
	}
	return 25
}

// beginsWithAddr reports whether an address stands among the first words.
func beginsWithAddr(lead []byte) bool {
	for i := 0; i < maxLead && len(lead) > 0; i++ {
		var word []byte
		word, lead = cutWord(lead)
		if _, ok := parseAddr(word); ok {
			return true
		}
	}
	return false
}

// maxLead bounds the words before the client's identity that are looked at.
const maxLead = 4

// lead is what the head says about the words before the time.
type leadWords struct {
	fields [maxLead]field
	names  [maxLead]int // words that are no address
	ports  [maxLead]int // words that end in the port of a web server
	dashes [maxLead]int // words that are "-"
	quoted [maxLead]int
	lines  int
	words  int   // the fewest before the time
	behind int   // quoted fields behind the size, in all lines
	listed field // the last quoted field
}

func lookAhead(h *head, f *facts) *leadWords {
	w := &leadWords{}
	for _, line := range h.lines {
		r, _, ok := cutRequest(line, nil)
		if !ok {
			continue
		}
		before := line[:r.time-1]
		if n := countWords(before); w.lines == 0 || n < w.words {
			w.words = n
		}
		w.lines++
		rest := before
		for i := 0; i < maxLead && len(rest) > 0; i++ {
			var word []byte
			word, rest = cutChain(rest)
			w.fields[i].sample(word, &f.chain, f.clock)
			if _, _, ok := f.chain.read(word); !ok && string(word) != "-" {
				w.names[i]++
			}
			if string(word) == "-" {
				w.dashes[i]++
			}
			if bytes.HasSuffix(word, []byte("\"")) {
				w.quoted[i]++
			}
			if bytes.HasSuffix(word, []byte(":80")) || bytes.HasSuffix(word, []byte(":443")) ||
				bytes.HasSuffix(word, []byte(":8080")) || bytes.HasSuffix(word, []byte(":8443")) {
				w.ports[i]++
			}
		}
		w.listed.sample(lastQuoted(line), &f.chain, f.clock)
		if request, _ := requestAndSize(line[r.quote:]); request != nil {
			w.behind += bytes.Count(line[r.quote+len(request)+2:], []byte(`"`)) / 2
		}
	}
	return w
}

// before is the number of words that the server has written: those before the identity, which
// is "-" in every line, or else before the last two, identity and user.
func (w *leadWords) before() int {
	n := min(max(1, w.words-2), maxLead)
	for i := 1; i < n; i++ {
		if w.dashes[i] == w.lines {
			return i
		}
	}
	return n
}

// choose decides which word is the client's address. Behind it stand its identity and user,
// of which the client writes the second. Claimed says that clients may have written the address
// of every record.
func (w *leadWords) choose(asked, name string) (client int, claimed bool, err error) {
	if asked != "" {
		if i := columnNumber(asked, maxLead); i >= 0 {
			return i, false, nil
		}
		return 0, false, badOption("Source", "%.40q: of an access log it is the number of a word, from 1, or last", asked)
	}
	var list []int
	for i := range w.before() {
		if 2*w.fields[i].addrs >= w.lines || w.fields[i].addrs > 0 && 2*(w.fields[i].addrs+w.names[i]) >= w.lines {
			list = append(list, i)
		}
	}
	switch {
	case len(list) == 0:
		return 0, false, &UndecidedError{Option: "Format", Candidates: []string{"TEXT"},
			Reason: "no address stands before the time"}
	case len(list) == 1 || strings.HasPrefix(name, "C"):
		return list[0], false, nil
	}
	best, claimed := list[0], false
	for _, next := range list[1:] {
		a, b := &w.fields[best], &w.fields[next]
		switch {
		case name == "VCOMBINED" || name == "VCOMMON", 10*w.ports[best] >= 9*w.lines:
			best, claimed = next, false
		case w.quoted[best] > 0 && w.quoted[next] == 0 && b.varies: // clients write what is quoted
			best, claimed = next, false
		case w.names[best] > 0 && w.names[next] == 0: // the names of sites
			best, claimed = next, false
		case w.names[next] > 0 && w.names[best] == 0, w.quoted[next] > 0 && a.varies:
		case !a.varies && b.varies, a.public == 0 && b.public > 0: // a server or a proxy stands first
			best, claimed = next, true
		default:
			return 0, false, &UndecidedError{Option: "Source",
				Candidates: []string{strconv.Itoa(best + 1), strconv.Itoa(next + 1)},
				Reason:     "two words of each line may be the client's address"}
		}
	}
	return best, claimed, nil
}

// isSite reports whether a word before the client is a site, or a server's address with its port.
// Another address is that of a proxy, or one that the client may have written.
func (w *leadWords) isSite(i int, forced string) bool {
	return w.quoted[i] == 0 && (strings.HasPrefix(forced, "V") || w.names[i] > 0 || 10*w.ports[i] >= 9*w.lines)
}

// The last field in quotes may be the source. The option and the account name it. Other names
// of sources are numbers of words, from 1.
const (
	askLast   = "last"
	lastField = "last field in quotes"
)

func openAccess(name string) func(*head, *Options, *facts) (*plan, error) {
	return func(h *head, o *Options, f *facts) (*plan, error) {
		if err := o.only(roleSource, roleTarget); err != nil {
			return nil, err
		}
		w := lookAhead(h, f)
		forced := ""
		if o.Format != "" {
			forced = name
		}
		a := &access{site: -1, words: w.words, facts: f}
		var err error
		asked, last := o.Source, strings.EqualFold(o.Source, askLast)
		switch {
		case last && w.listed.addrs == 0:
			return nil, badOption("Source", "%q: the last field in quotes has no addresses", o.Source)
		case last:
			asked = ""
		}
		if a.client, a.claimed, err = w.choose(asked, forced); err != nil {
			return nil, err
		}
		s := newSelection()
		s.names["source"] = strconv.Itoa(a.client + 1)
		s.names["time"] = "in brackets"
		s.names["bytes"] = "size"
		for i := range maxLead {
			if i != a.client && w.fields[i].addrs > 0 && i < w.before() {
				s.instead["source"] = strconv.Itoa(i + 1)
			}
		}
		// The client of a server behind a proxy stands in a field that clients write.
		proxy := w.fields[a.client].public == 0 || f.chain.trusted != nil
		listed := proxy && w.listed.public > 0 && 2*w.listed.addrs > w.lines && o.Source == ""
		switch a.behind = last || listed; {
		case a.behind:
			s.instead["source"] = s.names["source"]
			s.names["source"] = lastField
		case w.listed.addrs > 0 && s.instead["source"] == "":
			s.instead["source"] = lastField
		}
		if i := a.client - 1; i >= 0 && w.isSite(i, forced) {
			a.site = i
		}
		switch strings.ToLower(o.Target) {
		case "":
		case "host":
			if a.site < 0 {
				return nil, badOption("Target", "%q: the lines do not begin with a site", o.Target)
			}
		case "path":
			a.target = targetPath
		case notTaken:
			a.target = targetNone
		default:
			return nil, badOption("Target", "%.40q: an access log has host and path", o.Target)
		}
		switch {
		case a.target == targetNone:
		case a.target == targetSite && a.site >= 0:
			s.names["target"] = "host"
		default:
			s.names["target"] = "path"
		}
		a.clock = firstTime(h, f)
		return &plan{selection: s, format: w.name(a), parse: a.parse, fork: a.fork, resume: a.resume}, nil
	}
}

// fork is a worker. It does not know the time of the line before a block. A line that it must be
// compared with is not alone.
func (a *access) fork(f *facts) worker {
	w := &access{client: a.client, words: a.words, site: a.site, target: a.target, facts: f, claimed: a.claimed,
		behind: a.behind}
	return worker{
		begin: func() { w.clock, w.unsure = time.Time{}, false },
		read: func(line []byte, e *Event) (fault, bool) {
			why := w.parse(line, e)
			return why, !w.unsure
		},
		end: func() time.Time { return w.clock },
	}
}

// name is what the lines are, by what stands before the client and behind the size.
func (w *leadWords) name(a *access) string {
	name := "COMMON"
	if w.behind >= w.lines && w.behind > 0 {
		name = "COMBINED"
	}
	if a.site >= 0 {
		name = "V" + name
	}
	return name
}

// firstTime is that of the first line with one time.
func firstTime(h *head, f *facts) (t time.Time) {
	for _, line := range h.lines {
		r, ok := nextRequest(line, 0, nil)
		if !ok {
			continue
		}
		if _, more := nextRequest(line, r.quote, nil); !more {
			if t, ok := f.clock.Parse(line[r.time:r.end]); ok {
				return t
			}
		}
	}
	return t
}
