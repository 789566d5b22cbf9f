// Package chromium drives a headless Chromium from tests, by its protocol for developers over two pipes.
package chromium

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// Page is a page of a browser that runs as long as a test.
type Page struct {
	t       testing.TB
	w       io.Writer
	session string

	mu       sync.Mutex
	id       int
	waiting  map[int]chan message
	requests []string // addresses
	faults   []string // what the page's programs did not catch, and what the browser has to say
	ended    error
}

type message struct {
	ID     int             `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
	Session string `json:"sessionId,omitempty"`
}

// Start starts a browser with an empty page. It skips the test if there is no Chromium.
func Start(t testing.TB) *Page {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("needs Chromium, which is not installed here")
	}
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("the pipes to Chromium are passed on as files 3 and 4, which is tested on Linux only")
	}
	toBrowser, w := pipe(t)
	r, fromBrowser := pipe(t)
	cmd := exec.Command(path, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
		"--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	toBrowser.Close()
	fromBrowser.Close()
	p := &Page{t: t, w: w, waiting: map[int]chan message{}}
	read := make(chan struct{})
	go func() { p.read(r); close(read) }()
	t.Cleanup(func() {
		p.send("Browser.close", nil, "") // lets it end its other processes, which write to its folder
		select {
		case <-read:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
		}
		cmd.Wait()
		w.Close()
		r.Close()
	})
	p.attach()
	return p
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// attach opens a page.
func (p *Page) attach() {
	p.t.Helper()
	var target struct{ TargetID string }
	p.Call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	p.Call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	// Workers load what they need by themselves.
	p.Call("Target.setAutoAttach",
		map[string]any{"autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true}, nil)
	for _, domain := range []string{"Page", "Network", "Runtime", "Log", "DOM"} {
		p.Call(domain+".enable", nil, nil)
	}
}

// read reads messages to their end, each with a zero behind it.
func (p *Page) read(r io.Reader) {
	in := bufio.NewReader(r)
	for {
		text, err := in.ReadBytes(0)
		if err != nil {
			p.end(err)
			return
		}
		var m message
		if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
			p.end(err)
			return
		}
		p.receive(m)
	}
}

func (p *Page) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = fmt.Errorf("chromium has ended: %w", err)
	for id, c := range p.waiting {
		close(c)
		delete(p.waiting, id)
	}
}

func (p *Page) receive(m message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var event struct {
		Request struct{ URL string }
		Details struct {
			Text      string `json:"text"`
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
		Entry      struct{ Level, Text, URL string }
		SessionID  string
		TargetInfo struct{ Type string }
	}
	if m.Method != "" {
		json.Unmarshal(m.Params, &event) // what has another form has nothing for us
	}
	switch m.Method {
	case "":
		if c := p.waiting[m.ID]; c != nil {
			delete(p.waiting, m.ID)
			c <- m
		}
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, event.Request.URL)
	case "Runtime.exceptionThrown":
		p.faults = append(p.faults, event.Details.Text+" "+event.Details.Exception.Description)
	case "Log.entryAdded":
		if event.Entry.Level == "error" || event.Entry.Level == "warning" {
			p.faults = append(p.faults, event.Entry.Text+" "+event.Entry.URL)
		}
	case "Target.attachedToTarget":
		for _, domain := range []string{"Network", "Runtime", "Log"} {
			p.id++ // nobody waits for the answer
			p.write(message{ID: p.id, Method: domain + ".enable", Session: event.SessionID})
		}
	}
}

func (p *Page) write(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = p.w.Write(append(text, 0))
	return err
}

// send sends a command.
func (p *Page) send(method string, params any, session string) (chan message, error) {
	text, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	if params == nil {
		text = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil {
		return nil, p.ended
	}
	p.id++
	c := make(chan message, 1)
	p.waiting[p.id] = c
	return c, p.write(message{ID: p.id, Method: method, Params: text, Session: session})
}

// Call calls a method of the protocol, and decodes what it returns.
func (p *Page) Call(method string, params, result any) {
	p.t.Helper()
	if err := p.call(method, params, result); err != nil {
		p.t.Fatalf("%s: %v", method, err)
	}
}

func (p *Page) call(method string, params, result any) error {
	c, err := p.send(method, params, p.session)
	if err != nil {
		return err
	}
	m, ok := <-c
	switch {
	case !ok:
		return p.ended
	case m.Error != nil:
		return errors.New(m.Error.Message)
	case result == nil:
		return nil
	}
	return json.Unmarshal(m.Result, result)
}

// During lets a subtest use the page: what goes wrong until it ends is its failure.
func (p *Page) During(t testing.TB) {
	before := p.t
	p.t = t
	t.Cleanup(func() { p.t = before })
}

// Open goes to an address.
func (p *Page) Open(url string) {
	p.t.Helper()
	var r struct{ ErrorText string }
	p.Call("Page.navigate", map[string]any{"url": url}, &r)
	if r.ErrorText != "" {
		p.t.Fatalf("%s: %s", url, r.ErrorText)
	}
	p.Wait("document.readyState === 'complete'")
}

// Eval evaluates JavaScript in the page, waits for a promise, and decodes the value.
func (p *Page) Eval(expression string, value any) {
	p.t.Helper()
	var r struct {
		Result  struct{ Value json.RawMessage }
		Details *struct {
			Text      string
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
	}
	p.Call("Runtime.evaluate", map[string]any{
		"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
		"allowUnsafeEvalBlockedByCSP": false,
	}, &r)
	if r.Details != nil {
		p.t.Fatalf("%.200s: %s %s", expression, r.Details.Text, r.Details.Exception.Description)
	}
	if value == nil {
		return
	}
	if err := json.Unmarshal(r.Result.Value, value); err != nil {
		p.t.Fatalf("%.200s: %v in %.200s", expression, err, r.Result.Value)
	}
}

// Wait waits until an expression is true. What goes wrong in the page ends the test.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	for done := false; !done; time.Sleep(50 * time.Millisecond) {
		if faults := p.Faults(); len(faults) > 0 {
			p.t.Fatalf("waiting for %.200s: %q", expression, faults)
		}
		p.Eval("Boolean("+expression+")", &done)
	}
}

// SetFile chooses a file in the field that a selector names.
func (p *Page) SetFile(selector, path string) {
	p.t.Helper()
	var document struct{ Root struct{ NodeID int } }
	p.Call("DOM.getDocument", nil, &document)
	var field struct{ NodeID int }
	p.Call("DOM.querySelector", map[string]any{"nodeId": document.Root.NodeID, "selector": selector}, &field)
	p.Call("DOM.setFileInputFiles", map[string]any{"nodeId": field.NodeID, "files": []string{path}}, nil)
}

// Size sets the size of the window, and whether it is that of a phone.
func (p *Page) Size(width, height int, phone, dark bool) {
	p.t.Helper()
	p.Call("Emulation.setDeviceMetricsOverride",
		map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}, nil)
	scheme := map[bool]string{false: "light", true: "dark"}[dark]
	p.Call("Emulation.setEmulatedMedia",
		map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Screenshot returns a picture of the whole page, as PNG.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	var r struct{ Data string }
	p.Call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true}, &r)
	data, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		p.t.Fatal(err)
	}
	return data
}

// Requests returns the addresses of everything that was asked for so far.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// Faults returns what went wrong in the page so far.
func (p *Page) Faults() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.faults...)
}

// Forget forgets what went wrong and what was asked for so far.
func (p *Page) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.requests = nil, nil
}
