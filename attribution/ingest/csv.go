package ingest

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// table reads text with columns: CSV by RFC 4180, and the same with tabs or semicolons.
//
// A quoted field may hold delimiters, doubled quotes and line ends. A quote inside an
// unquoted field is a character like any other. Clients write quotes too, so that a quote
// which is never closed must not take the records behind it along: a record goes over the
// end of its line only if it then has as many columns as the header, and only if a
// delimiter or a line end follows each closing quote. Else its line stands alone.
type table struct {
	delim   byte
	columns int
	one     [1]byte // the delimiter again
	at      [roleDate + 1]int
	roles   [][]role // by column
	facts   *facts
	quotes  bool // the writer quotes everything
	safe    bool // clients write in no column before those that are taken
	preface int  // so many lines that are not blank are no records: a title, the header
	rows    int

	// comments says that clients do not write the first column, so that # begins a comment.
	comments bool
}

// maxRows bounds the lines of a record.
const maxRows = 100

// cut hands out the next record.
func (c *table) cut(t *text) (record []byte, why fault, err error) {
	end, next, ok := t.lineEnd(0)
	if !ok || end > maxRecord || !c.open(t.view()[:end]) {
		return t.nextLine()
	}
	for lines := uint64(2); lines <= maxRows; lines++ {
		begin := next
		if end, next, ok = t.lineEnd(next); !ok || end > maxRecord {
			break
		}
		record := bytes.TrimSuffix(t.view()[:end], []byte("\r"))
		if !c.quotes && c.stands(record[begin:]) {
			break
		}
		n, whole := c.count(record)
		if whole && n == c.columns {
			return t.take(next, lines)[:len(record)], "", nil
		}
		if whole || n > c.columns {
			break
		}
	}
	return t.nextLine()
}

// open reports whether a quoted field goes over the end of the line.
func (c *table) open(line []byte) bool {
	if bytes.IndexByte(line, '"') < 0 {
		return false
	}
	n, whole := c.count(bytes.TrimSuffix(line, []byte("\r")))
	return !whole && n <= c.columns
}

// stands reports whether a line is a record by itself.
func (c *table) stands(line []byte) bool {
	var source []byte
	n := 0
	for more := true; more; n++ {
		var field []byte
		if field, line, more = cutField(line, c.delim); n == c.at[roleSource] {
			source = field
		}
	}
	_, _, ok := c.facts.chain.read(bytes.TrimSpace(source))
	return ok && n == c.columns
}

// count returns the number of columns, and whether the last quoted field is closed. Here a
// quote inside a quoted field must be doubled.
func (c *table) count(record []byte) (n int, whole bool) {
	for more := true; more; n++ {
		if len(record) == 0 || record[0] != '"' {
			_, record, more = cutField(record, c.delim)
			continue
		}
		end := 1
		for {
			i := bytes.IndexByte(record[end:], '"')
			if i < 0 {
				return n + 1, false
			}
			if end += i + 1; end == len(record) || record[end] != '"' {
				break
			}
			end++
		}
		switch {
		case end == len(record):
			return n + 1, true
		case record[end] != c.delim:
			return c.columns + 1, false // no quoted field after all
		}
		record = record[end+1:]
	}
	return n, true
}

// closingQuote finds the quote that ends a field: a delimiter or the end follows it. It is -1
// if there is none.
func closingQuote(b []byte, delim byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '"')
		if i < 0 {
			return -1
		}
		i += from
		switch {
		case i+1 == len(b) || b[i+1] == delim:
			return i
		case b[i+1] == '"':
			from = i + 2
		case b[i+1] == '\n' || b[i+1] == '\r':
			return -1 // the record would have ended here
		default:
			from = i + 1
		}
	}
}

// cutField returns the first field without its quotes, the rest of the record, and whether
// there is one. A field whose quote is not closed is not quoted. Doubled quotes stay doubled.
func cutField(b []byte, delim byte) (field, rest []byte, more bool) {
	if len(b) > 0 && b[0] == '"' {
		if end := closingQuote(b[1:], delim); end >= 0 {
			field, b = b[1:1+end], b[end+2:]
			if len(b) == 0 {
				return field, nil, false
			}
			return field, b[1:], true
		}
	}
	i := bytes.IndexByte(b, delim)
	if i < 0 {
		return b, nil, false
	}
	return b[:i], b[i+1:], true
}

func (c *table) parse(record []byte, e *Event) fault {
	comment := len(record) > 0 && record[0] == '#'
	if len(bytes.TrimSpace(record)) == 0 || comment && (c.comments || c.rows < c.preface) {
		return noRecord
	}
	if c.rows < c.preface {
		c.rows++
		return noRecord
	}
	why := c.row(record, e)
	if why != "" && comment {
		return noRecord
	}
	return why
}

func (c *table) row(record []byte, e *Event) fault {
	var v values
	n := c.values(record, cutField, &v)
	if n != c.columns && bytes.IndexByte(record, '"') >= 0 && bytes.Count(record, c.delims()) == c.columns-1 {
		v = values{}
		n = c.values(record, cutPlain, &v) // the quotes are not the writer's
	}
	switch {
	case n > c.columns && !c.safe && (n > c.columns+1 || record[len(record)-1] != c.delim):
		return manyColumns
	case n < c.columns && n <= c.at[roleSource]+1: // the source itself may be cut
		return fewColumns
	}
	if v[roleTarget] != nil {
		v[roleTarget] = undoubled(bytes.TrimSpace(v[roleTarget]))
	}
	return c.facts.fill(&v, e)
}

func (c *table) delims() []byte { return c.one[:] }

// values takes the fields of a record and returns the number of columns.
func (c *table) values(record []byte, cut func([]byte, byte) ([]byte, []byte, bool), v *values) (columns int) {
	for more := true; more; columns++ {
		var field []byte
		field, record, more = cut(record, c.delim)
		if columns < len(c.roles) {
			for _, r := range c.roles[columns] {
				v[r] = field
			}
		}
	}
	return columns
}

// cutPlain is cutField for text without quoted fields.
func cutPlain(b []byte, delim byte) (field, rest []byte, more bool) {
	i := bytes.IndexByte(b, delim)
	if i < 0 {
		return b, nil, false
	}
	return b[:i], b[i+1:], true
}

// undoubled makes the doubled quotes of a field single.
func undoubled(field []byte) []byte {
	if bytes.IndexByte(field, '"') < 0 {
		return field
	}
	return bytes.ReplaceAll(field, []byte(`""`), []byte(`"`))
}

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
	return &plan{selection: s, cut: c.cut, parse: c.parse}, nil
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
