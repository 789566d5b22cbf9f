package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// wrappers are the members that hold the records of a document.
var wrappers = []string{"Records", "records", "value", "events", "Events", "data", "logs", "logEvents", "items",
	"results", "entries", "hits", "flows", "rows", "requests"}

// documentList is what documents has found.
type documentList struct {
	list    [][]byte
	wrapper string
}

// documents returns the first objects of the head, and the wrapper they are in.
func documents(h *head) (list [][]byte, wrapper string) {
	if h.objects == nil {
		list, wrapper = findDocuments(h)
		h.objects = &documentList{list, wrapper}
	}
	return h.objects.list, h.objects.wrapper
}

func findDocuments(h *head) (list [][]byte, wrapper string) {
	b := h.text
	first := bytes.TrimLeft(b, " \t\r\n[,\x1e")
	for _, name := range wrappers {
		if n := opensWrapper(first, name); n > 0 && bytes.HasPrefix(bytes.TrimLeft(first[n:], " \t\r\n"), []byte("{")) {
			wrapper, b = name, first[n:]
			break
		}
	}
	for len(list) < headLines {
		b = bytes.TrimLeft(b, " \t\r\n,[]\x1e")
		if len(b) == 0 {
			break
		}
		s := scanner{text: b}
		if b[0] == '{' && s.object(active{}, 0) {
			list = append(list, b[:s.pos])
			b = b[s.pos:]
			continue
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		b = b[i+1:]
	}
	return list, wrapper
}

func sniffJSON(h *head) int {
	b := bytes.TrimLeft(h.text, " \t\r\n,[\x1e")
	if len(b) == 0 || b[0] != '{' {
		objects := 0
		for _, line := range h.lines { // something else may stand before the first object
			if bytes.HasPrefix(line, []byte("{\"")) && bytes.HasSuffix(line, []byte("}")) {
				objects++
			}
		}
		if 2*objects > len(h.lines) {
			return 90
		}
		return 0
	}
	if list, _ := documents(h); len(list) > 0 {
		return 95
	}
	return 30
}

// openObjects is openJSON for objects that say nothing about each other.
func openObjects(h *head, o *Options, f *facts) (*plan, error) {
	p, err := openJSON(h, o, f)
	if err == nil {
		p.fork = func(f *facts) worker {
			k := p.objects.fork(f)
			return k.worker(k.parse)
		}
	}
	return p, err
}

// openJSON settles the names of the members by the first objects.
func openJSON(h *head, o *Options, f *facts) (*plan, error) {
	list, wrapper := documents(h)
	index := map[string]int{}
	var fields []field
	for _, document := range list {
		var object map[string]json.RawMessage
		if json.Unmarshal(document, &object) == nil {
			fields = sampleObject(fields, index, "", object, f)
		}
	}
	if len(list) == 0 && o.Source == "" {
		return nil, fmt.Errorf("%w: no JSON object is whole", ErrEmpty)
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	s, fields, err := choose(fields, o, "field", true)
	if err != nil {
		return nil, err
	}
	j := &objects{wrapper: wrapper, facts: f, country: newOpinion(fields)}
	j.array = wrapper != "" || bytes.HasPrefix(bytes.TrimSpace(h.text), []byte("["))
	for r, at := range s.at {
		if at >= 0 {
			j.paths[r] = fields[at].name
		}
	}
	j.active = j.paths.all()
	f.handshake = isHTTP(fields)
	f.use(s)
	return &plan{selection: s, cut: j.cut, parse: j.parse, objects: j}, nil
}

// sampleObject adds an object's members and those of its inner objects.
func sampleObject(fields []field, index map[string]int, prefix string, object map[string]json.RawMessage,
	f *facts) []field {
	for name, value := range object {
		path := prefix + name
		if bytes.HasPrefix(value, []byte("{")) && strings.Count(path, ".") < 8 {
			var inner map[string]json.RawMessage
			if json.Unmarshal(value, &inner) == nil {
				fields = sampleObject(fields, index, path+".", inner, f)
			}
			continue
		}
		i, ok := index[path]
		if !ok {
			if len(fields) == maxFields {
				continue
			}
			i = len(fields)
			index[path] = i
			fields = append(fields, field{name: path})
		}
		fields[i].sample(scalar(value), &f.chain, f.clock)
	}
	return fields
}

// maxFields bounds the fields that are looked at: who chooses names could make any number.
const maxFields = 4096
