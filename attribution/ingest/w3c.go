package ingest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// sniffW3C looks for a "#Fields:" header. CloudFront's is of the same form, with fields of its
// own.
func sniffW3C(cloudFront bool) func(h *head) int {
	return func(h *head) int {
		for _, line := range h.lines {
			if names, _, ok := w3cHeader(line); ok && len(names) > 1 {
				if isCloudFront(names) == cloudFront {
					return shaped + 1
				}
				return 0
			}
			if len(line) > 0 && line[0] != '#' {
				break
			}
		}
		for _, line := range h.lines {
			if names, _, ok := w3cHeader(line); ok && isCloudFront(names) == cloudFront && len(names) > 1 {
				return shaped
			}
		}
		if rows := firstRows(h, 1); cloudFront && len(rows) > 0 && headless(rows[0]) != nil {
			return shaped
		}
		return 0
	}
}

// cloudFrontNames are the columns of CloudFront's standard log, which some tools cut off with the
// header. Older logs have only the first ones.
var cloudFrontNames = strings.Fields(`date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status
	cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol
	cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version
	fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type
	sc-content-len sc-range-start sc-range-end`)

// headless returns the columns of a line of CloudFront, or nil.
func headless(line []byte) []string {
	parts := bytes.SplitN(line, []byte{'\t'}, len(cloudFrontNames)+1)
	switch n := len(parts); n {
	case 18, 19, 23, 24, 26, 33:
		date, edge := parts[0], parts[2]
		if _, ok := bareAddr(parts[4]); ok && len(date) == 10 && date[4] == '-' && len(edge) > 3 && isDigits(edge[3:4]) &&
			isDigits(parts[3]) {
			return cloudFrontNames[:n]
		}
	}
	return nil
}

func isCloudFront(names []string) bool { return slices.Contains(names, "x-edge-location") }

// openW3C chooses the columns. The times of the format are UTC, unless the log says that they
// are those of its host.
func openW3C(h *head, o *Options, f *facts) (*plan, error) {
	c := &columns{facts: f, header: w3cHeader}
	local := false
	for _, line := range h.lines {
		if names, delim, ok := w3cHeader(line); ok {
			c.names, c.delim = names, delim
			break
		}
	}
	for _, line := range h.lines {
		local = local || bytes.HasPrefix(line, []byte("#Time Format: Local"))
		if o.Source == "" && bytes.HasPrefix(line, []byte("#Log-type: SMTP Send")) { // of Exchange
			return nil, &UndecidedError{Option: "Source", Candidates: []string{"remote-endpoint"},
				Reason: "the log is of mail that was sent, and its remote endpoints are servers"}
		}
	}
	if !local && o.Zone == nil {
		f.clock = &clock.Parser{}
	}
	if rows := firstRows(h, 1); len(c.names) == 0 && len(rows) > 0 {
		c.names, c.delim = headless(rows[0]), '\t'
	}
	if len(c.names) == 0 {
		return nil, &UndecidedError{Option: "Format", Candidates: []string{"CSV", "TEXT"}, Reason: "no #Fields: header"}
	}
	asked := *o
	if asked.SourcePort == "" && !slices.Contains(c.names, "c-port") && !slices.Contains(c.names, "src-port") {
		asked.SourcePort = notTaken // s-port is the server's
	}
	if asked.Target == "" && slices.Contains(c.names, "x-host-header") {
		asked.Target = "x-host-header"
	}
	p, err := c.open(h, &asked)
	if err != nil {
		return nil, err
	}
	if c.taken[roleSource] == "src-ip" { // Windows Firewall
		c.watch[0], c.skip = "path", isSent
		p.notes = []string{noteInbound}
	}
	// c-ip is the peer of a connection. The addresses of a firewall's log are those of packets.
	f.handshake = c.taken[roleSource] == "c-ip"
	first := c.names
	if i := bytes.Index(h.text, []byte("#Fields:")); i >= 0 && len(bytes.TrimSpace(h.text[:i])) > 0 {
		for _, line := range h.lines { // records before the header have columns that nobody knows
			if _, _, ok := w3cHeader(line); ok {
				break
			}
			if !isBlankOrComment(line) {
				first = nil
			}
		}
	}
	c.learn(first, c.delim)
	return p, nil
}

// isSent reports whether a line of a firewall is of a packet that its host has sent.
func isSent(c *columns) bool {
	path := c.watched[0]
	return path != nil && string(path) != "RECEIVE" && string(path) != "FORWARD"
}
