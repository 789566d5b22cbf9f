package netflow

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
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

// table has a country for half of all addresses.
func table(t testing.TB) *geo.Table {
	t.Helper()
	g, err := geo.OpenBytes(testenv.MMDB("Test", start, testenv.Prefix("128.0.0.0/1", testenv.Country("DE"))))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func addr4(b [4]byte) netip.Addr { return netip.AddrFrom4(b) }
