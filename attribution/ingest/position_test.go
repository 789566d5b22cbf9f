package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A reader that goes on behind a line gives what the first one gave from there on.
func TestSkip(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, err := NewReader(bytes.NewReader(text), file, Options{})
		if err != nil || first.Head() == nil {
			continue // it needs options, or is no text
		}
		var events []Event
		var places []Position
		var e Event
		for first.Next(&e) == nil {
			e.Target = bytes.Clone(e.Target)
			events, places = append(events, e), append(places, first.Position())
		}
		for _, n := range []int{0, 1, len(events) / 2, len(events) - 1} {
			if n < 0 || n >= len(events) {
				continue
			}
			tried++
			again, err := NewReader(bytes.NewReader(text), file, Options{})
			if err == nil {
				err = again.Skip(places[n])
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			for i := n + 1; i < len(events); i++ {
				if err := again.Next(&e); err != nil {
					t.Fatalf("%s: event %d behind %+v: %v", file, i, places[n], err)
				}
				if e.Target = bytes.Clone(e.Target); !reflect.DeepEqual(e, events[i]) {
					t.Errorf("%s: event %d behind %+v is %+v, want %+v", file, i, places[n], e, events[i])
				}
			}
			if err := again.Next(&e); err != io.EOF {
				t.Errorf("%s: %+v, %v behind the end", file, e, err)
			}
			if got, want := again.Account().Records, uint64(len(events)-n-1); got != want {
				t.Errorf("%s: the account has %d records, want %d", file, got, want)
			}
		}
	}
	if tried < 100 {
		t.Errorf("%d places were tried, want 100 at least", tried)
	}
}

func TestSkipTooFar(t *testing.T) {
	r, err := NewReader(strings.NewReader(combined("192.0.2.1")), "test", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Skip(Position{Records: 2}); !errors.Is(err, ErrShort) {
		t.Errorf("error %v, want %v", err, ErrShort)
	}
}

// A text is known by its head, whether it has grown or was compressed since.
func TestHead(t *testing.T) {
	head := func(text string, o Options) []byte {
		t.Helper()
		r, err := NewReader(strings.NewReader(text), "test", o)
		if err != nil {
			t.Fatal(err)
		}
		return r.Head()
	}
	line := combined("192.0.2.1")
	short, long := head(line, Options{}), head(strings.Repeat(line, 1000), Options{})
	if len(long) != headSize || !bytes.HasPrefix(long, short) || string(short) != line {
		t.Errorf("%q and %q", short, long)
	}
	if torn := head(line+line[:30], Options{WholeLines: true}); string(torn) != line {
		t.Errorf("%q with a line that has no end yet", torn)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(strings.Repeat(line, 1000)))
	z.Close()
	if !bytes.Equal(head(b.String(), Options{}), long) {
		t.Error("another head in gzip")
	}
	archive, err := os.ReadFile("testdata/cases/k10.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	if got := head(string(archive), Options{}); got != nil {
		t.Errorf("%q of an archive", got)
	}
}

// A line without its end is left for when it has one.
func TestWholeLines(t *testing.T) {
	text := combined("192.0.2.1") + strings.TrimSuffix(combined("192.0.2.2"), "\n")
	for whole, want := range map[bool]int{true: 1, false: 2} {
		events, a, err := readAll(text, Options{WholeLines: whole})
		if err != nil || len(events) != want || whole != (len(a.Notes) == 1 && a.Notes[0].Code == "OPEN_LINE") {
			t.Errorf("whole lines %v: %d events, %v, %v", whole, len(events), a.Notes, err)
		}
	}
	torn := strings.TrimSuffix(combined("192.0.2.1"), "\n")
	if _, _, err := readAll(torn, Options{WholeLines: true}); !errors.Is(err, ErrEmpty) {
		t.Errorf("error %v, want %v", err, ErrEmpty)
	}
}

// What was lost is known when the event behind it is handed out.
func TestLost(t *testing.T) {
	r, err := NewReader(strings.NewReader(combined("192.0.2.1")+"x\ny\n"+combined("192.0.2.2")), "test", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var e Event
	for _, want := range []uint64{0, 2} {
		if err := r.Next(&e); err != nil || r.Lost() != want {
			t.Errorf("%d lost, %v, want %d", r.Lost(), err, want)
		}
	}
}
