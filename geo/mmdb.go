package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Loader holds the choices in reading an MMDB file. The zero Loader is what
// [Open] uses.
type Loader struct {
	// RegisteredCountry reads registered_country, where the network's owner
	// registered it, instead of country, where it is used.
	RegisteredCountry bool

	// Name is used as Info.Name instead of the file's database_type or, in
	// its absence, its description.
	Name string

	// Credit is used as Info.Credit instead of the sentence that is known
	// for the file's database_type, if any.
	Credit string
}

// Open reads and compiles the MMDB file at path. The file is not kept open.
func Open(path string) (*Table, error) { return Loader{}.Open(path) }

// OpenFS is [Open] for a file of fsys.
func OpenFS(fsys fs.FS, name string) (*Table, error) { return Loader{}.OpenFS(fsys, name) }

// OpenBytes is [Open] for a file in memory. The data is not kept.
func OpenBytes(data []byte) (*Table, error) { return Loader{}.OpenBytes(data) }

// Open is like the function [Open] with the choices of l.
func (l Loader) Open(path string) (*Table, error) {
	data, err := os.ReadFile(path)
	return l.load(path, data, err)
}

// OpenFS is like the function [OpenFS] with the choices of l.
func (l Loader) OpenFS(fsys fs.FS, name string) (*Table, error) {
	data, err := fs.ReadFile(fsys, name)
	return l.load(name, data, err)
}

// OpenBytes is like the function [OpenBytes] with the choices of l.
func (l Loader) OpenBytes(data []byte) (*Table, error) {
	t, err := l.compile(data)
	if err != nil {
		return nil, fmt.Errorf("geo: %w", err)
	}
	return t, nil
}

func (l Loader) load(name string, data []byte, err error) (*Table, error) {
	if err != nil {
		return nil, fmt.Errorf("geo: %w", err)
	}
	t, err := l.compile(data)
	if err != nil {
		return nil, fmt.Errorf("geo: %s: %w", name, err)
	}
	return t, nil
}

func (l Loader) compile(data []byte) (*Table, error) {
	r, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotMMDB, err)
	}
	sum := sha256.Sum256(data)
	info := Info{
		Name:       l.Name,
		Credit:     l.Credit,
		Schema:     "country.iso_code",
		Built:      time.Unix(int64(r.Metadata.BuildEpoch), 0).UTC(),
		SHA256:     hex.EncodeToString(sum[:]),
		NonCountry: map[string]int{},
	}
	if info.Name == "" {
		info.Name = r.Metadata.DatabaseType
	}
	both := [2]*runs{newRuns(ipv4), newRuns(ipv6)}
	found := [2]bool{}
	cache := map[uintptr]Origin{}
	for res := range r.Networks() {
		p := res.Prefix()
		o, ok := cache[res.Offset()]
		if !ok {
			var rec struct {
				Country struct {
					Code string `maxminddb:"iso_code"`
				} `maxminddb:"country"`
				CountryCode string `maxminddb:"country_code"`
			}
			if err := res.Decode(&rec); err != nil {
				return nil, fmt.Errorf("%w: network %v: %v", ErrDamaged, p, err)
			}
			o, _ = countryByCode(strings.ToUpper(rec.Country.Code + rec.CountryCode))
			cache[res.Offset()] = o
		}
		info.Networks++
		i := 0
		if !p.Addr().Is4() {
			i = 1
		}
		found[i] = found[i] || o.IsCountry()
		s := spanOf(p)
		if err := both[i].add(s.first, s.last, o); err != nil {
			return nil, err
		}
	}
	info.IPv4, info.IPv6 = found[0], found[1]
	if !info.IPv4 && !info.IPv6 {
		return nil, ErrNotCountry
	}
	return newTable(info, both[0].close(), both[1].close()), nil
}

var _ = netip.Addr{}
