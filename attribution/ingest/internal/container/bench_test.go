package container

import (
	"strings"
	"testing"
)

func BenchmarkNext(b *testing.B) {
	line := `8.8.8.8 - - [21/May/2024:07:11:23 +0000] "GET /some/path HTTP/1.1" 200 1234 "-" "Mozilla/5.0 (X11)"`
	for name, end := range map[string]string{"LF": "\n", "CRLF": "\r\n", "CR": "\r"} {
		b.Run("end="+name, func(b *testing.B) {
			text := strings.Repeat(line+end, 100_000)
			b.SetBytes(int64(len(line) + len(end)))
			var l *Lines
			for i := 0; b.Loop(); i++ {
				if i%100_000 == 0 {
					var err error
					if l, err = Open(strings.NewReader(text), Options{}).Next(); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := l.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
