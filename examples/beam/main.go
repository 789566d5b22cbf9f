// Command beam counts a stream of events by target and window with Apache Beam, and writes a line per place.
//
//	go run . -events 100000
//
// runs on Prism, Beam's own runner, inside this process. With -runner universal -endpoint HOST:PORT it runs where that
// job server says; see docs/BEAM.md. With -runner plain it counts in a loop, without Beam. The lines are the same.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal"

	"github.com/whence-go/whence/attribution"
	whencebeam "github.com/whence-go/whence/attribution/beam"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/engines"
)

var (
	events = flag.Int("events", 100_000, "number of events, 20,000 or more")
	shards = flag.Int("shards", 8, "parts of the stream that workers take")
	out    = flag.String("out", "places.txt", "file of the answer: a line per place, in any order")
	runner = flag.String("runner", "prism", "prism, universal, or plain, which is a loop without Beam")
	crash  = flag.String("crash", "", "file to make; whoever makes it crashes in the middle of its part")
)

func init() {
	register.DoFn2x0[int, func(monitor.Event)](&shardFn{})
	register.Function2x2(line)
	register.Emitter1[monitor.Event]()
}

func main() {
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("%q: no flag", flag.Arg(0))
	}
	beam.Init()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what the first does not
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	if *runner == "plain" {
		return plain()
	}
	dir, err := os.MkdirTemp("", "whence")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// Where workers are other machines, the file of the secret is on each of them.
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, testenv.Secret(16), 0o600); err != nil {
		return err
	}
	answer, err := filepath.Abs(*out)
	if err != nil {
		return err
	}

	p, s := beam.NewPipelineWithRoot()
	parts := make([]int, *shards)
	for i := range parts {
		parts[i] = i
	}
	// Shards are dealt out to workers. From there on, events stay in the worker that makes them.
	dealt := beam.Reshuffle(s, beam.CreateList(s, parts))
	stream := beam.ParDo(s, &shardFn{*events, *shards, *crash}, dealt)
	options := engines.Traffic{}.Options()
	counts, err := whencebeam.Count(s, whencebeam.Options{
		Window: engines.Window, KeyFile: secret, SampleSize: options.SampleSize, Precision: options.Precision,
	}, stream)
	if err != nil {
		return err
	}
	textio.Write(s, answer, beam.ParDo(s, line, counts))
	_, err = beam.Run(ctx, *runner, p)
	return err
}

// shardFn makes every n-th event of a stream.
type shardFn struct {
	Events, Shards int
	Crash          string
}

func (f *shardFn) ProcessElement(shard int, emit func(monitor.Event)) {
	traffic := engines.Traffic{Events: f.Events}
	for i := shard; i < f.Events; i += f.Shards {
		if f.Crash != "" && i > f.Events/2 && isFirst(f.Crash) {
			panic("this worker was told to crash")
		}
		emit(traffic.Event(i))
	}
}

// isFirst reports whether nobody has made the file before.
func isFirst(path string) bool {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// line returns what is known of a place: events, the verdict of a claim, and a hash of the snapshot's bytes.
func line(p whencebeam.Place, s attribution.Snapshot) (string, error) {
	report, err := s.Report(attribution.Policy{}, attribution.Majority("US"))
	if err != nil {
		return "", err
	}
	b, err := s.MarshalBinary()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %v: %d records, %v, %x",
		p.From.Format(time.RFC3339), p.Target, report.Records, report.Verdicts[0], sha256.Sum256(b)), nil
}

func plain() error {
	f, err := os.Create(*out)
	if err != nil {
		return err
	}
	for at, s := range (engines.Traffic{Events: *events}).Plain() {
		text, err := line(whencebeam.Place{Target: at.Target, From: at.From}, s)
		if err != nil {
			return err
		}
		fmt.Fprintln(f, text)
	}
	return f.Close()
}
