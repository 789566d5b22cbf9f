package ingest

import "bytes"

// zeekJSON reads the objects as any other, but knows what the fields mean.
type zeekJSON struct {
	*objects
	zeekPackets
	selected *selection
}

func (z *zeekJSON) parse(record []byte, e *Event) fault {
	why := z.objects.parse(record, e)
	if z.waits && z.scan.found[roleCount] != nil {
		z.begin()
		for _, r := range []role{roleCount, roleBytes} {
			if z.paths[r] != "" {
				z.objects.facts.taken[r], z.selected.names[roleNames[r]] = true, z.paths[r]
			}
		}
		z.scanned, *e = false, Event{} // the record is read again
		why = z.objects.parse(record, e)
	}
	switch {
	case why == "" && z.needsUID():
		return z.once(zeekWord(record, "uid"), e)
	case why == noRecord && z.scan.found[roleSource] != nil && z.scan.found[roleCount] == nil:
		if path := zeekWord(record, "_path"); path != nil {
			leaveOut(z.objects.facts.kinds, path)
		} else {
			leaveOut(z.objects.facts.kinds, noPackets)
		}
	}
	return why
}

// zeekMember returns what stands behind the name of a member and its colon, or nil. No text of a
// client has its quotes without backslashes and a colon behind them.
func zeekMember(record []byte, name string) []byte {
	for rest := record; ; {
		i := indexText(rest, name)
		if i < 0 {
			return nil
		}
		start := len(record) - len(rest) + i
		rest = rest[i+len(name):]
		if start == 0 || record[start-1] != '"' || len(rest) == 0 || rest[0] != '"' {
			continue
		}
		if value := bytes.TrimLeft(rest[1:], " "); len(value) > 0 && value[0] == ':' {
			return bytes.TrimLeft(value[1:], " ")
		}
	}
}

// zeekWord is the value of a member whose words have no backslash.
func zeekWord(record []byte, name string) []byte {
	value, ok := cutText(zeekMember(record, name), `"`)
	if !ok {
		return nil
	}
	value, _, _ = bytes.Cut(value, []byte{'"'})
	return value
}

func openZeekJSON(h *head, o *Options, f *facts) (*plan, error) {
	list, _ := documents(h)
	names := map[string]bool{}
	preset := zeekOptions(o, func(name string) bool {
		for _, document := range list {
			if zeekMember(document, name) != nil {
				names[name] = true
			}
		}
		if name == "id.orig_h" || name == "id.resp_h" || name == "id.orig_p" { // also {"id":{"orig_h":...}}
			return true
		}
		return names[name]
	})
	p, err := openJSON(h, &preset, f)
	if err != nil {
		return nil, err
	}
	j := p.objects
	f.handshake, f.history, f.flows = false, true, names["orig_pkts"]
	delete(p.names, roleNames[roleFlags])
	z := &zeekJSON{objects: j, zeekPackets: zeekPackets{facts: f, waits: o.Count == "" && !f.flows}, selected: p.selection}
	if z.waits { // for the fields of a log to come
		for r, field := range o.asked() {
			if j.paths[r] == "" && field == "" {
				j.paths[r] = zeekNames[r][0]
			}
		}
		j.active = j.paths.all()
	}
	p.parse = z.parse
	return p, nil
}
