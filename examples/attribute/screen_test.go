package main

import (
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/testenv"
)

// onTerminal runs the program with standard output and standard error on a terminal.
func onTerminal(t *testing.T, env map[string]string, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	clock := time.Unix(0, 0)
	s := system{strings.NewReader(stdin), &out, &errs, func(io.Writer) bool { return true },
		func(name string) string { return env[name] },
		func() time.Time { clock = clock.Add(100 * time.Millisecond); return clock }}
	status = s.run(t.Context(), args)
	return status, out.String(), errs.String()
}

// The outcome of a verdict has a color on a terminal, and nothing else changes.
func TestColors(t *testing.T) {
	testenv.OneGoroutine(t)
	_, plain, _ := attribute(t, "")
	for _, tt := range []struct {
		env   map[string]string
		color bool
	}{
		{nil, true},
		{map[string]string{"NO_COLOR": "1"}, false},
		{map[string]string{"NO_COLOR": ""}, true}, // which no-color.org says is not set
		{map[string]string{"TERM": "dumb"}, false},
	} {
		tt.env = withWindowsTerminal(tt.env)
		status, stdout, _ := onTerminal(t, tt.env, "")
		want := plain
		if tt.color {
			want = strings.NewReplacer("\nrefuted: ", "\n\x1b[1;31mrefuted\x1b[0m: ",
				"\nsupported: ", "\n\x1b[1;32msupported\x1b[0m: ").Replace(plain)
			if want == plain {
				t.Fatal("no verdict to color")
			}
		}
		if status != exitOK || stdout != want {
			t.Errorf("%v: exit status %d\n%q\nwant\n%q", tt.env, status, stdout, want)
		}
		if _, stdout, _ := onTerminal(t, tt.env, "", "-json"); strings.Contains(stdout, "\x1b") {
			t.Errorf("%v: JSON with colors", tt.env)
		}
	}
	if strings.Contains(plain, "\x1b") {
		t.Error("colors in what is no terminal")
	}
}

func withWindowsTerminal(env map[string]string) map[string]string {
	all := map[string]string{"WT_SESSION": "1"}
	for name, value := range env {
		all[name] = value
	}
	return all
}

