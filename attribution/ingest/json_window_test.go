package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Objects that end anywhere in the window are those that encoding/json reads: the window moves
// while the reader looks for what stands behind an object.
func TestJSONAcrossWindows(t *testing.T) {
	const length = 2 * minWindow
	for _, kind := range []struct{ name, begin, between, end string }{
		{"array on one line", "[", ",", "]"},
		{"member of an object", `{"status":"ok","results":[`, ",", "]}"},
		{"over two lines", "", "\n", ""},
		{"next to each other", "", "", ""},
	} {
		t.Run(kind.name, func(t *testing.T) {
			for size := 80; size < 144; size++ {
				var objects []string
				for n := len(kind.begin); n < length; n += size {
					i := len(objects)
					o := fmt.Sprintf("{\"ts\":%d,\n\"src_ip\":\"77.%d.%d.9\",\"dst\":\"", 1716275483+i, i/200, i%200)
					if kind.between != "\n" {
						o = strings.Replace(o, "\n", " ", 1)
					}
					o += strings.Repeat("x", size-len(o)-len(kind.between)-2) + `"}`
					objects = append(objects, o)
				}
				text := kind.begin + strings.Join(objects, kind.between) + kind.end
				events, a, err := readAll(text, Options{})
				if err != nil || len(events) != len(objects) || len(a.Unread) > 0 ||
					int(a.Lines) != strings.Count(text, "\n")+1 {
					t.Fatalf("size %d: %d of %d records, %+v, %v", size, len(events), len(objects), a, err)
				}
				for i, e := range events {
					var want struct {
						TS  int64
						Src string `json:"src_ip"`
					}
					if err := json.Unmarshal([]byte(objects[i]), &want); err != nil {
						t.Fatal(err)
					}
					if e.Source.String() != want.Src || e.Time.Unix() != want.TS {
						t.Fatalf("size %d, record %d: %v at %d, not %+v", size, i, e.Source, e.Time.Unix(), want)
					}
				}
			}
		})
	}
}

// The lines behind the last record are counted where they are, also if the window moves first.
func TestLinesAcrossWindows(t *testing.T) {
	const tuple = `"1716275483,192.0.2.1,198.51.100.1,4711,443,T,I,A"`
	for name, begin := range map[string]string{
		"AZUREFLOW": `{"flowTuples":[` + strings.Repeat(tuple+",", 300) + tuple + "]",
		"JSON":      strings.Repeat("{\"src_ip\":\n\"192.0.2.1\"}\n", 600) + "{\"src_ip\":\n\"192.0.2.1\"}",
	} {
		for size := minWindow - 4; size < minWindow+4; size++ {
			text := begin + strings.Repeat(" \n", 2000)
			text += strings.Repeat(" ", size-len(text))
			events, a, err := readAll(text, Options{Format: name})
			if want := strings.Count(text, "\n") + 1; err != nil || len(events) < 300 || int(a.Lines) != want {
				t.Errorf("%s, %d bytes: %d records, %d of %d lines, %v", name, size, len(events), a.Lines, want, err)
			}
		}
	}
}

// An array on one line that is a little longer than a record may be is read like any other.
func TestJSONLongerThanALine(t *testing.T) {
	const object = `{"src_ip":"192.0.2.1"}`
	for n := maxRecord / (len(object) + 1); n < maxWindow/(len(object)+1)+100; n += 500 {
		for _, end := range []string{"]", "]\n"} {
			text := "[" + strings.Repeat(object+",", n-1) + object + end
			events, a, err := readAll(text, Options{})
			if err != nil || len(events) != n || len(a.Unread) > 0 || a.Lines != 1 {
				t.Errorf("%d bytes: %d of %d records, %+v, %v", len(text), len(events), n, a, err)
			}
		}
	}
}
