package ingest

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

func split(record []byte, delim byte) (fields [][]byte) {
	for more := true; more; {
		var field []byte
		field, record, more = cutField(record, delim)
		fields = append(fields, bytes.TrimSpace(field))
	}
	return fields
}

// rowsOf are the lines of the head that may be rows.
func rowsOf(h *head) (rows [][]byte) {
	for _, line := range h.lines {
		if len(bytes.TrimSpace(line)) > 0 && line[0] != '#' {
			rows = append(rows, line)
		}
	}
	return rows
}

// delimiters are tried in this order.
var delimiters = []byte{'\t', ';', ',', '|'}

// shape finds the delimiter that cuts the first rows into the same number of columns, and
// whether the first row is a header.
func shape(rows [][]byte) (delim byte, columns int, header, ok bool) {
	if len(rows) == 0 {
		return 0, 0, false, false
	}
	for _, d := range delimiters {
		n := len(split(rows[0], d))
		if n < 2 {
			continue
		}
		like, known := 0, namesSource(rows[0], d)
		for _, row := range rows[1:] {
			if m := len(split(row, d)); m == n || known && m > n || bytes.IndexByte(row, '"') >= 0 {
				like++
			}
		}
		if (2*like >= len(rows)-1 || known && 10*like >= len(rows)-1) && n > columns {
			delim, columns, ok = d, n, true
		}
	}
	if !ok { // a list of addresses below a name is a table with one column
		name := string(bytes.Trim(bytes.TrimSpace(rows[0]), `"`))
		return ',', 1, true, sourceWeight(name) > 0 && isName([]byte(name))
	}
	header = true
	for _, name := range split(rows[0], delim) {
		header = header && isName(name)
	}
	return delim, columns, header, ok
}

// isName reports whether a field may be the name of a column: it begins with a letter, and
// it is no address, number, time or sentence.
func isName(b []byte) bool {
	b = bytes.Trim(b, "\" ")
	if len(b) == 0 {
		return true
	}
	if len(b) > 60 || bytes.Count(b, []byte(" ")) > 4 || bytes.ContainsAny(b, "[]=") && !bytes.HasSuffix(b, []byte("]")) {
		return false
	}
	if _, ok := parseAddr(b); ok {
		return false
	}
	letters := 0
	for _, c := range b {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 {
			letters++
		}
	}
	return 2*letters >= len(b) && !bytes.Contains(b, []byte("://"))
}

// maxTitle bounds the lines before a header.
const maxTitle = 10

// untitled are the rows from the header on, if a title stands before it, and the number of lines
// that it has.
func untitled(rows [][]byte) ([][]byte, int) {
	for i := range min(maxTitle, len(rows)-1) {
		for _, d := range delimiters {
			if n := len(split(rows[i], d)); n > 1 && n == len(split(rows[i+1], d)) {
				if i > 0 && !namesSource(rows[i], d) {
					return rows, 0
				}
				return rows[i:], i
			}
		}
	}
	return rows, 0
}

func sniffTable(h *head) int {
	rows, _ := untitled(rowsOf(h))
	delim, columns, header, ok := shape(rows)
	if !ok {
		return 0
	}
	if !header {
		// A list of addresses on a line is a list. A time or a number in a column is none.
		if n := len(rows); n > 0 && columns > 1 && listLines(rows) < n && addressColumn(rows, delim) {
			return 40
		}
		return 0
	}
	if namesSource(rows[0], delim) {
		return 98 // clients write no header
	}
	if columns < 2 || len(rows) < 2 || delim == '|' {
		return 0
	}
	if addressColumn(rows[1:], delim) {
		return 80
	}
	return 45
}

// namesSource reports whether a header row has a known name for the client's address.
func namesSource(header []byte, delim byte) bool {
	for _, name := range split(header, delim) {
		if sourceWeight(string(name)) > 0 && isName(name) {
			return true
		}
	}
	return false
}

// addressColumn reports whether a column holds an address in most rows.
func addressColumn(rows [][]byte, delim byte) bool {
	var found []int
	for _, row := range rows {
		for i, f := range split(row, delim) {
			if i == len(found) {
				found = append(found, 0)
			}
			if _, ok := parseAddr(f); ok {
				found[i]++
			}
		}
	}
	return len(found) > 0 && 2*slices.Max(found) > len(rows)
}

// openTable finds the columns.
func openTable(h *head, o *Options, f *facts) (*plan, error) {
	rows, preface := untitled(rowsOf(h))
	delim, columns, header, ok := shape(rows)
	if !ok {
		if len(rows) == 0 {
			return nil, ErrEmpty
		}
		delim, columns, header = ',', len(split(rows[0], ',')), true
	}
	fields := make([]field, columns)
	names := split(rows[0], delim)
	for i := range fields {
		if fields[i].name = strconv.Itoa(i + 1); header {
			fields[i].name = strings.Trim(string(undoubled(names[i])), `"`)
		}
	}
	first := rows[0]
	if header {
		rows = rows[1:]
		preface++
	}
	learnDates(fields, rows, delim, f)
	for _, row := range rows {
		for i, value := range split(row, delim) {
			if i < columns {
				fields[i].sample(value, &f.chain, f.clock)
			}
		}
	}
	if !header && o.Source == "" {
		return nil, &UndecidedError{Option: "Source", Candidates: likelySources(fields),
			Reason: "columns without a header row"}
	}
	s, _, err := choose(fields, o, "column", false)
	if err != nil {
		return nil, err
	}
	c := &table{delim: delim, one: [1]byte{delim}, columns: columns, at: s.at, preface: preface, facts: f}
	c.roles = make([][]role, columns)
	last := 0
	for r, at := range s.at {
		if at < 0 {
			continue
		}
		c.roles[at] = append(c.roles[at], role(r))
		if role(r) != roleTarget {
			last = max(last, at)
		}
	}
	c.safe = !slices.ContainsFunc(fields[:last], clientWrites)
	c.comments = !clientWrites(fields[0])
	c.quotes = header && quotesAll(first, delim)
	f.handshake = isHTTP(fields)
	f.use(s)
	return &plan{selection: s, cut: c.cut, parse: c.parse, fork: c.fork,
		ready: func() bool { return c.rows >= c.preface }}, nil
}

// fork is for rows that stand alone on their lines, behind the header.
func (c *table) fork(f *facts) worker {
	k := *c
	k.facts = f
	return worker{read: func(line []byte, e *Event) (fault, bool) {
		if k.open(line) {
			return "", false
		}
		return k.parse(line, e), true
	}}
}

// learnDates finds the order of day and month in columns of times.
func learnDates(fields []field, rows [][]byte, delim byte, f *facts) {
	for _, row := range rows {
		for i, value := range split(row, delim) {
			if i < len(fields) && timeNames.weight(fields[i].name) > 0 && bytes.IndexByte(value, '/') > 0 &&
				f.clock.Learn(value) {
				return
			}
		}
	}
}

// clientWrites reports whether a column has any text.
func clientWrites(f field) bool { return f.addrs+f.times+f.numbers < f.records }

// quotesAll reports whether a header row quotes all names, which need no quotes: then the
// quotes around values are the writer's, and not a client's.
func quotesAll(header []byte, delim byte) bool {
	for more := true; more; {
		if len(header) == 0 || header[0] != '"' {
			return false
		}
		_, header, more = cutField(header, delim)
	}
	return true
}
