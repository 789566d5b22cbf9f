package geo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/oschwald/maxminddb-golang/v2"
)

// A scan is the table that is too slow to be wrong: the longest prefix that
// contains an address has its origin, and special-purpose space has none.
type scan map[netip.Prefix]Origin

func (s scan) lookup(addr netip.Addr) Origin {
	if !addr.IsValid() {
		return Unlocated
	}
	addr = addr.Unmap().WithZone("")
	special := special6
	if addr.Is4() {
		special = special4
	}
	for _, p := range special {
		if p.Contains(addr) {
			return Reserved
		}
	}
	longest, origin := -1, Unlocated
	for p, o := range s {
		if p.Contains(addr) && p.Bits() > longest {
			longest, origin = p.Bits(), o
		}
	}
	return origin
}

// randomScan returns prefixes of all lengths, nested and in special space.
func randomScan(r *rand.Rand, n int) scan {
	s := scan{}
	var list []netip.Prefix
	for len(s) < n {
		var p netip.Prefix
		switch r.IntN(4) {
		case 0:
			p = netip.PrefixFrom(ipv4.addr(uint128{0, uint64(r.Uint32())}), 4+r.IntN(29))
		case 1:
			p = netip.PrefixFrom(ipv6.addr(uint128{1<<61 | r.Uint64()>>3, r.Uint64()}), 4+r.IntN(125))
		default: // near another one
			if len(list) == 0 {
				continue
			}
			near := list[r.IntN(len(list))]
			size := near.Addr().BitLen()
			bits := min(size, near.Bits()+r.IntN(20))
			a := number(near.Addr())
			noise := uint128{r.Uint64(), r.Uint64()}.shr(uint(128 - (size - near.Bits())))
			if near.Bits() == size {
				noise = uint128{}
			}
			f := ipv6
			if size == 32 {
				f = ipv4
			}
			p = netip.PrefixFrom(f.addr(a.add(noise)), bits)
		}
		p = p.Masked()
		list = append(list, p)
		s[p] = firstCountry + Origin(r.IntN(4))
	}
	return s
}

// mmdb writes the prefixes, shorter ones first so that longer ones replace
// parts of them.
func (s scan) mmdb(t testing.TB) []byte {
	list := slices.SortedFunc(func(yield func(netip.Prefix) bool) {
		for p := range s {
			if !yield(p) {
				return
			}
		}
	}, func(a, b netip.Prefix) int { return a.Bits() - b.Bits() })
	var entries []entry
	for _, p := range list {
		entries = append(entries, entry{p.String(), countryCode(s[p].String())})
	}
	return writeMMDB(t, mmdbwriter.Options{}, entries...)
}

// probes returns the addresses at and next to every boundary, and random ones.
func (s scan) probes(r *rand.Rand) []netip.Addr {
	list := []netip.Addr{{}, netip.MustParseAddr("::ffff:5.6.7.8"), netip.MustParseAddr("2a00::1%eth0")}
	for p := range s {
		x, f := spanOf(p), ipv6
		if p.Addr().Is4() {
			f = ipv4
		}
		list = append(list, f.addr(x.first), f.addr(x.first.prev()), f.addr(x.last), f.addr(x.last.next()))
	}
	for range 2000 {
		list = append(list, ipv4.addr(uint128{0, uint64(r.Uint32())}),
			ipv6.addr(uint128{1<<61 | r.Uint64()>>3, r.Uint64()}), ipv6.addr(uint128{r.Uint64(), r.Uint64()}))
	}
	return list
}

// TestAgainstScan compares every way to look up with the linear scan, with
// maxminddb, and with the ranges.
func TestAgainstScan(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		s := randomScan(r, []int{1, 5, 30, 100, 200, 300}[seed])
		data := s.mmdb(t)
		table, err := OpenBytes(data)
		if err != nil {
			t.Fatal(err)
		}
		db, err := maxminddb.OpenBytes(data)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		ranges := slices.Collect(table.Ranges())
		addrs := s.probes(r)
		batch := make([]Origin, len(addrs)+1)
		table.LookupBatch(batch, addrs)
		for i, addr := range addrs {
			want := s.lookup(addr)
			if got := table.Lookup(addr); got != want {
				t.Fatalf("seed %d: Lookup(%v) = %v, want %v", seed, addr, got, want)
			}
			if batch[i] != want {
				t.Fatalf("seed %d: LookupBatch has %v for %v, want %v", seed, batch[i], addr, want)
			}
			if !addr.IsValid() {
				continue
			}
			plain := addr.Unmap().WithZone("")
			n := number(plain)
			direct := table.Lookup6
			if plain.Is4() {
				direct = func(_, lo uint64) Origin { return table.Lookup4(uint32(lo)) }
			}
			if got := direct(n.hi, n.lo); got != want {
				t.Fatalf("seed %d: Lookup4 or 6 of %v is %v, want %v", seed, addr, got, want)
			}
			if want == Reserved {
				continue
			}
			var record struct {
				Code string `maxminddb:"country_code"`
			}
			if err := db.Lookup(plain).Decode(&record); err != nil {
				t.Fatal(err)
			}
			if o, _ := ParseOrigin(record.Code); o != want {
				t.Fatalf("seed %d: maxminddb has %q for %v, want %v", seed, record.Code, addr, want)
			}
			at, found := slices.BinarySearchFunc(ranges, plain, func(r Range, a netip.Addr) int { return r.First.Compare(a) })
			if !found {
				at--
			}
			inRange := Unlocated
			if at >= 0 && plain.Compare(ranges[at].Last) <= 0 {
				inRange = ranges[at].Origin
			}
			if inRange != want {
				t.Fatalf("seed %d: the ranges have %v for %v, want %v", seed, inRange, addr, want)
			}
		}
		checkRanges(t, ranges)
		if got := table.Size(); got < 4<<18 || got > 4<<20 {
			t.Errorf("seed %d: size %d", seed, got)
		}
	}
}

