//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"syscall"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

func TestMain(m *testing.M) {
	testenv.RunAsProgram(main)
	os.Exit(m.Run())
}

// Both signals end a capture that runs, with an answer.
func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := testenv.Program(t, "-json", "-")
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var out, console bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &console
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := stdin.Write(attack(t)); err != nil { // more than a pipe holds: it has read most of it
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		err = cmd.Wait()
		var got struct{ Report struct{ Events uint64 } }
		if err == nil || json.Unmarshal(out.Bytes(), &got) != nil || got.Report.Events < 1000 {
			t.Errorf("%v: %v, %d events, %s", signal, err, got.Report.Events, console.String())
		}
	}
}
