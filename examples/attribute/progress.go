package main

import (
	"fmt"
	"io"
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
	elapsed := now.Sub(p.start)
	part, left := "", ""
	if p.size > 0 {
		part = fmt.Sprintf(" (%d %%)", min(100, 100*bytes/p.size))
		if todo := p.size - bytes; todo > 0 && bytes > 0 && elapsed >= time.Second { // sooner it is a guess
			d := time.Duration(float64(elapsed) * float64(todo) / float64(bytes))
			left = ", " + compact(d.Round(time.Second)+time.Second) + " left"
		}
	}
	fmt.Fprintf(p.console.w, "\r%.40q: %s records, %s MB%s, %s records/s%s\x1b[K", p.name, group(records),
		group(uint64(bytes/1e6)), part, group(uint64(float64(records)/elapsed.Seconds())), left)
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
