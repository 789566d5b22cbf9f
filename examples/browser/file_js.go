package main

import (
	"errors"
	"fmt"
	"io"
	"syscall/js"
	"time"
)

// blob is a file of the browser. It is read in pieces while Go waits, which only a worker can do.
type blob struct {
	value  js.Value // a File
	size   int64
	reader js.Value // a FileReaderSync

	piece []byte // the last one that was read
	at    int64
}

const pieceSize = 1 << 20

// openFile returns a file that somebody has dropped.
func openFile(value js.Value) log {
	b := &blob{value: value, size: int64(value.Get("size").Float()), reader: js.Global().Get("FileReaderSync").New()}
	return log{ReaderAt: b, name: value.Get("name").String(), size: b.size,
		modified: time.UnixMilli(int64(value.Get("lastModified").Float()))}
}

// ReadAt implements [io.ReaderAt]. Most of what is read is in the piece before or the next one.
func (b *blob) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) && err == nil {
		if at < b.at || at >= b.at+int64(len(b.piece)) {
			if err = b.load(at); err != nil {
				break
			}
		}
		copied := copy(p[n:], b.piece[at-b.at:])
		n, at = n+copied, at+int64(copied)
	}
	return n, err
}

// load reads the piece from a place on.
func (b *blob) load(at int64) (err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case js.Error:
			err = fmt.Errorf("the browser cannot read the file any more, perhaps since it was changed: %s",
				e.Get("name").String())
		default:
			panic(e)
		}
	}()
	if at >= b.size {
		return io.EOF
	}
	part := b.value.Call("slice", at, min(at+pieceSize, b.size))
	array := js.Global().Get("Uint8Array").New(b.reader.Call("readAsArrayBuffer", part))
	n := array.Length()
	if n == 0 {
		return errors.New("the file is shorter than the browser said")
	}
	if cap(b.piece) < n {
		b.piece = make([]byte, pieceSize)
	}
	b.piece, b.at = b.piece[:n], at
	js.CopyBytesToGo(b.piece, array)
	return nil
}
