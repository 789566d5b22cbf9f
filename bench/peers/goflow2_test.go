package peers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	goflow "github.com/netsampler/goflow2/v2/decoders/netflow"
	"github.com/netsampler/goflow2/v2/decoders/netflowlegacy"
	"github.com/netsampler/goflow2/v2/decoders/sflow"
	"github.com/netsampler/goflow2/v2/producer"
	protoproducer "github.com/netsampler/goflow2/v2/producer/proto"
)

var exporter = netip.MustParseAddr("192.0.2.1")

// Why a datagram gives no messages, besides what goflow2 says.
var (
	errUnsafe  = errors.New("a datagram that would bring goflow2 down")
	errVersion = errors.New("a version that goflow2 does not read")
)

// goflow2 is its collector for one exporter, up to the messages that it would write: its decoders, its templates
// and its producer in their usual configuration.
type goflow2 struct {
	templates goflow.NetFlowTemplateSystem
	producer  producer.ProducerInterface
	args      producer.ProduceArgs
}

func newGoflow2(tb testing.TB) *goflow2 {
	tb.Helper()
	config, err := new(protoproducer.ProducerConfig).Compile()
	if err != nil {
		tb.Fatal(err)
	}
	p, err := protoproducer.CreateProtoProducer(config, protoproducer.CreateSamplingSystem)
	if err != nil {
		tb.Fatal(err)
	}
	return &goflow2{guarded{goflow.CreateTemplateSystem()}, p, producer.ProduceArgs{
		Src: netip.AddrPortFrom(exporter, 2055), SamplerAddress: exporter, TimeReceived: time.Unix(1_780_000_000, 0),
	}}
}

// decode hands the messages of a datagram to use. They refer to the datagram, and are reused when use returns. As in
// goflow2's collector, a datagram with an error has no messages.
func (g *goflow2) decode(b []byte, use func(*protoproducer.ProtoProducerMessage)) error {
	if !isSafe(b) {
		return errUnsafe
	}
	var packet any
	var err error
	switch version := binary.BigEndian.Uint32(b); {
	case version == 5:
		p := new(sflow.Packet)
		packet, err = p, sflow.DecodeMessageVersion(bytes.NewBuffer(b), p)
	case version>>16 == 5:
		p := new(netflowlegacy.PacketNetFlowV5)
		packet, err = p, netflowlegacy.DecodeMessageVersion(bytes.NewBuffer(b), p)
	case version>>16 == 9:
		p := &goflow.NFv9Packet{Version: 9}
		packet, err = p, goflow.DecodeMessageNetFlow(bytes.NewBuffer(b[2:]), g.templates, p)
	case version>>16 == 10:
		p := &goflow.IPFIXPacket{Version: 10}
		packet, err = p, goflow.DecodeMessageIPFIX(bytes.NewBuffer(b[2:]), g.templates, p)
	default:
		err = errVersion
	}
	if err != nil {
		return err
	}
	messages, err := g.producer.Produce(packet, &g.args)
	defer g.producer.Commit(messages)
	if err != nil {
		return err
	}
	for _, m := range messages {
		use(m.(*protoproducer.ProtoProducerMessage))
	}
	return nil
}

// guarded are templates that goflow2 can use. It never ends with one whose records have no length, and makes a field
// of 80 bytes for each that a template names, even if it has no length.
type guarded struct{ goflow.NetFlowTemplateSystem }

func (t guarded) GetTemplate(version uint16, domain uint32, id uint16) (any, error) {
	template, err := t.NetFlowTemplateSystem.GetTemplate(version, domain, id)
	var fields []goflow.Field
	switch record := template.(type) {
	case goflow.TemplateRecord:
		fields = record.Fields
	case goflow.NFv9OptionsTemplateRecord:
		fields = append(record.Scopes[:len(record.Scopes):len(record.Scopes)], record.Options...)
	case goflow.IPFIXOptionsTemplateRecord:
		fields = append(record.Scopes[:len(record.Scopes):len(record.Scopes)], record.Options...)
	}
	length := 0 // at least
	for _, f := range fields {
		if f.Length == ofAnyLength {
			f.Length = 1
		}
		length += int(f.Length)
	}
	const most = 1 << 20 // fields of one datagram
	if err == nil && (length == 0 || 65535/length*len(fields) > most) {
		return nil, errUnsafe
	}
	return template, err
}

// isSafe reports whether goflow2 can be given a datagram: one of sFlow may have no sample that announces so many
// records that memory would not suffice. Templates are guarded.
func isSafe(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	be := binary.BigEndian
	if be.Uint32(b) != 5 {
		return true
	}
	header := 28
	if len(b) >= 8 && be.Uint32(b[4:]) == 2 {
		header = 40
	}
	for b = b[min(header, len(b)):]; len(b) >= 8; {
		format, length := be.Uint32(b), be.Uint32(b[4:])
		if b = b[8:]; uint64(length) > uint64(len(b)) {
			break
		}
		const expanded, count, most = 3, 40, 1000
		if format == expanded && length >= count+4 && be.Uint32(b[count:]) > most {
			return false
		}
		b = b[length:]
	}
	return true
}
