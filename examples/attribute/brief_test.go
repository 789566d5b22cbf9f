package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/monitor"
)

// written runs the program with -o and returns what is in the file.
func written(t *testing.T, name string, args ...string) (text, stdout, stderr string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	status, stdout, stderr := attribute(t, "", append([]string{"-o", path}, args...)...)
	data, err := os.ReadFile(path)
	if status != exitOK || err != nil {
		t.Fatalf("%s: exit status %d, %v, %s", name, status, err, stderr)
	}
	if want := fmt.Sprintf("%s: brief of %s bytes\n", path, group(uint64(len(data)))); !strings.Contains(stderr, want) {
		t.Errorf("%s: no %q in %s", name, want, stderr)
	}
	return string(data), stdout, stderr
}

// The ending of a name chooses the form. The answer is then in the file alone.
func TestOutputForms(t *testing.T) {
	log := fileOf(t, "access.log", stateText)
	for name, want := range map[string]string{
		"a.html": "<!DOCTYPE html>\n<html lang=\"en\">", "a.HTM": "<!DOCTYPE html>", "a.md": "# ",
		"a.csv":  "database,origin,",
		"a.json": `{`, "a.txt": "The input was read as \"COMBINED\"",
	} {
		text, stdout, _ := written(t, name, "-claim", "majority RU", "-title", "The <night>", log)
		if stdout != "" || !strings.HasPrefix(text, want) {
			t.Errorf("%s: %q in the file, %q on standard output", name, text[:min(len(text), 80)], stdout)
		}
		if strings.Contains(text, "The <night>") && name != "a.md" {
			t.Errorf("%s: the title is not escaped", name)
		}
		if strings.HasPrefix(name, "a.H") && !strings.Contains(text, "The &lt;night&gt;") {
			t.Errorf("%s: no title", name)
		}
	}
	text, _, _ := written(t, "a.json", "-claim", "majority RU", log)
	var document struct {
		Schema int
		Report struct{ Verdicts []struct{ Claim string } }
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil || document.Schema == 0 ||
		len(document.Report.Verdicts) != 1 || document.Report.Verdicts[0].Claim != "RU > 50% of sources" {
		t.Errorf("%v, %+v", err, document)
	}
}

// Several files are written at once. What the simulated attack is goes to standard error.
func TestOutputFiles(t *testing.T) {
	dir := t.TempDir()
	page, table := filepath.Join(dir, "a.html"), filepath.Join(dir, "a.csv")
	status, stdout, stderr := attribute(t, "", "-o", page, "-o", table)
	if status != exitOK || stdout != "" || !strings.Contains(stderr, "Simulated attack") ||
		!slices.Equal(listed(t, dir), []string{"a.csv", "a.html"}) {
		t.Errorf("exit status %d, %q, %s", status, stdout, stderr)
	}
	if text, err := os.ReadFile(page); err != nil || !bytes.Contains(text, []byte("no packet was recorded")) {
		t.Errorf("%v: the page does not say that it is simulated", err)
	}
}

func TestOutputUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-o brief x.log":                "ends neither in .html nor in .md",
		"-o brief.pdf x.log":            "ends neither in .html nor in .md",
		"-json -o a.csv x.log":          "-json has no meaning beside -o",
		"-title night x.log":            "-title has no meaning without -o",
		"-all x.log":                    "-all has no meaning without -burst",
		"-burst -json -all x.log":       "-all has no meaning beside -json",
		"-verify e.json -o a.html -all": "-all has no meaning",
	} {
		status, stdout, stderr := attribute(t, "", strings.Fields(args)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit status %d, %s", args, status, stderr)
		}
	}
}

// A file is new, empty, or one that was written before. Others stay, and nothing is read before that is said.
func TestOutputReplacesItsOwn(t *testing.T) {
	log := fileOf(t, "access.log", stateText)
	for _, ending := range []string{"html", "csv", "json", "md", "txt"} {
		ours, _, _ := written(t, "a."+ending, "-title", "one", log)
		several := bytes.Buffer{}
		if err := brief.Write(&several, brief.Brief{Bursts: manyBursts(t)}, brief.Format(ending)); err != nil {
			t.Fatal(err)
		}
		known := ending != "md" && ending != "txt" // nothing tells whose they are
		for _, tt := range []struct {
			name, text string
			replaced   bool
		}{
			{"empty", "", true},
			{"ours", ours, known},
			{"ours, of several bursts", several.String(), known},
			{"the beginning of ours", ours[:10], false},
			{"a log", stateText, false},
			{"another page", "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>Home</title>", false},
			{"another table", "origin,sources\nRU,1\n", false},
			{"other JSON", "{\n  \"report\": 1,\n", false},
		} {
			path := fileOf(t, "out."+ending, tt.text)
			status, _, stderr := attribute(t, "", "-o", path, "-title", "two", log)
			now, err := os.ReadFile(path)
			same := string(now) == tt.text && ending != "csv" // which has no title
			said := strings.Contains(stderr, "give another name") && !strings.Contains(stderr, "read as")
			if err != nil || (status == exitOK) != tt.replaced || tt.replaced && same ||
				!tt.replaced && (string(now) != tt.text || !said) {
				t.Errorf("%s, %s: exit status %d, %v, %s", ending, tt.name, status, err, stderr)
			}
		}
	}
}

