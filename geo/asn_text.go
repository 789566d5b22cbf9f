package geo

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// maxASNLines bounds the memory of a table. The routing tables of the Internet have a million
// prefixes.
const maxASNLines = 1 << 23

// maxTextFile is more than any table of networks in text has.
const maxTextFile = 1 << 30

// readText reads a file that looks like text; ok is false for any other.
func readText(path string) (data []byte, ok bool) {
	if i, err := os.Stat(path); err != nil || !i.Mode().IsRegular() { // opening a named pipe would wait for a writer
		return nil, false
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, maxTextFile+1))
	head := data[:min(len(data), 4096)]
	binary := bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte{0x1f, 0x8b})
	return data, err == nil && !binary && len(data) > 0 && len(data) <= maxTextFile
}

// compileASNText reads a table of networks in text; see [OpenASN].
func compileASNText(data []byte) (*ASNTable, error) {
	sum := sha256.Sum256(data)
	t := &ASNTable{info: Info{SHA256: hex.EncodeToString(sum[:])}}
	places := map[AS]uint32{}
	line := 0
	for text := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		line++
		fields, err := splitLine(string(text))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w: %w", line, ErrNotASN, err)
		}
		if len(fields) == 0 {
			continue
		}
		row, err := parseASNRow(fields)
		switch {
		case err != nil && t.info.Networks == 0 && !startsWithAddress(fields[0]):
			continue // the names of the columns
		case err != nil:
			return nil, fmt.Errorf("line %d: %w: %w", line, ErrNotASN, err)
		case t.info.Networks == maxASNLines:
			return nil, fmt.Errorf("line %d: %w: more than %d networks", line, ErrTooLarge, maxASNLines)
		}
		t.info.Networks++
		if row.as.Number == 0 {
			continue
		}
		place, known := places[row.as]
		if !known {
			place = uint32(len(t.systems))
			places[row.as] = place
			t.systems = append(t.systems, row.as)
		}
		for prefix := range prefixesOf(row.first, row.last) {
			for held := range publicIn(prefix) {
				t.networks.Insert(held, place)
			}
		}
		if t.networks.Size() > maxASNLines {
			return nil, fmt.Errorf("line %d: %w: more than %d networks", line, ErrTooLarge, maxASNLines)
		}
		if t.info.Schema == "" {
			t.info.Schema = row.schema
		}
	}
	if len(t.systems) == 0 {
		return nil, fmt.Errorf("line %d: %w: no line has a network and the number of its system", line, ErrNotASN)
	}
	t.info.IPv4, t.info.IPv6 = t.networks.Size4() > 0, t.networks.Size6() > 0
	return t, nil
}

// splitLine returns the fields of a line, none of an empty one or a comment. They are
// separated by tabs, or by commas and then perhaps between quotation marks, or by spaces.
func splitLine(text string) ([]string, error) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' || text[0] == ';' {
		return nil, nil
	}
	var fields []string
	switch {
	case strings.Contains(text, "\t"):
		fields = strings.Split(text, "\t")
	case strings.Contains(text, ","):
		r := csv.NewReader(strings.NewReader(text))
		r.LazyQuotes = true
		var err error
		if fields, err = r.Read(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	default:
		fields = strings.Fields(text)
	}
	for i, f := range fields {
		fields[i] = strings.TrimSpace(f)
	}
	return fields, nil
}

// asnRow is one line: a range of addresses with its system.
type asnRow struct {
	first, last netip.Addr
	as          AS
	schema      string
}

func parseASNRow(fields []string) (row asnRow, err error) {
	column := func(i int) string {
		if i < len(fields) {
			return fields[i]
		}
		return ""
	}
	number, name := 2, 3
	if prefix, ok := parsePrefix(column(0)); ok && strings.Contains(column(0), "/") {
		row.first, row.last, number, name = prefix.Addr(), endOfPrefix(prefix), 1, 2
		row.schema = "prefix, number"
	} else if bits, err := strconv.Atoi(column(1)); err == nil && ok && bits <= prefix.Bits() {
		prefix = netip.PrefixFrom(prefix.Addr(), bits).Masked()
		row.first, row.last, row.schema = prefix.Addr(), endOfPrefix(prefix), "address, length, number"
	} else {
		row.first, row.last, err = parseRange(column(0), column(1))
		if err != nil {
			return row, err
		}
		row.schema = "first, last, number"
		if strings.Contains(column(2), "/") { // IP2Location has the prefix, too
			number, name = 3, 4
		}
	}
	if row.as.Number, err = parseASN(column(number)); err != nil {
		return row, err
	}
	// Where a column with a country follows, the name is the next one.
	if text := column(name); len(text) == 2 && len(fields) > name+1 || text == "None" {
		name++
	}
	row.as.Name = printable(column(name), longestName)
	return row, nil
}

// parseASN reads the number of a system, with or without AS. Of several that announce one
// network, the first counts; a set of them is no system.
func parseASN(text string) (uint32, error) {
	if text == "" || text == "-" || text[0] == '{' {
		return 0, nil
	}
	digits := text
	if len(digits) > 2 && strings.EqualFold(digits[:2], "AS") {
		digits = digits[2:]
	}
	if i := strings.IndexAny(digits, "_,"); i > 0 {
		digits = digits[:i]
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%.60q is not the number of an autonomous system", text)
	}
	return uint32(n), nil
}

// startsWithAddress reports whether a field is an address, a prefix, or an address written
// as one number.
func startsWithAddress(text string) bool {
	_, ok := parsePrefix(text)
	_, err := parseNumbered(text)
	return ok || err == nil
}

// parseRange reads the ends of a range of addresses. They may be written as numbers.
func parseRange(first, last string) (a, b netip.Addr, err error) {
	for i, text := range []string{first, last} {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			addr, err = parseNumbered(text)
		}
		if err != nil || addr.Zone() != "" {
			return a, b, fmt.Errorf("%.60q is no address", text)
		}
		if addr = addr.Unmap(); i == 0 {
			a = addr
		} else {
			b = addr
		}
	}
	if a.Is4() != b.Is4() || b.Less(a) {
		return a, b, fmt.Errorf("%v to %v is no range of addresses", a, b)
	}
	return a, b, nil
}

// parseNumbered reads an IPv4 address that is written as one number.
func parseNumbered(text string) (netip.Addr, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return netip.Addr{}, err
	}
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), nil
}
