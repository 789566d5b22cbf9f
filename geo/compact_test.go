package geo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

func TestCompactRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	routed := openTestdata(t, "country")
	all := map[string]*Table{
		"random":      randomScan(r, 400).table(t),
		"beside 10/8": tableOf(t, [2]string{"9.0.0.0/8", "DE"}, [2]string{"11.0.0.0/8", "DE"}),
	}
	for name, data := range map[string][]byte{
		"some":        readTestdata(t, "country"),
		"IPv4 only":   readTestdata(t, "ipv4-only"),
		"one address": databaseOf([2]string{"2a00::ffff/128", "DE"}, [2]string{"6.0.0.0/8", "A1"}),
		"all one":     oneNetwork(countryRecord("DE"), nil),
		"no metadata": oneNetwork(countryRecord("DE"),
			testenv.Map{"build_epoch": uint64(1), "database_type": "", "description": testenv.Map{}}),
		"last address": databaseOf([2]string{"223.255.255.255/32", "DE"}, [2]string{"3fff:ffff::/32", "FR"}),
	} {
		table, err := Loader{Credit: "a credit", Routed: routed}.OpenBytes(data)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = table
	}
	for name, table := range all {
		t.Run(name, func(t *testing.T) {
			packed, err := table.AppendBinary([]byte("front"))
			if err != nil {
				t.Fatal(err)
			}
			packed, ok := bytes.CutPrefix(packed, []byte("front"))
			if !ok {
				t.Fatal("AppendBinary did not append")
			}
			again, err := Decode(packed)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(table, again) {
				t.Errorf("info %+v came back as %+v", table.Info(), again.Info())
			}
			if same, err := again.MarshalBinary(); err != nil || !bytes.Equal(same, packed) {
				t.Errorf("the bytes are not the same again: %v", err)
			}
		})
	}
}

func TestCompactLimits(t *testing.T) {
	table, err := Open(testdata("country"))
	if err != nil {
		t.Fatal(err)
	}
	table.info.Name = strings.Repeat("x", maxCompactHeader)
	if b, err := table.AppendBinary([]byte("x")); !errors.Is(err, ErrTooLarge) || string(b) != "x" {
		t.Errorf("a name of a megabyte gives %d bytes, %v", len(b), err)
	}
}

// compactParts puts the compact form together, right in length and checksum.
type compactParts struct {
	header, body []byte
	size         int // added to the length of the body
}

func (p compactParts) bytes() []byte {
	b := append([]byte(compactMagic), compactV2)
	b = appendBytes(b, p.header)
	b = binary.AppendUvarint(b, uint64(len(p.body)+p.size))
	return sealed(append(b, gzipped(p.body)...))
}

