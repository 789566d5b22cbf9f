package whence_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

const mostColumns = 120

// No line of Go or Markdown has more than 120 characters, a tab being one. Excepted are what programs print, which is
// in testdata, between lines of ``` and below "Output:" of an Example, and the rows of tables in Markdown, which begin
// with |.
func TestLines(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(path)
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(name); ext != ".go" && ext != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, n := range longLines(string(text), strings.HasSuffix(name, ".md")) {
			t.Errorf("%s:%d: more than %d columns", name, n, mostColumns)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// longLines returns the numbers of lines that are too long.
func longLines(text string, markdown bool) (numbers []int) {
	n, printed := 0, false
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		comment := strings.HasPrefix(strings.TrimSpace(line), "//")
		switch {
		case markdown && strings.HasPrefix(line, "```"):
			printed = !printed
		case !markdown && strings.HasSuffix(line, "// Output:"):
			printed = true
		case !markdown && !comment:
			printed = false
		}
		row := markdown && strings.HasPrefix(line, "|")
		if !printed && !row && utf8.RuneCountInString(line) > mostColumns {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func TestLongLines(t *testing.T) {
	limit, over := strings.Repeat("ä", mostColumns), "// "+strings.Repeat("x", mostColumns)
	text := strings.Join([]string{limit, over, "|" + over, "```", over, "```", over, "// Output:", over, "}", over}, "\n")
	for markdown, want := range map[bool]string{true: "[2 7 9 11]", false: "[2 3 5 7 11]"} {
		if got := fmt.Sprint(longLines(text, markdown)); got != want {
			t.Errorf("Markdown %v: lines %s are too long, want %s", markdown, got, want)
		}
	}
}
