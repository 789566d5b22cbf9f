package packets

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gopacket/gopacket"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/frame"
)

// Reader reads the packets of one capture. It comes from [NewReader]. It belongs to one
// goroutine.
type Reader struct {
	o         Options
	name      string
	capture   *capture
	fragments fragments
	handshake handshakes
	ledger    ledger
	err       error
}

// NewReader reads the head of a capture and decides what it is. The name is that of messages,
// such as a path.
//
// The error wraps [ErrFormat], or it is that of r. A pcap file whose type of link is not known is
// refused.
func NewReader(r io.Reader, name string, o Options) (*Reader, error) {
	c, err := openCapture(r)
	if err == nil && !c.mixed {
		// No bytes are truncated, unless the link is unknown.
		if known := frame.Parse(&frame.Packet{}, c.link, nil, false); errors.Is(known, frame.ErrLink) {
			err = fmt.Errorf("%w: type of link %d", ErrFormat, c.link)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", quoted(name), err)
	}
	rd := &Reader{o: o, name: name, capture: c}
	rd.fragments.first.limit = maxFragmented
	rd.handshake.answered.limit, rd.handshake.proven.limit = maxAnswers, maxConnections
	return rd, nil
}

func quoted(name string) string { return fmt.Sprintf("%.200q", name) }

// Next reads the next event into e. It passes over packets that it cannot use, and counts them in
// the account. It returns [io.EOF] at the end of the capture, and where it breaks off. Another
// error wraps [ErrDamaged], or it is that of the input. After any error it returns the same one.
//
// Next allocates nothing for packets of the usual form.
func (r *Reader) Next(e *Event) error {
	for r.err == nil {
		data, info, link, err := r.capture.next()
		if err != nil {
			r.end(err)
			break
		}
		r.ledger.packets++
		if r.use(e, data, &info, link) {
			return nil
		}
	}
	return r.err
}

// Lost returns the number of packets that were lost before the event that [Reader.Next] returned
// last.
func (r *Reader) Lost() uint64 { return r.ledger.unread }

// end notes why there are no more packets.
func (r *Reader) end(err error) {
	switch {
	case r.capture.input.err != nil:
		r.err = fmt.Errorf("%s: %w", quoted(r.name), r.capture.input.err)
	case err == io.EOF:
		r.err = io.EOF
	case isCut(err):
		r.ledger.packets++
		r.ledger.lose(cutFile)
		r.ledger.cut = true
		r.err = io.EOF
	default:
		r.ledger.packets++
		r.ledger.lose(damaged)
		r.err = fmt.Errorf("%s: packet %d: %w: %w", quoted(r.name), r.ledger.packets, ErrDamaged, err)
	}
}

// isCut reports whether the file ended too early. Of some errors, pcapgo keeps only the text.
func isCut(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || strings.HasSuffix(err.Error(), io.ErrUnexpectedEOF.Error())
}

// use reads a packet, and reports whether it is an event.
func (r *Reader) use(e *Event, data []byte, info *gopacket.CaptureInfo, link frame.Link) bool {
	var p frame.Packet
	if err := frame.Parse(&p, link, data, r.o.Inner); err != nil {
		r.ledger.refuse(err)
		return false
	}
	if !isSource(&p) {
		r.ledger.lose(noSource)
		return false
	}
	found := r.fragments.complete(&p, info.Timestamp)
	proven := r.handshake.observe(&p)
	if r.o.Local != nil && !r.o.Local.Contains(p.Target) {
		r.ledger.outbound++
		return false
	}
	length := max(info.Length, info.CaptureLength, 0)
	*e = Event{
		Flow: attribution.Flow{
			Source: p.Source, Events: 1, Bytes: uint64(length), Handshake: proven,
			Protocol: p.Protocol, SourcePort: p.SourcePort, TCPFlags: p.TCPFlags,
		},
		Time: info.Timestamp, Target: p.Target, TargetPort: p.TargetPort, TTL: p.TTL,
	}
	l := &r.ledger
	l.records++
	if p.Cut {
		l.noTransport++
	}
	if length > len(data) {
		l.snapped++
	}
	if p.LaterFragment && !found {
		l.orphans++
	}
	l.date(e.Time)
	return true
}

// isSource reports whether the packet can have come from its source. IPv4-mapped addresses are
// for programs, and would stand for IPv4 sources that nobody forged.
func isSource(p *frame.Packet) bool {
	return !p.Source.IsUnspecified() && !p.Source.Is4In6()
}

// Account says what was read so far: how many packets were used, and how many were not and why.
// At the end of the capture it belongs into the tally, by [attribution.Tally.AddAccount].
func (r *Reader) Account() attribution.Account { return r.ledger.account(r.capture.format) }
