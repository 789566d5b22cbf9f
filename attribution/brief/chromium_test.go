package brief

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/chromium"
)

// overflows are the elements that reach out of the window, or whose text reaches out of them.
const overflows = `(() => {
	const out = [], width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > width) out.push('the page: ' + document.documentElement.scrollWidth);
	for (const e of document.querySelectorAll('body *')) {
		if (e.closest('svg') || e.closest('.vh')) continue;
		const box = e.getBoundingClientRect(), style = getComputedStyle(e);
		if (box.width === 0 || style.display === 'inline') continue;
		const name = e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40);
		if (box.right > width + 1 || box.left < -1) out.push(name);
		if (/^(TD|TH|P|H1|H2|H3|LI|PRE|CAPTION)$/.test(e.tagName) && e.scrollWidth > e.clientWidth + 1)
			out.push('text of ' + name);
	}
	return out;
})()`

// contrasts are the least contrast of text with what is behind it, and the smallest letters.
const contrasts = `(() => {
	const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
	const light = c => { const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
		return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]) };
	let least = {ratio: 99, text: ''}, smallest = {size: 99, text: ''};
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
		if (!text || !e.getClientRects().length || e.closest('title,desc,style,svg text,details:not([open]) > :not(summary)'))
			continue;
		let back = e;
		while (back && parse(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
		const fore = light(parse(getComputedStyle(e).color));
		const rear = light(parse(getComputedStyle(back || document.body).backgroundColor));
		const ratio = (Math.max(fore, rear) + .05) / (Math.min(fore, rear) + .05);
		if (ratio < least.ratio) least = {ratio, text};
		const size = parseFloat(getComputedStyle(e).fontSize);
		if (size < smallest.size) smallest = {size, text};
	}
	return {least, smallest};
})()`

// A browser shows every showcase on a phone, on a desk, light and dark: no text overflows, the contrast holds, nothing
// else is asked for, and everything has a name for those who do not see it.
func TestChromium(t *testing.T) {
	testenv.OneGoroutine(t)
	b := chromium.Start(t)
	for _, c := range showcases() {
		t.Run(c.name, func(t *testing.T) {
			b.During(t)
			path := filepath.Join(t.TempDir(), c.name+".html")
			if err := os.WriteFile(path, []byte(pageOf(t, once(t, c))), 0o600); err != nil {
				t.Fatal(err)
			}
			url := "file://" + filepath.ToSlash(path)
			for _, width := range []int{360, 768, 1280} {
				see(b, width, "light", "screen")
				open(b, url)
				if urls := b.Requests(); !slices.Equal(urls, []string{url}) {
					t.Errorf("it asks for %q", urls)
				}
				var out []string
				if b.Eval(overflows, &out); len(out) > 0 {
					t.Errorf("%d px: %q", width, out)
				}
			}
			for _, scheme := range []string{"light", "dark"} {
				see(b, 1280, scheme, "screen")
				open(b, url)
				checkContrast(t, b, scheme)
			}
			checkNames(t, b)
			see(b, 1280, "light", "print")
			if c.name != "many" {
				checkPrint(t, b)
			}
		})
	}
}

func checkContrast(t *testing.T, b *chromium.Page, scheme string) {
	t.Helper()
	var got struct {
		Least struct {
			Ratio float64
			Text  string
		}
		Smallest struct {
			Size float64
			Text string
		}
	}
	b.Eval(contrasts, &got)
	if got.Least.Ratio < 6.2 {
		t.Errorf("%s: contrast %.2f of %q", scheme, got.Least.Ratio, got.Least.Text)
	}
	if got.Smallest.Size < 13 {
		t.Errorf("%s: letters of %.1f px: %q", scheme, got.Smallest.Size, got.Smallest.Text)
	}
}

// checkNames reads the accessibility tree: images, tables and regions have names, and cells have headers.
func checkNames(t *testing.T, b *chromium.Page) {
	t.Helper()
	var tree struct {
		Nodes []struct {
			Ignored bool
			Role    struct{ Value any }
			Name    struct{ Value any }
		}
	}
	b.Call("Accessibility.getFullAXTree", nil, &tree)
	roles := map[string]int{}
	for _, n := range tree.Nodes {
		role := fmt.Sprint(n.Role.Value)
		if n.Ignored {
			continue
		}
		roles[role]++
		name, _ := n.Name.Value.(string)
		switch role {
		case "image", "img", "region", "heading", "columnheader", "rowheader", "DisclosureTriangle":
			if strings.TrimSpace(name) == "" {
				t.Errorf("a %s without a name", role)
			}
		}
	}
	if roles["region"] < 3 || roles["heading"] < 4 {
		t.Errorf("roles: %v", roles)
	}
	var loose []string
	b.Eval(`[...document.querySelectorAll('th')].filter(e => !e.scope).map(e => e.textContent)`, &loose)
	if len(loose) > 0 {
		t.Errorf("headers of nothing: %q", loose)
	}
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page[^s]`)

// checkPrint prints the page: at most two of A4.
func checkPrint(t *testing.T, b *chromium.Page) {
	t.Helper()
	var printed struct{ Data string }
	b.Call("Page.printToPDF", map[string]any{"preferCSSPageSize": true, "printBackground": false}, &printed)
	data, err := base64.StdEncoding.DecodeString(printed.Data)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(pdfPage.FindAll(data, -1)); n < 1 || n > 2 {
		t.Errorf("%d pages", n)
	}
}

// see sets the width of the window in pixels, the colors that its user prefers, and what the page is for.
func see(b *chromium.Page, width int, scheme, media string) {
	b.Size(width, 800, width < 760, scheme == "dark")
	if media != "screen" {
		b.Call("Emulation.setEmulatedMedia", map[string]any{"media": media}, nil)
	}
}

// open opens a page, and forgets what was asked for before.
func open(b *chromium.Page, url string) {
	b.Forget()
	b.Open(url)
}
