package ingest

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A server writes a log in its own way, of which the client chooses a part.
type server struct {
	name string
	line func(r *visit) string
}

// visit is a request. The client chooses the texts.
type visit struct {
	source                                 netip.Addr
	at                                     time.Time
	user, host, path, agent, referrer, xff string
}

const clf = "02/Jan/2006:15:04:05 -0700"

// escapeNginx is the escaping of log_format, escapeHTTPD that of ap_escape_logitem.
func escapeNginx(s string) string {
	return escapeWith(s, func(c byte) string { return fmt.Sprintf(`\x%02X`, c) })
}

func escapeHTTPD(s string) string {
	return escapeWith(s, func(c byte) string {
		switch c {
		case '"', '\\':
			return `\` + string(c)
		case '\n':
			return `\n`
		case '\t':
			return `\t`
		}
		return fmt.Sprintf(`\x%02x`, c)
	})
}

func escapeWith(s string, escape func(c byte) string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			b.WriteString(escape(c))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// oneWord is a host or a path as a server takes it: it has no blank.
func oneWord(s string) string { return strings.NewReplacer(" ", "%20", "\n", "%0a").Replace(s) }

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var servers = []server{
	{"nginx", func(v *visit) string {
		return fmt.Sprintf(`%s - %s [%s] "GET /%s HTTP/1.1" 200 100 "%s" "%s" "%s"`, v.source, orDash(escapeNginx(v.user)),
			v.at.Format(clf), escapeNginx(v.path), orDash(escapeNginx(v.referrer)), orDash(escapeNginx(v.agent)),
			orDash(escapeNginx(v.xff)))
	}},
	{"nginx with host", func(v *visit) string {
		return fmt.Sprintf(`%s %s - %s [%s] "GET /%s HTTP/1.1" 200 100 "%s" "%s"`, orDash(oneWord(escapeNginx(v.host))),
			v.source, orDash(escapeNginx(v.user)), v.at.Format(clf), escapeNginx(v.path), orDash(escapeNginx(v.referrer)),
			orDash(escapeNginx(v.agent)))
	}},
	{"httpd", func(v *visit) string {
		return fmt.Sprintf(`%s - %s [%s] "GET /%s HTTP/1.1" 200 100 "%s" "%s"`, v.source, orDash(escapeHTTPD(v.user)),
			v.at.Format(clf), escapeHTTPD(v.path), orDash(escapeHTTPD(v.referrer)), orDash(escapeHTTPD(v.agent)))
	}},
	{"httpd vhost_combined", func(v *visit) string {
		return fmt.Sprintf(`shop.example:443 %s - %s [%s] "GET /%s HTTP/1.1" 200 100 "%s" "%s"`, v.source,
			orDash(escapeHTTPD(v.user)), v.at.Format(clf), escapeHTTPD(v.path), orDash(escapeHTTPD(v.referrer)),
			orDash(escapeHTTPD(v.agent)))
	}},
	{"traefik", func(v *visit) string { // it escapes nothing
		line := strings.NewReplacer("\n", " ")
		return line.Replace(fmt.Sprintf(`%s - %s [%s] "GET /%s HTTP/1.1" 200 100 "%s" "%s" `+
			`7 "web@docker" "http://10.0.0.2:80" 1ms`,
			v.source, orDash(v.user), v.at.Format(clf), oneWord(v.path), orDash(v.referrer), orDash(v.agent)))
	}},
	{"traefik JSON", func(v *visit) string {
		return asJSON(map[string]any{
			"ClientAddr": v.source.String() + ":40000", "ClientHost": v.source, "ClientUsername": orDash(v.user),
			"RequestHost": v.host, "RequestPath": "/" + v.path, "StartUTC": v.at.Format(time.RFC3339Nano),
			"request_User-Agent": v.agent, "request_X-Forwarded-For": v.xff, "DownstreamContentSize": 100,
			"level": "info", "time": v.at.Format(time.RFC3339),
		})
	}},
	{"caddy", func(v *visit) string {
		return asJSON(map[string]any{
			"level": "info", "ts": float64(v.at.Unix()) + .25, "logger": "http.log.access",
			"request": map[string]any{
				"remote_ip": v.source, "client_ip": v.source, "remote_port": "4711", "host": v.host, "uri": "/" + v.path,
				"headers": map[string]any{"User-Agent": []string{v.agent}, "X-Forwarded-For": []string{v.xff},
					"Client_ip": []string{v.xff}, "remote_ip": []string{v.host}},
			},
			"user_id": v.user, "size": 100, "status": 200,
		})
	}},
	{"nginx JSON by hand", func(v *visit) string {
		return fmt.Sprintf(`{"time_local":"%s","remote_addr":"%s","remote_user":%s,"request":%s,"body_bytes_sent":"100",`+
			`"http_user_agent":%s,"http_x_forwarded_for":%s}`, v.at.Format(clf), v.source, asJSON(v.user), asJSON(v.path),
			asJSON(v.agent), asJSON(v.xff))
	}},
	{"syslog nginx", func(v *visit) string {
		return fmt.Sprintf(`<190>%s web1 nginx: %s - %s [%s] "GET /%s HTTP/1.1" 200 100 "%s" "%s"`, v.at.Format(time.Stamp),
			v.source, orDash(escapeNginx(v.user)), v.at.Format(clf), escapeNginx(v.path), orDash(escapeNginx(v.referrer)),
			orDash(escapeNginx(v.agent)))
	}},
	{"CSV", func(v *visit) string {
		quote := func(s string) string {
			return `"` + strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), `"`, `""`) + `"`
		}
		return fmt.Sprintf("%s,%s,%s,%s,%s", v.at.Format(time.RFC3339), quote(v.user), v.source, quote(v.agent),
			quote(v.host))
	}},
}

