package whencebeam

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/engines"
)

var targets = []monitor.Target{
	{}, monitor.TargetAddr(netip.MustParseAddr("192.0.2.1")), monitor.TargetAddr(netip.MustParseAddr("2001:db8::1")),
	monitor.TargetPrefix(netip.MustParsePrefix("192.0.2.0/24")), monitor.TargetPrefix(netip.MustParsePrefix("::/0")),
	monitor.TargetName("192.0.2.1"), monitor.TargetName("*@lagoon.example"), monitor.TargetName("/shop/*"),
	monitor.TargetName("\xff\x00"), monitor.TargetName(strings.Repeat("x", monitor.MaxTargetName)),
	monitor.ParseTarget("*@lagoon.example"), monitor.ParseTarget("/shop/*"), monitor.ParseTarget("/*"),
}

var times = []time.Time{
	{}, engines.Begin, time.Unix(0, 0).UTC(), time.Unix(-1, 999_999_999).UTC(), time.Unix(1<<40, 1).UTC(),
}

// Different places have different encodings, and come back as they were.
func TestPlacesComeBack(t *testing.T) {
	seen := map[string]Place{}
	for _, target := range targets {
		for _, from := range times {
			p := Place{target, from}
			b, err := encodePlace(p)
			if err != nil {
				t.Fatal(err)
			}
			if other, ok := seen[string(b)]; ok {
				t.Errorf("%v and %v have one encoding", p, other)
			}
			seen[string(b)] = p
			if got, err := decodePlace(b); err != nil || got != p {
				t.Errorf("%v came back as %v, %v", p, got, err)
			}
		}
	}
}

func TestEventsComeBack(t *testing.T) {
	full := monitor.Event{Time: times[1], Target: targets[3], Flow: attribution.Flow{
		Source: netip.MustParseAddr("::ffff:192.0.2.9"), Events: math.MaxUint64, Bytes: 7, SamplingRate: math.MaxUint32,
		Handshake: true, Protocol: 255, SourcePort: 65535, TCPFlags: 254,
	}}
	for _, e := range []monitor.Event{{}, full, engines.Traffic{Events: 20_000}.Event(77)} {
		b, err := encodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeEvent(b); err != nil || got != e {
			t.Errorf("%v came back as %v, %v", e, got, err)
		}
	}
	zoned := full
	zoned.Source = netip.MustParseAddr("fe80::1%eth0")
	b, _ := encodeEvent(zoned)
	if got, err := decodeEvent(b); err != nil || got.Source != netip.MustParseAddr("fe80::1") {
		t.Errorf("a zone: %v, %v", got.Source, err)
	}
}

// malformed are places. The zero target is {1, 0}.
var malformed = [][]byte{
	nil, {0}, {1}, {1, 9, 0}, {2, 3, 0xff}, {4, 1, 1, 2, 3, 0}, {0xff, 0xff, 0xff, 0xff, 0x0f},
	{1, 0}, {1, 0, 2}, {1, 0, 1, 0x80}, {1, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, {1, 0, 0, 0},
	append(binary.AppendVarint([]byte{1, 0, 1}, time.Time{}.Unix()), 0), // no time, written as one
}

func TestMalformedPlaces(t *testing.T) {
	for _, b := range malformed {
		if p, err := decodePlace(b); !errors.Is(err, attribution.ErrInvalidEncoding) {
			t.Errorf("% x: %v, %v", b, p, err)
		}
	}
}

// What decodes is what would be written again.
func FuzzDecode(f *testing.F) {
	for _, b := range malformed {
		f.Add(b)
	}
	for i, target := range targets {
		p, _ := encodePlace(Place{target, times[i%len(times)]})
		e, _ := encodeEvent(monitor.Event{Time: times[i%len(times)], Target: target})
		f.Add(p)
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := decodePlace(b); err == nil {
			if again, _ := encodePlace(p); !bytes.Equal(again, b) {
				t.Errorf("place % x is written % x", b, again)
			}
		} else if !errors.Is(err, attribution.ErrInvalidEncoding) {
			t.Error(err)
		}
		if e, err := decodeEvent(b); err == nil {
			if again, _ := encodeEvent(e); !bytes.Equal(again, b) {
				t.Errorf("event % x is written % x", b, again)
			}
		} else if !errors.Is(err, attribution.ErrInvalidEncoding) {
			t.Error(err)
		}
	})
}

// Whatever a file has, each byte of it is in an envelope or named as damaged.
func FuzzReadRecords(f *testing.F) {
	e := envelope("paris", 1, counted(0, 100))
	record, err := AppendRecord(nil, &e)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(record)
	f.Add(append(record[:len(record):len(record)], record[:len(record)/2]...))
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{4, 0, 0, 1})
	f.Add([]byte{3, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var records, last int64
		rest := false
		err := readRecords(bytes.NewReader(b), func(fleet.Envelope) { records++ }, func(r Refused) {
			if r.At < last || r.At >= int64(len(b)) || r.Error == "" || rest {
				t.Errorf("refused %v after byte %d of %d", r, last, len(b))
			}
			records, last, rest = records+1, r.At, r.Rest
		})
		if err != nil || len(b) > 0 && records == 0 {
			t.Errorf("%d records of %d bytes, %v", records, len(b), err)
		}
	})
}

// A report of each place, with its verdicts.
func TestReport(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	claim := attribution.Majority("US")
	reports, err := Report(s, attribution.Policy{Confidence: 0.99}, beam.ParDo(s, toSnapshot, beam.Create(s, 1000)), claim)
	if err != nil {
		t.Fatal(err)
	}
	number, got := newTaking()
	beam.ParDo0(s, &takeTextFn{number}, reports)
	run(t, p)
	want, err := counted(0, 1000).Report(attribution.Policy{Confidence: 0.99}, claim)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(Reported{From: windowAt(0), Report: want})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.texts) != 1 || got.texts[0] != string(text) || len(want.Verdicts) != 1 {
		t.Errorf("got %v\nwant %s", got.texts, text)
	}
	_, err = Report(s, attribution.Policy{}, reports, attribution.Claim{})
	if !errors.Is(err, attribution.ErrInvalidClaim) {
		t.Errorf("no claim: %v", err)
	}
	if _, err := Report(s, attribution.Policy{Confidence: 2}, reports); !errors.Is(err, attribution.ErrInvalidPolicy) {
		t.Errorf("no policy: %v", err)
	}
	if _, err := Report(s, attribution.Policy{}, reports); err == nil {
		t.Error("Report takes a PCollection of strings")
	}
}
