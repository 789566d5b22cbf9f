package ingest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// jsonServer is a server that writes JSON of a known form. Its log proves that a connection
// was completed, which other JSON does not.
type jsonServer struct {
	needs    []string // members that all records have, as paths
	one      []string // of which one is there too
	source   []string // the address of the client, the best first; by name if empty
	time     []string
	target   string
	bytes    string
	portless bool
	url      bool // the target is a URL
	services bool // the source may be a service of the cloud itself, which is none

	// isAccess reports false of what the server says of a request beside its access. Nil: it says
	// nothing else.
	isAccess func(record []byte) bool
}

var (
	caddyJSON = &jsonServer{needs: []string{"request.method", "request.host", "ts"},
		one:    []string{"request.remote_ip", "request.client_ip", "request.remote_addr"},
		source: []string{"request.client_ip", "request.remote_ip", "request.remote_addr"},
		time:   []string{"ts"}, target: "request.host", bytes: "size", isAccess: isCaddyAccess}
	traefikJSON = &jsonServer{needs: []string{"ClientHost", "RequestMethod"},
		one:    []string{"StartUTC", "StartLocal", "time", "RouterName", "entryPointName"},
		source: []string{"ClientHost"}, time: []string{"StartUTC", "StartLocal", "time"},
		target: "RequestHost", bytes: "DownstreamContentSize"}
	envoyJSON = &jsonServer{needs: []string{"downstream_remote_address"}, one: []string{"start_time", "response_code"},
		source: []string{"downstream_remote_address"}, target: "authority", bytes: "bytes_sent", portless: true}
	cloudflareJSON = &jsonServer{needs: []string{"ClientIP"}, one: []string{"EdgeStartTimestamp", "EdgeEndTimestamp",
		"EdgeResponseStatus", "RayID"}, source: []string{"ClientIP"}, target: "ClientRequestHost", bytes: "EdgeResponseBytes"}
	gcpJSON = &jsonServer{needs: []string{"httpRequest.remoteIp"}, one: []string{"timestamp", "receiveTimestamp"},
		source: []string{"httpRequest.remoteIp"}, time: []string{"timestamp"}, target: "httpRequest.requestUrl",
		bytes: "httpRequest.responseSize", url: true}
	azureJSON = &jsonServer{needs: []string{"category"}, one: []string{"properties.clientIP", "properties.clientIp",
		"properties.CIp"}, source: []string{"properties.clientIP", "properties.clientIp", "properties.CIp"}}
	awsWAFJSON = &jsonServer{needs: []string{"httpRequest.clientIp", "webaclId"}, one: []string{"timestamp"},
		source: []string{"httpRequest.clientIp"}, time: []string{"timestamp"}, target: "httpRequest.uri"}
	cloudTrailJSON = &jsonServer{needs: []string{"eventVersion", "eventSource", "eventName", "eventTime"},
		one: []string{"sourceIPAddress"}, source: []string{"sourceIPAddress"}, time: []string{"eventTime"},
		target: "eventSource", services: true}
)

func (s *jsonServer) sniff(h *head) int {
	if sniffJSON(h) < 90 {
		return 0
	}
	list, _ := documents(h)
	list = list[:min(len(list), 100)]
	with := 0
	for _, document := range list {
		if s.wrote(document) {
			with++
		}
	}
	if 2*with > len(list) {
		return 100 // well above sniffJSON
	}
	return 0
}

func (s *jsonServer) wrote(document []byte) bool {
	for _, path := range s.needs {
		if !hasMember(document, path) {
			return false
		}
	}
	for _, path := range s.one {
		if hasMember(document, path) {
			return true
		}
	}
	return false
}

// hasMember reports whether an object has a value at a path that is not null.
func hasMember(document []byte, path string) bool {
	scan := scanner{text: document, paths: &paths{path}}
	return scan.object(scan.paths.all(), 0) && len(scan.found[0]) > 0 && scan.found[0][0] != 'n'
}

// open is openJSON with the fields of the server, unless others are asked for.
func (s *jsonServer) open(h *head, o *Options, f *facts) (*plan, error) {
	asked := *o
	if o.Count == "" {
		asked.Count = notTaken // an object is a request; Traefik's RequestCount is the number of all so far
	}
	if o.Protocol == "" {
		asked.Protocol = notTaken // of HTTP
	}
	list, _ := documents(h)
	if s.isAccess != nil && o.Format == "" && !o.Live && len(list) > 0 && !slices.ContainsFunc(list, s.isAccess) {
		return nil, &UndecidedError{Option: "Format", Candidates: []string{"JSON"},
			Reason: "the first lines are errors, and no access is among them"}
	}
	take := func(option *string, paths ...string) {
		for _, path := range paths {
			if *option == "" && path != "" && mostHave(list, path) {
				*option = path
			}
		}
	}
	take(&asked.Source, s.source...)
	take(&asked.Time, s.time...)
	take(&asked.Target, s.target)
	take(&asked.Bytes, s.bytes)
	f.portless = s.portless
	p, err := openJSON(h, &asked, f)
	if err != nil {
		return nil, err
	}
	if o.Count == "" {
		delete(p.selection.notTaken, "count")
	}
	if o.Protocol == "" {
		delete(p.selection.instead, "protocol")
	}
	f.handshake = isOneOf(s.source, asked.Source)
	url := s.url && asked.Target == s.target
	p.parse = s.parser(p.parse, url)
	j := p.objects
	p.fork = func(f *facts) worker {
		k := j.fork(f)
		return k.worker(s.parser(k.parse, url))
	}
	return p, nil
}

func isOneOf(list []string, name string) bool {
	for _, s := range list {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

func mostHave(list [][]byte, path string) bool {
	with := 0
	for _, document := range list {
		if hasMember(document, path) {
			with++
		}
	}
	return 2*with > len(list)
}

// parser passes over what the server says beside its accesses, and of itself in the same log:
// objects without any of the members that a request has.
func (s *jsonServer) parser(parse parser, url bool) parser {
	return func(record []byte, e *Event) fault {
		if s.isAccess != nil && !s.isAccess(record) {
			return noRecord
		}
		why := parse(record, e)
		if why == noField && !s.request(record) || why == noAddress && s.services && isService(record) {
			return noRecord
		}
		if url {
			e.Target = hostOf(e.Target)
		}
		return why
	}
}

// sourceIP is the path of AWS's source.
var sourceIP = paths{"sourceIPAddress"}

// isService reports whether a service of AWS has called another.
func isService(record []byte) bool {
	s := scanner{text: bytes.TrimSpace(record), paths: &sourceIP}
	if !s.object(sourceIP.all(), 0) {
		return false
	}
	name := scalar(s.found[0])
	return bytes.HasSuffix(name, []byte(".amazonaws.com")) || string(name) == "AWS Internal"
}

// request reports whether an object has one of the members that say so.
func (s *jsonServer) request(record []byte) bool {
	if !json.Valid(bytes.TrimSpace(record)) {
		return true
	}
	for _, path := range s.needs {
		if top, _, _ := strings.Cut(path, "."); top != "ts" && hasMember(record, top) {
			return true
		}
	}
	return false
}
