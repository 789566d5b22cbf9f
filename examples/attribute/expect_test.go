package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/geo/dbip"
)

// Evidence that was made with another key or database than was expected does not hold.
func TestExpect(t *testing.T) {
	path, data, _ := writtenEvidence(t, "-claim", "majority RU", "-")
	v, err := evidence.Verify(data)
	if err != nil {
		t.Fatal(err)
	}
	table, err := dbip.Table()
	if err != nil {
		t.Fatal(err)
	}
	key, sha := v.Evidence.Snapshot().KeyID().String(), table.Info().SHA256
	const otherKey = "0123456789abcdef"
	other := strings.Repeat("0", 64)
	for _, c := range []struct {
		args []string
		want []string // what is said of it
	}{
		{[]string{"key=" + key}, nil},
		{[]string{"key=" + strings.ToUpper(key)}, nil},
		{[]string{"database=" + sha}, nil},
		{[]string{"key=" + key + ",database=" + sha}, nil},
		{[]string{"key=" + key, "database=" + sha}, nil},
		{[]string{"key=" + otherKey + ", key=" + key}, nil},
		{[]string{"key=" + otherKey}, []string{"the key is " + key}},
		{[]string{"database=" + other}, []string{`database "DB-IP Lite" has the hash "` + sha + `"`,
			"no database has the hash " + other}},
		{[]string{"database=" + sha + ",database=" + other}, []string{"no database has the hash " + other}},
		{[]string{"key=" + otherKey, "database=" + sha}, []string{"the key is " + key}},
	} {
		args := []string{"-verify", path}
		for _, arg := range c.args {
			args = append(args, "-expect", arg)
		}
		status, stdout, stderr := attribute(t, "", args...)
		if (status == exitOK) != (c.want == nil) || status == exitUsage || stderr != "" ||
			strings.Count(stdout, "Not as expected: ") != len(c.want) {
			t.Errorf("%v: exit status %d, %s%s", c.args, status, stdout, stderr)
		}
		_, asJSON, _ := attribute(t, "", append(args, "-json")...)
		var found verified
		if err := json.Unmarshal([]byte(asJSON), &found); err != nil || found.Holds != (c.want == nil) {
			t.Errorf("%v: %v in %s", c.args, err, asJSON)
		}
		for i, want := range c.want {
			if !strings.Contains(stdout, "Not as expected: "+want+".\n") || len(found.Unexpected) <= i ||
				found.Unexpected[i] != want {
				t.Errorf("%v: no %q in %s", c.args, want, stdout)
			}
		}
	}
}

// A further database counts as one that located the sources does.
func TestExpectFurtherDatabases(t *testing.T) {
	second := smallDatabase(t)
	path, _, _ := writtenEvidence(t, "-second", second, "-claim", "majority RU", "-")
	table, err := dbip.Table()
	if err != nil {
		t.Fatal(err)
	}
	status, stdout, _ := attribute(t, "", "-verify", path, "-expect", "database="+table.Info().SHA256)
	if status != exitUnusable || !strings.Contains(stdout, `Not as expected: database "Small-Country" has the hash`) {
		t.Errorf("exit status %d, %s", status, stdout)
	}
}

func TestExpectUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-expect key=0123456789abcdef x.log":            "-expect has no meaning without -verify",
		"-verify e.json -expect key=0123":               "neither key= with 16 hexadecimal digits nor database= with 64",
		"-verify e.json -expect key=0123456789abcdeg":   "neither key=",
		"-verify e.json -expect 0123456789abcdef":       "neither key=",
		"-verify e.json -expect database=0123":          "neither key=",
		"-verify e.json -expect key=0123456789abcdef,":  "neither key=",
		"-verify e.json -expect name=DB-IP":             "neither key=",
		"-verify e.json -expect key=0123456789abcdef0":  "neither key=",
		"-verify e.json -expect key=+123456789abcdef":   "neither key=",
		"-verify e.json -expect key=0x23456789abcdef01": "neither key=",
	} {
		status, stdout, stderr := attribute(t, "", strings.Fields(args)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit status %d, %s", args, status, stderr)
		}
	}
}
