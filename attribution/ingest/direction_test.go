package ingest

import (
	"slices"
	"strings"
	"testing"
)

// A table with both directions of flows says so: servers that answer are among its sources.
func TestBothDirections(t *testing.T) {
	const there, back = "77.88.8.8,9.9.9.9,6\n", "9.9.9.9,77.88.8.8,6\n"
	for _, tt := range []struct {
		text string
		both bool
	}{
		{"src,dst,proto\n" + there + back, true},
		{"src,dst,proto\n" + there + strings.Repeat("114.114.114.114,9.9.9.9,6\n", 50) + back, true},
		{"src,dst,proto\n" + there + there + "77.88.8.1,9.9.9.9,6\n", false},
		{"src,dst,proto\n" + there + "9.9.9.9,77.88.8.1,6\n", false},
		{"src,dst,proto\n77.88.8.8,77.88.8.8,6\n77.88.8.8,77.88.8.8,6\n", false},
		{`{"src_ip":"77.88.8.8","dst_ip":"9.9.9.9"}` + "\n" + `{"src_ip":"9.9.9.9","dst_ip":"77.88.8.8"}`, true},
		{`{"src_ip":"77.88.8.8","dst_ip":"9.9.9.9"}` + "\n" + `{"src_ip":"77.88.8.1","dst_ip":"9.9.9.9"}`, false},
		{"src,host\n77.88.8.8,a\n77.88.8.1,b\n", false},
	} {
		_, a, err := readAll(tt.text, Options{})
		if got := slices.Contains(notes(a), noteNoDirection); err != nil || got != tt.both {
			t.Errorf("%q: %v, %v", tt.text, notes(a), err)
		}
	}
}
