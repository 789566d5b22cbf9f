package attribution_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// manyNames is what a hostile peer sends: n databases that there are not, for one source.
func manyNames(peer, n int) attribution.Snapshot {
	one := tallied(least, map[string]int{"RU": 1}).Snapshot()
	return decoded(altered(one, func(s *snapshot.State) {
		s.Records = uint64(n)
		d := s.Databases[0]
		s.Databases = nil
		for i := range n {
			d.Name = fmt.Sprintf("peer %d database %d", peer, i)
			s.Databases = s.Databases.With(d)
		}
	}))
}

// Whatever peers send, the tally that collects it can count, be encoded and decide.
func TestPeersWithManyNames(t *testing.T) {
	for name, before := range map[string]int{"it has counted": 60, "it counts later": 0} {
		into := emptyTally(least)
		for i := range before {
			into.Add(apart("RU", i))
		}
		if err := into.Merge(manyNames(0, 40)); err != nil {
			t.Fatal(err)
		}
		was := encoded(into.Snapshot())
		for peer := range 5 {
			var mismatch *sketch.MismatchError
			err := into.Merge(manyNames(peer+1, 64))
			if !errors.Is(err, attribution.ErrMismatch) || !errors.As(err, &mismatch) || mismatch.What != "databases" {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if !bytes.Equal(encoded(into.Snapshot()), was) {
			t.Errorf("%s: what was refused has changed it", name)
		}
		if err := into.Merge(manyNames(9, 64-41)); err != nil { // with its own
			t.Errorf("%s: up to 64: %v", name, err)
		}
		for i := range 90 {
			into.Add(apart("RU", i))
		}
		again := decoded(encoded(into.Snapshot()))
		if v := ask(again, "majority RU"); v.Outcome != attribution.Supported || !has(v, caveat.MixedDatabases) ||
			len(again.Databases()) != 64 {
			t.Errorf("%s: %v of %d databases", name, v, len(again.Databases()))
		}
	}
}

// Refusing peers costs next to nothing, and what they sent is not kept.
func TestPeersCostLittle(t *testing.T) {
	const peers = 200
	var sent []attribution.Snapshot
	for peer := range peers {
		sent = append(sent, manyNames(peer, 64))
	}
	whole := spread(least, map[string]int{"RU": 60}).Snapshot()
	into := emptyTally(least)
	into.Add(apart("RU", 1))
	size := into.Size()
	var from, to runtime.MemStats
	runtime.ReadMemStats(&from)
	for _, s := range sent {
		if err := into.Merge(s); err == nil {
			t.Fatal("65 databases are merged")
		}
		if merged, err := attribution.Merge(whole, s); err == nil {
			whole = merged
		}
	}
	runtime.ReadMemStats(&to)
	if n := (to.TotalAlloc - from.TotalAlloc) / peers; n > 200<<10 || into.Size() != size {
		t.Errorf("%d bytes for each refusal, and the tally takes %d instead of %d", n, into.Size(), size)
	}
	if v := ask(decoded(encoded(whole)), "majority RU"); v.Outcome != attribution.Supported {
		t.Errorf("%v", v)
	}
}

// hostileTexts are names that would print as something else.
var hostileTexts = []string{
	"x\u2028supported: RU > 50% of sources", "x\u2029supported: RU", "x\nsupported: RU", "x\r\nsupported: RU",
	"x\u0085supported: RU", "x\x1b[1Asupported: RU", "\u202edetroppus", "\u2066x", "\u200fx", "x\x00", "x\xff",
	strings.Repeat("supported: RU ", 4_000),
}

// Names come from files without what moves the cursor, and from encodings not at all. What is
// left stands between quotation marks.
func TestHostileNamesOfDatabases(t *testing.T) {
	plain := tallied(least, map[string]int{"RU": 60}).Snapshot()
	for _, name := range hostileTexts {
		file := testenv.MMDB(name, time.Unix(1_780_000_000, 0), testenv.Prefix("5.0.0.0/8", testenv.Country("RU")))
		table := must(geo.Loader{Credit: name}.OpenBytes(file))
		tally := must(attribution.NewTally(table, least))
		for i := range 60 {
			tally.Add(netip.AddrFrom4([4]byte{5, byte(i), 7, 1}))
		}
		s := decoded(encoded(tally.Snapshot()))
		for _, text := range []string{s.Databases()[0].Name, s.Databases()[0].Credit} {
			if len(text) > 1024 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%.40q: %.2000q", name, text)
			}
		}
		var b bytes.Buffer
		if err := text.NewPrinter(language.English).Report(&b, reportOn(s, "majority RU")); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			unquoted := ""
			for i, part := range strings.Split(line, `"`) {
				if i%2 == 0 {
					unquoted += part
				}
			}
			if strings.Contains(unquoted, "supported: RU") && line != "supported: RU > 50% of sources\n" ||
				strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%.40q prints %.200q", name, line)
			}
		}
		for what, change := range map[string]func(*snapshot.State){
			"name":           func(s *snapshot.State) { s.Databases[0].Name = name },
			"credit":         func(s *snapshot.State) { s.Databases[0].Credit = name },
			"hash":           func(s *snapshot.State) { s.Databases[0].SHA256 = name },
			"further":        func(s *snapshot.State) { s.Columns = columnsOf(s, snapshot.Database{Name: name}) },
			"further credit": func(s *snapshot.State) { s.Columns = columnsOf(s, snapshot.Database{Credit: name}) },
			"list": func(s *snapshot.State) {
				s.Lists = []snapshot.List{{Name: name, On: make([]bool, len(s.Items))}}
			},
			"systems": func(s *snapshot.State) {
				s.ASNs = &snapshot.ASNs{Database: snapshot.Database{Name: name}, Numbers: make([]uint32, len(s.Items))}
			},
			"system": func(s *snapshot.State) {
				s.ASNs = &snapshot.ASNs{Numbers: make([]uint32, len(s.Items)), Names: map[uint32]string{7: name}}
				s.ASNs.Numbers[0] = 7
			},
		} {
			var decodes attribution.Snapshot
			err := decodes.UnmarshalBinary(altered(plain, change))
			if !errors.Is(err, attribution.ErrInvalidEncoding) {
				t.Errorf("%.40q as %s is decoded: %v", name, what, err)
			} else if strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%.40q as %s: the error prints it: %q", name, what, err)
			}
		}
	}
}

