//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

func TestMain(m *testing.M) {
	testenv.RunAsProgram(main)
	os.Exit(m.Run())
}

// ended runs a collector, sends it a signal as soon as it listens, and returns what it says.
func ended(t *testing.T, cmd *exec.Cmd, signal os.Signal) (stderr string, err error) {
	t.Helper()
	r, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	for lines := bufio.NewScanner(r); lines.Scan(); {
		stderr += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "status at http://") {
			must(t, cmd.Process.Signal(signal))
		}
	}
	return stderr, cmd.Wait()
}

// Both signals end it in order: the state is there, and the exit status is 0.
func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		state := filepath.Join(t.TempDir(), "state")
		text, err := ended(t, testenv.Program(t, "-listen", "127.0.0.1:0", "-status", "127.0.0.1:0", "-state", state, "-key",
			fileOf(t, "key", testenv.Secret(1))), signal)
		if err != nil || !strings.Contains(text, "0 bursts run") {
			t.Errorf("%v: %v, %s", signal, err, text)
		}
		if info, err := os.Stat(state); err != nil || info.Size() == 0 {
			t.Errorf("%v: no state, %v", signal, err)
		}
	}
}

// A reader of the output that is gone stops nothing, and is said.
func TestReaderGone(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	args := []string{"-workers", "1", "-state", state, "-key", fileOf(t, "key", testenv.Secret(1))}
	before := time.Now().Truncate(10 * time.Second).Add(-15 * time.Minute)
	s := start(t, before, args...)
	s.quarter(before, true)
	must(t, s.stop())

	cmd := testenv.Program(t, append(args, "-listen", "127.0.0.1:0", "-status", "127.0.0.1:0")...)
	r, w, err := os.Pipe()
	must(t, err)
	must(t, r.Close())
	defer w.Close()
	cmd.Stdout = w
	text, err := ended(t, cmd, os.Interrupt)
	if err != nil {
		t.Errorf("%v: %s", err, text)
	}
	contains(t, text, "stdout: burst", "broken pipe", "bursts run")
}
