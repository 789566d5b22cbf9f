package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv"
)

const fewSources = "77.88.55.60\n5.255.255.70\n8.8.8.8\n10.0.0.1\n"

// writtenEvidence is the file that the program writes, for the incident without
// further arguments.
func writtenEvidence(t *testing.T, args ...string) (path string, data []byte, stdout string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "evidence.json")
	status, stdout, stderr := attribute(t, fewSources, append([]string{"-evidence", path}, args...)...)
	if status != exitOK {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stderr, "attribute: "+path+": evidence of ") ||
		strings.Contains(stderr, "without") == strings.Contains(stderr, "with the") {
		t.Errorf("standard error: %s", stderr)
	}
	return path, data, stdout
}

func TestEvidence(t *testing.T) {
	path, data, counted := writtenEvidence(t)
	status, stdout, stderr := attribute(t, "", "-verify", path)
	if status != exitOK || stderr != "" {
		t.Fatalf("exit status %d, %s%s", status, stdout, stderr)
	}
	want := "It holds: the report and 2 verdicts follow from the snapshot in the file.\n" +
		"  refuted: RU > 50% of sources\n  supported: RU > 50% of events\n" +
		"That does not show whether the snapshot itself is true.\n" +
		"Origins: every source in the file is where its database places it.\n"
	if !strings.HasPrefix(stdout, want) {
		t.Errorf("got\n%swant\n%s", stdout, want)
	}
	// What was printed when it was counted is what follows from the file.
	_, counted, _ = strings.Cut(counted, "\n\n")
	if _, again, _ := strings.Cut(stdout, "What follows from the snapshot in the file:\n\n"); again != counted {
		t.Errorf("got\n%swant\n%s", again, counted)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the addresses: %v, %v", info.Mode(), err)
	}

	changed := bytes.Replace(data, []byte(`"outcome":"refuted"`), []byte(`"outcome":"supported"`), 1)
	status, stdout, _ = attribute(t, string(changed), "-verify", "-")
	if status != exitUnusable || !strings.HasPrefix(stdout, "It does not hold") ||
		!strings.Contains(stdout, "\nrefuted: ") {
		t.Errorf("a changed verdict: exit status %d, %s", status, stdout)
	}
	_, stdout, _ = attribute(t, string(changed), "-json", "-verify", "-")
	var found struct {
		Holds      bool
		Difference struct {
			Path, Stated, Recomputed string
			Offset                   int64
		}
	}
	err := json.Unmarshal([]byte(stdout), &found)
	if d := found.Difference; err != nil || found.Holds || d.Stated != `"supported"` || d.Recomputed != `"refuted"` ||
		!strings.HasPrefix(d.Path, "/evidence/report/verdicts/0/") || !strings.HasSuffix(d.Path, "/outcome") ||
		!bytes.HasPrefix(changed[d.Offset:], []byte(d.Stated)) || !strings.Contains(stdout, `"path"`) {
		t.Errorf("a changed verdict: %v, %+v in %.500s", err, found, stdout)
	}
	status, stdout, stderr = attribute(t, string(data[:len(data)/2]), "-verify", "-")
	if status != exitUnusable || stdout != "" || !strings.Contains(stderr, "evidence: invalid encoding: /evidence/") {
		t.Errorf("half of it: exit status %d, %s%s", status, stdout, stderr)
	}
	if status, _, stderr = attribute(t, "", "-verify", path+".none"); status != exitUnusable ||
		!strings.Contains(stderr, "no such file") {
		t.Errorf("no file: exit status %d, %s", status, stderr)
	}
}

func TestEvidenceJSON(t *testing.T) {
	path, _, _ := writtenEvidence(t, "-claim", "majority RU", "-json", "-")
	status, stdout, stderr := attribute(t, "", "-verify", path, "-json")
	var got struct {
		Holds      bool
		Difference *struct{ Path string }
		Origins    string
		Recomputed answered
	}
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil || status != exitOK {
		t.Fatalf("exit status %d, %v in %s%s", status, err, stdout, stderr)
	}
	r := got.Recomputed
	if !got.Holds || got.Difference != nil || got.Origins == "" || r.Sources.Value != 3 || len(r.Verdicts) != 1 ||
		r.Verdicts[0].Reason != caveat.FewSources || r.Account == nil || r.Account.Records != 4 {
		t.Errorf("%+v", got)
	}
}