func sealed(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// smallHeader is of a table with the origins Unlocated, 5 and 6, of which 5 has 7
// addresses that are announced.
func smallHeader(replace func(*Info), origins ...byte) []byte {
	info := Info{Name: "n", Credit: "c", Schema: "country_code", Built: time.Unix(1780000000, 0).UTC(),
		SHA256: strings.Repeat("ab", 32), Networks: 3, NonCountry: map[string]int{"A1": 1, "EU": 2}}
	if replace != nil {
		replace(&info)
	}
	if origins == nil {
		origins = []byte{3, 0, 5, 6, 0, 7, 0}
	}
	return append(appendInfo(nil, info), origins...)
}

// smallBody has three runs of IPv4 and one of IPv6.
var smallBody = []byte{
	3, 24, 24, 5, 1, 0, 1, 0, // 11*2^24 unlocated, 3*2^24 of origin 5, the rest unlocated
	1, 0, // all unlocated
}

func TestCompactHandmade(t *testing.T) {
	table, err := Decode(compactParts{header: smallHeader(nil), body: smallBody}.bytes())
	if err != nil {
		t.Fatal(err)
	}
	for r := range table.Ranges() {
		if r.First.String() != "11.0.0.0" || r.Last.String() != "13.255.255.255" || r.Origin != 5 {
			t.Errorf("range %v", r)
		}
	}
	if space := table.Space().Routed; space[5] != 1 || space[6] != 0 {
		t.Errorf("%v of what is announced are of origin 5", space[5])
	}
	if table.Info().NonCountry["EU"] != 2 || !table.Info().IPv4 || table.Info().IPv6 {
		t.Errorf("info %+v", table.Info())
	}
}

func badCompacts(t testing.TB) []badFile {
	table := openTestdata(t, "country")
	good, err := table.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	header, networks3 := smallHeader(nil), []byte("\x03\x02\x02A1")
	body := func(b ...byte) []byte { return compactParts{header: header, body: b}.bytes() }
	head := func(b []byte) []byte { return compactParts{header: b, body: smallBody}.bytes() }
	version := bytes.Clone(good)
	version[4] = 1
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	small := compactParts{header: header, body: smallBody}.bytes()
	long := sealed(slices.Insert(bytes.Clone(small[:len(small)-4]), len(small)-4, 'x'))
	huge := append(bytes.Repeat([]byte{0x80}, 18), 4)
	return []badFile{
		{"empty", nil, ErrDamaged, "does not begin"},
		{"MMDB", readTestdata(t, "country"), ErrDamaged, "does not begin"},
		{"only the magic", []byte("WGEO\x02"), ErrDamaged, ""},
		{"another version", version, ErrDamaged, "version 1"},
		{"flipped bit", flipped, ErrDamaged, "checksum"},
		{"half", good[:len(good)/2], ErrDamaged, "checksum"},
		{"nothing after the version", sealed([]byte("WGEO\x02")), ErrDamaged, "header"},
		{"header of 2^40 bytes", sealed(binary.AppendUvarint([]byte("WGEO\x02"), 1<<40)), ErrDamaged, "number above"},
		{"no gzip", sealed(append(appendBytes([]byte("WGEO\x02"), header), 1, 'x')), ErrDamaged, "body"},
		{"gzip cut short", sealed(good[:len(good)-30]), ErrDamaged, "body"},
		{"bytes after the gzip", long, ErrDamaged, "1 after it"},
		{"body longer than it says", compactParts{header: header, body: smallBody, size: -1}.bytes(),
			ErrDamaged, "body"},
		{"body shorter than it says", compactParts{header: header, body: smallBody, size: 1}.bytes(),
			ErrDamaged, "body"},
		{"body says 2^30 bytes", compactParts{header: header, body: smallBody, size: 1 << 30}.bytes(),
			ErrDamaged, "number above"},
		{"bomb", compactParts{header: header, body: make([]byte, 1<<25), size: -1<<25 + 1<<20}.bytes(),
			ErrDamaged, "body"},

		{"header empty", head(nil), ErrDamaged, "header"},
		{"header cut short", head(header[:5]), ErrDamaged, "header"},
		{"header too long", head(append(bytes.Clone(header), 0)), ErrDamaged, "1 bytes too many"},
		{"short SHA-256", head(smallHeader(func(i *Info) { i.SHA256 = "ab" })), ErrDamaged, "SHA-256"},
		{"built in 5138", head(smallHeader(func(i *Info) { i.Built = time.Unix(1e11, 0) })),
			ErrDamaged, "number above"},
		{"2^32 networks", head(bytes.Replace(header, networks3, []byte("\x80\x80\x80\x80\x10\x02\x02A1"), 1)),
			ErrDamaged, "number above"},
		{"no origins", head(smallHeader(nil, 0)), ErrDamaged, "origin index"},
		{"Unlocated not first", head(smallHeader(nil, 3, 5, 0, 6)), ErrDamaged, "origin 5 at place 0"},
		{"Reserved among the origins", head(smallHeader(nil, 3, 0, 1, 6)), ErrDamaged, "origin 1 at place 1"},
		{"origin twice", head(smallHeader(nil, 3, 0, 5, 5)), ErrDamaged, "origin 5 at place 2"},
		{"origin without a meaning", head(smallHeader(nil, 3, 0, 5, 254)), ErrDamaged, "origin 254 at place 2"},
		{"no routed shares", head(smallHeader(nil, 3, 0, 5, 6)), ErrDamaged, "no number"},
		{"more routed than there is", head(smallHeader(nil, 3, 0, 5, 6, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 0)),
			ErrDamaged, "number above 0"},
		{"codes out of order", head(bytes.Replace(header, []byte("\x02A1\x01"), []byte("\x02ZZ\x01"), 1)),
			ErrDamaged, "codes out of order"},

		{"no body", body(), ErrDamaged, "IPv4 runs"},
		{"no runs", body(0, 1, 0), ErrDamaged, "IPv4 runs: no runs"},
		{"more runs than bytes", body(200, 24, 24), ErrDamaged, "IPv4 runs: number above"},
		{"only IPv4", body(smallBody[:8]...), ErrDamaged, "IPv6 runs"},
		{"bytes after the runs", body(append(bytes.Clone(smallBody), 0)...), ErrDamaged, "1 bytes too many"},
		{"shift of 32", body(2, 32, 0, 0, 1, 1, 0), ErrDamaged, "run 0 exceeds"},
		{"shift of 255", body(2, 255, 0, 0, 1, 1, 0), ErrDamaged, "run 0 exceeds"},
		{"run of 2^32+1", body(2, 0, 0x80, 0x80, 0x80, 0x80, 0x08, 0, 1, 1, 0), ErrDamaged, "run 0 exceeds"},
		{"run of 2^128+1", body(slices.Concat([]byte{1, 0, 2, 0}, bytes.Repeat([]byte{0x80}, 18), []byte{2, 0, 1})...),
			ErrDamaged, "run 0 exceeds"},
		{"runs beyond the end", body(3, 31, 31, 0, 0, 0, 1, 0, 1, 0), ErrDamaged, "run 1 exceeds"},
		{"number of 2^128", body(slices.Concat([]byte{1, 0, 2, 0}, huge, []byte{0, 1})...), ErrDamaged, "no number"},
		{"number in a longer form", body(2, 24, 0x85, 0, 0, 1, 1, 0), ErrDamaged, "no number"},
		{"index beyond the origins", body(2, 24, 5, 0, 3, 1, 0), ErrDamaged, "origin index 3"},
		{"neighbors alike", body(2, 24, 5, 1, 1, 1, 0), ErrDamaged, "run 1 has origin index 1"},
	}
}

func TestBadCompacts(t *testing.T) {
	for _, tt := range badCompacts(t) {
		table, err := Decode(tt.data)
		if table != nil || !errors.Is(err, tt.err) ||
			!strings.HasPrefix(err.Error(), "geo: compact form: ") || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want one that says %q", tt.name, err, tt.says)
		}
	}
}