// checkRanges fails the test unless the ranges ascend and are maximal.
func checkRanges(t *testing.T, ranges []Range) {
	t.Helper()
	for i, r := range ranges {
		if r.First.BitLen() != r.Last.BitLen() || r.Last.Less(r.First) || !r.Origin.IsCountry() {
			t.Fatalf("range %v", r)
		}
		if i == 0 {
			continue
		}
		p := ranges[i-1]
		if !p.Last.Less(r.First) || p.Last.Next() == r.First && p.Origin == r.Origin {
			t.Fatalf("range %v follows %v", r, p)
		}
	}
}

func TestRangesStop(t *testing.T) {
	table, err := OpenBytes(someMMDB(t))
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(table.Ranges())
	for n := range all {
		var got []Range
		for r := range table.Ranges() {
			if got = append(got, r); len(got) == n+1 {
				break
			}
		}
		if !slices.Equal(got, all[:n+1]) {
			t.Errorf("the first %d are %v, want %v", n+1, got, all[:n+1])
		}
	}
}

// TestDividedNetworks is about IPv6 networks longer than /64.
func TestDividedNetworks(t *testing.T) {
	table, err := OpenBytes(writeMMDB(t, mmdbwriter.Options{},
		entry{"2a00::/32", countryCode("DE")},
		entry{"2a00:0:0:5::1/128", countryCode("FR")},
		entry{"2a00:0:0:5:8000::/65", countryCode("GB")}, entry{"2a00:0:0:6::/65", countryCode("NL")},
		entry{"2a00:0:ffff:ffff:ffff:ffff:ffff:ffff/128", countryCode("US")},
		entry{"2a00:1::/128", countryCode("RU")}))
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"2a00:0:0:4:ffff:ffff:ffff:ffff": "DE", "2a00:0:0:5::": "DE", "2a00:0:0:5::1": "FR", "2a00:0:0:5::2": "DE",
		"2a00:0:0:5:7fff:ffff:ffff:ffff": "DE", "2a00:0:0:5:8000::": "GB", "2a00:0:0:5:ffff:ffff:ffff:ffff": "GB",
		"2a00:0:0:6::": "NL", "2a00:0:0:6:8000::": "DE", "2a00:0:0:7::": "DE",
		"2a00:0:ffff:ffff::": "DE", "2a00:0:ffff:ffff:ffff:ffff:ffff:fffe": "DE", "2a00:0:ffff:ffff:ffff:ffff:ffff:ffff": "US",
		"2a00:1::": "RU", "2a00:1::1": "unlocated", "2a00:1:0:1::": "unlocated",
	} {
		if got := table.Lookup(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("%s is %v, want %s", addr, got, want)
		}
	}
	// A /64 counts for the origin of its first address.
	space := table.Space().IPv6
	public := 1/space[mustOrigin(t, "NL")] - 0.5
	for code, want := range map[string]float64{"NL": 1, "RU": 1, "DE": 1<<32 - 1, "FR": 0, "GB": 0, "US": 0} {
		if got := space[mustOrigin(t, code)] * public; got < want*(1-1e-9) || got > want*(1+1e-9) {
			t.Errorf("%s has %v networks, want %v", code, got, want)
		}
	}
}

func TestSpace(t *testing.T) {
	table, err := OpenBytes(writeMMDB(t, mmdbwriter.Options{},
		entry{"5.0.0.0/8", countryCode("DE")}, entry{"10.0.0.0/7", countryCode("FR")}, entry{"2000::/3", countryCode("US")}))
	if err != nil {
		t.Fatal(err)
	}
	const public = 1<<32 - 592708864
	space := table.Space()
	for code, want := range map[string]float64{"DE": 1 << 24, "FR": 1 << 24, "unlocated": public - 1<<25, "reserved": 0} {
		if got := space.IPv4[mustOrigin(t, code)]; got != want/public {
			t.Errorf("%s has %v of IPv4, want %v", code, got, want/public)
		}
	}
	if space.IPv6[mustOrigin(t, "US")] != 1 {
		t.Errorf("US has %v of IPv6", space.IPv6[mustOrigin(t, "US")])
	}
}

