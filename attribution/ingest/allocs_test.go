package ingest

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// Records of the usual form allocate nothing.
func TestNoAllocations(t *testing.T) {
	line := func(v *visit, name string) string {
		i := slices.IndexFunc(servers, func(s server) bool { return s.name == name })
		return servers[i].line(v)
	}
	texts := map[string]func(i int) string{
		"ADDR":    func(i int) string { return fmt.Sprintf("77.1.%d.%d", i/250, i%250) },
		"blocks":  func(i int) string { return fmt.Sprintf("77.1.%d.0/24", i%250) },
		"uniq -c": func(i int) string { return fmt.Sprintf("  %d 77.1.%d.%d", 1+i%9, i/250, i%250) },
		"TEXT":    func(i int) string { return fmt.Sprintf("login of 77.1.%d.%d failed", i/250, i%250) },
		"CSV": func(i int) string {
			if i == 0 {
				return "time,ip,bytes,path"
			}
			return fmt.Sprintf("2024-05-21T07:11:%02dZ,77.1.%d.%d,100,\"/a\"", i%60, i/250, i%250)
		},
		"JSON": func(i int) string {
			return fmt.Sprintf(`{"time":"2024-05-21T07:11:%02d.5Z","ip":"77.1.%d.%d",`+
				`"a":{"b":[1,2,"x"]},"packets":3,"bytes":77}`,
				i%60, i/250, i%250)
		},
		"list": func(i int) string {
			return fmt.Sprintf(`"77.1.%d.%d, 10.0.0.1" - - [21/May/2024:07:11:%02d +0000] "GET /a HTTP/1.1" 200 5`, i/250,
				i%250, i%60)
		},
		"syslog": func(i int) string {
			return fmt.Sprintf(`May 21 07:11:%02d web1 nginx: `+
				`77.1.%d.%d - - [21/May/2024:07:11:%02d +0000] "GET /a HTTP/1.1" 200 5`,
				i%60, i/250, i%250, i%60)
		},
		"Docker": func(i int) string {
			return asJSON(map[string]string{"stream": "stdout", "time": "2024-05-21T07:11:23.1Z", "log": fmt.Sprintf(
				"77.1.%d.%d - - [21/May/2024:07:11:%02d +0000] \"GET /a HTTP/1.1\" 200 5\n", i/250, i%250, i%60)})
		},
	}
	for _, name := range []string{"nginx", "httpd vhost_combined"} {
		texts[name] = func(i int) string {
			return line(&visit{source: mustAddr(fmt.Sprintf("77.1.%d.%d", i/250, i%250)), path: "a", agent: "probe/1",
				at: firstSecond.Add(seconds(i))}, name)
		}
	}
	const lines = 20_000
	for name, make := range texts {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for i := range lines {
				b.WriteString(make(i) + "\n")
			}
			r, err := NewReader(strings.NewReader(b.String()), name, Options{Year: 2024})
			if err != nil {
				t.Fatal(err)
			}
			var e Event
			read := func() {
				if err := r.Next(&e); err != nil {
					t.Fatal(err)
				}
			}
			for range 2_000 {
				read()
			}
			if n := testing.AllocsPerRun(10_000, read); n > 0 {
				t.Errorf("%v allocations a record", n)
			}
			for err = nil; err == nil; err = r.Next(&e) {
			}
			if a := r.Account(); err != io.EOF || a.Records+a.NoRecords != lines {
				t.Errorf("%v: %+v", err, a)
			}
		})
	}
}