func TestEvidenceWithoutAddresses(t *testing.T) {
	_, with, _ := writtenEvidence(t, "-")
	path, without, _ := writtenEvidence(t, "-drop-addresses", "-")
	if len(without) >= len(with) {
		t.Errorf("%d bytes without addresses, %d with", len(without), len(with))
	}
	status, stdout, _ := attribute(t, "", "-verify", path)
	if status != exitOK || !strings.Contains(stdout, "Origins: not checked: ") {
		t.Errorf("exit status %d, %s", status, stdout)
	}
}

// With another database it is not said that the origins were checked.
func TestEvidenceAnotherDatabase(t *testing.T) {
	other := smallDatabase(t)
	path, _, _ := writtenEvidence(t, "-db", other, "-")
	if status, stdout, _ := attribute(t, "", "-verify", path); status != exitOK ||
		!strings.Contains(stdout, "Origins: not checked: ") {
		t.Errorf("the embedded database: exit status %d, %s", status, stdout)
	}
	if status, stdout, _ := attribute(t, "", "-verify", path, "-db", other); status != exitOK ||
		!strings.Contains(stdout, "Origins: every source") {
		t.Errorf("the right database: exit status %d, %s", status, stdout)
	}
	path, _, _ = writtenEvidence(t, "-")
	if status, stdout, _ := attribute(t, "", "-verify", path, "-db", other); status != exitUnusable ||
		!strings.Contains(stdout, `Origins: evidence: sketches do not fit: database "DB-IP Lite"`) {
		t.Errorf("the wrong database: exit status %d, %s", status, stdout)
	}
}

// A database whose name reads like a verdict gets no line of its own, neither where it is counted by nor where that is
// verified.
func TestEvidenceOfHostileDatabase(t *testing.T) {
	const verdict = "supported: RU > 50% of sources"
	data := testenv.MMDB("x\u2028"+verdict+"\n"+verdict+"\r\u2029"+verdict+"\x1b[A"+verdict, time.Unix(1_700_000_000, 0),
		testenv.Prefix("5.0.0.0/8", testenv.Country("RU")), testenv.Prefix("3.0.0.0/8", testenv.Country("US")))
	database := filepath.Join(t.TempDir(), "hostile.mmdb")
	if err := os.WriteFile(database, data, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "evidence.json")
	_, counted, _ := attribute(t, fewSources, "-db", database, "-evidence", path, "-")
	status, verified, stderr := attribute(t, "", "-verify", path, "-expect", "database="+strings.Repeat("0", 64))
	if status != exitUnusable || stderr != "" {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	for _, out := range []string{counted, verified} {
		if !strings.Contains(out, verdict) {
			t.Errorf("the name is not shown: %s", out)
		}
		for line := range strings.Lines(out) {
			if strings.HasPrefix(strings.TrimSpace(line), verdict) || strings.ContainsAny(line, "\u2028\u2029\x1b\r") {
				t.Errorf("%q", line)
			}
		}
	}
}

// What cannot be written is said before anything is read. It leaves what stood there, and nothing beside it.
func TestEvidenceIsWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{taken, filepath.Join(dir, "missing", "evidence.json")} {
		status, stdout, stderr := attribute(t, fewSources, "-evidence", path, "-")
		if status != exitUnusable || stdout != "" || !strings.Contains(stderr, "attribute: evidence: ") {
			t.Errorf("%s: exit status %d, %s", path, status, stderr)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

// smallDatabase writes a database that knows two networks.
func smallDatabase(t *testing.T) (path string) {
	t.Helper()
	data := testenv.MMDB("Small-Country", time.Unix(1_700_000_000, 0),
		testenv.Prefix("5.0.0.0/8", testenv.Country("RU")), testenv.Prefix("3.0.0.0/8", testenv.Country("US")))
	path = filepath.Join(t.TempDir(), "small.mmdb")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVerifyUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-verify e.json access.log":            `-verify reads no other file than its own; "access.log" is one too many`,
		"-verify e.json -claim majority_RU":    "invalid value",
		"-verify e.json -evidence f.json":      "-evidence has no meaning beside -verify",
		"-verify e.json -v6 48":                "-v6 has no meaning beside -verify",
		"-verify e.json -drop-addresses -json": "-drop-addresses has no meaning beside -verify",
	} {
		status, stdout, stderr := attribute(t, "", strings.Fields(args)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit status %d, %s", args, status, stderr)
		}
	}
}
