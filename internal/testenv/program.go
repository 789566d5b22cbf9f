package testenv

import (
	"os"
	"os/exec"
	"testing"
)

// asProgram makes a test binary the program that it tests.
const asProgram = "WHENCE_TEST_AS_PROGRAM"

// RunAsProgram runs a program, and ends with it, if [Program] has started the test binary. It stands first in TestMain.
func RunAsProgram(main func()) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
}

// Program returns the program under test with some arguments. It is killed at the end of the test.
func Program(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}