// Lines that come in pieces are colored all the same, and the rest of a line is not lost.
func TestPainter(t *testing.T) {
	var b strings.Builder
	w, flush := paint(true).painted(&b, text.NewPrinter(language.English))
	for _, piece := range []string{"unde", "cided: RU\nrefu", "table: x\nsupported", " : y\n supported: z\nrefuted: end"} {
		if n, err := io.WriteString(w, piece); n != len(piece) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if err := flush(); err != nil {
		t.Error(err)
	}
	const want = "\x1b[1;33mundecided\x1b[0m: RU\nrefutable: x\n\x1b[1;32msupported \x1b[0m: y\n supported: z\n" +
		"refuted: end"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestIsTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, w := range []io.Writer{null, file, &strings.Builder{}} {
		if isTerminal(w) {
			t.Errorf("%T is taken for a terminal", w)
		}
	}
}

func TestProgress(t *testing.T) {
	var screen strings.Builder
	c := &console{w: &screen, terminal: true}
	clock := time.Unix(0, 0)
	p := &progress{console: c, name: "a.log", size: 8e6,
		now: func() time.Time { clock = clock.Add(150 * time.Millisecond); return clock }}
	for i := range 3 {
		p.draw(1_234_567, int64(i+1)*1e6)
	}
	c.say("done")
	const want = "\r\"a.log\": 1,234,567 records, 3 MB (37 %), 4,115,223 records/s\x1b[K" + "\r\x1b[K" +
		"attribute: done\n"
	if screen.String() != want {
		t.Errorf("got %q, want %q", screen.String(), want)
	}
	// After a second the time that is left can be told: 2 MB of 8 took a minute.
	screen.Reset()
	clock = clock.Add(time.Minute)
	p.draw(2_000_000, 2e6)
	if want := ", 33,085 records/s, 3m2s left\x1b[K"; !strings.HasSuffix(screen.String(), want) {
		t.Errorf("got %q, want %q", screen.String(), want)
	}
	c.clear()
	screen.Reset()
	c.say("open %s: no such file", "a\x1b]0;b\x07\u202ec \"d\"")
	if want := "attribute: open a\\x1b]0;b\\a\\u202ec \"d\": no such file\n"; screen.String() != want {
		t.Errorf("got %q, want %q", screen.String(), want)
	}
}

// Progress is drawn on a terminal alone, and on standard error alone.
func TestProgressOnTerminal(t *testing.T) {
	path := fileOf(t, "a.log", manyAddresses(50_000))
	if _, stdout, stderr := onTerminal(t, nil, "", path); !strings.Contains(stderr, " records/s") ||
		strings.Contains(stdout, " records/s") {
		t.Errorf("no progress in %q", stderr)
	}
	if _, _, stderr := onTerminal(t, map[string]string{"TERM": "dumb"}, "", path); strings.Contains(stderr, "\x1b") {
		t.Errorf("%q", stderr)
	}
	if _, _, stderr := attribute(t, "", path); strings.Contains(stderr, "\x1b") || strings.Contains(stderr, "\r") {
		t.Errorf("%q", stderr)
	}
}

// The help has every flag once, below what it is for, with an example that the flags allow.
func TestHelp(t *testing.T) {
	status, stdout, stderr := attribute(t, "", "-h")
	if status != exitOK || stderr != "" || !strings.HasPrefix(stdout, "usage: attribute [flags] [file...]\n") {
		t.Errorf("exit status %d, %s%s", status, stdout, stderr)
	}
	_, flags := newFlags()
	flags.VisitAll(func(f *flag.Flag) {
		n := len(regexp.MustCompile("(?m)^  -"+f.Name+"( |$)").FindAllString(stdout, -1))
		if n != 1 {
			t.Errorf("-%s is there %d times", f.Name, n)
		}
	})
	for _, task := range tasks {
		used := 0
		for _, command := range strings.Split(task.example, "; ") {
			args := commandLine(command)
			cfg, flags := newFlags()
			flags.SetOutput(io.Discard)
			if args[0] != "attribute" {
				t.Errorf("%s: another program", command)
			}
			if err := flags.Parse(args[1:]); err != nil || cfg.check() != nil {
				t.Errorf("%s: %v", command, err)
			}
			flags.Visit(func(f *flag.Flag) {
				for _, name := range task.flags {
					if name == f.Name {
						used++
					}
				}
			})
		}
		if used == 0 || !strings.Contains(stdout, task.example+"\n") {
			t.Errorf("%s: the example %s shows none of its flags", task.title, task.example)
		}
	}
	for line := range strings.Lines(stdout) {
		if len([]rune(line)) > 111 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	if _, _, stderr := attribute(t, "", "-nonsense"); len(stderr) > 200 || !strings.Contains(stderr, "attribute -h") {
		t.Errorf("what is wrong is not what one sees:\n%s", stderr)
	}
}

// commandLine takes a command apart as a shell does, as far as the examples need it.
func commandLine(s string) (args []string) {
	for i, part := range strings.Split(s, "\"") {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	return args
}

// The language is the one that was asked for, in all that is written for people, and not that of the machine.
func TestLanguage(t *testing.T) {
	log := fileOf(t, "access.log", stateText)
	for args, want := range map[string]string{"-lang fr": "\n\x1b[1;33mnon tranché \x1b[0m: RU > 50% of sources",
		"": "\n\x1b[1;33mundecided\x1b[0m: RU > 50% of sources"} {
		_, stdout, _ := onTerminal(t, map[string]string{"LANG": "fr_FR.UTF-8", "LC_ALL": "fr_FR.UTF-8",
			"WT_SESSION": "1"}, "",
			append(strings.Fields(args), "-claim", "majority RU", log)...)
		if !strings.Contains(strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(stdout), want) {
			t.Errorf("%q: no %q in\n%s", args, want, stdout)
		}
	}
	page, _, _ := written(t, "a.html", "-lang", "fr-NC", log)
	if !strings.Contains(page, `<html lang="fr">`) {
		t.Errorf("%.100s", page)
	}
	for value, want := range map[string]string{"en": "", "en-NZ": "", "zh": "-lang: there are en",
		"!": "-lang: not a language such as en"} {
		status, _, stderr := attribute(t, "8.8.8.8\n", "-lang", value, "-")
		if (status == exitOK) != (want == "") || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit status %d, %s", value, status, stderr)
		}
	}
}
