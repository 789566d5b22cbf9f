package ingest

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// field is what the head says about a column, or about a member of JSON objects.
type field struct {
	name      string
	records   int // that have it
	addrs     int // records in which it is an address, or a list of them
	public    int
	varies    bool
	times     int
	numbers   int
	protocols int // of the transport

	first  netip.Addr
	values uint64 // a hash of all addresses, to see that two fields always agree
}

var seed = maphash.MakeSeed()

// sample adds the value of one record.
func (f *field) sample(value []byte, c *chain, k *clock.Parser) {
	value = bytes.TrimSpace(value)
	if len(value) == 0 || string(value) == "-" {
		return
	}
	f.records++
	if a, _, ok := c.read(value); ok {
		f.addrs++
		if isPublic(a) {
			f.public++
		}
		if !f.first.IsValid() {
			f.first = a
		}
		f.varies = f.varies || a != f.first
		b := a.As16()
		f.values = maphash.Bytes(seed, append(b[:], byte(f.values), byte(f.values>>8), byte(f.values>>16),
			byte(f.values>>24)))
		return
	}
	if _, ok := parsePrefix(value); ok {
		f.addrs++
		return
	}
	if _, ok := parseNumber(value); ok {
		f.numbers++
	}
	if _, ok := parseProtocol(value); ok {
		f.protocols++
	}
	if _, ok := k.Parse(value); ok {
		f.times++
	}
}

// selection is which fields were taken, by role, as places in a list of fields, or -1.
type selection struct {
	at       [roleDate + 1]int
	names    map[string]string // by role
	instead  map[string]string // the field that comes next, by role
	notTaken map[string]string // fields that look like a count or bytes, by role
	claimed  bool              // clients write the source
}

func newSelection() *selection {
	s := &selection{names: map[string]string{}, instead: map[string]string{}, notTaken: map[string]string{}}
	for r := range s.at {
		s.at[r] = -1
	}
	return s
}

func (s *selection) take(r role, i int, name string) {
	s.at[r] = i
	s.names[roleNames[r]] = name
}

// find is the field that an option names: by its name, whatever the case, or its number.
func find(fields []field, asked string) int {
	for _, same := range []func(f field) bool{
		func(f field) bool { return f.name == asked },
		func(f field) bool { return strings.EqualFold(f.name, asked) },
	} {
		if i := slices.IndexFunc(fields, same); i >= 0 {
			return i
		}
	}
	return -1
}

// columnNumber is the place that a number from 1 names.
func columnNumber(asked string, n int) int {
	if i, err := strconv.Atoi(asked); err == nil && 1 <= i && i <= n {
		return i - 1
	}
	return -1
}

// choose takes the fields that were asked for, and chooses the others. What is the word for
// a field in messages. Open says that fields may exist which the head does not show.
func choose(fields []field, o *Options, what string, open bool) (*selection, []field, error) {
	s := newSelection()
	asked := o.asked()
	for r, name := range asked {
		if name == "" || name == notTaken {
			continue
		}
		i := find(fields, name)
		if i < 0 && !open {
			i = columnNumber(name, len(fields))
		}
		if i < 0 && open {
			i = len(fields)
			fields = append(fields, field{name: name})
		}
		if i < 0 {
			return nil, nil, noSuch(optionNames[r], what, name, namesOf(fields))
		}
		s.take(role(r), i, fields[i].name)
	}
	if s.at[roleSource] < 0 {
		if err := s.chooseSource(fields, what); err != nil {
			return nil, nil, err
		}
	} else {
		s.claimed = sourceWeight(s.names["source"]) == forged
	}
	for _, other := range []struct {
		role  role
		names usual
		fits  func(f *field) int
	}{
		{roleTime, timeNames, func(f *field) int { return f.times }},
		{roleCount, countNames, func(f *field) int { return f.numbers }},
		{roleBytes, bytesNames, func(f *field) int { return f.numbers }},
		{roleTarget, targetNames, func(f *field) int { return f.records }},
		{roleProtocol, protocolNames, func(f *field) int { return f.protocols }},
		{rolePort, portNames, func(f *field) int { return f.numbers }},
		{roleFlags, flagNames, func(f *field) int { return f.records }},
	} {
		s.chooseByName(fields, other.role, other.names, other.fits, asked[other.role])
	}
	if s.at[roleProtocol] >= 0 && s.at[roleFlags] < 0 {
		s.chooseByName(fields, roleFlags, flowFlags, func(f *field) int { return f.records }, o.Flags)
	}
	if s.isFlows(fields) {
		s.chooseByName(fields, roleRate, rateNames, func(f *field) int { return f.records }, "")
	}
	s.takeDate(fields)
	return s, fields, nil
}

// isFlows reports whether the records are flows: they have a port or the address of a destination.
// Their exporter writes at which rate it samples. In a log of requests a client may write a field of
// that name.
func (s *selection) isFlows(fields []field) bool {
	if s.claimed || isHTTP(fields) {
		return false
	}
	if s.at[rolePort] >= 0 {
		return true
	}
	target := s.at[roleTarget]
	if target < 0 || fields[target].addrs < fields[target].records {
		return false
	}
	name := strings.Join(words(fields[target].name), "")
	return strings.Contains(name, "dst") || strings.Contains(name, "dest")
}

