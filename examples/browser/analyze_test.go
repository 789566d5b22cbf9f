//go:build !js

package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/geo/dbip"
)

// analyzed analyzes a file that is in memory.
func analyzed(t *testing.T, name string, data []byte, q request) (*result, error) {
	t.Helper()
	table, err := dbip.Table()
	if err != nil {
		t.Fatal(err)
	}
	return analyze(table, log{bytes.NewReader(data), name, int64(len(data)), time.Now()}, q, func(int64, uint64) {})
}

func TestX(t *testing.T) {
	r, err := analyzed(t, "a.log", webLog(1e5), request{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []brief.Format{brief.HTML, brief.Text} {
		text, err := write(r.brief, f, "en")
		t.Log(len(text), err)
	}
}
