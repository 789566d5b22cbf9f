package whence_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/geo/dbip"
)

// logFile stands for an *os.File.
type logFile struct{ *strings.Reader }

func (logFile) Name() string { return "access.log" }

// A log of any kind is read, and what was not read of it is part of the answer.
func Example_log() {
	file := logFile{strings.NewReader(`77.88.8.1 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 512
77.88.8.2 - - [21/May/2024:07:11:24 +0000] "GET /news HTTP/1.1" 200 2048
localhost - - [21/May/2024:07:11:24 +0000] "GET /health HTTP/1.1" 200 2
`)}
	tally := must(attribution.NewTally(must(dbip.Table()), attribution.Options{}))

	r := must(ingest.NewReader(file, file.Name(), ingest.Options{}))
	var e ingest.Event
	err := r.Next(&e)
	for ; err == nil; err = r.Next(&e) {
		tally.AddFlow(e.Flow)
	}
	account := r.Account() // what was read as what, and what was lost, why and where

	fmt.Println(err == io.EOF, account.Format, "source in word", account.Fields["source"])
	for _, u := range account.Unread {
		fmt.Println(u.Records, u.Code, "first at", u.First)
	}
	// Output:
	// true COMMON source in word 1
	// 1 NO_ADDRESS first at line 3, byte 141
}