var optionNames = [...]string{"Source", "Time", "Target", "Count", "Bytes", "Protocol", "SourcePort", "Flags"}

// candidate is a field that may be the source.
type candidate struct {
	at, weight int
}

// chooseSource decides which field holds the client's address, or why that is open.
func (s *selection) chooseSource(fields []field, what string) error {
	var list []candidate
	records := 0
	// Of a live text the header may come alone. Then the names decide.
	blind := !slices.ContainsFunc(fields, func(f field) bool { return f.records > 0 })
	for i := range fields {
		f := &fields[i]
		records = max(records, f.records)
		if w := sourceWeight(f.name); blind && w > 0 || f.addrs > 0 && (w == sure || w > 0 && 2*f.addrs >= f.records) {
			list = append(list, candidate{i, w})
		}
	}
	if len(list) == 0 {
		return &UndecidedError{Option: "Source", Candidates: likelySources(fields),
			Reason: fmt.Sprintf("no %s with a known name holds addresses", what)}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		if a.weight != b.weight {
			return b.weight - a.weight
		}
		return fields[b.at].addrs - fields[a.at].addrs
	})
	best := list[0]
	for _, next := range list[1:] {
		a, b := &fields[best.at], &fields[next.at]
		switch {
		case a.public == 0 && b.public > 0: // a proxy of one's own stands in front
			best = next
			continue
		case next.weight == forged && best.weight > forged, a.values == b.values && a.addrs == b.addrs, prefers(a.name,
			b.name):
		case prefers(b.name, a.name):
			best = next
			continue
		case !a.varies && b.varies && records > 1, best.weight == next.weight && b.public > 0 && 2*b.addrs > a.addrs:
			return &UndecidedError{Option: "Source", Candidates: []string{a.name, b.name},
				Reason: fmt.Sprintf("%ss %.40q and %.40q may both be the client's address", what, a.name, b.name)}
		}
	}
	s.claimed = best.weight == forged
	s.take(roleSource, best.at, fields[best.at].name)
	for _, other := range list {
		if other.at != best.at {
			s.instead["source"] = fields[other.at].name
			break
		}
	}
	return nil
}

// preferred are pairs of fields of one server: the first is the client by the server's own
// rule about proxies, the second is the peer of the connection.
var preferred = [][2]string{
	{"request.client_ip", "request.remote_ip"}, // Caddy
	{"ClientHost", "ClientAddr"},               // Traefik
}

func prefers(a, b string) bool { return slices.Contains(preferred, [2]string{a, b}) }

// likelySources lists the fields with addresses first, then the others.
func likelySources(fields []field) (names []string) {
	for _, with := range []bool{true, false} {
		for i := range fields {
			if (fields[i].addrs > 0) == with {
				names = append(names, fields[i].name)
			}
		}
	}
	return names
}

func namesOf(fields []field) (names []string) {
	for i := range fields {
		names = append(names, fields[i].name)
	}
	return names
}

// chooseByName takes the field with the best name among those whose values fit. Two counts,
// or two sizes, that are as good as each other are both left: neither is what was meant.
func (s *selection) chooseByName(fields []field, r role, names usual, fits func(f *field) int, asked string) {
	name := roleNames[r]
	weighs := r == roleCount || r == roleBytes
	best, tie := -1, false
	blind := !slices.ContainsFunc(fields, func(f field) bool { return f.records > 0 })
	weight := func(i int) int { return names.weight(fields[i].name) }
	var others, unfit []string
	for i := range fields {
		f := &fields[i]
		if w := weight(i); w == 0 || i == s.at[r] || i == s.at[roleSource] ||
			!blind && f.records == 0 || 10*fits(f) < 9*f.records {
			if (w == sure && r == roleTime || w >= likely && weighs) && f.records > 0 && i != s.at[r] {
				unfit = append(unfit, f.name)
			}
			continue
		}
		switch {
		case best < 0 || weight(i) > weight(best):
			if best >= 0 {
				others = append(others, fields[best].name)
			}
			best, tie = i, false
		default:
			tie = tie || weight(i) == weight(best)
			others = append(others, fields[i].name)
		}
	}
	if best < 0 {
		if s.at[r] < 0 && len(unfit) > 0 {
			s.notTaken[name] = strings.Join(unfit, ", ")
		}
		return
	}
	switch {
	case asked != "" || weighs && (tie || weight(best) < sure):
		others = append([]string{fields[best].name}, others...)
	default:
		s.take(r, best, fields[best].name)
	}
	switch {
	case len(others) == 0:
	case weighs && s.at[r] < 0:
		s.notTaken[name] = strings.Join(others, ", ")
	case asked == notTaken: // nobody wants to know
	default:
		s.instead[name] = others[0]
	}
}

// takeDate adds a date in a field of its own to a time that is only that of a day.
func (s *selection) takeDate(fields []field) {
	for i := range fields {
		if !strings.EqualFold(fields[i].name, "date") {
			continue
		}
		if j := find(fields, "time"); j >= 0 && fields[j].times == 0 && (s.at[roleTime] < 0 || s.at[roleTime] == i) {
			s.take(roleTime, j, fields[i].name+" "+fields[j].name)
			delete(s.notTaken, roleNames[roleTime])
			s.at[roleDate] = i
		}
	}
}
