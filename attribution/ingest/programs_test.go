package ingest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The programs themselves write logs here, of requests over the loopback interface, and the
// reader counts what a plain count of the lines does.

// running is a program that a test has started, in a directory that every user may write to.
type running struct {
	t    *testing.T
	dir  string
	port int
	out  bytes.Buffer
	cmd  *exec.Cmd
}

// installed finds a program, or skips the test.
func installed(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no program is started")
	}
	for _, dir := range []string{"", "/usr/sbin/", "/usr/local/sbin/", "/sbin/"} {
		if path, err := exec.LookPath(dir + name); err == nil {
			return path
		}
	}
	t.Skipf("%s is not installed", name)
	return ""
}

func prepare(t *testing.T) *running {
	t.Helper()
	dir, err := os.MkdirTemp("", "ingest")
	if err == nil {
		err = os.Chmod(dir, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback interface: ", err)
	}
	defer l.Close()
	return &running{t: t, dir: dir, port: l.Addr().(*net.TCPAddr).Port}
}

// file writes a file into the directory. DIR and PORT stand for its path and the port.
func (r *running) file(name, text string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	text = strings.NewReplacer("DIR", r.dir, "PORT", fmt.Sprint(r.port)).Replace(text)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// start runs the program until stop or the end of the test.
func (r *running) start(path string, args ...string) {
	r.t.Helper()
	r.cmd = exec.Command(path, args...)
	r.cmd.Dir, r.cmd.Stdout, r.cmd.Stderr = r.dir, &r.out, io.Discard
	if err := r.cmd.Start(); err != nil {
		r.t.Skip("it does not start: ", err)
	}
	r.t.Cleanup(r.stop)
}

func (r *running) stop() { r.stopBy(syscall.SIGTERM) }

func (r *running) stopBy(signal os.Signal) {
	if r.cmd == nil {
		return
	}
	r.cmd.Process.Signal(signal)
	ended := make(chan struct{})
	go func(cmd *exec.Cmd) { cmd.Wait(); close(ended) }(r.cmd)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		r.cmd.Process.Kill()
		<-ended
	}
	r.cmd = nil
}

// serves waits until the program takes connections.
func (r *running) serves() {
	r.t.Helper()
	for range 100 {
		if c, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", r.port)); err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.t.Skip("it does not take connections")
}

// visits are how many requests come from which address.
var visits = map[string]int{"127.0.0.2": 5, "127.0.0.3": 2, "127.0.0.4": 1}

// requests are what the clients send. Each is logged by one line.
var requests = []string{
	"GET /a?b=1 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: x\r\nConnection: close\r\n\r\n",
	"GET /6.6.6.6\"%22] HTTP/1.1\r\nHost: 6.6.6.6\r\nUser-Agent: \" 6.6.6.6 - - " +
		"[21/May/2024:07:11:23 +0000] \"GET / HTTP/1.1\" 200 1\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n",
	// The user is "[1716274800] 6.6.6.6".
	"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic WzE3MTYyNzQ4MDBdIDYuNi42LjY6eA==\r\nConnection: close\r\n\r\n",
	"HEAD / HTTP/1.0\r\n\r\n",
	"POST /b HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 1\r\nReferer: [] \"\r\nConnection: close\r\n\r\nx",
}

// visit sends the requests.
func (r *running) visit(prefix string) {
	r.t.Helper()
	for from, n := range visits {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
		for i := range n {
			c, err := d.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", r.port))
			if err != nil {
				r.t.Skip("no further loopback addresses: ", err)
			}
			c.SetDeadline(time.Now().Add(5 * time.Second))
			method, rest, _ := strings.Cut(requests[i], " ")
			io.WriteString(c, method+" "+prefix+rest)
			io.Copy(io.Discard, c)
			c.Close()
		}
	}
}

// counts compares what the reader counts with the visits, and with a plain count of lines.
func counts(t *testing.T, text, format string, client func(line string) string) {
	t.Helper()
	plain := map[string]int{}
	for line := range strings.Lines(text) {
		if from := client(line); visits[from] > 0 {
			plain[from]++
		}
	}
	if !maps.Equal(plain, visits) {
		t.Fatalf("the log has %v of %v:\n%s", plain, visits, text)
	}
	events, a, err := readAll(text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, e := range events {
		if from := e.Source.String(); from != "127.0.0.1" { // the test's own, which waits for the program
			got[from]++
		}
		if time.Since(e.Time).Abs() > 26*time.Hour {
			t.Errorf("time %v", e.Time)
		}
	}
	if !maps.Equal(got, visits) || a.Format != format || len(a.Unread) > 0 {
		t.Errorf("%s: %v, lost %v; want %s: %v\n%s", a.Format, got, a.Unread, format, visits, text)
	}
}

func (r *running) log(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.t.Skip("no log: ", err)
	}
	return string(text)
}

// word is the word of a line at a place from 0.
func word(n int) func(line string) string {
	return func(line string) string {
		if words := strings.Fields(line); n < len(words) {
			return words[n]
		}
		return ""
	}
}

func TestNginx(t *testing.T) {
	path := installed(t, "nginx")
	r := prepare(t)
	conf := r.file("nginx.conf", `daemon off; master_process off; pid DIR/pid; error_log DIR/error.log; events {}
http {
	client_body_temp_path DIR; proxy_temp_path DIR; fastcgi_temp_path DIR; uwsgi_temp_path DIR; scgi_temp_path DIR;
	log_format site '$host:$server_port $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
		'"$http_referer" "$http_user_agent"';
	log_format json escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","request_method":"$request_method",'
		'"host":"$host","status":$status,"body_bytes_sent":$body_bytes_sent,"user":"$remote_user",'
		'"agent":"$http_user_agent"}';
	access_log DIR/access.log combined; access_log DIR/site.log site; access_log DIR/json.log json;
	server { listen 127.0.0.1:PORT; location / { return 200 "x"; } }
}`)
	r.start(path, "-e", filepath.Join(r.dir, "error.log"), "-c", conf)
	r.serves()
	r.visit("")
	r.stop()
	counts(t, r.log("access.log"), "COMBINED", word(0))
	counts(t, r.log("site.log"), "VCOMBINED", word(1))
	counts(t, r.log("json.log"), "JSON", func(line string) string {
		_, rest, _ := strings.Cut(line, `"remote_addr":"`)
		from, _, _ := strings.Cut(rest, `"`)
		return from
	})
}

func TestApache(t *testing.T) {
	path := installed(t, "apache2")
	modules := "/usr/lib/apache2/modules"
	if _, err := os.Stat(modules + "/mod_mpm_event.so"); err != nil {
		t.Skip("no modules: ", err)
	}
	r := prepare(t)
	conf := r.file("apache.conf", `ServerRoot DIR
PidFile DIR/pid
Listen 127.0.0.1:PORT
ServerName localhost
ErrorLog DIR/error.log
DefaultRuntimeDir DIR
User www-data
Group www-data
LoadModule mpm_event_module `+modules+`/mod_mpm_event.so
LoadModule authz_core_module `+modules+`/mod_authz_core.so
DocumentRoot DIR
LogFormat "%h %l %u %t \"%r\" %>s %b" common
LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"" combined
LogFormat "%v:%p %h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"" site
CustomLog DIR/common.log common
CustomLog DIR/access.log combined
CustomLog DIR/site.log site
`)
	r.start(path, "-DFOREGROUND", "-f", conf)
	r.serves()
	r.visit("")
	r.stop()
	counts(t, r.log("common.log"), "COMMON", word(0))
	counts(t, r.log("access.log"), "COMBINED", word(0))
	counts(t, r.log("site.log"), "VCOMBINED", word(1))
}

func TestLighttpd(t *testing.T) {
	path := installed(t, "lighttpd")
	r := prepare(t)
	conf := r.file("lighttpd.conf", `server.port = PORT
server.bind = "127.0.0.1"
server.document-root = "DIR"
server.modules = ("mod_accesslog")
server.errorlog = "DIR/error.log"
accesslog.filename = "DIR/access.log"
`)
	r.start(path, "-D", "-f", conf)
	r.serves()
	r.visit("")
	r.stop()
	counts(t, r.log("access.log"), "COMBINED", word(0))
}

func TestHAProxy(t *testing.T) {
	path := installed(t, "haproxy")
	r := prepare(t)
	// Of two threads that write to the same descriptor at once, one drops its line.
	conf := r.file("haproxy.cfg", `global
	nbthread 1
	log stdout format raw local0
defaults
	mode http
	log global
	option httplog
	option dontlognull
	timeout client 5s
	timeout server 5s
	timeout connect 5s
frontend web
	bind 127.0.0.1:PORT
	capture request header Host len 20
	capture request header User-Agent len 200
	http-request return status 200
`)
	r.start(path, "-db", "-f", conf)
	r.serves()
	r.visit("")
	r.stopBy(syscall.SIGUSR1) // it logs a request after its answer, and upon SIGTERM not the last ones
	counts(t, r.out.String(), "HAPROXY", func(line string) string {
		from, _, _ := strings.Cut(line, ":")
		return from
	})
}

func TestSquid(t *testing.T) {
	path := installed(t, "squid")
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") }))
	defer origin.Close()
	r := prepare(t)
	conf := r.file("squid.conf", `http_port 127.0.0.1:PORT
access_log stdio:DIR/access.log squid
access_log stdio:DIR/combined.log logformat=combined
cache_log DIR/cache.log
pid_filename none
coredump_dir DIR
cache deny all
http_access allow all
shutdown_lifetime 0 seconds
`)
	r.start(path, "-N", "-f", conf)
	r.serves()
	r.visit(origin.URL)
	r.stop()
	counts(t, r.log("access.log"), "SQUID", word(2))
	counts(t, r.log("combined.log"), "COMBINED", word(0))
}
