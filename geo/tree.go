package geo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// The format allows metadata in the last part of a file only, after this marker.
const maxMetadata = 128 << 10

var metadataMarker = []byte("\xab\xcd\xefMaxMind.com")

// errNoMetadata is the error for a file that begins with head and has no marker.
func errNoMetadata(head []byte) error {
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return fmt.Errorf("%w: it is compressed by gzip", ErrNotMMDB)
	}
	return fmt.Errorf("%w: no metadata in the last %d KiB", ErrNotMMDB, maxMetadata>>10)
}

// A tree is the search tree of an MMDB file in memory, whatever its records are.
type tree struct {
	db      *maxminddb.Reader
	visited uint64
	limit   uint64
}

func openTree(data []byte) (*tree, error) {
	if !bytes.Contains(data[max(0, len(data)-maxMetadata):], metadataMarker) {
		return nil, errNoMetadata(data)
	}
	db, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotMMDB, err)
	}
	if v := db.Metadata.IPVersion; v != 4 && v != 6 {
		return nil, fmt.Errorf("%w: ip_version is %d", ErrDamaged, v)
	}
	// A tree has one leaf more than nodes. A file may share subtrees, but then a
	// small one can describe more networks than there is time for.
	return &tree{db: db, limit: 4*uint64(db.Metadata.NodeCount) + 1<<16}, nil
}

// walk visits the networks of one family, with and without data, in address order.
// visit gets the public addresses that a network holds. It gets a network that
// reaches beyond a piece of public space once per piece. No database should have
// aliases of its IPv4 networks in public space. If one has, they count against the
// limit like other networks.
func (t *tree) walk(f *family, visit func(res maxminddb.Result, held netip.Prefix) error) error {
	if f == ipv6 && t.db.Metadata.IPVersion == 4 {
		return nil
	}
	for _, piece := range f.public {
		for res := range t.db.NetworksWithin(piece,
			maxminddb.IncludeAliasedNetworks(), maxminddb.IncludeNetworksWithoutData()) {
			if t.visited++; t.visited > t.limit {
				return fmt.Errorf("%w: more than %d networks in a tree of %d nodes",
					ErrDamaged, t.limit, t.db.Metadata.NodeCount)
			}
			network := res.Prefix()
			if err := res.Err(); err != nil {
				return fmt.Errorf("%w: network %v: %v", ErrDamaged, network, err)
			}
			// A network that holds all of IPv4 may have an IPv6 prefix.
			held := piece
			if network.Addr().BitLen() == f.bits && network.Bits() > piece.Bits() {
				held = network
			}
			if err := visit(res, held); err != nil {
				return fmt.Errorf("%w: record of network %v: %v", ErrDamaged, network, err)
			}
		}
	}
	return nil
}

// The years in which a build time makes sense. The format dates from 2012.
const (
	minBuilt = 1262304000 // 2010-01-01
	maxBuilt = 7258118400 // 2200-01-01
)

// info describes the file, without its records.
func (t *tree) info(data []byte) Info {
	meta := t.db.Metadata
	sum := sha256.Sum256(data)
	info := Info{
		Name:   printable(meta.DatabaseType, longestName),
		Credit: knownCredit(meta.DatabaseType),
		SHA256: hex.EncodeToString(sum[:]),
	}
	if info.Name == "" {
		info.Name = printable(description(meta.Description), longestName)
	}
	if b := meta.BuildEpoch; b >= minBuilt && uint64(b) < maxBuilt {
		info.Built = time.Unix(int64(b), 0).UTC()
	}
	return info
}

func description(byLanguage map[string]string) string {
	if s := byLanguage["en"]; s != "" {
		return s
	}
	for _, language := range slices.Sorted(maps.Keys(byLanguage)) {
		if s := byLanguage[language]; s != "" {
			return s
		}
	}
	return ""
}

// knownCredit returns the sentence that the license of a free database asks its
// users to show.
func knownCredit(databaseType string) string {
	switch {
	case strings.HasPrefix(databaseType, "GeoLite2-"):
		return "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com."
	case strings.HasPrefix(databaseType, "DBIP-") && strings.Contains(databaseType, "-Lite"):
		return "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"
	}
	return ""
}
