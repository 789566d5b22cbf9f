package whence_test

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// inlined are the functions of the hot path whose call would cost as much as what
// they do.
var inlined = map[string][]string{
	"./geo": {"(*Table).Lookup4"},
	"./sketch": {
		"Key.Hash", "(*HyperLogLog).Insert", "(*BottomK).Wants", "(*table).slot", "Rank",
		"addSaturated", "(*cells).at", "(*tracked).find", "add32",
	},
	"./internal/registers": {"Registers.Insert", "rankOf", "(*Bank).Part"},
	"./internal/source":    {"Source.IsIPv4", "IPv4"},
	"./internal/snapshot":  {"AddSaturated"},
	"./internal/tally":     {"(*Tally).add4"},
}

func TestHotPathIsInlined(t *testing.T) {
	if strconv.IntSize < 64 {
		t.Skip("64-bit arithmetic costs more than the compiler's limit where words are shorter")
	}
	for pkg, functions := range inlined {
		out, err := exec.Command("go", "build", "-gcflags=-m", pkg).CombinedOutput()
		if errors.Is(err, exec.ErrNotFound) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, f := range functions {
			if !strings.Contains(string(out), "can inline "+f+"\n") {
				t.Errorf("%s: the compiler does not inline %s", pkg, f)
			}
		}
	}
}
