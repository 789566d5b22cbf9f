package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// listed are the names in a folder.
func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Nothing that the program did not write itself is replaced, and nothing is read before that is said.
func TestFilesOfOthersStay(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	const log = "8.8.8.8\n8.8.4.4\n"
	access := fileOf(t, "access.log", stateText)
	for _, flags := range [][]string{{"-evidence"}, {"-burst", "-state"}} {
		ours := []byte(nil)
		input := access
		if flags[0] == "-evidence" {
			_, ours, _ = writtenEvidence(t, "-")
			input = fileOf(t, "list", log)
		} else {
			path := filepath.Join(t.TempDir(), "state")
			attribute(t, "", "-burst", "-state", path, access)
			ours, _ = os.ReadFile(path)
		}
		for _, c := range []struct {
			name string
			make func(path string) error
			want string // "": it is written
		}{
			{"new", func(string) error { return nil }, ""},
			{"empty", func(p string) error { return os.WriteFile(p, nil, 0o600) }, ""},
			{"ours", func(p string) error { return os.WriteFile(p, ours, 0o600) }, ""},
			{"a log", func(p string) error { return os.WriteFile(p, []byte(log), 0o600) }, "give another name"},
			{"a short file", func(p string) error { return os.WriteFile(p, ours[:3], 0o600) }, "give another name"},
			{"the other kind", func(p string) error {
				return os.WriteFile(p, []byte(map[bool]string{true: `{"evidence":{`, false: stateMagic}[ours[0] == 'w']), 0o600)
			}, "give another name"},
			{"a folder", func(p string) error { return os.Mkdir(p, 0o700) }, "no regular file"},
			{"a link to ours", func(p string) error {
				if err := os.WriteFile(p+".target", ours, 0o600); err != nil {
					return err
				}
				return os.Symlink(p+".target", p)
			}, "no regular file"},
			{"a link to nothing", func(p string) error { return os.Symlink(p+".target", p) }, "no regular file"},
			{"a device", func(p string) error { return os.Symlink(os.DevNull, p) }, "no regular file"},
		} {
			path := filepath.Join(t.TempDir(), "out")
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			info, _ := os.Lstat(path)
			status, stdout, stderr := attribute(t, "", append(append([]string{}, flags...), path, input)...)
			after, _ := os.ReadFile(path)
			if c.want == "" {
				if status != exitOK || len(after) == 0 || len(listed(t, filepath.Dir(path))) != 1 {
					t.Errorf("%v, %s: exit status %d, %d bytes, %s", flags, c.name, status, len(after), stderr)
				}
				continue
			}
			now, err := os.Lstat(path)
			if status != exitUnusable || !strings.Contains(stderr, c.want) || stdout != "" || !bytes.Equal(before, after) ||
				err != nil || now.Mode() != info.Mode() {
				t.Errorf("%v, %s: exit status %d, %s, %q", flags, c.name, status, stderr, stdout)
			}
		}
		// A device itself, as in -state /dev/null.
		status, _, stderr := attribute(t, "", append(append([]string{}, flags...), os.DevNull, input)...)
		if info, err := os.Stat(os.DevNull); status != exitUnusable || err != nil || info.Mode().IsRegular() {
			t.Errorf("%v: exit status %d, %s: %v", flags, status, stderr, err)
		}
	}
	// The log that is read is no place for what is said of it.
	path := fileOf(t, "access.log", stateText)
	for _, args := range [][]string{{"-evidence", path, path}, {"-burst", "-state", path, path}} {
		status, _, stderr := attribute(t, "", args...)
		if text, err := os.ReadFile(path); status != exitUnusable || err != nil || string(text) != stateText {
			t.Errorf("%v: exit status %d, %s", args, status, stderr)
		}
	}
}

// A state that is damaged is not put aside over a file of others.
func TestDamagedStateBesideAnother(t *testing.T) {
	path := fileOf(t, "state", stateMagic+"x")
	overwrite(t, path+".bad", "a letter")
	status, _, stderr := attribute(t, "", "-burst", "-state", path, fileOf(t, "access.log", stateText))
	text, err := os.ReadFile(path + ".bad")
	if status != exitUnusable || !strings.Contains(stderr, "state.bad: no state") || err != nil ||
		string(text) != "a letter" {
		t.Errorf("exit status %d, %s, %q", status, stderr, text)
	}
}

// Temporary files of runs that were killed are removed by the next. Those of others, and of a run that goes on, stay.
func TestStaleTemporaryFiles(t *testing.T) {
	for _, flags := range [][]string{{"-evidence"}, {"-burst", "-state"}} {
		magic := stateMagic
		if flags[0] == "-evidence" {
			magic = evidenceFile.magics[0]
		}
		dir := t.TempDir()
		stays := map[string]bool{}
		for name, c := range map[string]struct {
			text string
			age  time.Duration
			gone bool
		}{
			".out-123.attribute-tmp":     {magic + "and more", time.Hour, true},
			".out-124.attribute-tmp":     {"", time.Hour, true},
			".out-125.attribute-tmp":     {magic[:3], time.Hour, true},
			".out-126.attribute-tmp":     {magic, time.Second, false},
			".out-127.attribute-tmp":     {"a letter", time.Hour, false},
			".out-x.attribute-tmp":       {magic, time.Hour, false},
			".out-.attribute-tmp":        {magic, time.Hour, false},
			".out-128":                   {magic, time.Hour, false},
			".another-123.attribute-tmp": {magic, time.Hour, false},
		} {
			path := filepath.Join(dir, name)
			overwrite(t, path, c.text)
			at := time.Now().Add(-c.age)
			if err := os.Chtimes(path, at, at); err != nil {
				t.Fatal(err)
			}
			stays[name] = !c.gone
		}
		status, _, stderr := attribute(t, "", append(flags, filepath.Join(dir, "out"), fileOf(t, "access.log", stateText))...)
		left := map[string]bool{}
		for _, name := range listed(t, dir) {
			left[name] = true
		}
		for name, want := range stays {
			if left[name] != want {
				t.Errorf("%v: %s is left: %v", flags, name, left[name])
			}
		}
		if status != exitOK || !left["out"] {
			t.Errorf("%v: exit status %d, %s", flags, status, stderr)
		}
	}
}

// What fails while it is written leaves the old file and nothing beside it; so does a file that is replaced meanwhile.
func TestFileIsWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	overwrite(t, path, stateMagic)
	broken := writerTo(func(w io.Writer) error {
		fmt.Fprint(w, stateMagic, "half")
		return errors.New("broken")
	})
	replaced := writerTo(func(w io.Writer) error {
		overwrite(t, path, "a letter")
		return nil
	})
	for want, content := range map[string]io.WriterTo{"broken": broken, "no state": replaced} {
		overwrite(t, path, stateMagic)
		if _, err := stateFile.write(path, content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		text, err := os.ReadFile(path)
		if names := listed(t, dir); err != nil || len(names) != 1 || want == "no state" && string(text) != "a letter" ||
			want == "broken" && string(text) != stateMagic {
			t.Errorf("%s: %q, %v in %v", want, text, err, names)
		}
	}
	size, err := stateFile.write(filepath.Join(dir, "new"), strings.NewReader(stateMagic))
	if err != nil || size != int64(len(stateMagic)) {
		t.Errorf("%d bytes, %v", size, err)
	}
}

type writerTo func(w io.Writer) error

func (f writerTo) WriteTo(w io.Writer) (int64, error) { return 0, f(w) }
