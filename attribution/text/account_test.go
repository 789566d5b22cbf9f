package text

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// usualAccount is that of a log as most are.
func usualAccount() *attribution.Account {
	return &attribution.Account{
		Format: "COMBINED", Fields: map[string]string{"source": "1", "time": "4", "target": "5", "bytes": "7"}, Records: 1011,
		Instead: map[string]string{"source": "10"}, Lines: 1019, NoRecords: 4, Undated: 2,
		Lost:  map[attribution.Loss]uint64{attribution.LostUnread: 4},
		First: map[attribution.Loss]string{attribution.LostUnread: "line 7, byte 612"},
		Unread: []attribution.Unread{
			{Code: "NO_ADDRESS", Records: 3, First: "line 7, byte 612"}, {Code: "TOO_LONG", Records: 1},
		},
		Notes: []attribution.Note{
			{Code: "SYSLOG", Value: 1011}, {Code: "LONG_LINE", Value: 1}, {Code: "COLORS", Value: 1},
			{Code: "ONE_SOURCE", Value: 950, Subject: "192.0.2.1"},
		},
	}
}

// limitedAccount has every limit.
func limitedAccount() *attribution.Account {
	return &attribution.Account{
		Format: "CSV", Fields: map[string]string{"source": "x_forwarded_for"}, Records: 100, Excluded: 1,
		Instead: map[string]string{"time": "when"}, From: at, To: at,
		NotTaken: map[string]string{"count": "hits, packets", "bytes": "size", "time": "date", "rank": "n"},
		Notes: []attribution.Note{
			{Code: attribution.NoteClaimed, Value: 25}, {Code: attribution.NoteBlocks, Value: 2, Subject: "512"},
			{Code: attribution.NoteCutIPv4, Value: 90, Subject: "/24"},
			{Code: attribution.NoteCutIPv6, Value: 1, Subject: "/56"},
		},
	}
}

// accountText is an account in words.
func accountText(t *testing.T, r attribution.Report) string {
	t.Helper()
	var b strings.Builder
	en.writeAccount(&b, &r)
	return b.String()
}

// codesOf returns the codes of the tables with this head in some documents.
func codesOf(t *testing.T, head string, docs ...string) map[string]bool {
	list := map[string]bool{}
	for _, name := range docs {
		doc, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		_, table, ok := strings.Cut(string(doc), "\n"+head+"\n")
		if !ok {
			t.Fatalf("docs/%s has no table %s", name, head)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		for _, row := range regexp.MustCompile(`(?m)^\| ([A-Z0-9_, ]+) \|`).FindAllStringSubmatch(table, -1) {
			for _, code := range strings.Split(row[1], ", ") {
				list[code] = true
			}
		}
	}
	return list
}

// An input of which nothing was read has no format.
func TestNoFormat(t *testing.T) {
	if got := accountText(t, attribution.Report{Account: &attribution.Account{}}); got != "0 records were used.\n\n" {
		t.Errorf("%q", got)
	}
}

// Every code of the documents on inputs has words, and no other has.
func TestEveryCodeOfInputsHasWords(t *testing.T) {
	for _, c := range catalogues {
		same := func(what string, documented map[string]bool, words ...map[string]phrase) {
			known := map[string]bool{}
			for _, m := range words {
				for code := range m {
					known[code] = true
					if !documented[code] {
						t.Errorf("%v: %s %s is not in the documents", c.tag, what, code)
					}
				}
			}
			for code := range documented {
				if !known[code] {
					t.Errorf("%v: %s %s has no words", c.tag, what, code)
				}
			}
			if len(documented) < 15 {
				t.Errorf("only %d codes are in the documents", len(documented))
			}
		}
		docs := []string{"FLOWS.md", "INPUTS.md", "PACKETS.md"}
		notes := codesOf(t, "| note | what it says |", docs...)
		same("fault", codesOf(t, "| code | why the record was lost |", append(docs, "WEB.md")...), c.account.faults)
		same("note", notes, c.account.notes, c.account.takenOff)
	}
}

// What is usual takes few lines.
func TestAccountIsShort(t *testing.T) {
	got := accountText(t, attribution.Report{Account: usualAccount()})
	if n := strings.Count(got, "\n"); n > 8 {
		t.Errorf("%d lines:\n%s", n, got)
	}
	if got := accountText(t, attribution.Report{}); got != "" {
		t.Errorf("without an account: %q", got)
	}
}

// Nothing of the input ends a line, or passes for a sentence.
func TestAccountQuotesTheInput(t *testing.T) {
	const evil = "x\n\x1b[2J\u202e\". 7 records were used. \""
	field := map[string]string{"source": evil, evil: evil}
	a := &attribution.Account{
		Format: evil, Fields: field, Instead: field, NotTaken: field,
		Lost: map[attribution.Loss]uint64{1: 1}, First: map[attribution.Loss]string{1: evil},
		Unread: []attribution.Unread{{Code: evil, Records: 1, First: evil}},
		Notes: []attribution.Note{
			{Code: evil, Value: 1, Subject: evil}, {Code: "ONE_SOURCE", Value: 1, Subject: evil},
			{Code: "BLOCKS", Value: 1, Subject: evil}, {Code: "CUT_IPV4", Value: 1, Subject: "/" + evil},
			{Code: "ONE_SOURCE", Value: 1, Subject: "fe80::1%" + evil},
		},
	}
	got := accountText(t, attribution.Report{Account: a})
	if strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("control characters in %q", got)
	}
	own := regexp.MustCompile(`"[^"\n]*"`).ReplaceAllString(got, "")
	if strings.Contains(own, "7 records") || strings.Contains(own, "x") && strings.Contains(own, "[2J") {
		t.Errorf("not between quotation marks:\n%s", own)
	}
	if n := strings.Count(got, `"`); n%2 != 0 || n < 20 {
		t.Errorf("%d quotation marks:\n%s", n, got)
	}
}

