package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv"
)

// The account says what the input was read as, which fields were taken, and what was lost.
func TestAccount(t *testing.T) {
	const line = `77.88.55.60 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` + "\n"
	unread := func(n uint64, place string) (map[attribution.Loss]uint64, map[attribution.Loss]string) {
		return map[attribution.Loss]uint64{attribution.LostUnread: n},
			map[attribution.Loss]string{attribution.LostUnread: place}
	}
	for _, tt := range []struct {
		name, text string
		args       []string
		format     string
		fields     map[string]string
		records    uint64
		lost       uint64
		first      string
	}{
		{"addr", "8.8.8.8\n10.0.0.1\n", nil, "addr", nil, 2, 0, ""},
		{"combined", line + "x\n\n" + line + "y\n", nil, "combined", nil, 2, 2, "standard input:2"},
		{"csv", "port,Client_IP,when\n25,8.8.8.8,1716329586\n25,-,1716329586\n",
			[]string{"-time", "WHEN"}, "csv", map[string]string{"source": "Client_IP", "time": "when"},
			1, 1, "standard input:3"},
		{"csv, a name that was asked for", "ip,peer\n8.8.8.8,8.8.4.4\n", []string{"-addr", "peer"},
			"csv", map[string]string{"source": "peer"}, 1, 0, ""},
		{"json", `{"c":{"ip":"8.8.8.8"},"t":1716329586}` + "\n{\n", []string{"-addr", "c.ip", "-time", "t"},
			"json", map[string]string{"source": "c.ip", "time": "t"}, 1, 1, "standard input:2"},
	} {
		r, status, stderr := attributeJSON(t, tt.text, append(tt.args, "-")...)
		want := attribution.Account{Format: tt.format, Fields: tt.fields, Records: tt.records}
		if tt.lost > 0 {
			want.Lost, want.First = unread(tt.lost, tt.first)
		}
		if status != exitOK || r.Account == nil || !reflect.DeepEqual(*r.Account, want) {
			t.Errorf("%s: exit status %d, account %+v, want %+v\n%s", tt.name, status, r.Account, want, stderr)
		}
		if !reflect.DeepEqual(r.Lost, want.Lost) || r.Records != tt.records {
			t.Errorf("%s: %d records, lost %v; the account has %+v", tt.name, r.Records, r.Lost, want)
		}
	}
}

// Where most of a log was not understood, what was read of it decides nothing.
func TestUnreadLog(t *testing.T) {
	path := filepath.Join(filepath.Dir(testenv.Root(t)), "shared", "cases", "k01.log")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("not part of the repository: %v", err)
	}
	r, status, stderr := attributeJSON(t, "", "-claim", "majority RU", path)
	if status != exitOK || r.Account.Records != 4 || r.Account.Lost[attribution.LostUnread] != 96 ||
		r.Account.First[attribution.LostUnread] != path+":5" {
		t.Errorf("exit status %d, %+v, %s", status, *r.Account, stderr)
	}
	v := r.Verdicts[0]
	told := false
	for _, c := range v.Caveats {
		told = told || c.Code == caveat.UnreadRecords && c.Value == 96
	}
	if v.Outcome != attribution.Undecided || !told {
		t.Errorf("%v, caveats %v", v, v.Caveats)
	}
}
