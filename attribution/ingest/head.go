package ingest

import (
	"slices"

	"github.com/whence-go/whence/attribution/ingest/internal/container"
)

// head is what a reader decides by: the first lines, without their ends.
type head struct {
	lines [][]byte
	text  []byte   // the lines, and what stands behind them
	whole bool     // it is all of the text
	tags  []string // of the lines, where syslog has named programs

	objects *documentList // what documents has found
	daemons *survey       // what is known about daemons, once it was asked for
}

const (
	headLines = 1000
	headBytes = 512 << 10
)

// look reads the head. Of a live text it takes what comes with the first line, and does not
// wait for more.
func look(lines *container.Lines, wholeLines bool) (*head, error) {
	p, err := lines.Peek(headLines, headBytes)
	if err != nil {
		return nil, err
	}
	h := &head{lines: p.Lines, whole: p.Whole}
	for _, line := range p.Lines {
		h.text = append(append(h.text, line...), '\n')
	}
	if wholeLines && p.Whole {
		return h, nil
	}
	if h.text = append(h.text, p.Rest...); p.Whole && len(p.Rest) > 0 && len(p.Rest) <= maxRecord {
		h.lines = append(h.lines, slices.Clone(p.Rest))
	}
	return h, nil
}
