package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

// console is standard error: messages, and below them on a terminal one line
// that says how far the reading has come.
type console struct {
	w        io.Writer
	terminal bool
	drawn    bool // a progress line stands on the screen
}

func newConsole(w io.Writer) *console {
	c := &console{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		c.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return c
}

// say writes one message, above the progress line if there is one.
func (c *console) say(format string, args ...any) {
	c.clear()
	fmt.Fprintf(c.w, "attribute: "+format+"\n", args...)
}

func (c *console) clear() {
	if c.drawn {
		fmt.Fprint(c.w, "\r\x1b[K")
		c.drawn = false
	}
}

// progress is a reader that shows on the terminal how much has gone through it.
// It looks at the clock once per read, which is once in thousands of lines.
type progress struct {
	io.Reader
	console  *console
	name     string
	size     int64 // bytes to come in all, 0 if that is not known
	done     int64
	text     *lines // what comes out at the other end, once it is known
	now      func() time.Time
	start    time.Time
	nextDraw time.Time
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.done += int64(n)
	if p.console.terminal && p.text != nil {
		p.draw()
	}
	return n, err
}

func (p *progress) draw() {
	const every = 200 * time.Millisecond
	now := p.now()
	if p.start.IsZero() {
		p.start, p.nextDraw = now, now.Add(every)
	}
	if now.Before(p.nextDraw) {
		return
	}
	p.nextDraw = now.Add(every)
	part := ""
	if p.size > 0 {
		part = fmt.Sprintf(" (%d %%)", min(100, 100*p.done/p.size))
	}
	fmt.Fprintf(p.console.w, "\r%s: %s lines, %s MB%s, %s lines/s\x1b[K", p.name, group(uint64(p.text.n)),
		group(uint64(p.done/1e6)), part, group(uint64(float64(p.text.n)/now.Sub(p.start).Seconds())))
	p.console.drawn = true
}

// group writes n with a comma between thousands.
func group(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
