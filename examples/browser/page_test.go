//go:build !js

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/chromium"
)

const secret = "sixteen bytes of a secret"

// built are the files of the page, made once. TestMain removes them.
var built = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "whence-page-"); err == nil {
		err = build(context.Background(), dir)
	}
	return dir, err
})

func TestMain(m *testing.M) {
	testenv.RunAsProgram(main)
	status := m.Run()
	if used {
		dir, _ := built()
		os.RemoveAll(dir)
	}
	os.Exit(status)
}

var used bool // whether the page was built

func site(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the page")
	}
	used = true
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// open opens the page in a browser, and waits until it is ready.
func open(t *testing.T) *chromium.Page {
	t.Helper()
	dir := site(t)
	p := chromium.Start(t)
	server := httptest.NewServer(handler(dir))
	t.Cleanup(server.Close)
	p.Open(server.URL + "/index.html")
	p.Wait(`document.getElementById("state").textContent === "Ready."`)
	t.Cleanup(func() {
		for _, url := range p.Requests() {
			if !strings.HasPrefix(url, server.URL+"/") && !strings.HasPrefix(url, "data:,") &&
				!strings.HasPrefix(url, "blob:"+server.URL+"/") && !strings.HasPrefix(url, "about:") {
				t.Errorf("the page asked for %s", url)
			}
		}
		for _, fault := range p.Faults() {
			t.Errorf("the browser says: %s", fault)
		}
	})
	return p
}

// choose chooses a file.
func choose(p *chromium.Page, path string) { p.SetFile("#file", path) }

// set types a value into a field, or selects it.
func set(p *chromium.Page, id, value string) {
	p.Eval(fmt.Sprintf(`{
		const field = document.getElementById(%q);
		field.value = %q;
		field.dispatchEvent(new Event("input", { bubbles: true }));
		field.dispatchEvent(new Event("change", { bubbles: true }));
	}`, id, value), nil)
}

const (
	finished = `document.getElementById("work").hidden &&
		["result", "error", "ask"].some((id) => !document.getElementById(id).hidden)`
	inBrief = `(document.getElementById("brief").contentDocument?.body?.innerText ?? "")`
)

// visible returns the text of an element, "" if it is hidden.
func visible(p *chromium.Page, id string) (text string) {
	p.Eval(fmt.Sprintf(`(() => {
		const e = document.getElementById(%q);
		return e.checkVisibility() ? e.innerText : "";
	})()`, id), &text)
	return text
}

// press presses the button that starts, and waits for the answer.
func press(p *chromium.Page) {
	p.Wait(`!document.getElementById("go").disabled`)
	p.Eval(`document.getElementById("go").click()`, nil)
	p.Wait(finished)
}

// saved returns a file as the page saves it.
func saved(t *testing.T, p *chromium.Page, format string) []byte {
	t.Helper()
	var text string
	p.Eval(fmt.Sprintf(`ask({ type: "save", format: %q }).then(({ data }) => new Promise((done) => {
		const r = new FileReader();
		r.onload = () => done(r.result.split(",")[1]);
		r.readAsDataURL(new Blob([data]));
	}))`, format), &text)
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// command runs the command attribute in a folder, where it writes the evidence.
func command(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"run", "github.com/whence-go/whence/examples/attribute"}, args...)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// webLog is an access log of at least so many bytes. Every tenth source is geolocated to RU by every database.
func webLog(size int) []byte {
	var b bytes.Buffer
	for i := uint32(0); b.Len() < size; i++ {
		x := i * 2654435761
		address := fmt.Sprintf("8.%d.%d.%d", x>>24, x>>16&255, x>>8&255)
		if i%10 == 0 {
			address = fmt.Sprintf("77.88.55.%d", x>>24)
		}
		fmt.Fprintf(&b, "%s - - [21/May/2024:07:%02d:%02d +0000] \"GET /login?n=%d HTTP/1.1\" 200 512 \"-\" \"-\"\n", address,
			i/60%60, i%60, i%1000)
	}
	return b.Bytes()
}

