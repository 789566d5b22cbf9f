package ingest

import "bytes"

// nfdumpJSON reads what nfdump prints as JSON. The addresses of the two families have names of
// their own.
var nfdumpJSON = &jsonServer{needs: []string{"first", "in_packets"},
	one: []string{"src4_addr", "src6_addr"}}

// nfdumpJSONFields are the members of the roles, of IPv4. Those of IPv6 differ in a digit.
var nfdumpJSONFields = [roles]string{roleSource: "src4_addr", roleTime: "first", roleTarget: "dst4_addr",
	roleCount: "in_packets", roleBytes: "in_bytes", roleProtocol: "proto", rolePort: "src_port", roleFlags: "tcp_flags"}

func openNfdumpJSON(h *head, o *Options, f *facts) (*plan, error) {
	preset := *o
	for r, option := range []*string{&preset.Source, &preset.Time, &preset.Target, &preset.Count, &preset.Bytes,
		&preset.Protocol, &preset.SourcePort, &preset.Flags} {
		if *option == "" {
			*option = nfdumpJSONFields[r]
		}
	}
	p, err := openJSON(h, &preset, f)
	if err != nil {
		return nil, err
	}
	f.flows, f.handshake = preset.Count == nfdumpJSONFields[roleCount], false
	if o.Source != "" {
		return p, nil
	}
	six := &objects{facts: f}
	for r, name := range preset.asked() {
		if p.at[r] >= 0 {
			six.paths[r] = string(bytes.Replace([]byte(name), []byte("4_addr"), []byte("6_addr"), 1))
		}
	}
	six.active = six.paths.all()
	four := p.parse
	p.parse = func(record []byte, e *Event) fault {
		if why := four(record, e); why != noField {
			return why
		}
		six.scanned = false
		return six.parse(record, e)
	}
	return p, nil
}
