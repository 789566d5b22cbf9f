package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
)

func TestLogFile(t *testing.T) {
	var log strings.Builder
	for i := range 300 {
		network := []string{"5.136", "5.164", "95.24", "95.52", "176.208", "178.64"}[i%6]
		fmt.Fprintf(&log, "%s.%d.7 - - [21/Jun/2026:07:%02d:%02d +0000] \"GET / HTTP/1.1\" 200 512\n",
			network, i/6, i/60, i%60)
	}
	log.WriteString("localhost - - [21/Jun/2026:07:11:24 +0000] \"GET /health HTTP/1.1\" 200 2\n")
	path := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(path, []byte(log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	report, err := count(file, []attribution.Claim{attribution.Majority("RU")})
	if err != nil {
		t.Fatal(err)
	}
	if r := report; r.Events != 300 || r.Lost[attribution.LostUnread] != 1 || r.Account == nil || r.From.IsZero() ||
		r.Verdicts[0].Outcome != attribution.Supported {
		t.Errorf("%v, lost %v, from %v", r, r.Lost, r.From)
	}
	var page strings.Builder
	err = brief.Write(&page, brief.Brief{Title: "access.log", Report: report}, brief.HTML, language.English)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "Russia") {
		t.Errorf("no country in\n%s", &page)
	}
}
