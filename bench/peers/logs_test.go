package peers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
)

// request is the end of every line of the log.
const request = `"GET /login HTTP/1.1" 200 2326 "-" ` +
	`"Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"`

// writeLog writes an access log in the combined format with a line per address,
// and returns its path.
func writeLog(tb testing.TB, ips []uint32) string {
	path := filepath.Join(tb.TempDir(), "access.log")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i, ip := range ips {
		second := i * 86400 / len(ips)
		fmt.Fprintf(w, "%v - - [21/May/2024:%02d:%02d:%02d +0000] %s\n",
			load.Addr4(ip), second/3600, second/60%60, second%60, request)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// output runs a program and returns what it writes.
func output(tb testing.TB, name string, args ...string) []byte {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			tb.Fatalf("%s: %v: %s", name, err, exit.Stderr)
		}
		tb.Fatal(err)
	}
	return out
}

// openAttribute builds the program of whence that reads logs.
func openAttribute(tb testing.TB, ips []uint32) func() counts {
	log, program := writeLog(tb, ips), filepath.Join(tb.TempDir(), "attribute")
	build := exec.Command("go", "build", "-o", program, "./examples/attribute")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
	return func() counts {
		var report struct {
			Countries []struct {
				Origin  string
				Sources uint64
			}
		}
		if err := json.Unmarshal(output(tb, program, "-json", log), &report); err != nil {
			tb.Fatal(err)
		}
		n := counts{}
		for _, row := range report.Countries {
			n[row.Origin] = row.Sources
		}
		return n
	}
}

// openGoAccess gives GoAccess an MMDB with the fields that it reads.
func openGoAccess(tb testing.TB, ips []uint32) func() counts {
	program, err := exec.LookPath("goaccess")
	if err != nil {
		tb.Skip("goaccess is not installed")
	}
	log, database := writeLog(tb, ips), filepath.Join(tb.TempDir(), "country.mmdb")
	data := load.WriteDatabase(func(o geo.Origin) testenv.Map {
		return testenv.Map{"country": testenv.Map{"iso_code": o.String(), "names": testenv.Map{"en": o.String()}}}
	})
	if err := os.WriteFile(database, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	report := filepath.Join(tb.TempDir(), "report.json")
	args := []string{log, "--no-global-config", "--log-format=COMBINED", "--geoip-database=" + database,
		"--no-progress", "--max-items=1000", "--output=" + report}
	for _, panel := range strings.Fields("VISITORS REQUESTS REQUESTS_STATIC NOT_FOUND HOSTS OS BROWSERS VISIT_TIMES " +
		"VIRTUAL_HOSTS REFERRERS REFERRING_SITES KEYPHRASES STATUS_CODES REMOTE_USER CACHE_STATUS MIME_TYPE TLS_TYPE") {
		args = append(args, "--ignore-panel="+panel)
	}
	return func() counts {
		output(tb, program, args...)
		text, err := os.ReadFile(report)
		if err != nil {
			tb.Fatal(err)
		}
		var said struct {
			Geolocation struct {
				Data []struct { // continents
					Items []struct {
						Data     string // "FR France"
						Visitors struct{ Count uint64 }
					}
				}
			}
		}
		if err := json.Unmarshal(text, &said); err != nil {
			tb.Fatal(err)
		}
		n := counts{}
		for _, continent := range said.Geolocation.Data {
			for _, country := range continent.Items {
				code, _, _ := strings.Cut(country.Data, " ")
				n[code] = country.Visitors.Count
			}
		}
		return n
	}
}

// goAccessVersion returns what goaccess says of itself: "GoAccess - 1.7." first
// of all.
func goAccessVersion() string {
	said, _ := exec.Command("goaccess", "--version").Output()
	_, said, _ = bytes.Cut(said, []byte("GoAccess - "))
	version, _, _ := bytes.Cut(said, []byte(".\n"))
	return string(version)
}
