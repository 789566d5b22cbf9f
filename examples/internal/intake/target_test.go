package intake

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/whence-go/whence/attribution/monitor"
)

// Names are made once, are cut to what the monitor takes, and are bounded.
func TestTargetNames(t *testing.T) {
	known := names{}
	text := []byte("/" + strings.Repeat("x", 2*monitor.MaxTargetName))
	first, again := known.target(text), known.target(text)
	if first != again || unsafe.StringData(first.Name()) != unsafe.StringData(again.Name()) ||
		len(first.Name()) != monitor.MaxTargetName {
		t.Errorf("%d bytes of %d, made twice", len(first.Name()), len(text))
	}
	copy(text, "changed")
	if first.Name()[0] != '/' {
		t.Error("a name is part of the line that it came from")
	}
	if got := known.target([]byte("192.0.2.1")); !got.Addr().IsValid() {
		t.Errorf("%v is a name", got)
	}
	if !known.target(nil).IsZero() {
		t.Error("a target of nothing")
	}
	for i := range 3 * maxNames {
		known.target(fmt.Appendf(nil, "/%d", i))
	}
	if len(known) > maxNames {
		t.Errorf("%d names are kept, want at most %d", len(known), maxNames)
	}
	line := []byte("/1")
	if allocs := testing.AllocsPerRun(100, func() { known.target(line) }); allocs > 0 {
		t.Errorf("%v allocations for a name that is known", allocs)
	}
}
