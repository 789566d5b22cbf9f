package interrupt

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// What is read is what comes, with its end or its error.
func TestReader(t *testing.T) {
	r := Reader(t.Context(), strings.NewReader("all of it"))
	if data, err := io.ReadAll(r); string(data) != "all of it" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	broken := errors.New("broken")
	r = Reader(t.Context(), iotest.ErrReader(broken))
	if data, err := io.ReadAll(r); len(data) > 0 || err != broken {
		t.Errorf("%q, %v", data, err)
	}
}

// A read that waits ends a second after the context. What comes until then is read, and so is an end.
func TestInterrupted(t *testing.T) {
	for _, ends := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			source, writer := io.Pipe()
			r := Reader(ctx, source)
			go func() {
				io.WriteString(writer, "before, ")
				cancel()
				time.Sleep(grace / 2)
				io.WriteString(writer, "after")
				if ends {
					writer.Close()
				}
			}()
			data, err := io.ReadAll(r)
			if string(data) != "before, after" || ends != (err == nil) || err != nil && err != ErrInterrupted {
				t.Errorf("ends %v: %q, %v", ends, data, err)
			}
			writer.Close()
		})
	}
}

// A reader that is closed leaves nothing behind: synctest.Test would fail.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := Reader(t.Context(), strings.NewReader("nobody reads it"))
		r.Close()
	})
}
