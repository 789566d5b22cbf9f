package attribution_test

import (
	"crypto/sha512"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/sketch"
)

// Nothing that a program may print by accident, with any verb, shows the address of a source
// or the key.
func TestNothingPrintsAddressesOrTheKey(t *testing.T) {
	secret := []byte("a secret that nobody may print!!")
	o := attribution.Options{Key: must(sketch.KeyFrom(secret)), SampleSize: 1024, Precision: 12}
	for _, n := range []int{40, 3000} {
		tally, sharded := emptyTally(o), shardedTally(t, o, 2)
		var addrs []netip.Addr
		for i := range n {
			addrs = append(addrs, netip.AddrFrom4([4]byte{5, byte(77 + i>>8), byte(i), 133}))
			addrs = append(addrs, netip.AddrFrom16([16]byte{0x2a, 2, 0x12, 0x34, byte(i >> 8), byte(i), 0x9a, 0xbc}))
		}
		tally.AddBatch(addrs)
		sharded.AddBatch(addrs)
		s := must(tally.Snapshot().Enrich(everything(t)))
		hidden := append(wordsOfKey(secret), string(secret))
		for _, a := range addrs {
			hidden = append(hidden, formsOf(a)...)
		}

		report := reportOn(s, "majority RU", "plurality US of events")
		claim := report.Verdicts[0].Claim
		printed := []any{
			s, &s, tally, sharded, o, &o, report, &report, report.Verdicts[0], &report.Verdicts[1],
			claim, struct{ Any any }{s}, []attribution.Snapshot{s}, map[string]*attribution.Tally{"": tally},
			s.Enrich, s.WithoutAddresses(), report.Countries, report.Databases, report.Plausibility,
		}
		for _, v := range printed {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
				mustHide(t, fmt.Sprintf("%s of %T", verb, v), fmt.Sprintf(verb, v), hidden)
			}
			if b, err := json.Marshal(v); err == nil {
				mustHide(t, fmt.Sprintf("JSON of %T", v), string(b), hidden)
			}
		}
		if text := fmt.Sprintf("%+v", o); !strings.Contains(text, o.Key.ID().String()) {
			t.Errorf("the options print as %s, want the key's id", text)
		}
		// The test would find them.
		first := slices.Collect(s.Sample())[0]
		text := fmt.Sprintf("%+v", first)
		if !slices.ContainsFunc(hidden, func(h string) bool { return strings.Contains(text, h) }) {
			t.Errorf("no address in %s", text)
		}
	}
}

func mustHide(t *testing.T, what, text string, hidden []string) {
	t.Helper()
	for _, h := range hidden {
		if strings.Contains(text, h) {
			t.Errorf("%s shows %s: %.300s", what, h, text)
			return
		}
	}
}

// formsOf are the ways in which an address may be printed: as a text, and as numbers.
func formsOf(a netip.Addr) []string {
	b := a.As16()
	forms := []string{a.String(), fmt.Sprintf("%x", b), fmt.Sprint(b[:])}
	for _, word := range []uint64{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])} {
		if word != 0 {
			forms = append(forms, fmt.Sprint(word), fmt.Sprintf("%x", word))
		}
	}
	if a.Is4() {
		b := a.As4()
		forms = append(forms, fmt.Sprint(binary.BigEndian.Uint32(b[:])), fmt.Sprint(b[:]))
	}
	return forms
}

// wordsOfKey are what a key consists of.
func wordsOfKey(secret []byte) (words []string) {
	sum := sha512.Sum512(append([]byte("whence sketch key 1\x00"), secret...))
	for i := range 4 {
		word := binary.LittleEndian.Uint64(sum[8*i:])
		words = append(words, fmt.Sprint(word), fmt.Sprintf("%x", word))
	}
	return words
}
