package plainjson

import (
	"encoding/json"
	"testing"
	"unicode"
)

func TestEscape(t *testing.T) {
	for _, text := range []string{
		"", "Curaçao, 例え 😀", "a\x7fb\u0085c\u009b31md", "a\u202eb\u2066c\u200b\ufeff\u2028", "\U000e0041\U000f0000x",
		"a\nb\tc", "a\ufffdb",
	} {
		data, err := json.MarshalIndent(map[string]string{"text": text}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got := Escape(data)
		for _, r := range string(got) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q has %U", got, r)
			}
		}
		var back map[string]string
		if err := json.Unmarshal(got, &back); err != nil || back["text"] != text {
			t.Errorf("%q came back as %q, %v", text, back["text"], err)
		}
	}
}
