package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A format is one way to read a text. To add one, write its sniff and open in a file of its
// own, and add it to the table.
type format struct {
	name string

	// sniff says how well the head fits, from 0 for not at all to 100, or named.
	sniff func(h *head) int

	// open decides how the records are read. The facts are for formats with fields.
	open func(h *head, o *Options, f *facts) (*plan, error)
}

// A plan is how the records of one member are read.
type plan struct {
	*selection
	format string // the table's name if empty

	// cut hands out the next record; its text is valid until the next call. Nil stands for a
	// record on each line.
	cut func(t *text) (record []byte, why fault, err error)

	// parse makes an event of a record.
	parse parser

	// more makes a further event of the record that was parsed last, and reports false if
	// there is none. It is nil where a record is one event.
	more func(e *Event) bool

	notes []string // codes of notes that are true of every record

	// fork makes a worker with facts of its own. It is nil where a record may depend on those
	// before it. Ready reports whether workers may go on from here; nil stands for always.
	// Resume takes over what the lines that workers have read leave behind.
	fork   func(f *facts) worker
	ready  func() bool
	resume func(end time.Time)

	facts   *facts
	objects *objects // of JSON
}

// formats are all, the likeliest first: of two that fit as well it is the first.
var formats []format

func init() {
	formats = []format{
		{"COMBINED", sniffAccess, openAccess("COMBINED")},
		{"COMMON", never, openAccess("COMMON")},
		{"VCOMBINED", never, openAccess("VCOMBINED")},
		{"VCOMMON", never, openAccess("VCOMMON")},
		{"HAPROXY", sniffLines(isHAProxy), openHAProxy},
		{"W3C", sniffW3C(false), openW3C},
		{"IIS", sniffLines(isIIS), openIIS},
		{"CLOUDFRONT", sniffW3C(true), openW3C},
		{"AWSVPC", sniffVPC, openVPC},
		{"AWSALB", sniffLines(elbApplication.is), openELB(elbApplication)},
		{"AWSELB", sniffLines(elbClassic.is), openELB(elbClassic)},
		{"AWSNLB", sniffLines(elbNetwork.is), openELB(elbNetwork)},
		{"AWSALBCONN", sniffLines(isELBConn), openELBConn},
		{"AWSS3", sniffLines(isS3), openS3},
		{"ENVOY", sniffLines(isEnvoy), openEnvoy},
		{"SQUID", sniffLines(isSquid), openSquid},
		{"NGINXPROXYMANAGER", sniffLines(isProxyManager), openProxyManager},
		{"WEBERROR", sniffWebError, openWebError},
		{"NGINXSTREAM", sniffLines(isNginxStream), openNginxStream},
		{"FASTLOG", sniffLines(isFastLog), openFastLog},
		{"BIND", sniffBind, openBind},
		{"SSLREQUEST", sniffLines(isSSLRequest), openSSLRequest},
		{"GIN", sniffLines(isGin), openGin},
		{"UVICORN", sniffLines(isUvicorn), openUvicorn},
		{"CADDY", caddyJSON.sniff, caddyJSON.open},
		{"TRAEFIK", traefikJSON.sniff, traefikJSON.open},
		{"ENVOYJSON", envoyJSON.sniff, envoyJSON.open},
		{"CLOUDFLARE", cloudflareJSON.sniff, cloudflareJSON.open},
		{"GCP", gcpJSON.sniff, gcpJSON.open},
		{"GCPFLOW", gcpFlow.server.sniff, gcpFlow.open},
		{"CLOUDTRAIL", cloudTrailJSON.sniff, cloudTrailJSON.open},
		{"AZURE", azureJSON.sniff, azureJSON.open},
		{"AZUREFLOW", sniffAzureFlow, openAzureFlow},
		{"AWSWAF", awsWAFJSON.sniff, awsWAFJSON.open},
		{"JSON", sniffJSON, openObjects},
		{"CEF", sniffKeyed(false), openKeyed(false)},
		{"LEEF", sniffKeyed(true), openKeyed(true)},
		{"NFDUMP", sniffNfdump, openNfdump},
		{"SURICATA", sniffSuricata, openSuricata},
		{"SURICATA_ALERT", never, openSuricataOnly("alert")},
		{"SURICATA_FLOW", never, openSuricataOnly("flow")},
		{"ZEEK", sniffZeek, openZeek},
		{"CSV", sniffTable, openTable},
		{"ADDR", sniffList, openList},
		{"TEXT", sniffText, openText},
	}
	formats = append(formats, daemonFormats()...)
}

// never is the sniff of a format that another one finds.
func never(*head) int { return 0 }

// Formats returns the names that Options.Format may have.
func Formats() []string {
	var names []string
	for i := range formats {
		names = append(names, formats[i].name)
	}
	return names
}

// Scores of sniff.
const (
	enough = 20 // the least that is taken
	lead   = 5  // by how much the best must lead

	named = 105 // the input itself names the format, which may also be a table or JSON
)

// decide chooses the format of a head, and opens it.
func decide(h *head, o *Options, f *facts) (*plan, error) {
	fm, err := o.named()
	if err != nil {
		return nil, err
	}
	if fm == nil {
		if fm, err = sniffAll(h); err != nil {
			return nil, err
		}
	}
	p, err := fm.open(h, o, f)
	if err != nil {
		var open *UndecidedError
		if errors.As(err, &open) {
			open.Reason = "read as " + fm.name + ": " + open.Reason
			return nil, err
		}
		return nil, fmt.Errorf("read as %s: %w", fm.name, err)
	}
	if p.format == "" {
		p.format = fm.name
	}
	p.facts = f
	return p, nil
}

func sniffAll(h *head) (*format, error) {
	if len(bytes.TrimSpace(h.text)) == 0 {
		return nil, ErrEmpty
	}
	type scored struct {
		*format
		score int
	}
	var list []scored
	for i := range formats {
		if s := formats[i].sniff(h); s > 0 {
			list = append(list, scored{&formats[i], s})
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return b.score - a.score })
	switch {
	case len(list) == 0:
		return nil, &UndecidedError{Option: "Format", Candidates: Formats(),
			Reason: "the first lines are of no known format, and have no address"}
	case list[0].score < enough, len(list) > 1 && list[0].score-list[1].score < lead:
		var names []string
		for _, s := range list {
			names = append(names, s.name)
		}
		return nil, &UndecidedError{Option: "Format", Candidates: names,
			Reason: "the first lines are of no format for certain"}
	}
	return list[0].format, nil
}

// use takes over what was selected.
func (f *facts) use(s *selection) {
	f.claimed = s.claimed
	for r, at := range s.at {
		f.taken[r] = at >= 0
	}
}
