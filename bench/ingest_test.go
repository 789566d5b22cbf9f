package bench

import (
	"bytes"
	"io"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/bench/internal/logs"
)

// logOf writes a log of a format, and sees to it that all of it is read. A format without
// a log has no benchmark.
func logOf(t testing.TB, name string, n int) *logs.Text {
	t.Helper()
	f, ok := logs.Formats[name]
	if !ok {
		t.Fatalf("bench/internal/logs writes no %s", name)
	}
	text := f.Write(n)
	r, err := ingest.NewReader(bytes.NewReader(text.Bytes()), name, optionsOf(name))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	events, size, undated := 0, uint64(0), 0
	sources := map[netip.Addr]bool{}
	var e ingest.Event
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		events += int(e.Events)
		size += e.Bytes
		sources[e.Source] = true
		if e.Time.IsZero() {
			undated++
		}
	}
	if !f.Size {
		text.Size = 0
	}
	missing := 0
	for a := range text.Sources {
		if !sources[a] {
			missing++
		}
	}
	a := r.Account()
	if err != io.EOF || events != n || size != text.Size || len(sources) != len(text.Sources) || missing > 0 ||
		a.Format != name && name != "SURICATA_ALERT" || len(a.Unread) > 0 || undated > 0 && undated < n {
		t.Fatalf("%s: %v, %d of %d events, %d of %d bytes, %d of %d sources, %d missing, %d without a time; %+v", name, err,
			events, n, size, text.Size, len(sources), len(text.Sources), missing, undated, a)
	}
	return text
}

// optionsOf are those by which a log of the name is read: there are formats that are taken
// only if they are asked for.
func optionsOf(name string) ingest.Options { return ingest.Options{Format: name, Year: 2024} }

// Every format has a log, all of which is read.
func TestLogs(t *testing.T) {
	for _, name := range ingest.Formats() {
		t.Run(name, func(t *testing.T) { logOf(t, name, 2_000) })
	}
}

// BenchmarkIngest reads one event of each format, of a log without end: what it costs to
// decide on a format is left out.
func BenchmarkIngest(b *testing.B) {
	const n = 20_000
	for _, name := range ingest.Formats() {
		b.Run("format="+name, func(b *testing.B) {
			text := logOf(b, name, n)
			r := must(ingest.NewReader(text.Endless(), name, optionsOf(name)))
			defer r.Close()
			b.SetBytes(int64(len(text.Body) / n))
			b.ReportAllocs()
			var e ingest.Event
			for b.Loop() {
				if err := r.Next(&e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
