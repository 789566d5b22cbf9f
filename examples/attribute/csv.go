package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// csvText reads the records of RFC 4180: a quoted field may hold delimiters,
// doubled quotes and line ends. A quote inside an unquoted field is a character
// like any other.
type csvText struct {
	lines   *lines
	delim   byte
	long    []byte         // a record that spans lines
	columns [numFields]int // of the fields, -1 where none was asked for
}

// noColumns is without any field.
var noColumns = [numFields]int{-1, -1, -1, -1, -1, -1}

// openCSV reads the header row and finds the columns in it.
func openCSV(text *lines, head []byte, cfg *config) (format, error) {
	c := &csvText{lines: text, columns: noColumns}
	header, err := c.header()
	if err != nil {
		return format{}, fmt.Errorf("header row: %w", err)
	}
	columns := splitHeader(header, c.delim)

	addresses := func(name string) (n int) {
		sample := &csvText{lines: newLines(bytes.NewReader(head)), columns: noColumns}
		sample.columns[fieldSource] = slices.Index(columns, name)
		sample.header() // the same bytes gave a header above
		for {
			text, err := sample.next()
			if err != nil {
				return n
			}
			if sample.parse(text, new(record)) == "" {
				n++
			}
		}
	}
	name, err := chooseName(cfg.addr, "column", columns, addresses)
	if err != nil {
		return format{}, fmt.Errorf("header row: %w", err)
	}
	names := cfg.askedFields()
	names[fieldSource] = name
	fields := map[string]string{}
	for field, asked := range names {
		if asked == "" {
			continue
		}
		name, err := chooseName(asked, "column", columns, nil)
		if err != nil {
			return format{}, fmt.Errorf("header row: %w", err)
		}
		c.columns[field] = slices.Index(columns, name)
		fields[fieldNames[field]] = name
	}
	if cfg.burst && c.columns[fieldTime] < 0 {
		return format{}, noTimes("column", columns)
	}
	where := fmt.Sprintf("in column %q", name)
	return format{name: "csv", where: where, next: c.next, parse: c.parse, fields: fields}, nil
}

// header reads the first row that is not blank and takes its delimiter for that
// of the whole text.
func (c *csvText) header() ([]byte, error) {
	c.delim = ',' // until it is known
	for {
		text, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("missing, the file is empty")
		}
		if text = bytes.TrimSpace(text); err != nil || len(text) > 0 {
			c.delim = delimiter(text)
			return text, err
		}
	}
}

// delimiter is the first comma, semicolon or tab outside of quotes.
func delimiter(header []byte) byte {
	quoted := false
	for _, b := range header {
		switch b {
		case '"':
			quoted = !quoted
		case ',', ';', '\t':
			if !quoted {
				return b
			}
		}
	}
	return ','
}

func splitHeader(header []byte, delim byte) []string {
	var names []string
	for more := true; more; {
		var field []byte
		field, header, more = cutField(header, delim)
		names = append(names, string(bytes.TrimSpace(bytes.ReplaceAll(field, []byte(`""`), []byte(`"`)))))
	}
	return names
}

// next returns the next record, which is a line unless a quoted field goes over
// its end.
func (c *csvText) next() ([]byte, error) {
	line, err := c.lines.next()
	if err != nil || !c.opensQuote(line, false) {
		return line, err
	}
	first := c.lines.n
	defer func() { c.lines.first = first }()
	c.long = append(c.long[:0], line...)
	for open := true; open; {
		line, err := c.lines.next()
		switch {
		case err == io.EOF:
			return nil, fault("a quoted field is not closed")
		case err != nil:
			return nil, err
		case len(c.long)+len(line) > maxLine:
			return nil, tooLong
		}
		c.long = append(append(c.long, '\n'), line...)
		open = c.opensQuote(line, true)
	}
	return c.long, nil
}

// opensQuote reports whether a quoted field is open at the end of the line,
// given whether one was at its beginning.
func (c *csvText) opensQuote(line []byte, open bool) bool {
	if bytes.IndexByte(line, '"') < 0 {
		return open
	}
	for {
		if !open {
			if len(line) == 0 || line[0] != '"' {
				i := bytes.IndexByte(line, c.delim)
				if i < 0 {
					return false
				}
				line = line[i+1:]
				continue
			}
			line = line[1:]
		}
		end := closingQuote(line)
		if end < 0 {
			return true
		}
		i := bytes.IndexByte(line[end:], c.delim)
		if i < 0 {
			return false
		}
		line, open = line[end+i+1:], false
	}
}

// closingQuote finds the first quote that is not doubled, or gives -1.
func closingQuote(b []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '"')
		if i < 0 {
			return -1
		}
		i += from
		if i+1 == len(b) || b[i+1] != '"' {
			return i
		}
		from = i + 2
	}
}

// cutField returns the first field without its quotes, the rest of the record,
// and whether there is one. Doubled quotes stay doubled: none stands in an
// address or a time.
func cutField(b []byte, delim byte) (field, rest []byte, more bool) {
	if len(b) > 0 && b[0] == '"' {
		b = b[1:]
		end := closingQuote(b)
		if end < 0 {
			return b, nil, false
		}
		_, rest, more = bytes.Cut(b[end:], []byte{delim})
		return b[:end], rest, more
	}
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

func (c *csvText) parse(text []byte, r *record) fault {
	var values [numFields][]byte
	last := slices.Max(c.columns[:])
	for column, more := 0, true; more && column <= last; column++ {
		var field []byte
		field, text, more = cutField(text, c.delim)
		for i := range values { // one column may be several fields
			if c.columns[i] == column {
				values[i] = field
			}
		}
	}
	source := values[fieldSource]
	if source == nil {
		return "too few columns"
	}
	var ok bool
	if r.source, ok = parseSource(bytes.TrimSpace(source)); !ok {
		return "no address in its column"
	}
	if c.columns[fieldTime] >= 0 {
		r.at, ok = parseTime(bytes.TrimSpace(values[fieldTime]))
		r.badTime = !ok
	}
	if target := values[fieldTarget]; target != nil {
		r.target = undoubled(bytes.TrimSpace(target))
	}
	r.transport = transportOf(values[fieldProtocol], values[fieldPort], values[fieldFlags])
	return ""
}
