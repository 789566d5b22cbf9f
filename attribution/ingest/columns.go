package ingest

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// columns reads lines of words whose names stand in a header: the extended log format of the
// W3C, which IIS and CloudFront write, and the flow logs of AWS. A later header may put the
// same names into another order.
type columns struct {
	delim byte // a blank, a tab or a comma
	tabs  bool // the records have tabs, below a header with blanks
	names []string
	taken [roleDate + 1]string // the names of the roles
	roles [][]role             // by column
	facts *facts

	header func(line []byte) (names []string, delim byte, ok bool)

	// Of some columns the values decide whether a line is a record.
	watch   [3]string
	watchAt [3]int
	watched [3][]byte
	skip    func(c *columns) bool
}

// w3cHeader reads "#Fields: date time c-ip".
func w3cHeader(line []byte) (names []string, delim byte, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("#Fields:"))
	if !ok || len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' { // an agent with blanks has + in their place
		return nil, 0, false
	}
	rest = bytes.TrimSpace(rest)
	switch {
	case bytes.IndexByte(rest, '\t') >= 0:
		delim = '\t'
	case bytes.IndexByte(rest, ' ') < 0 && bytes.IndexByte(rest, ',') >= 0:
		delim = ','
	default:
		return strings.Fields(string(rest)), ' ', true
	}
	for name := range strings.SplitSeq(string(rest), string(delim)) {
		names = append(names, strings.TrimSpace(name))
	}
	return names, delim, true
}

// learn takes over a header. A name that it lacks is a field that the records lack.
func (c *columns) learn(names []string, delim byte) {
	if c.tabs {
		delim = '\t'
	}
	c.names, c.delim = names, delim
	for i, name := range c.watch {
		c.watchAt[i] = -1
		if name != "" {
			c.watchAt[i] = slices.Index(names, name)
		}
	}
	c.roles = make([][]role, len(names))
	for r, name := range c.taken {
		for i := range names {
			if name != "" && names[i] == name {
				c.roles[i] = append(c.roles[i], role(r))
				break
			}
		}
	}
}

func (c *columns) parse(line []byte, e *Event) fault {
	if names, delim, ok := c.header(line); ok {
		c.learn(names, delim)
		return noRecord
	}
	why := c.row(line, e)
	if why != "" && isBlankOrComment(line) { // a client may have written the first column
		return noRecord
	}
	return why
}

func (c *columns) row(line []byte, e *Event) fault {
	if c.delim == ' ' {
		line = bytes.TrimRight(line, " ")
	}
	var v values
	n := 0
	if c.delim == ',' { // who writes commas puts fields into quotes, perhaps all of them
		n = c.values(line, cutField, &v)
	} else if n = c.values(line, cutPlain, &v); n != len(c.names) && bytes.IndexByte(line, '"') >= 0 {
		v = values{}
		n = c.values(line, cutField, &v)
	}
	switch {
	case len(c.names) == 0:
		return notOfFormat
	case n < len(c.names):
		return fewColumns
	case n > len(c.names):
		return manyColumns
	case c.skip != nil && c.skip(c):
		return noRecord
	}
	return c.facts.fill(&v, e)
}

// cutter cuts off a field.
type cutter func(line []byte, delim byte) (field, rest []byte, more bool)

// usual is for the fields as they usually are.
func (c *columns) usual() cutter {
	if c.delim == ',' {
		return cutField
	}
	return cutPlain
}

// values takes the fields of a line and returns the number of columns. "-" is no value.
func (c *columns) values(line []byte, cut cutter, v *values) (n int) {
	c.watched = [3][]byte{}
	for more := true; more; n++ {
		var word []byte
		if word, line, more = cut(line, c.delim); n >= len(c.roles) || isDash(word) || string(word) == `"-"` {
			continue
		}
		for _, r := range c.roles[n] {
			v[r] = word
		}
		for i, at := range c.watchAt {
			if at == n {
				c.watched[i] = word
			}
		}
	}
	return n
}

func isDash(b []byte) bool { return len(b) == 1 && b[0] == '-' }

// sampleColumns adds up what the head says about each name, over all its headers.
func (c *columns) sampleColumns(h *head) (fields []field) {
	index := map[string]int{}
	add := func(names []string) {
		for _, name := range names {
			if _, ok := index[name]; !ok {
				index[name] = len(fields)
				fields = append(fields, field{name: name})
			}
		}
	}
	add(c.names)
	for _, line := range h.lines {
		if names, delim, ok := c.header(line); ok {
			c.names, c.delim = names, delim
			add(names)
			continue
		}
		if isBlankOrComment(line) {
			continue
		}
		if c.delim == ' ' && bytes.IndexByte(line, '\t') >= 0 && bytes.Count(line, []byte("\t")) == len(c.names)-1 {
			c.delim, c.tabs = '\t', true
		}
		var words [][]byte
		cut := c.usual()
		for rest, more := line, true; more; {
			var word []byte
			word, rest, more = cut(rest, c.delim)
			words = append(words, word)
		}
		for i := range c.names {
			if len(words) == len(c.names) {
				fields[index[c.names[i]]].sample(words[i], &c.facts.chain, c.facts.clock)
			}
		}
	}
	return fields
}

// open chooses the columns.
func (c *columns) open(h *head, o *Options) (*plan, error) {
	first, delim := c.names, c.delim
	fields := c.sampleColumns(h)
	if len(fields) == 0 {
		return nil, &UndecidedError{Option: "Source", Reason: "no header names the columns"}
	}
	read := 0
	for i := range fields {
		read += fields[i].records
	}
	if read == 0 && h.whole {
		return nil, ErrEmpty
	}
	s, fields, err := choose(fields, o, "column", false)
	if err != nil {
		return nil, err
	}
	for r, at := range s.at {
		if at >= 0 {
			c.taken[r] = fields[at].name
		}
	}
	c.learn(first, delim)
	c.facts.use(s)
	return &plan{selection: s, parse: c.parse}, nil
}

func columnNumbers(n int) (names []string) {
	for i := range n {
		names = append(names, strconv.Itoa(i+1))
	}
	return names
}
