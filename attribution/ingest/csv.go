package ingest

import (
	"bytes"
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
	if line, ok := t.peekLine(); ok && !c.open(line) {
		t.takeLine()
		return line, "", nil
	}
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
func (c *table) values(record []byte, cut cutter, v *values) (columns int) {
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