// burstLog has bursts at some intervals, each twice as large as the one before.
func burstLog(intervals ...int) string {
	all := requests(logBurst)
	for _, i := range intervals {
		n := 0
		for _, h := range requests(logBurst + 1) {
			if h.at.Sub(logBegin) >= logBurst*logInterval {
				h.at = h.at.Add(time.Duration(i-logBurst) * logInterval)
				if n++; n <= 40+200<<slices.Index(intervals, i) {
					all = append(all, h)
				}
			}
		}
	}
	for i := logBurst; i < 300; i++ {
		if !slices.Contains(intervals, i) {
			for _, h := range requests(1) {
				h.at = h.at.Add(time.Duration(i) * logInterval)
				all = append(all, h)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b hit) int { return a.at.Compare(b.at) })
	return combinedLog(all)
}

func manyBursts(t *testing.T) (all []monitor.Burst) {
	t.Helper()
	text, _, _ := written(t, "a.json", "-burst", fileOf(t, "a.log", burstLog(70, 120, 170, 220)))
	var document struct{ Bursts []monitor.Burst }
	if err := json.Unmarshal([]byte(text), &document); err != nil || len(document.Bursts) < 4 {
		t.Fatalf("%v: %d bursts", err, len(document.Bursts))
	}
	return document.Bursts
}

// Of many bursts there is a summary, then one line each, and details of three, or of all.
func TestManyBursts(t *testing.T) {
	log := fileOf(t, "a.log", burstLog(70, 120, 170, 220))
	for _, tt := range []struct {
		args    []string
		details int
	}{{nil, 3}, {[]string{"-all"}, 4}} {
		status, stdout, stderr := attribute(t, "", append(append([]string{"-burst", "-target", "none"}, tt.args...), log)...)
		if n := strings.Count(stdout, "\nBurst "); status != exitOK || n != tt.details ||
			!strings.HasPrefix(stdout, "4 bursts in ") {
			t.Errorf("%v: exit status %d, %d details in\n%s%s", tt.args, status, n, stdout, stderr)
		}
		for i := range 4 {
			if line := fmt.Sprintf("\n  %d | ", i+1); strings.Count(stdout, line) != 1 {
				t.Errorf("%v: no %q in\n%s", tt.args, line, stdout)
			}
		}
	}
	// From a pipe each is printed when it is found.
	status, stdout, _ := attribute(t, burstLog(70, 120, 170, 220), "-burst", "-target", "none", "-")
	if status != exitOK || strings.Contains(stdout, "4 bursts") || strings.Count(stdout, "Burst ") < 4 {
		t.Errorf("exit status %d\n%s", status, stdout)
	}
	page, _, _ := written(t, "a.html", "-burst", log)
	if !strings.Contains(page, "4 bursts in ") {
		t.Error("no summary in the page")
	}
	path := filepath.Join(t.TempDir(), "a.html")
	status, _, stderr := attribute(t, "", "-burst", "-o", path, fileOf(t, "quiet.log", burstLog()))
	if _, err := os.Stat(path); status != exitOK || err == nil ||
		!strings.Contains(stderr, "a.html: not written, as there is no burst") {
		t.Errorf("exit status %d, %v, %s", status, err, stderr)
	}
}

// The other side gets a brief of evidence that holds, and none of evidence that does not.
func TestOutputOfVerify(t *testing.T) {
	path, data, _ := writtenEvidence(t, "-claim", "majority RU", fileOf(t, "access.log", stateText))
	page, stdout, _ := written(t, "a.html", "-verify", path)
	if !strings.Contains(page, "RU &gt; 50% of sources") || !strings.Contains(page, filepath.Base(path)) ||
		strings.Contains(stdout, "What follows") || !strings.Contains(stdout, "Origins: ") {
		t.Errorf("%d bytes of page, %s", len(page), stdout)
	}
	changed := fileOf(t, "changed.json", strings.Replace(string(data), `"undecided"`, `"supported"`, 1))
	out := filepath.Join(t.TempDir(), "b.html")
	status, _, stderr := attribute(t, "", "-verify", changed, "-o", out)
	if _, err := os.Stat(out); status != exitUnusable || err == nil {
		t.Errorf("exit status %d, %v, %s", status, err, stderr)
	}
}
