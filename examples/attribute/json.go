package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// jsonText takes a few fields out of each line's object. A dotted path goes into
// nested objects, and also finds a member whose own name has the dot, as the
// Elastic Common Schema writes it. encoding/json would allocate for every line.
type jsonText struct {
	paths jsonPaths
	scan  jsonScanner
}

// jsonPaths are those of the fields, "" where none was asked for.
type jsonPaths [numFields]string

// openJSON settles the names of the fields by the first lines.
func openJSON(text *lines, sample [][]byte, cfg *config) (format, error) {
	if len(sample) == 0 {
		return format{}, errors.New("the file is empty")
	}
	var fields []string
	for _, line := range sample {
		var object map[string]any
		if json.Unmarshal(line, &object) == nil {
			fields = appendFields(fields, "", object)
		}
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	addresses := func(name string) (n int) {
		j := &jsonText{paths: jsonPaths{name}}
		for _, line := range sample {
			if j.parse(line, new(record)) == "" {
				n++
			}
		}
		return n
	}
	// A field that is asked for may well be missing from the first lines.
	name, err := cfg.addr, error(nil)
	if name == "" {
		if name, err = chooseName("", "field", fields, addresses); err != nil {
			return format{}, err
		}
	}
	if cfg.burst && cfg.time == "" {
		return format{}, noTimes("field", fields)
	}
	j := &jsonText{paths: cfg.askedFields()}
	j.paths[fieldSource] = name
	where := fmt.Sprintf("in field %q of an object on each line", name)
	if len(fields) > 0 {
		where += "; the first lines have the fields " + listNames(fields)
	}
	taken := map[string]string{}
	for i, path := range j.paths {
		if path != "" {
			taken[fieldNames[i]] = path
		}
	}
	return format{name: "json", where: where, next: text.next, parse: j.parse, fields: taken}, nil
}

// appendFields lists the paths of an object's members that are not objects.
func appendFields(fields []string, prefix string, object map[string]any) []string {
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok && strings.Count(prefix, ".") < 8 {
			fields = appendFields(fields, prefix+name+".", inner)
		} else {
			fields = append(fields, prefix+name)
		}
	}
	return fields
}

func (j *jsonText) parse(text []byte, r *record) fault {
	s := &j.scan
	*s = jsonScanner{text: text}
	s.space()
	if s.peek() != '{' || !s.object(j.paths, 0) {
		return "no JSON object"
	}
	if s.space(); s.pos < len(text) {
		return "more than a JSON object"
	}
	source, ok := jsonString(s.found[fieldSource])
	switch {
	case s.found[fieldSource] == nil:
		return "no such field"
	case !ok:
		return "its field holds no string"
	}
	if r.source, ok = parseSource(source); !ok {
		return "no address in its field"
	}
	if j.paths[fieldTime] != "" {
		at, ok := jsonString(s.found[fieldTime])
		if !ok {
			at = s.found[fieldTime] // a number
		}
		r.at, ok = parseTime(at)
		r.badTime = !ok
	}
	if j.paths[fieldTarget] != "" {
		r.target = scalar(s.found[fieldTarget])
	}
	r.transport = transportOf(scalar(s.found[fieldProtocol]), scalar(s.found[fieldPort]), scalar(s.found[fieldFlags]))
	return ""
}

// scalar returns the text of a string, a number or a boolean, nil for anything
// else.
func scalar(value []byte) []byte {
	if text, ok := jsonString(value); ok {
		return text
	}
	if len(value) == 0 || bytes.IndexByte([]byte(`{["n`), value[0]) >= 0 {
		return nil
	}
	return bytes.TrimSpace(value)
}

// jsonString returns the text of a string value.
func jsonString(value []byte) ([]byte, bool) {
	if len(value) == 0 || value[0] != '"' {
		return nil, false
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1], true
	}
	var s string
	err := json.Unmarshal(value, &s)
	return []byte(s), err == nil
}