func fileOf(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A log of 50 MB gives the verdicts and the evidence of the command, byte for byte, and the page stays alive meanwhile.
func TestLargeLog(t *testing.T) {
	p := open(t)
	path, key := fileOf(t, "access.log", webLog(50e6)), fileOf(t, "key", []byte(secret+"\n"))
	choose(p, path)
	set(p, "kind", "majority C")
	set(p, "country", "RU")
	set(p, "key", secret)
	p.Wait(`document.getElementById("claim-state").innerText === "Will be checked: RU > 50% of sources"`)
	p.Eval(`window.seen = []; window.longest = 0; {
		let last = performance.now();
		const tick = () => {
			const now = performance.now();
			longest = Math.max(longest, now - last);
			last = now;
			const value = document.getElementById("bar").value;
			if (value > (seen.at(-1) ?? 0)) seen.push(value);
			if (document.getElementById("result").hidden) setTimeout(tick, 10);
		};
		tick();
	}`, nil)
	press(p)
	if text := visible(p, "error"); text != "" {
		t.Fatal(text)
	}
	var seen []float64
	var longest float64
	p.Eval("seen", &seen)
	p.Eval("longest", &longest)
	if len(seen) < 3 || seen[len(seen)-1] > 1 {
		t.Errorf("progress %v", seen)
	}
	t.Logf("%d steps of progress; the page did nothing for %.0f ms at most", len(seen), longest)
	p.Wait(`!document.getElementById("brief").hidden && ` + inBrief + `.includes("RU > 50% of sources")`)
	if text := visible(p, "read"); !strings.HasPrefix(text, "Read as COMBINED: ") {
		t.Errorf("%q", text)
	}
	got := saved(t, p, "evidence")
	out := filepath.Join(t.TempDir(), "evidence.json")
	command(t, "", "-key", key, "-claim", "majority RU", "-evidence", out, path)
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of evidence, not those of the command (%d bytes)", len(got), len(want))
	}
	if text := string(saved(t, p, "html")); !strings.Contains(text, "RU &gt; 50% of sources") {
		t.Errorf("the page that is saved has no verdict")
	}

	// The other side drops the evidence.
	choose(p, fileOf(t, "from-them.json", got))
	p.Wait(finished)
	if text := visible(p, "says"); !strings.Contains(text, "The evidence holds.") ||
		!strings.Contains(text, "Every source in the file is where its database places it.") {
		t.Errorf("%q", text)
	}
	p.Wait(inBrief + `.includes("RU > 50% of sources")`)
	changed := bytes.Replace(got, []byte(`"refuted"`), []byte(`"supported"`), 1)
	choose(p, fileOf(t, "changed.json", changed))
	p.Wait(finished + ` && document.getElementById("says").innerText.includes("does not")`)
	if text := visible(p, "says"); !strings.Contains(text, "The evidence does not hold.") || bytes.Equal(changed, got) {
		t.Errorf("%q", text)
	}
}

// What cannot be read says so, and what could be is reported.
func TestBrokenLogs(t *testing.T) {
	p := open(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(webLog(2e6))
	z.Close()
	noise := make([]byte, 1<<16)
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	for _, tt := range []struct {
		name string
		id   string // where it is said: beside a brief, instead of one, or as a question
		data []byte
		want string
	}{
		{"cut.log.gz", "warning", packed.Bytes()[:packed.Len()/2], "could not be read to its end"},
		{"noise.bin", "error", noise, "binary data of an unknown kind"},
		{"empty.log", "error", nil, "the input has no records"},
		{"words.txt", "ask", []byte(strings.Repeat("the quick brown fox\n", 1000)), "What is it?"},
		{"evidence.json", "error", []byte(`{"evidence":{"format":"x"`), "evidence"},
	} {
		choose(p, fileOf(t, tt.name, tt.data))
		if tt.name == "evidence.json" {
			p.Wait(finished)
		} else {
			press(p)
		}
		if text := visible(p, tt.id); !strings.Contains(text, tt.want) {
			t.Errorf("%s: %q; error %q", tt.name, text, visible(p, "error"))
		}
	}
	// The page goes on.
	choose(p, fileOf(t, "access.log", webLog(1e5)))
	press(p)
	if text := visible(p, "error") + visible(p, "warning"); text != "" {
		t.Errorf("after broken ones: %s", text)
	}
}
