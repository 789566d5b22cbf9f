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

	"github.com/whence-go/whence/internal/testenv"
)

// asProgram makes the test binary the program.
const asProgram = "COLLECTOR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// Both signals end it in order: the state is there, and the exit status is 0.
func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		state := filepath.Join(t.TempDir(), "state")
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-listen", "127.0.0.1:0", "-status", "127.0.0.1:0", "-state",
			state, "-key", fileOf(t, "key", testenv.Secret(1)))
		cmd.Env = append(os.Environ(), asProgram+"=1")
		stderr, err := cmd.StderrPipe()
		must(t, err)
		must(t, cmd.Start())
		lines, text := bufio.NewScanner(stderr), ""
		for lines.Scan() {
			text += lines.Text() + "\n"
			if strings.Contains(lines.Text(), "status at http://") {
				must(t, cmd.Process.Signal(signal))
			}
		}
		if err := cmd.Wait(); err != nil || !strings.Contains(text, "0 bursts run") {
			t.Errorf("%v: %v, %s", signal, err, text)
		}
		if info, err := os.Stat(state); err != nil || info.Size() == 0 {
			t.Errorf("%v: no state, %v", signal, err)
		}
	}
}