func TestCompactTruncated(t *testing.T) {
	good := compactParts{header: smallHeader(nil), body: smallBody}.bytes()
	for n := range good {
		if _, err := Decode(good[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d of %d bytes: %v", n, len(good), err)
		}
		// And with the checksum made right again.
		if _, err := Decode(sealed(bytes.Clone(good[:n]))); !errors.Is(err, ErrDamaged) && n != len(good)-4 {
			t.Errorf("%d of %d bytes, sealed: %v", n, len(good), err)
		}
	}
}

// TestOldSpecialSpace decodes a table that has a country in space that was
// public when it was encoded.
func TestOldSpecialSpace(t *testing.T) {
	table, err := Decode(compactParts{header: smallHeader(nil), body: []byte{2, 31, 0, 1, 2, 1, 0}}.bytes())
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[uint32]Origin{
		0x0a000001: Reserved, 0x0b000000: 5, 0x7f000001: Reserved, 0x80000000: 6, 0xffffffff: Reserved,
	} {
		if got := table.Lookup4(ip); got != want {
			t.Errorf("%08x is %v, want %v", ip, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range badCompacts(f) {
		if len(b.data) < 1<<14 {
			f.Add(b.data, false)
			f.Add(b.data, true)
		}
	}
	f.Add(compactParts{header: smallHeader(nil), body: smallBody}.bytes(), false)
	f.Fuzz(func(t *testing.T, data []byte, seal bool) {
		if seal && len(data) > 4 {
			data = sealed(bytes.Clone(data[:len(data)-4]))
		}
		table, err := Decode(data)
		if err != nil {
			if table != nil || !errors.Is(err, ErrDamaged) {
				t.Fatalf("table %v, error %v", table != nil, err)
			}
			return
		}
		packed, err := table.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Decode(packed); err != nil || !reflect.DeepEqual(table, again) {
			t.Fatalf("the table came back changed: %v", err)
		}
	})
}

// FuzzColumns reaches deeper than FuzzDecode, which rarely gets through gzip.
func FuzzColumns(f *testing.F) {
	f.Add(smallBody)
	f.Add([]byte{1, 0, 2, 64, 0, 0, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		r := reader{data: body}
		for _, fam := range []*family{ipv4, ipv6} {
			list := r.columns(fam, []Origin{Unlocated, 5, 6, 7})
			if r.err != nil {
				if !errors.Is(r.err, ErrDamaged) {
					t.Fatal(r.err)
				}
				return
			}
			for i, run := range list {
				if i == 0 && run.first != (uint128{}) ||
					i > 0 && (!list[i-1].first.less(run.first) || list[i-1].origin == run.origin) {
					t.Fatalf("run %d of %v is out of order", i, list)
				}
			}
			packed := appendColumns(nil, fold(slices.Clone(list)), []Origin{Unlocated, 5, 6, 7})
			again := (&reader{data: packed}).columns(fam, []Origin{Unlocated, 5, 6, 7})
			if !slices.Equal(list, again) {
				t.Fatalf("%v came back as %v", list, again)
			}
		}
	})
}
