package ingest

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// says opens a connection from an address and sends lines, each after an answer.
func (r *running) says(from string, lines ...string) {
	r.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	c, err := d.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", r.port))
	if err != nil {
		r.t.Skip("no further loopback addresses: ", err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	answer := make([]byte, 1000)
	for _, line := range lines {
		c.Read(answer)
		io.WriteString(c, line+"\r\n")
	}
	io.Copy(io.Discard, c)
}

// addressIn is what a pattern finds in a line.
func addressIn(pattern string) func(line string) string {
	compiled := regexp.MustCompile(pattern)
	return func(line string) string {
		if found := compiled.FindStringSubmatch(line); found != nil {
			return found[1]
		}
		return ""
	}
}

// Exim logs what clients call themselves, and whom they write to.
func TestExim(t *testing.T) {
	path := installed(t, "exim4")
	r := prepare(t)
	config := r.file("exim.conf", `spool_directory = DIR/spool
log_file_path = DIR/%slog
pid_file_path = DIR/pid
primary_hostname = mx.example
log_selector = +smtp_connection
acl_smtp_rcpt = refuse
keep_environment =
tls_advertise_hosts =
begin acl
refuse:
  deny
`)
	r.start(path, "-C", config, "-bdf", "-oX", fmt.Sprintf("127.0.0.1.%d", r.port))
	r.serves()
	for from, n := range visits {
		for i := range n {
			switch i % 3 {
			case 0:
				r.says(from, "EHLO [6.6.6.6]", "MAIL FROM:<a@[6.6.6.6]>", "RCPT TO:<x@y.example>", "QUIT")
			case 1:
				r.says(from, "HELO x) [6.6.6.6", "VRFY [6.6.6.6]", "QUIT")
			default:
				r.says(from, "EHLO a", "SMTP connection from [6.6.6.6] (TCP/IP connection count = 1)", "QUIT")
			}
		}
	}
	r.stop()
	counts(t, r.log("mainlog"), "EXIM", addressIn(`SMTP connection from \[([0-9.]+)\] \(TCP/IP`))
}

// OpenSSH logs the names of users that clients make up. The words of syslog, which a test has not,
// are put before its lines.
func TestSSHD(t *testing.T) {
	path := installed(t, "sshd")
	client, err := exec.LookPath("ssh")
	keygen, err2 := exec.LookPath("ssh-keygen")
	if err != nil || err2 != nil {
		t.Skip("ssh is not installed")
	}
	r := prepare(t)
	if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", r.dir+"/key").CombinedOutput(); err != nil {
		t.Skipf("no key: %v, %s", err, out)
	}
	os.MkdirAll("/run/sshd", 0o755) // without which it does not start as root
	config := r.file("sshd_config", `HostKey DIR/key
ListenAddress 127.0.0.1
Port PORT
PidFile none
UsePAM no
LogLevel VERBOSE
`)
	r.start(path, "-D", "-f", config, "-E", r.dir+"/log")
	r.serves()
	for from, n := range visits {
		for i := range n {
			switch i % 3 {
			case 0:
				exec.Command(client, "-b", from, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
					"UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=5", "-p", fmt.Sprint(r.port), "-l",
					"x from 6.6.6.6 port 1", "127.0.0.1", "true").Run()
			case 1:
				r.says(from, "GET / from 6.6.6.6 port 22")
			default:
				r.says(from, "SSH-2.0-Connection from 6.6.6.6 port 22 on 1.1.1.1 port 22")
			}
		}
	}
	r.stop()
	prefix := time.Now().Format(time.RFC3339) + " host sshd[77]: "
	var text strings.Builder
	for line := range strings.Lines(r.log("log")) {
		text.WriteString(prefix + line)
	}
	counts(t, text.String(), "SSHD", addressIn(`\]: Connection from ([0-9.]+) port \d+ on`))
}
