package scenario

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
)

// testTables returns a small world: a table of some fifty countries, each with
// networks of several sizes in both families, and a table of what is routed of
// them, which is about half. Every tenth block of the world has no country.
var testTables = sync.OnceValues(func() (table, routed *geo.Table) {
	codes := map[string]int{} // to the number of /16 networks
	for _, mix := range [][]part{bombers, islanders} {
		for _, p := range mix {
			codes[p.origin] = 4 + int(p.weight)/2
		}
	}
	delete(codes, "unlocated")
	for i, c := range []string{"GR", "HU", "IE", "KR", "LT", "MA", "NG", "PK", "RO", "SE", "TN", "UZ"} {
		codes[c] = 2 + i
	}

	rng := rand.New(rand.NewPCG(1, 2))
	sixteens := rng.Perm(1 << 16)
	var all, half []testNetwork
	put := func(prefix netip.Prefix, code string) {
		n := testNetwork{prefix.Masked(), code}
		all = append(all, n)
		if len(all)%2 == 0 {
			half = append(half, n)
		}
	}
	block := func() uint32 { // a public /16, each once
		for {
			b := uint32(sixteens[0]) << 16
			sixteens = sixteens[1:]
			if o := b >> 24; o > 0 && o < 192 && o != 10 && o != 100 && o != 127 && o != 169 && o != 172 {
				return b
			}
		}
	}
	v4 := func(ip uint32, bits int) netip.Prefix {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], ip)
		return netip.PrefixFrom(netip.AddrFrom4(b), bits)
	}
	v6 := func(hi, lo uint64, bits int) netip.Prefix {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:8], hi)
		binary.BigEndian.PutUint64(b[8:], lo)
		return netip.PrefixFrom(netip.AddrFrom16(b), bits)
	}
	for o := range geo.Countries() {
		code := o.String()
		if codes[code] == 0 {
			continue
		}
		for range codes[code] {
			put(v4(block(), 16), code)
		}
		for range 3 { // a /16 in pieces: /20, /24 and single addresses
			b := block()
			for i := range uint32(10) {
				put(v4(b|i<<12, 20), code)
			}
			put(v4(b|0xb100, 24), code)
			put(v4(b|0xc203, 32), code)
		}
		hi := uint64(0x2a00+rng.IntN(16))<<48 | uint64(o)<<32
		put(v6(hi, 0, 32), code)
		put(v6(hi|1<<42, 0, 48), code)
		// A /64 network of which only the upper half is the country's,
		// and one of which only a single address is.
		put(v6(hi|1<<40|5, 1<<63, 65), code)
		put(v6(hi|1<<40|9, 0, 128), code)
		put(v6(hi|1<<41, 0, 48), code)
	}
	return compile(all), compile(half)
})

type testNetwork struct {
	prefix netip.Prefix
	code   string
}

func compile(networks []testNetwork) *geo.Table {
	var list []testenv.Network
	for _, n := range networks {
		list = append(list, testenv.Prefix(n.prefix.String(), testenv.Country(n.code)))
	}
	table, err := geo.OpenBytes(testenv.MMDB("test", time.Unix(1780000000, 0), list...))
	if err != nil {
		panic(err)
	}
	return table
}

var testPopulation = sync.OnceValue(func() *Population {
	table, _ := testTables()
	return NewPopulation(table, nil)
})

func origin(t testing.TB, code string) geo.Origin {
	t.Helper()
	o, err := geo.ParseOrigin(code)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
