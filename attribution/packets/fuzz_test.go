package packets

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// FuzzReader reads what may be a capture. Every packet is an event, is counted in the account, or
// ends the reading.
func FuzzReader(f *testing.F) {
	for _, file := range files(f) {
		f.Add(file)
		f.Add(file[:len(file)-5])
	}
	for _, d := range damage() {
		f.Add(d.file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<16 || bytes.HasPrefix(file, gzipMagic) || bytes.HasPrefix(file, zstdMagic) {
			return // what is in there is tried without it
		}
		r, err := NewReader(bytes.NewReader(file), "fuzz", Options{})
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		events := uint64(0)
		var e Event
		for err = r.Next(&e); err == nil; err = r.Next(&e) {
			events++
			if !e.Source.IsValid() || !e.Target.IsValid() || e.Events != 1 || e.Source.IsUnspecified() {
				t.Fatalf("%+v", e)
			}
		}
		lost := r.Lost()
		if err != io.EOF && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		l, a := &r.ledger, r.Account()
		if a.Records != events || a.Lost[attribution.LostUnread] != lost || l.packets != events+lost+l.notIP {
			t.Fatalf("%d packets, %d events, %d lost: %+v", l.packets, events, lost, a)
		}
		if events > uint64(len(file)) {
			t.Fatalf("%d events of %d bytes", events, len(file))
		}
	})
}