// Records without a time are counted, unless it is all of them.
func TestAccountOfTimes(t *testing.T) {
	untimed := []attribution.Note{{Code: "NO_TIME", Value: 5}}
	for _, c := range []struct {
		account attribution.Account
		want    string
	}{
		{attribution.Account{Records: 5, Undated: 2}, "5 records were used. 2 of those used have no time that can be " +
			"read.\n"},
		{attribution.Account{Records: 5, Undated: 5}, "5 records were used. They have no times.\n"},
		{attribution.Account{Records: 5, Undated: 5, Notes: untimed}, "5 records were used.\nThe format has no times.\n"},
		{attribution.Account{Records: 5, From: at, To: at}, "5 records were used. They are from 2026-06-10 07:11:23 to " +
			"2026-06-10 07:11:23 UTC.\n"},
	} {
		if got := accountText(t, attribution.Report{Account: &c.account}); !strings.Contains(got, c.want) {
			t.Errorf("not %q in\n%s", c.want, got)
		}
	}
	if got := accountText(t, attribution.Report{
		From: at, To: at, Account: &attribution.Account{Records: 5, From: at, To: at},
	}); strings.Contains(got, "07:11") {
		t.Errorf("the head of the table has the time as well:\n%s", got)
	}
}

// A fault and a note that nobody knows are their codes, and of many reasons most are counted together.
func TestAccountOfLater(t *testing.T) {
	a := &attribution.Account{
		Records: 1,
		Notes: []attribution.Note{
			{Code: "NEW_NOTE", Value: 12, Subject: "x"}, {Code: "BLOCKS", Value: 1, Subject: "7.9e+28"},
		},
	}
	for _, code := range []string{"NEW_FAULT", "TOO_LONG", "NO_FIELD", "NO_FLOW", "NO_PAIRS", "BAD_COUNT", "BAD_BYTES"} {
		a.Unread = append(a.Unread, attribution.Unread{Code: code, Records: 10})
	}
	got := accountText(t, attribution.Report{Account: a})
	for _, want := range []string{
		"10 records were not read: NEW_FAULT.\n", "\n20 more records were not read, for other reasons.\n",
		"\nNEW_NOTE 12 \"x\"\n", "\n1 record is a block of addresses, which cover \"7.9e+28\" addresses. ",
		"1 record was used.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not %q in\n%s", want, got)
		}
	}
}

// What a snapshot knows of its input is said without a verdict and without an account, too.
func TestLimitsWithoutClaims(t *testing.T) {
	tally := world.Must(attribution.NewTally(world.Table(), attribution.Options{Key: world.Key(1)}))
	spread(tally, "RU", 0, 100, 1)
	tally.AddAccount(*limitedAccount())
	r := world.Must(tally.Snapshot().Report(attribution.Policy{}))
	var said []string
	for _, c := range []caveat.Caveat{
		{Code: caveat.EventsNotRead}, {Code: caveat.BytesNotRead}, {Code: caveat.Blocks, Value: 2},
		{Code: caveat.CutAddresses, Value: 24, Subject: "IPv4"}, {Code: caveat.CutAddresses, Value: 56, Subject: "IPv6"},
		{Code: caveat.ClaimedAddresses, Value: .25},
	} {
		said = append(said, en.Caveat(c))
	}
	if got := en.limits(&r); !slices.Equal(got, said) {
		t.Errorf("%q\nwant\n%q", got, said)
	}
	r.Account = limitedAccount()
	if got := en.limits(&r); got != nil {
		t.Errorf("beside an account: %q", got)
	}
}
