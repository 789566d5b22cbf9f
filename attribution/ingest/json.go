package ingest

import "bytes"

// objects reads JSON objects: one a line, over several lines, next to each other, in an
// array, or in an array that is a member of an object. A value goes over the end of its line
// only while it is well formed. Else its line stands alone, and reading goes on behind it.
type objects struct {
	paths   paths
	active  active
	wrapper string // the member that holds the array, "" for none
	inside  bool   // the wrapper is open
	array   bool   // the objects are in an array
	scan    scanner
	layout  layout
	scanned bool // the scanner has read the record that was handed out
	facts   *facts
	country *opinion // nil if no field has it
}

// cut hands out the next object, or the text between objects.
func (j *objects) cut(t *text) (record []byte, why fault, err error) {
	j.scanned = false
	if line, ok := t.peekLine(); ok {
		if record := j.wholeLine(line); record != nil {
			t.takeLine()
			return record, "", nil
		}
	}
	for {
		view := t.view()
		i := 0
		for i < len(view) && isBetween(view[i]) {
			i++
		}
		if i == len(view) { // nothing else to the end of the window
			switch {
			case t.more():
				continue
			case i == 0:
				return nil, "", t.err
			}
			return t.take(i, lineCount(t.view(), t.err != nil))[:0], "", nil
		}
		if n := bytes.LastIndexByte(view[:i], '\n') + 1; n > 0 {
			return t.take(n, lineCount(view[:n], false))[:0], "", nil
		}
		if j.inside && view[i] != '{' { // the array has ended
			j.inside = false
			if view[i] == '}' {
				return j.between(t, i+1)
			}
		}
		if view[i] != '{' {
			return t.nextLine()
		}
		if j.wrapper != "" && !j.inside {
			if n := opensWrapper(view[i:], j.wrapper); n > 0 {
				j.inside = true
				return j.between(t, i+n)
			}
		}
		j.scan = scanner{text: view, pos: i, paths: &j.paths, layout: &j.layout}
		if j.scan.object(j.active, 0) {
			return j.whole(t, i)
		}
		if j.scan.pos >= len(view)-8 && t.more() {
			continue // it may not be whole yet
		}
		return j.broken(t, i)
	}
}

// wholeLine returns and scans the object that a line holds. It is nil if there is anything else
// that changes where the reader is in a document.
func (j *objects) wholeLine(line []byte) []byte {
	start := 0
	for start < len(line) && isBetween(line[start]) {
		start++
	}
	if start == len(line) || line[start] != '{' || j.wrapper != "" && !j.inside {
		return nil
	}
	j.scan = scanner{text: line, pos: start, paths: &j.paths, layout: &j.layout}
	if !j.scan.object(j.active, 0) {
		return nil
	}
	end := j.scan.pos
	for _, c := range line[end:] {
		if !isBetween(c) {
			return nil
		}
	}
	j.scanned = true
	return line[start:end]
}

// between hands out text that is no record, to the end of its line if nothing else is there.
func (j *objects) between(t *text, n int) ([]byte, fault, error) {
	view := t.view()
	for n < len(view) && isBetween(view[n]) {
		if n++; view[n-1] == '\n' {
			break
		}
	}
	return t.take(n, lineCount(view[:n], n == len(view) && t.err != nil))[:0], "", nil
}

// broken hands out what is no object. In an array it ends where the next object begins, since
// all of an array may stand on one line. Else it is a line.
func (j *objects) broken(t *text, start int) ([]byte, fault, error) {
	view := t.view()
	line := view
	if i := bytes.IndexByte(view, '\n'); i >= 0 {
		line = view[:i]
	}
	if i := bytes.Index(line[start:], []byte("},{")); i >= 0 && j.array {
		return t.take(start+i+2, 0), "", nil
	}
	return t.nextLine()
}

// whole hands out the object that was scanned, with what stands between it and the next.
func (j *objects) whole(t *text, start int) (record []byte, why fault, err error) {
	end := j.scan.pos
	next := end
	stale := false // the window may have moved under the values that were found
	for {
		view := t.view()
		for next < len(view) && isBetween(view[next]) && view[next] != '\n' {
			next++
		}
		if next < len(view) {
			break
		}
		if stale = true; !t.more() {
			break
		}
	}
	view := t.view()
	lines := uint64(bytes.Count(view[:end], []byte{'\n'}))
	switch {
	case next == len(view):
		lines++ // the last line ends with the text
	case view[next] == '\n':
		next++
		lines++
	case view[next] != '{' && !(j.inside && (view[next] == '}' || view[next] == '"')):
		return j.broken(t, start) // something else stands behind the object
	}
	j.scanned = !stale
	return t.take(next, lines)[start:end], "", nil
}

func lineCount(b []byte, ended bool) uint64 {
	n := uint64(bytes.Count(b, []byte{'\n'}))
	if ended && len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	return n
}

// isBetween reports what may stand between objects: blanks, what arrays are made of, and
// the record separator of RFC 7464.
func isBetween(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', '[', ']', 0x1e:
		return true
	}
	return false
}

// opensWrapper returns the length of the beginning of an object up to the array that is its
// member with this name. It is 0 if the object has no such member.
func opensWrapper(b []byte, name string) int {
	s := scanner{text: b}
	if !s.is('{') {
		return 0
	}
	for {
		start := s.pos
		if !s.string() {
			return 0
		}
		member, _ := jsonString(b[start:s.pos])
		if !s.is(':') {
			return 0
		}
		if s.peek() == '[' && string(member) == name {
			return s.pos + 1
		}
		if !s.value(1) || !s.is(',') {
			return 0
		}
	}
}

func (j *objects) parse(record []byte, e *Event) fault {
	s := &j.scan
	if !j.scanned {
		trimmed := bytes.TrimSpace(record)
		if len(trimmed) == 0 || trimmed[0] == '#' {
			return noRecord
		}
		*s = scanner{text: trimmed, paths: &j.paths, layout: &j.layout}
		if s.peek() != '{' || !s.object(j.active, 0) || s.pos < len(trimmed) {
			if j.wrapper != "" && (trimmed[0] == '}' || trimmed[0] == '"') {
				return noRecord // what ends the wrapper
			}
			return noObject
		}
	}
	for i, value := range s.found {
		if value != nil {
			s.found[i] = s.scalar(i)
		}
	}
	why := j.facts.fill(&s.found, e)
	if why == "" && j.country != nil {
		j.country.see(record, e)
	}
	return why
}

// fork is for objects that stand alone on their lines.
func (j *objects) fork(f *facts) *objects {
	return &objects{paths: j.paths, active: j.active, wrapper: j.wrapper, inside: j.inside, array: j.array, facts: f,
		country: j.country}
}

// worker reads lines that are blank, that hold one object, or that nobody takes for the beginning
// of one.
func (j *objects) worker(parse parser) worker {
	return worker{read: func(line []byte, e *Event) (why fault, alone bool) {
		if len(line) == 0 {
			return noRecord, true
		}
		if record := j.wholeLine(line); record != nil {
			return parse(record, e), true
		}
		if j.scanned = false; line[0] == '{' || isBetween(line[0]) || j.inside {
			return "", false
		}
		return parse(line, e), true
	}}
}
