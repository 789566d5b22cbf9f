package whence_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// between returns the part of the README between two marker lines.
func between(t *testing.T, readme, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(readme, "<!-- "+name+": begin -->\n")
	part, _, ok2 := strings.Cut(rest, "<!-- "+name+": end -->")
	if !ok || !ok2 {
		t.Fatalf("README.md has no part %q", name)
	}
	return part
}

// output is what a program prints. Without that program, the test is skipped.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, &stderr)
	}
	return string(out)
}

// The output that the README shows is the output of the command that it names.
func TestReadmeShowsTheIncident(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := "```\n" + output(t, "go", "run", "./examples/attribute") + "```\n"
	if got := between(t, string(readme), "incident"); got != want {
		t.Errorf("README.md shows\n%s\nthe program prints\n%s", got, want)
	}
}

// Every line of Go in the README stands in a compiled example.
func TestReadmeCodeIsCompiled(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var examples []byte
	for _, name := range []string{"example_test.go", "example_stream_test.go", "example_log_test.go"} {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		examples = append(examples, code...)
	}
	blocks := strings.Split(string(readme), "```go\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("README.md has no Go code")
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		indented := "\t" + strings.ReplaceAll(strings.TrimSuffix(code, "\n"), "\n", "\n\t")
		indented = strings.ReplaceAll(indented, "\n\t\n", "\n\n")
		if !strings.Contains(string(examples), indented) {
			t.Errorf("this is not in example_test.go:\n%s", code)
		}
	}
}
