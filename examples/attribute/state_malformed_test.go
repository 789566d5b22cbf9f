package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// malformedPlaces are positions that no state has.
var malformedPlaces = []string{
	"", "{}", "[", "null x", `[{"records":1}]`, `[{"head_bytes":1,"head_sha256":"AAAA","records":1}]`,
	`[{"head_bytes":4097,"head_sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","records":1}]`,
	`[{"head_bytes":1,"head_sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","records":-1}]`,
	`[{"head_bytes":1,"head_sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","lines":1}]`,
	`[{"head_bytes":1,"head_sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","lines":-1}]`,
	`[{"head_bytes":1e99}]`,
}

func TestMalformedPlaces(t *testing.T) {
	for _, text := range malformedPlaces {
		if places, err := parsePlaces([]byte(text)); err == nil {
			t.Errorf("%s: %v", text, places)
		}
	}
}

// FuzzState reads states, whatever they look like.
func FuzzState(f *testing.F) {
	make := func(key sketch.Key) (*monitor.Monitor, error) {
		o := monitor.Options{Targets: 16, Retention: time.Minute, Tally: attribution.Options{Key: key}}
		return monitor.New(world.Embedded(), o)
	}
	s := new(state)
	m, err := s.begin(make)
	if err != nil {
		f.Fatal(err)
	}
	s.path = filepath.Join(f.TempDir(), "state")
	s.resume([]byte("ip,time\n"), "CSV")
	if err := s.write(m); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:stateHeader])
	f.Add(whole[:10])
	f.Add([]byte(stateText[:100]))
	for _, text := range malformedPlaces {
		var b bytes.Buffer
		b.Write(whole[:stateHeader])
		if err := m.Checkpoint(&b, []byte(text)); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := new(state)
		m, err := s.read(bytes.NewReader(data), make)
		if (m == nil) != (err != nil) {
			t.Fatalf("%v and %v", m, err)
		}
		if err == nil && len(data) > 0 {
			var b bytes.Buffer
			if position, err := json.Marshal(s.inputs); err != nil || m.Checkpoint(&b, position) != nil {
				t.Fatalf("what was read cannot be written: %v", err)
			}
		}
	})
}
