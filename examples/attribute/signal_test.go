//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

func TestMain(m *testing.M) {
	testenv.RunAsProgram(main)
	os.Exit(m.Run())
}

// SIGTERM ends a watch of a pipe as an interrupt does: with what was found so far.
func TestTerminate(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := testenv.Program(t, "-burst", "-json", "-")
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(stdin, combinedLog(requests(80))); err != nil {
			t.Fatal(err)
		}
		// A burst is told when all of it was read.
		line, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil {
			t.Fatalf("%v, %s", err, stderr.String())
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || !strings.HasPrefix(line, `{"id":1,`) ||
			!strings.Contains(stderr.String(), "bursts: 0 ended, ") {
			t.Errorf("%v: %v, %.60s, %s", signal, err, line, stderr.String())
		}
		stdin.Close()
	}
}
