package netflow

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

// settled is how many records are lost for good: sets that wait may still be read.
func settled(a attribution.Account) uint64 {
	return a.Lost[attribution.LostUnread] - notesOf(a)["WAITING"]
}

// checkDatagram decodes a datagram, and holds what comes of it to what must always be true.
func checkDatagram(t testing.TB, d *Decoder, now time.Time, b []byte) {
	before := d.Account()
	events := d.Decode(nil, router, now, b)
	after := d.Account()
	for i := range events {
		e := &events[i]
		if !e.Source.IsValid() || e.Source.IsUnspecified() || e.Source.Is4In6() || e.Events == 0 ||
			e.Target.Addr().IsValid() && e.Target.Addr().IsUnspecified() || !now.IsZero() && e.Time.After(now) {
			t.Fatalf("event %+v", e)
		}
	}
	if after.Records < before.Records || after.NoRecords < before.NoRecords || settled(after) < settled(before) ||
		len(events) > 0 && after.Records == before.Records {
		t.Fatalf("%d events; before %+v, after %+v", len(events), before, after)
	}
	if len(events) > 70*len(b)+70*keptBytes {
		t.Fatalf("%d events of %d bytes", len(events), len(b))
	}
}

func FuzzDatagram(f *testing.F) {
	for _, tt := range cases {
		for _, b := range tt.datagrams {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, now := range []time.Time{start, {}} {
			d := decoder(t, Options{Inner: len(b)%2 == 0})
			checkDatagram(t, d, now, b)
			checkBounds(t, d)
		}
		n := 0
		for m := range Messages(b) {
			n += len(m)
			if len(m) == 0 {
				t.Fatal("a message without bytes")
			}
		}
		if n != len(b) {
			t.Fatalf("messages of %d bytes in %d", n, len(b))
		}
	})
}

// join puts datagrams one behind the other, with their lengths, and split takes them apart.
func join(datagrams [][]byte) (b []byte) {
	for _, d := range datagrams {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(d))), d...)
	}
	return b
}

func split(b []byte) (datagrams [][]byte) {
	for len(b) >= 2 {
		n := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
		datagrams = append(datagrams, b[2:2+n])
		b = b[2+n:]
	}
	return datagrams
}

func FuzzStream(f *testing.F) {
	var all [][]byte
	for _, tt := range cases {
		f.Add(join(tt.datagrams), uint16(1))
		all = append(all, tt.datagrams...)
	}
	f.Add(join(all), uint16(700))
	f.Fuzz(func(t *testing.T, b []byte, seconds uint16) {
		d := decoder(t, Options{})
		now := start
		for i, datagram := range split(b) {
			if i > 200 {
				break
			}
			checkDatagram(t, d, now, datagram)
			now = now.Add(time.Duration(seconds) * time.Second)
		}
		checkBounds(t, d)
	})
}

// Random bytes of any length, with and without the beginning of a version, do no harm.
func TestRandomDatagrams(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	d := decoder(t, Options{})
	heads := [][]byte{nil, {0, 1}, {0, 5}, {0, 7}, {0, 9}, {0, 10}, {0, 0, 0, 5, 0, 0, 0, 1}}
	for i := range 1_000 {
		b := make([]byte, rng.IntN(1<<rng.IntN(17)))
		for j := range b {
			b[j] = byte(rng.Uint32() >> (rng.Uint32() % 8))
		}
		copy(b, heads[i%len(heads)])
		d.Decode(nil, addrOf(rng.IntN(20)), start.Add(time.Duration(i)*time.Second), b)
	}
	checkBounds(t, d)
}
