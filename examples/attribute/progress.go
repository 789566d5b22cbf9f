package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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
	fmt.Fprintf(c.w, "attribute: %s\n", printable(fmt.Sprintf(format, args...)))
}

// printable shows what would not print as escapes, such as in names of files.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) < 0 && utf8.ValidString(s) {
		return s
	}
	q := strconv.QuoteToGraphic(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

func (c *console) clear() {
	if c.drawn {
		fmt.Fprint(c.w, "\r\x1b[K")
		c.drawn = false
	}
}

// progress shows on the terminal how far a file was read.
type progress struct {
	console  *console
	name     string
	size     int64 // bytes to come in all, 0 if that is not known
	now      func() time.Time
	start    time.Time
	nextDraw time.Time
}

// draw is told how many records and bytes there were so far.
func (p *progress) draw(records uint64, bytes int64) {
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
		part = fmt.Sprintf(" (%d %%)", min(100, 100*bytes/p.size))
	}
	fmt.Fprintf(p.console.w, "\r%q: %s records, %s MB%s, %s records/s\x1b[K", p.name, group(records),
		group(uint64(bytes/1e6)), part, group(uint64(float64(records)/now.Sub(p.start).Seconds())))
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
