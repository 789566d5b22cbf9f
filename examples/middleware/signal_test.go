//go:build unix

package main

import (
	"bufio"
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

// Both signals end it in order.
func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := testenv.Program(t, "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0")
		stderr, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		text := ""
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			text += lines.Text() + "\n"
			if strings.Contains(lines.Text(), "serving") {
				cmd.Process.Signal(signal)
			}
		}
		if err := cmd.Wait(); err != nil || !strings.Contains(text, "the server ended requests=0") {
			t.Errorf("%v: %v, %s", signal, err, text)
		}
	}
}

// What is no flag is refused: the flags behind it would have no effect.
func TestNoFlag(t *testing.T) {
	out, err := testenv.Program(t, "x", "-listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `"x": no flag`) {
		t.Errorf("%v, %s", err, out)
	}
}
