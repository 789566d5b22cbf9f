//go:build !js

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var pictures = flag.String("pictures", "", "write pictures of the page to a folder")

// The page fits on a phone and on a screen, in light and dark, with every step of it open. Everything can be pressed,
// and has a name.
func TestLooks(t *testing.T) {
	p := open(t)
	var address string
	p.Eval("location.href", &address)
	log := fileOf(t, "access.log", webLog(3e6))
	for _, size := range []struct {
		width, height int
		phone, dark   bool
	}{{360, 740, true, false}, {1280, 900, false, false}, {360, 740, true, true}, {1280, 900, false, true}} {
		p.Size(size.width, size.height, size.phone, size.dark)
		p.Open(address)
		p.Wait(`document.getElementById("state").textContent === "Ready."`)
		look := func(step string) {
			var wide []string
			p.Eval(`[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() &&
				e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.tagName + " " + e.id)`, &wide)
			if len(wide) > 0 {
				t.Errorf("%d px, %s: too wide: %q", size.width, step, wide)
			}
			var nameless []string
			p.Eval(`[...document.querySelectorAll("input, select, textarea, button, iframe, progress, fieldset")].filter((e) =>
				!(e.labels?.length || e.ariaLabel || e.title || e.innerText?.trim())).map((e) => e.tagName + " " + e.id)`,
				&nameless)
			if len(nameless) > 0 {
				t.Errorf("%s: without a name: %q", step, nameless)
			}
			var small []string
			const pressed = "button, select, input:not([type=radio], [type=checkbox]), summary"
			p.Eval(`[...document.querySelectorAll("`+pressed+`")].filter((e) =>
				e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map((e) => e.tagName + " " + e.id)`, &small)
			if len(small) > 0 {
				t.Errorf("%s: too small for a finger: %q", step, small)
			}
			if *pictures != "" {
				name := fmt.Sprintf("%s.%d.%v.png", step, size.width, size.dark)
				if err := os.WriteFile(filepath.Join(*pictures, name), p.Screenshot(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		look("start")
		choose(p, log)
		set(p, "kind", "majority C")
		set(p, "country", "RU")
		p.Wait(`document.getElementById("claim-state").innerText !== ""`)
		p.Eval(`document.querySelector("details").open = true`, nil)
		look("form")
		press(p)
		p.Wait(`document.getElementById("brief").contentDocument?.body?.innerText.length > 100 &&
			document.getElementById("brief").clientHeight > 500`)
		look("brief")
		choose(p, fileOf(t, "evidence.json", saved(t, p, "evidence")))
		p.Wait(`document.getElementById("says").innerText.includes("holds")`)
		look("evidence")
		set(p, "claim", "majority of them")
		p.Wait(`document.getElementById("claim-state").innerText.includes("is no claim")`)
	}
}
