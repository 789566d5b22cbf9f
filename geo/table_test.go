package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2"
)

func TestAgainstScan(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		s := randomScan(r, []int{1, 5, 30, 100, 200, 300}[seed])
		table := s.table(t)
		compareWithScan(t, table, s, s.probes(r))
		checkRanges(t, slices.Collect(table.Ranges()))
		if got := table.Size(); got < 4<<18 || got > 4<<20 {
			t.Errorf("seed %d: size %d", seed, got)
		}
	}
}

// Addresses together have the origins that each of them has.
func TestLookupBatch4(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 5))
	table := randomScan(r, 200).table(t)
	ips := []uint32{0, 1<<32 - 1}
	for range 100_000 {
		ips = append(ips, r.Uint32())
	}
	for _, n := range []int{0, 1, len(ips)} {
		origins := slices.Repeat([]Origin{77}, n+1)
		table.LookupBatch4(origins, ips[:n])
		for i, ip := range ips[:n] {
			if want := table.Lookup4(ip); origins[i] != want {
				t.Fatalf("%#x of %d: %v, want %v", ip, n, origins[i], want)
			}
		}
		if origins[n] != 77 {
			t.Errorf("%d addresses: written behind the last", n)
		}
	}
}

// TestRandomDatabase compares a database of random networks with the linear scan of its
// description, and with maxminddb.
func TestRandomDatabase(t *testing.T) {
	s := scan{}
	for _, n := range fixtures(t, "random.json")["random"].Networks {
		var record struct {
			Country Origin `json:"country_code"`
		}
		if err := json.Unmarshal(n.record, &record); err != nil {
			t.Fatal(err)
		}
		s[netip.MustParsePrefix(n.prefix)] = record.Country
	}
	table := openTestdata(t, "random")
	addrs := s.probes(rand.New(rand.NewPCG(1, 5)))
	compareWithScan(t, table, s, addrs)
	checkRanges(t, slices.Collect(table.Ranges()))
	if other := s.table(t); !slices.Equal(table.v4.runs(), other.v4.runs()) ||
		!slices.Equal(table.v6.runs(), other.v6.runs()) {
		t.Error("the table of the database and that of the scan differ")
	}

	db, err := maxminddb.OpenBytes(readTestdata(t, "random"))
	if err != nil {
		t.Fatal(err)
	}
	located := 0
	for _, addr := range addrs {
		got := table.Lookup(addr)
		if !addr.IsValid() || got == Reserved {
			continue
		}
		var record struct {
			Code string `maxminddb:"country_code"`
		}
		if err := db.Lookup(addr.Unmap().WithZone("")).Decode(&record); err != nil {
			t.Fatal(err)
		}
		want, _ := ParseOrigin(record.Code)
		if got != want {
			t.Fatalf("maxminddb has %v for %v, the table %v", want, addr, got)
		}
		if want.IsCountry() {
			located++
		}
	}
	if located < 500 {
		t.Errorf("only %d of %d addresses have a country", located, len(addrs))
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
	table := openTestdata(t, "country")
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
	table := tableOf(t,
		[2]string{"2a00::/32", "DE"},
		[2]string{"2a00:0:0:5::1/128", "FR"},
		[2]string{"2a00:0:0:5:8000::/65", "GB"}, [2]string{"2a00:0:0:6::/65", "NL"},
		[2]string{"2a00:0:ffff:ffff:ffff:ffff:ffff:ffff/128", "US"},
		[2]string{"2a00:1::/128", "RU"})
	for addr, want := range map[string]string{
		"2a00:0:0:4:ffff:ffff:ffff:ffff": "DE", "2a00:0:0:5::": "DE", "2a00:0:0:5::1": "FR", "2a00:0:0:5::2": "DE",
		"2a00:0:0:5:7fff:ffff:ffff:ffff": "DE", "2a00:0:0:5:8000::": "GB", "2a00:0:0:5:ffff:ffff:ffff:ffff": "GB",
		"2a00:0:0:6::": "NL", "2a00:0:0:6:8000::": "DE", "2a00:0:0:7::": "DE", "2a00:0:ffff:ffff::": "DE",
		"2a00:0:ffff:ffff:ffff:ffff:ffff:fffe": "DE", "2a00:0:ffff:ffff:ffff:ffff:ffff:ffff": "US",
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
	table := tableOf(t, [2]string{"5.0.0.0/8", "DE"}, [2]string{"10.0.0.0/7", "FR"}, [2]string{"2000::/3", "US"})
	const public = 1<<32 - 592708864
	space, counts := table.Space(), table.SpaceCounts()
	for code, want := range map[string]uint64{
		"DE": 1 << 24, "FR": 1 << 24, "unlocated": public - 1<<25, "reserved": 0,
	} {
		o := mustOrigin(t, code)
		if got := counts.IPv4[o]; got != want {
			t.Errorf("%s has %d addresses, want %d", code, got, want)
		}
		if got := space.IPv4[o]; got != float64(want)/public {
			t.Errorf("%s has %v of IPv4, want %v", code, got, float64(want)/public)
		}
	}
	if space.IPv6[mustOrigin(t, "US")] != 1 {
		t.Errorf("US has %v of IPv6", space.IPv6[mustOrigin(t, "US")])
	}
	// All of 2000::/3 but 3fff::/20, 2001::/23, 2002::/16 and 2001:db8::/32.
	if got, want := counts.IPv6[mustOrigin(t, "US")], uint64(1<<61-1<<44-1<<41-1<<48-1<<32); got != want {
		t.Errorf("US has %d /64 networks, want %d", got, want)
	}
	if space.Routed != [MaxOrigins]float64{} {
		t.Error("routed shares without a routed table")
	}
	if got := new(SpaceCounts).Space(); got != (Space{}) {
		t.Error("shares of nothing")
	}
}

// Whoever keeps the counts has the shares of the table, bit for bit.
func TestSpaceCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 5 {
		routed := randomScan(r, 50).table(t)
		s := randomScan(r, 200)
		for i := range 40 { // of very different sizes
			s[netip.PrefixFrom(ipv4.addr(uint128{0, r.Uint64N(1 << 32)}), 2+i%20).Masked()] = Origin(2 + i)
		}
		table := s.table(t)
		table.counts.Routed = countWithin(table.v4.runs(), routed.v4.runs())
		counts := table.SpaceCounts()
		again := SpaceCounts{IPv4: counts.IPv4, Routed: counts.Routed}
		got, want := again.Space(), table.Space()
		if got.IPv4 != want.IPv4 || got.Routed != want.Routed {
			t.Error("shares of the counts differ from those of the table")
		}
		if want.IPv4 == [MaxOrigins]float64{} || want.Routed == [MaxOrigins]float64{} {
			t.Error("no shares: the test has no power")
		}
		packed, err := table.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if decoded, err := Decode(packed); err != nil || decoded.Space() != want || decoded.SpaceCounts() != counts {
			t.Errorf("the compact form has other shares: %v", err)
		}
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
	table := randomScan(rand.New(rand.NewPCG(8, 8)), 200).table(t)
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

func TestNoAllocs(t *testing.T) {
	table := openTestdata(t, "country")
	asns, err := OpenASN(testdata("asn"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := ReadPrefixSet("set", strings.NewReader("5.6.7.8\n2a00::/16\n"))
	if err != nil {
		t.Fatal(err)
	}
	v4, v6 := netip.MustParseAddr("5.6.7.8"), netip.MustParseAddr("2a00:1:2:3:4::")
	mapped := netip.MustParseAddr("::ffff:1.2.3.4")
	var o Origin
	var buf [16]byte
	for name, f := range map[string]func(){
		"Lookup":      func() { o = table.Lookup(v4); o = table.Lookup(v6); o = table.Lookup(mapped) },
		"Lookup4":     func() { o = table.Lookup4(1 << 30) },
		"Lookup6":     func() { o = table.Lookup6(0x2a00000100020003, 1<<63) },
		"Origin":      func() { _, _ = ParseOrigin("ru"); _ = o.String(); _ = o.IsCountry() },
		"AppendText":  func() { _, _ = o.AppendText(buf[:0]) },
		"Space":       func() { _ = table.Space().IPv4[2] },
		"SpaceCounts": func() { _ = table.SpaceCounts().IPv4[2] },
		"ASNTable":    func() { asns.Lookup(v4); asns.Lookup(v6); asns.Lookup(mapped) },
		"PrefixSet":   func() { set.Contains(v4); set.Contains(v6); set.Contains(mapped) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// TestInlining checks that the compiler inlines the lookups of a packet pipeline.
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
	table := randomScan(r, 200).table(t)
	again := mustTable(t, table.info, table.v4.runs(), table.v6.runs())
	if !reflect.DeepEqual(table, again) {
		t.Error("a table compiled from its own runs differs")
	}
}
