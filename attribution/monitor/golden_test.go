package monitor

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

const goldenCheckpoint = "checkpoint.golden"

// goldenOptions are those of the monitor that wrote the golden checkpoint.
func goldenOptions() Options {
	return Options{
		Targets: 16, Groups: allGroups,
		Tally: attribution.Options{SampleSize: 1024}, Claims: []attribution.Claim{attribution.Majority("RU")},
	}
}

// goldenMonitor has a little of everything in its checkpoint: a burst that runs and one
// that has ended, targets, late records, events that were set aside.
func goldenMonitor() *Monitor {
	m := newMonitorWith(world.Table(), goldenOptions())
	m.Observe(join(
		sources("FR", 60, 0, 5, TargetAddr(world.IP("FR", 1))),
		sources("FR", 3, 100, 200, TargetName("user@lagoon.example")),
		sources("FR", 3, 101, 200, TargetName("/shop/item/7")),
		sources("RU", 1200, 300, .01, TargetName("victim")),
		sources("FR", 80, 312, 5, TargetName("other")),
		sources("US", 900, 712, .05, TargetName("victim")),
		dated(at(690), year2100, at(-4000)),
	)...)
	m.Observe(Event{Target: TargetName("other")})
	return m
}

// A checkpoint that was written once is read by all later versions: the same monitor
// comes out, and writes the same bytes.
func TestGoldenCheckpoint(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", goldenCheckpoint))
	if flag.Lookup("update-golden").Value.String() == "true" {
		var b bytes.Buffer
		if err := goldenMonitor().Checkpoint(&b, []byte("here")); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	} else if err != nil {
		t.Fatal(err)
	}
	m := newMonitorWith(world.Table(), goldenOptions())
	position, err := m.Restore(bytes.NewReader(data))
	if err != nil || string(position) != "here" {
		t.Fatalf("position %q, %v", position, err)
	}
	var b bytes.Buffer
	if err := m.Checkpoint(&b, position); err != nil {
		t.Fatal(err)
	}
	testenv.Golden(t, goldenCheckpoint, b.Bytes())

	var text strings.Builder
	for b := range m.Bursts() {
		fmt.Fprintln(&text, b)
	}
	for _, c := range m.Targets() {
		fmt.Fprintf(&text, "%+v\n", c)
	}
	fmt.Fprintf(&text, "%+v\n%v\n%v\n", m.Stats(), reportOf(everything(m)), reportOf(everything(m)).Lost)
	testenv.Golden(t, "checkpoint.txt", []byte(text.String()))
}

// A checkpoint of another version is refused as such.
func TestCheckpointOfAnotherVersion(t *testing.T) {
	data := checkpointOf(t, goldenMonitor()).Bytes()
	data[3]++
	_, err := newMonitorWith(world.Table(), goldenOptions()).Restore(bytes.NewReader(data))
	var version *sketch.VersionError
	if !errors.As(err, &version) || version.Version != 8 || version.Supported != 7 {
		t.Errorf("%v", err)
	}
}
