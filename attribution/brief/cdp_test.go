package brief

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// A browser is a headless Chromium that is spoken to in the Chrome DevTools Protocol: JSON with a zero byte at its end,
// through two pipes.
type browser struct {
	t       testing.TB
	in      io.Writer
	out     *bufio.Reader
	last    int
	session string
	events  []message
}

type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// startBrowser starts a browser with one empty page, or skips the test if there is no Chromium.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless_shell"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("needs Chromium")
	}
	toIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, fromOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
		"--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage",
		"--user-data-dir="+t.TempDir())
	cmd.ExtraFiles = []*os.File{toIn, fromOut}
	if err := cmd.Start(); err != nil {
		t.Skip("Chromium does not start: ", err)
	}
	toIn.Close()
	fromOut.Close()
	b := &browser{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	t.Cleanup(func() {
		_, _ = b.try("Browser.close", nil)
		in.Close()
		_ = cmd.Wait()
		out.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Network", "Runtime", "Accessibility"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// call calls a method and waits for its result.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	raw, err := b.try(method, params)
	if err == nil && result != nil {
		err = json.Unmarshal(raw, result)
	}
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

func (b *browser) try(method string, params map[string]any) (json.RawMessage, error) {
	b.last++
	call := map[string]any{"id": b.last, "method": method}
	if params != nil {
		call["params"] = params
	}
	if b.session != "" && method != "Browser.close" {
		call["sessionId"] = b.session
	}
	data, err := json.Marshal(call)
	if err != nil {
		return nil, err
	}
	if _, err := b.in.Write(append(data, 0)); err != nil {
		return nil, err
	}
	for {
		m, err := b.next()
		switch {
		case err != nil:
			return nil, err
		case m.ID == 0:
			b.events = append(b.events, m)
		case m.ID == b.last && m.Error != nil:
			return nil, errors.New(m.Error.Message)
		case m.ID == b.last:
			return m.Result, nil
		}
	}
}

func (b *browser) next() (m message, err error) {
	data, err := b.out.ReadBytes(0)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(data[:len(data)-1], &m)
}

// open opens a page and waits until it is there.
func (b *browser) open(url string) {
	b.t.Helper()
	b.events = nil
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	for {
		for _, m := range b.events {
			if m.Method == "Page.loadEventFired" {
				return
			}
		}
		m, err := b.next()
		if err != nil {
			b.t.Fatal(err)
		}
		b.events = append(b.events, m)
	}
}

// eval runs a script in the page, and decodes what it returns.
func (b *browser) eval(script string, result any) {
	b.t.Helper()
	var got struct {
		Result struct{ Value json.RawMessage }
		Detail *struct{ Exception struct{ Description string } } `json:"exceptionDetails"`
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true}, &got)
	if got.Detail != nil {
		b.t.Fatal(got.Detail.Exception.Description)
	}
	if err := json.Unmarshal(got.Result.Value, result); err != nil {
		b.t.Fatal(err)
	}
}

// see sets the width of the window in pixels and the colors that its user prefers.
func (b *browser) see(width int, scheme, media string) {
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 760,
	}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{
		"media": media, "features": []map[string]any{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// requests are the addresses that were asked for since the page was opened.
func (b *browser) requests() (urls []string) {
	b.t.Helper()
	b.call("Runtime.evaluate", map[string]any{"expression": "1"}, nil) // events before this have come
	for _, m := range b.events {
		if m.Method != "Network.requestWillBeSent" {
			continue
		}
		var p struct {
			Request struct{ URL string }
		}
		if err := json.Unmarshal(m.Params, &p); err != nil {
			b.t.Fatal(fmt.Errorf("%s: %w", m.Method, err))
		}
		urls = append(urls, p.Request.URL)
	}
	return urls
}
