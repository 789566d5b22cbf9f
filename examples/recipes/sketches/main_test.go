package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
)

func TestSketches(t *testing.T) {
	var rows strings.Builder
	for country, sources := range map[string]uint32{"RU": 70_000, "US": 20_000, "unlocated": 50} {
		s := hyperloglog.New14()
		for i := range sources {
			s.Insert(binary.BigEndian.AppendUint32([]byte(country), i))
		}
		stored, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&rows, "%s,%q\n", country, base64.StdEncoding.EncodeToString(stored))
	}
	r, err := decide(strings.NewReader(rows.String()), []attribution.Claim{attribution.Majority("RU")})
	if err != nil {
		t.Fatal(err)
	}
	if n := r.Sources.Value; r.Verdicts[0].Outcome != attribution.Supported || n < 85_000 || n > 95_000 ||
		r.Basis != attribution.BasisSketches {
		t.Errorf("%v", r)
	}
	if _, err := decide(strings.NewReader("RU,AAAA\n"), nil); err == nil {
		t.Error("no error for a sketch that is none")
	}
}

// A row without a sketch is an error that names it.
func TestColumns(t *testing.T) {
	cmd := testenv.Program(t)
	cmd.Stdin = strings.NewReader("RU\n")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "record on line 1: wrong number of fields") {
		t.Errorf("%v, %s", err, out)
	}
}

func TestMain(m *testing.M) {
	testenv.RunAsProgram(main)
	os.Exit(m.Run())
}
