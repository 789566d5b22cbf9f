package main

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/text"
)

// system is what the program is given by the system it runs on.
type system struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       func(io.Writer) bool // whether somebody reads it on a screen
	getenv         func(string) string
	now            func() time.Time
}

// isTerminal reports whether w is a device for characters, and not the one that swallows them.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// console returns standard error. A terminal that knows no codes shows no progress.
func (s system) console() *console {
	return &console{w: s.stderr, terminal: s.terminal(s.stderr) && s.getenv("TERM") != "dumb"}
}

// paint returns the colors for w: none if it is no terminal, or if the user wants none (no-color.org).
func (s system) paint(w io.Writer) paint {
	old := runtime.GOOS == "windows" && s.getenv("WT_SESSION") == "" // its console shows the codes
	return paint(s.terminal(w) && s.getenv("NO_COLOR") == "" && s.getenv("TERM") != "dumb" && !old)
}

// paint says whether there are colors.
type paint bool

func (p paint) with(code, text string) string {
	if !p {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p paint) bold(text string) string  { return p.with("1", text) }
func (p paint) faint(text string) string { return p.with("2", text) }

// outcomeColors are those of the verdicts, beside which their word always stands. Refuted is not bad, so that they
// need only differ.
var outcomeColors = map[attribution.Outcome]string{
	attribution.Supported: "1;32", attribution.Refuted: "1;31", attribution.Undecided: "1;33",
	attribution.Inadmissible: "1;35",
}

// painter colors the word for the outcome at the beginning of a line. It writes whole lines; flush writes the rest.
type painter struct {
	w     io.Writer
	words map[string]string // colors, by word
	rest  []byte
}

// painted returns w with colors, if there are any, and what must be called at the end.
func (p paint) painted(w io.Writer, printer *text.Printer) (io.Writer, func() error) {
	if !p {
		return w, func() error { return nil }
	}
	lines := &painter{w: w, words: map[string]string{}}
	for outcome, color := range outcomeColors {
		lines.words[printer.Outcome(outcome)] = color
	}
	return lines, lines.flush
}

func (p *painter) Write(b []byte) (int, error) {
	p.rest = append(p.rest, b...)
	end := bytes.LastIndexByte(p.rest, '\n') + 1
	var out strings.Builder
	for line := range strings.Lines(string(p.rest[:end])) {
		word, after, found := strings.Cut(line, ":")
		color := p.words[strings.TrimRight(word, " \u00a0\u202f")] // French has a space before the colon
		if found && color != "" {
			line = paint(true).with(color, word) + ":" + after
		}
		out.WriteString(line)
	}
	p.rest = append(p.rest[:0], p.rest[end:]...)
	if _, err := io.WriteString(p.w, out.String()); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (p *painter) flush() error {
	_, err := p.w.Write(p.rest)
	p.rest = nil
	return err
}
