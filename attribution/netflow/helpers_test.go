package netflow

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

var (
	router  = netip.MustParseAddr("192.0.2.1")
	router2 = netip.MustParseAddr("192.0.2.2")
	noTimes time.Time // of arrival
)

func decoder(t testing.TB, o Options) *Decoder {
	t.Helper()
	d, err := NewDecoder(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// filesIn are the files of a folder that have a suffix, by name.
func filesIn(t testing.TB, dir, suffix string) (paths []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s in %s: %v", suffix, dir, err)
	}
	slices.Sort(paths)
	return paths
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// notesOf are the notes of an account by code.
func notesOf(a attribution.Account) map[string]uint64 {
	m := map[string]uint64{}
	for _, n := range a.Notes {
		m[n.Code] = n.Value
	}
	return m
}

func unreadOf(a attribution.Account) map[string]uint64 {
	m := map[string]uint64{}
	for _, u := range a.Unread {
		m[u.Code] = u.Records
	}
	return m
}

// sums of events.
func sums(events []monitor.Event) (packets, octets uint64) {
	for _, e := range events {
		packets += e.Events
		octets += e.Bytes
	}
	return packets, octets
}

// textOf is an event in one line.
func textOf(e monitor.Event) string {
	var b strings.Builder
	b.WriteString(e.Source.String() + " > " + e.Target.String())
	return b.String()
}
