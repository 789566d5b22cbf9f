//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// asProgram makes the test binary the program.
const asProgram = "MIDDLEWARE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func programOf(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// Both signals end it in order.
func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := programOf(t, "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0")
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
	out, err := programOf(t, "x", "-listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `"x": no flag`) {
		t.Errorf("%v, %s", err, out)
	}
}
