package bench

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/bench/internal/logs"
)

// BenchmarkIngestFile reads a file on several cores and, in turns, as a live one, which is read
// on one. x-alone is the ratio of the two times. It counts the events in a tally, or does not.
func BenchmarkIngestFile(b *testing.B) {
	const n = 500_000
	for _, name := range []string{"COMBINED", "JSON", "CSV"} {
		for _, counted := range []string{"no", "yes"} {
			b.Run("format="+name+"/tally="+counted, func(b *testing.B) {
				path := fileOf(b, name, n)
				read := func(live bool) {
					tally := must(attribution.NewTally(load.Table(), attribution.Options{}))
					if got := readFile(b, path, name, live, counted == "yes", tally); got != n {
						b.Fatalf("%d of %d events", got, n)
					}
				}
				read(false)
				var ahead, alone load.Stopwatch
				for b.Loop() {
					ahead.Time(n, func() { read(false) })
					alone.Time(n, func() { read(true) })
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(ahead.PerEvent(), "ns/event")
				b.ReportMetric(ahead.PerEvent()/alone.PerEvent(), "x-alone")
			})
		}
	}
}

func fileOf(b *testing.B, name string, n int) string {
	f := logs.Formats[name]
	path := filepath.Join(b.TempDir(), name+".log")
	if err := os.WriteFile(path, f.Write(n).Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func readFile(b *testing.B, path, format string, live, counted bool, tally *attribution.Tally) (events int) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r, err := ingest.NewReader(f, path, ingest.Options{Format: format, Live: live})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var e ingest.Event
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		if events++; counted {
			tally.AddFlow(e.Flow)
		}
	}
	if err != io.EOF {
		b.Fatal(err)
	}
	return events
}
