//go:build unix

package main

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// programOf runs the program with a folder for temporary files that is its own.
func programOf(t *testing.T, args ...string) (cmd *exec.Cmd, temporary string) {
	temporary = t.TempDir()
	cmd = testenv.Program(t, args...)
	cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
	return cmd, temporary
}

// Both signals end it, and it leaves nothing behind.
func TestSignals(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the page")
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd, temporary := programOf(t, "-addr", "127.0.0.1:0")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		address, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil {
			t.Fatalf("%v, %s", err, stderr.String())
		}
		response, err := http.Get(strings.TrimSpace(address))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		cmd.Process.Signal(signal)
		if err := cmd.Wait(); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%v: %v, %s, %s", signal, err, response.Status, stderr.String())
		}
		if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
			t.Errorf("%v: %v is left, %v", signal, left, err)
		}
	}
}

// An address that is taken is said before anything is built or printed. So is what is no flag.
func TestRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("needs the loopback interface: ", err)
	}
	defer taken.Close()
	for want, args := range map[string][]string{
		"in use": {"-addr", taken.Addr().String()}, `"x": no flag`: {"x", "-addr", "127.0.0.1:0"},
	} {
		cmd, _ := programOf(t, args...)
		cmd.Env = append(cmd.Env, "PATH=") // nothing can be built
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err == nil || stdout.Len() > 0 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%q: %v, %s, %s", args, err, stdout.String(), stderr.String())
		}
	}
}