func columnsOf(s *snapshot.State, d snapshot.Database) []snapshot.Column {
	return []snapshot.Column{{Database: d, Origins: make([]geo.Origin, len(s.Items))}}
}

// Each of the 64 sets of a snapshot is bounded.
func TestDatabasesOfASnapshotAreBounded(t *testing.T) {
	plain := tallied(least, map[string]int{"RU": 60}).Snapshot()
	names := func(n int) (ds snapshot.Databases) {
		for i := range n {
			ds = ds.With(snapshot.Database{Name: fmt.Sprintf("%03d", i)})
		}
		return ds
	}
	for what, change := range map[string]func(s *snapshot.State, n int){
		"databases": func(s *snapshot.State, n int) { s.Databases = names(n) },
		"further databases": func(s *snapshot.State, n int) {
			for _, d := range names(n) {
				s.Columns = append(s.Columns, columnsOf(s, d)...)
			}
		},
		"lists": func(s *snapshot.State, n int) {
			for _, d := range names(n) {
				s.Lists = append(s.Lists, snapshot.List{Name: d.Name, On: make([]bool, len(s.Items))})
			}
		},
	} {
		for n, want := range map[int]bool{60: true, 65: false} {
			var s attribution.Snapshot
			err := s.UnmarshalBinary(altered(plain, func(s *snapshot.State) {
				s.Records = 100
				change(s, n)
			}))
			if (err == nil) != want || err != nil && !strings.Contains(err.Error(), fmt.Sprint(n, " ", what)) {
				t.Errorf("%d %s: %v", n, what, err)
			}
		}
	}
}