// TestBanks compiles a table with more different /24 networks than one bank of
// leaf blocks holds.
func TestBanks(t *testing.T) {
	r := runs{family: ipv4}
	want := make([]uint64, 0, 70_000) // the pattern of each /24
	for n := range uint64(70_000) {
		first := 11<<24 + n<<8 // from 11.0.0.0
		for i := range uint64(17) {
			r.cover(uint128{0, first + 8*i}, firstCountry+Origin(n>>i&1))
		}
		r.cover(uint128{0, first + 255}, 100)
		want = append(want, n)
	}
	list := r.close()
	table := mustTable(t, Info{}, list, (&runs{family: ipv6}).close())
	if banks := len(table.v4.leaf) / (bankBlocks * 256); banks != 1 {
		t.Fatalf("%d full banks, want 1", banks)
	}
	for _, n := range want {
		first := uint32(11<<24 + n<<8)
		for i := range 17 {
			if got := table.Lookup4(first + uint32(8*i)); got != firstCountry+Origin(n>>i&1) {
				t.Fatalf("network %d, part %d: %v", n, i, got)
			}
		}
		if got := table.Lookup4(first + 255); got != 100 {
			t.Fatalf("network %d, last: %v", n, got)
		}
	}
	if got := table.v4.runs(); !slices.Equal(got, list) {
		t.Errorf("%d runs came back as %d", len(list), len(got))
	}
}

func TestTooLarge(t *testing.T) {
	table, err := OpenBytes(randomScan(rand.New(rand.NewPCG(8, 8)), 200).mmdb(t))
	if err != nil {
		t.Fatal(err)
	}
	list4, list6 := table.v4.runs(), table.v6.runs()
	leafs, nodes := len(table.v4.leaf)/256, len(table.v6.nodes)
	if _, err := newTable4(list4, leafs); err != nil {
		t.Errorf("%d blocks of %d: %v", leafs, leafs, err)
	}
	if _, err := newTable6(list6, nodes); err != nil {
		t.Errorf("%d nodes of %d: %v", nodes, nodes, err)
	}
	if _, err := newTable4(list4, leafs/2); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d blocks of %d: %v", leafs, leafs/2, err)
	}
	if _, err := newTable6(list6, nodes-1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d nodes of %d: %v", nodes, nodes-1, err)
	}
}

func TestLookupBatchShort(t *testing.T) {
	table, err := OpenBytes(someMMDB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	table.LookupBatch(make([]Origin, 1), make([]netip.Addr, 2))
}

func TestNoAllocs(t *testing.T) {
	table, err := OpenBytes(someMMDB(t))
	if err != nil {
		t.Fatal(err)
	}
	addrs := []netip.Addr{netip.MustParseAddr("5.6.7.8"), netip.MustParseAddr("2a00:1:2:3:4::"), netip.MustParseAddr("::ffff:1.2.3.4")}
	dst := make([]Origin, len(addrs))
	var buf [16]byte
	for name, f := range map[string]func(){
		"Lookup":      func() { dst[0] = table.Lookup(addrs[1]) },
		"Lookup4":     func() { dst[0] = table.Lookup4(1 << 30) },
		"Lookup6":     func() { dst[0] = table.Lookup6(0x2a00000100020003, 1<<63) },
		"LookupBatch": func() { table.LookupBatch(dst, addrs) },
		"Origin":      func() { _, _ = ParseOrigin("ru"); _ = dst[0].String(); _ = dst[0].Name(); _ = dst[0].IsCountry() },
		"AppendText":  func() { _, _ = dst[0].AppendText(buf[:0]) },
		"Space":       func() { _ = table.Space().IPv4[2] },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// TestInlining holds that the compiler inlines the lookup of a packet pipeline.
func TestInlining(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go tool")
	}
	out, err := exec.Command(goTool, "build", "-gcflags=-m", ".").CombinedOutput()
	if err != nil {
		t.Skipf("go build: %v\n%s", err, out)
	}
	for _, f := range []string{"Lookup4", "Lookup6"} {
		if !strings.Contains(string(out), fmt.Sprintf("can inline (*Table).%s\n", f)) {
			t.Errorf("%s is not inlined", f)
		}
	}
}

func TestTableIsOfItsRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	s := randomScan(r, 200)
	table, err := OpenBytes(s.mmdb(t))
	if err != nil {
		t.Fatal(err)
	}
	again := mustTable(t, table.info, table.v4.runs(), table.v6.runs())
	if !reflect.DeepEqual(table, again) {
		t.Error("a table compiled from its own runs differs")
	}
}