// headers are the first lines of the logs that have some.
var headers = map[string]string{"CSV": "time,user,client_ip,agent,host\n"}

// forgeries are what a client may send. %s is a time in 1999.
var forgeries = []string{
	"[", "]", `"`, `\`, `\"`, `[[[`, "]]]", `""`, `" "`, "[1716274800]", "[%s]", `[%s] "`,
	`x [%s] "GET / HTTP/1.1" 200 5 "-" "-"`,
	`[%s] "GET /forged HTTP/1.1" 200 999999 "-" "-`, `" [%s] "GET /forged HTTP/1.1" 200 999999 "-" "`, `\" [%s] \"GET /`,
	"6.6.6.6", "6.6.6.6, 7.7.7.7", "6.6.6.6 - -", "6.6.6.6 - - [%s]", `6.6.6.6 - - [%s] "GET / HTTP/1.1" 200 1 "-" "-"`,
	" ", "   ", "-", "- -", "- 6.6.6.6 -", ",", ",,,,", `,"`, `","6.6.6.6","`, "#", "# x", "#Fields: c-ip x",
	"{", "}", `{"ip":"6.6.6.6"}`,
	`","remote_addr":"6.6.6.6","x":"`, "\t", "\n", "\n6.6.6.6 - - [x]", "\x00", "\xff\xfe", "::1", "[::1]:80", "<34>1 x",
	"1999-05-21T00:00:00Z 6.6.6.6 x: ", "6.6.6.6:80 ", "%%%", strings.Repeat("[", 300), strings.Repeat("6.6.6.6 ", 40),
}

// A client that chooses its user, host, path, agent, referrer and forwarded headers changes
// neither source, time nor number of any record.
func TestClientsDecideNothing(t *testing.T) {
	start := time.Date(2024, 5, 21, 7, 11, 0, 0, time.UTC)
	const old = "21/May/1999:00:00:00 +0000"
	for _, s := range servers {
		for _, field := range []string{"user", "host", "path", "agent", "referrer", "xff", "all"} {
			// One in so many requests is forged. At 0 all are, of one client, and nobody else comes.
			for _, every := range []int{0, 1, 3, 20} {
				alone := every == 0
				every = max(every, 1)
				var visits []*visit
				for i := range 20 * len(forgeries) / min(every, 3) {
					v := &visit{source: netip.AddrFrom4([4]byte{77, 88, byte(i % 7), byte(1 + i%200)}),
						at: start.Add(time.Duration(i) * time.Second), host: "shop.example", path: "a"}
					if alone {
						v.source = netip.AddrFrom4([4]byte{77, 88, 8, 8})
					}
					if i%every == 0 {
						f := strings.ReplaceAll(forgeries[i/every%len(forgeries)], "%s", old)
						for name, at := range map[string]*string{"user": &v.user, "host": &v.host, "path": &v.path, "agent": &v.agent,
							"referrer": &v.referrer, "xff": &v.xff} {
							if name == field || field == "all" {
								*at = f
							}
						}
					}
					visits = append(visits, v)
				}
				holds(t, s, field, every, visits)
			}
		}
	}
}

func holds(t *testing.T, s server, field string, every int, visits []*visit) {
	t.Helper()
	var text strings.Builder
	text.WriteString(headers[s.name])
	for _, v := range visits {
		text.WriteString(s.line(v) + "\n")
	}
	events, a, err := readAll(text.String(), Options{Year: 2024})
	if err != nil {
		t.Errorf("%s, %s forged in one of %d: %v", s.name, field, every, err)
		return
	}
	if len(events) != len(visits) {
		t.Errorf("%s, %s forged in one of %d: %d events of %d records, %v", s.name, field, every, len(events), len(visits),
			a.Unread)
		return
	}
	for i, e := range events {
		v := visits[i]
		if e.Source != v.source || e.Time.Sub(v.at).Abs() > time.Second || e.Events != 1 || e.Bytes > 100 || e.Claimed {
			t.Errorf("%s, %s forged in one of %d: record %d is %v at %v, %d events, %d bytes; want %v at %v:\n%.300s", s.name,
				field, every, i+1, e.Source, e.Time, e.Events, e.Bytes, v.source, v.at, s.line(v))
			return
		}
	}
}

var firstSecond = time.Date(2024, 5, 21, 7, 11, 0, 0, time.UTC)

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func mustAddr(s string) netip.Addr { return netip.MustParseAddr(s) }
