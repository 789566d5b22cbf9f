//go:build !js

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Nothing but the page's own files can be loaded, by the page, its worker or a brief.
func TestPolicy(t *testing.T) {
	p := open(t)
	for _, attempt := range []string{
		`fetch("http://127.0.0.2:1/x")`,
		`new Promise((done, fail) => { const i = new Image(); i.onload = done; i.onerror = fail;
			i.src = "http://127.0.0.2:1/x"; })`,
		`new Promise((done, fail) => { const s = document.createElement("script"); s.onload = done; s.onerror = fail;
			s.src = "http://127.0.0.2:1/x"; document.head.append(s); })`,
		`new Promise((done, fail) => { const s = new WebSocket("ws://127.0.0.2:1/x"); s.onopen = done; s.onerror = fail; })`,
		`Promise.resolve().then(() => eval("1"))`,
	} {
		var got string
		p.Eval(fmt.Sprintf(`new Promise((done) => {
			const violation = new Promise((seen) => document.addEventListener("securitypolicyviolation",
				(e) => seen(e.effectiveDirective), { once: true }));
			Promise.resolve().then(() => %s).then(() => done("done"),
				() => violation.then((directive) => done("refused: " + directive)));
		})`, attempt), &got)
		if !strings.HasPrefix(got, "refused: ") || got == "refused: " {
			t.Errorf("%s: %s", attempt, got)
		}
	}
	p.Forget() // the browser counts what it has refused
}

// What a file leaves open is asked, and the answer is used.
func TestQuestion(t *testing.T) {
	p := open(t)
	choose(p, fileOf(t, "two.csv", []byte("left,right\n8.8.8.8,9.9.9.9\n8.8.4.4,1.1.1.1\n")))
	press(p)
	if text := visible(p, "question"); !strings.HasPrefix(text, "Which field has the address?") {
		t.Fatalf("%q, %q", text, visible(p, "error"))
	}
	set(p, "answer", "right")
	press(p)
	if text := visible(p, "read"); !strings.HasPrefix(text, "Read as CSV: 2 records used") {
		t.Errorf("%q, %q", text, visible(p, "error"))
	}
}

// A file can be dropped. A burst in it gets a brief of its own, in the language that was chosen.
func TestDrop(t *testing.T) {
	p := open(t)
	path := fileOf(t, "burst.log", burstLog(true))
	at := map[string]any{"x": 100, "y": 100, "data": map[string]any{"items": []any{}, "files": []string{path},
		"dragOperationsMask": 1}}
	for _, kind := range []string{"dragEnter", "dragOver", "drop"} {
		at["type"] = kind
		p.Call("Input.dispatchDragEvent", at, nil)
	}
	p.Wait(`document.getElementById("file").files.length === 1`)
	p.Eval(`document.querySelector("[value=bursts]").click()`, nil)
	set(p, "claim", "majority RU\nplurality RU")
	set(p, "lang", "fr")
	press(p)
	p.Wait(inBrief + `.includes("plurality RU")`)
	var lang string
	if p.Eval(`document.getElementById("brief").contentDocument.documentElement.lang`, &lang); lang != "fr" {
		t.Errorf("the brief is in %q", lang)
	}
	if visible(p, "error") != "" || visible(p, "evidence") != "" {
		t.Errorf("%q; evidence of a burst", visible(p, "error"))
	}
}

// A run can be stopped, and another one begun.
func TestStop(t *testing.T) {
	p := open(t)
	choose(p, fileOf(t, "large.log", webLog(20e6)))
	p.Wait(`!document.getElementById("go").disabled`)
	p.Eval(`document.getElementById("go").click()`, nil)
	p.Wait(`document.getElementById("pace").textContent !== ""`)
	p.Eval(`document.getElementById("stop").click()`, nil)
	p.Wait(`document.getElementById("state").textContent === "Ready." && document.getElementById("work").hidden`)
	choose(p, fileOf(t, "small.log", webLog(1e5)))
	press(p)
	if text := visible(p, "read"); !strings.HasPrefix(text, "Read as COMBINED") {
		t.Errorf("%q, %q", text, visible(p, "error"))
	}
}

// All can be done with the keyboard.
func TestKeyboard(t *testing.T) {
	p := open(t)
	choose(p, fileOf(t, "access.log", webLog(1e5)))
	p.Wait(`!document.getElementById("go").disabled`)
	var seen []string
	for range 40 {
		for _, kind := range []string{"keyDown", "keyUp"} {
			p.Call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": "Tab", "windowsVirtualKeyCode": 9}, nil)
		}
		var id string
		p.Eval(`document.activeElement.id || document.activeElement.name || document.activeElement.tagName`, &id)
		if seen = append(seen, id); id == "go" {
			break
		}
	}
	if got := strings.Join(seen, " "); got != "file kind country claim scope SUMMARY go" {
		t.Errorf("the order is %s", got)
	}
	for _, kind := range []string{"keyDown", "keyUp"} {
		p.Call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": "Enter", "code": "Enter", "text": "\r",
			"windowsVirtualKeyCode": 13}, nil)
	}
	p.Wait(finished)
	var focus string
	if p.Eval(`document.activeElement.id`, &focus); focus != "h-result" {
		t.Errorf("the focus is on %q", focus)
	}
}

// The page is at most 8 MB on its way.
func TestSize(t *testing.T) {
	entries, err := os.ReadDir(site(t))
	if err != nil {
		t.Fatal(err)
	}
	var all int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all += info.Size()
	}
	if t.Logf("%d files, %.1f MB", len(entries), float64(all)/1e6); all > 8e6 || all < 1e6 {
		t.Errorf("%d bytes", all)
	}
}
