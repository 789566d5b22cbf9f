package ingest_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/whence-go/whence/attribution/ingest"
)

func ExampleReader() {
	log := `192.0.2.1 - - [21/May/2024:07:11:23 +0000] "GET /a HTTP/1.1" 200 100
198.51.100.7 - - [21/May/2024:07:11:24 +0000] "GET /b HTTP/1.1" 200 50
# rotated
192.0.2
`
	r, err := ingest.NewReader(strings.NewReader(log), "access.log", ingest.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var e ingest.Event
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		fmt.Printf("%v %v %d bytes %s\n", e.Source, e.Time.Format("15:04:05"), e.Bytes, e.Target)
	}
	if err != io.EOF {
		fmt.Println(err)
	}
	a := r.Account()
	fmt.Println(a.Format, a.Records, a.Unread[0].Code, a.Unread[0].First)
	// Output:
	// 192.0.2.1 07:11:23 100 bytes /a
	// 198.51.100.7 07:11:24 50 bytes /b
	// COMMON 2 NO_REQUEST line 4, byte 150
}

func ExampleUndecidedError() {
	_, err := ingest.NewReader(strings.NewReader("from,to\n192.0.2.1,198.51.100.7\n"), "flows.csv", ingest.Options{})
	var open *ingest.UndecidedError
	if errors.As(err, &open) {
		fmt.Println(open.Option, open.Candidates)
	}
	_, err = ingest.NewReader(strings.NewReader("host,user\n192.0.2.1,x\n"), "logins.csv", ingest.Options{})
	fmt.Println(err)
	// Output:
	// "logins.csv": ingest: read as CSV: no column with a known name holds addresses; set Source to one of: "host", "user"
}
