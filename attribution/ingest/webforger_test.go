package ingest

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// escapeHAProxy is the escaping of captured headers and of the request.
func escapeHAProxy(s string) string {
	s = strings.NewReplacer("{", "#7B", "}", "#7D", "|", "#7C", "#", "#23", `"`, "#22", `\`, "#5C").Replace(s)
	return escapeWith(s, func(c byte) string { return fmt.Sprintf("#%02X", c) })
}

// plus is the escaping of IIS.
func plus(s string) string {
	return orDash(strings.NewReplacer(" ", "+", "\n", "+", "\t", "+", "\x00", "+").Replace(s))
}

// header is a header as servers accept it: it has no line ends.
func header(s string) string { return orDash(strings.NewReplacer("\n", " ", "\x00", " ").Replace(s)) }

// withPort joins an address and a port as HAProxy does.
func withPort(a netip.Addr) string { return a.String() + ":40000" }

func init() {
	headers["IIS"] = "#Fields: date time s-ip cs-method cs-uri-stem cs-username c-ip cs(User-Agent) cs(Referer) cs-host " +
		"sc-status sc-bytes\n"
	headers["CloudFront"] = "#Fields: date time x-edge-location sc-bytes c-ip cs(Host) cs-uri-stem cs(Referer) " +
		"cs(User-Agent) x-host-header x-forwarded-for\n"
	headers["IIS, agent first"] = "#Fields: cs(User-Agent) date time c-ip sc-bytes\n"
	servers = append(servers, server{"IIS, agent first", func(v *visit) string {
		return fmt.Sprintf("%s %s %s 100", plus(v.agent), v.at.Format(time.DateTime), v.source)
	}}, server{"HAProxy", func(v *visit) string {
		return fmt.Sprintf(`%s [%s.123] web~ app/srv1 1/0/2/30/33 200 100 - - ---- 1/1/0/0/0 0/0 {%s|%s} "GET /%s HTTP/1.1"`,
			withPort(v.source), v.at.Format("02/Jan/2006:15:04:05"), escapeHAProxy(v.host), escapeHAProxy(v.agent),
			oneWord(escapeHAProxy(v.path)))
	}}, server{"IIS", func(v *visit) string {
		return fmt.Sprintf("%s 10.0.0.4 GET /%s %s %s %s %s %s 200 100", v.at.Format(time.DateTime), plus(v.path),
			plus(v.user), v.source, plus(v.agent), plus(v.referrer), plus(v.host))
	}}, server{"CloudFront", func(v *visit) string {
		encode := func(s string) string { return orDash(strings.ReplaceAll(url.QueryEscape(s), "+", "%20")) }
		return fmt.Sprintf("%s\tFRA1\t100\t%s\td1\t/%s\t%s\t%s\t%s\t%s", v.at.Format("2006-01-02\t15:04:05"), v.source,
			encode(v.path), encode(v.referrer), encode(v.agent), encode(v.host), encode(v.xff))
	}}, server{"ALB", func(v *visit) string {
		return fmt.Sprintf(`https %sZ app/shop/50dc %s 10.0.0.1:80 0.0 0.0 0.0 200 200 0 100 `+
			`"GET https://%s:443/%s HTTP/1.1" "%s" X TLSv1.2 arn "Root=1" "%s" "-"`,
			v.at.Format("2006-01-02T15:04:05.000000"), withPort(v.source),
			oneWord(escapeNginx(v.host)), oneWord(escapeNginx(v.path)), escapeNginx(v.agent), escapeNginx(v.host))
	}}, server{"Squid", func(v *visit) string {
		return fmt.Sprintf("%d.123     12 %s TCP_MISS/200 100 GET http://%s/%s %s HIER_DIRECT/10.0.0.1 text/html",
			v.at.Unix(), v.source, oneWord(v.host), oneWord(v.path), orDash(url.PathEscape(v.user)))
	}}, server{"S3", func(v *visit) string {
		return fmt.Sprintf(`79a5 media [%s] %s - 3E57 REST.GET.OBJECT %s "GET /%s HTTP/1.1" 200 - 100 5 7 4 "%s" "%s" -`,
			v.at.Format(clf), v.source, orDash(url.QueryEscape(v.path)), oneWord(v.path), header(v.referrer), header(v.agent))
	}}, server{"Istio", func(v *visit) string { // it escapes nothing
		return fmt.Sprintf(`[%s] "GET /%s HTTP/1.1" 200 - via_upstream - "-" 0 100 2 1 "%s" "%s" "8496" "%s" "10.0.0.1:80" `+
			"outbound|80||shop 10.0.0.2:1 10.0.0.3:80 %s - default", v.at.Format("2006-01-02T15:04:05.000Z"), oneWord(v.path),
			header(v.xff), header(v.agent), oneWord(header(v.host)), withPort(v.source))
	}}, server{"Nginx Proxy Manager", func(v *visit) string {
		return fmt.Sprintf(`[%s] - 200 200 - GET https %s "/%s" [Client %s] [Length 100] [Gzip -] [Sent-to app] "%s" "%s"`,
			v.at.Format(clf), oneWord(escapeNginx(v.host)), oneWord(escapeNginx(v.path)), v.source, escapeNginx(v.agent),
			escapeNginx(v.referrer))
	}}, server{"Cloudflare", func(v *visit) string {
		return asJSON(map[string]any{"ClientIP": v.source, "ClientRequestHost": v.host, "ClientRequestURI": v.path,
			"ClientRequestUserAgent": v.agent, "ClientXForwardedFor": v.xff, "EdgeStartTimestamp": v.at.UnixNano(),
			"EdgeResponseBytes": 100, "EdgeResponseStatus": 200, "RayID": "1", "OriginIP": "10.0.0.1"})
	}})
}
