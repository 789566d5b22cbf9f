package world

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
)

// ASNs gives every prefix to an autonomous system, which is called "Net" and its number.
func ASNs(t testing.TB, systems map[string]uint32) *geo.ASNTable {
	t.Helper()
	var networks []testenv.Network
	for _, prefix := range slices.Sorted(maps.Keys(systems)) {
		networks = append(networks, testenv.Prefix(prefix, testenv.Map{
			"autonomous_system_number":       systems[prefix],
			"autonomous_system_organization": fmt.Sprint("Net ", systems[prefix]),
		}))
	}
	path := filepath.Join(t.TempDir(), "asn.mmdb")
	if err := os.WriteFile(path, testenv.MMDB("Test-ASN", Built, networks...), 0o600); err != nil {
		t.Fatal(err)
	}
	return Must(geo.OpenASN(path))
}
