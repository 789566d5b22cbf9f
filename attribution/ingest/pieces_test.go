package ingest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// Containers cut long lines, and a client chooses where. What it writes at the start of the
// next piece is no record.
func TestPieces(t *testing.T) {
	const forged = `6.6.6.6 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1 "-" "-"`
	first, last := strings.TrimSuffix(combined("77.88.8.8"), "\n"), strings.TrimSuffix(combined("77.88.8.1"), "\n")
	quote := strings.LastIndex(first, `"`)
	cri := func(stream, tag, text string) string {
		return "2024-05-21T07:11:23.5Z " + stream + " " + tag + " " + text + "\n"
	}
	docker := func(stream, end, text string) string {
		return fmt.Sprintf(`{"log":%q,"stream":%q,"time":"2024-05-21T07:11:23.5Z"}`+"\n", text+end, stream)
	}
	journal := func(more, text string) string {
		return fmt.Sprintf(`{"__REALTIME_TIMESTAMP":"1716275483500000","CONTAINER_ID_FULL":"a"%s,"MESSAGE":%q}`+"\n", more,
			text)
	}
	const partial = `,"CONTAINER_PARTIAL_MESSAGE":"true"`
	long := strings.Repeat("x", maxRecord/2)
	for name, c := range map[string]struct {
		text, want string
		lost, idle uint64
	}{
		"Kubernetes": {text: cri("stdout", "P", first[:quote]) + cri("stdout", "P", forged) + cri("stdout", "F", `"`) +
			cri("stdout", "F", last), want: "77.88.8.8 77.88.8.1"},
		"two streams": {text: cri("stdout", "P", first[:quote]) +
			cri("stderr", "F", `2024/05/21 07:11:23 [notice] 1#1: exit`) +
			cri("stdout", "F", forged+`"`) + cri("stdout", "F", last), want: "77.88.8.8 77.88.8.1", idle: 1},
		"Docker": {text: docker("stdout", "", first[:quote]) + docker("stderr", "\n", last) + docker("stdout", "", forged) +
			docker("stdout", "\n", `"`) + docker("stdout", "\n", last) + docker("stdout", "\n", last),
			want: "77.88.8.1 x3 77.88.8.8"},
		"Docker without line ends": {text: docker("stdout", "", first) + docker("stdout", "", last),
			want: "77.88.8.8 77.88.8.1"},
		"journal": {text: journal(partial, first[:quote]) + journal("", forged+`"`) + journal("", last),
			want: "77.88.8.8 77.88.8.1"},
		"no end": {text: cri("stdout", "F", last) + cri("stdout", "F", last) + cri("stdout", "P", first) +
			cri("stdout", "P", first), want: "77.88.8.1 x2", lost: 1},
		"too long": {text: cri("stdout", "P", first[:quote]+long) + cri("stdout", "P", long) + cri("stdout", "F", forged) +
			cri("stdout", "F", last) + cri("stdout", "F", last), want: "77.88.8.1 x2", lost: 1},
	} {
		t.Run(name, func(t *testing.T) {
			accounted(t, c.text, Options{})
			events, a, err := readAll(c.text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := sourcesOf(events); got != c.want {
				t.Errorf("sources %s, want %s", got, c.want)
			}
			if a.NoRecords != c.idle || a.Lost[attribution.LostUnread] != c.lost {
				t.Errorf("%d lines are no records, lost %v; want %d, %d", a.NoRecords, a.Unread, c.idle, c.lost)
			}
		})
	}
}

// A line in pieces that begins in one place of many is lost, and others are not.
func TestManyPieces(t *testing.T) {
	var b strings.Builder
	line := strings.TrimSuffix(combined("77.88.8.8"), "\n")
	for range 50 {
		fmt.Fprintf(&b, `{"__REALTIME_TIMESTAMP":"1716275483500000","CONTAINER_ID_FULL":"z","MESSAGE":%q}`+"\n", line)
	}
	for i := range 20 {
		fmt.Fprintf(&b, `{"__REALTIME_TIMESTAMP":"1716275483500000","CONTAINER_ID_FULL":"%d",`+
			`"CONTAINER_PARTIAL_MESSAGE":"true","MESSAGE":%q}`+"\n", i, line)
	}
	accounted(t, b.String(), Options{})
	events, a, err := readAll(b.String(), Options{})
	if err != nil || len(events) != 50 || a.Lost[attribution.LostUnread] != 20 {
		t.Errorf("%d events, lost %v, %v", len(events), a.Unread, err)
	}
}
