package logs

import "fmt"

func init() {
	common := func(r *Record) string {
		return fmt.Sprintf(`%s - - [%s] "GET %s HTTP/1.1" %d %d`, r.Source, r.clf(), r.Path, r.Status, r.Size)
	}
	combined := func(r *Record) string {
		return fmt.Sprintf(`%s "https://%s/" "%s"`, common(r), r.Host, r.Agent)
	}
	add(map[string]Format{
		"COMMON":    {Size: true, Line: common},
		"COMBINED":  {Size: true, Line: combined},
		"VCOMMON":   {Size: true, Line: func(r *Record) string { return r.Host + ":443 " + common(r) }},
		"VCOMBINED": {Size: true, Line: func(r *Record) string { return r.Host + ":443 " + combined(r) }},
		"HAPROXY": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`%s lb1 haproxy[14389]: %s [%s] web~ app/srv1 10/0/30/69/109 %d %d - - ---- 1/1/1/1/0 0/0 `+
				`{%s|%s} "GET %s HTTP/1.1"`, r.syslog(), r.colons(), r.At.Format("02/Jan/2006:15:04:05.000"), r.Status, r.Size,
				r.Host, r.Agent, r.Path)
		}},
		"W3C": {Size: true, Header: "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n" +
			"#Fields: date time s-ip cs-method cs-uri-stem s-port c-ip cs(User-Agent) sc-status sc-bytes time-taken\n",
			Line: func(r *Record) string {
				return fmt.Sprintf("%s 10.0.0.1 GET %s 443 %s %s %d %d 21", r.At.Format("2006-01-02 15:04:05"), r.Path, r.Source,
					plus(r.Agent), r.Status, r.Size)
			}},
		"CLOUDFRONT": {Size: true, Header: "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method " +
			"cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) x-host-header\n",
			Line: func(r *Record) string {
				return fmt.Sprintf("%s\tFRA2-C1\t%d\t%s\tGET\td1.example\t%s\t%d\t-\t%s\t%s", r.At.Format("2006-01-02\t15:04:05"),
					r.Size, r.Source, r.Path, r.Status, plus(r.Agent), r.Host)
			}},
		"AWSALB": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`https %s app/shop/50dc6c495c0c9188 %s 10.0.0.1:80 0.086 0.048 0.037 %d %d 0 %d `+
				`"GET https://%s:443%s HTTP/1.1" "%s" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:targetgroup/t/7 "Root=1-5" `+
				`"%s" "-" 1 %s "forward" "-" "-" "-" "-" "-" "-"`, r.At.Format("2006-01-02T15:04:05.000000Z"), r.colons(), r.Status,
				r.Status, r.Size, r.Host, r.Path, r.Agent, r.Host, r.iso())
		}},
		"AWSELB": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`%s shop-lb %s 10.0.0.1:80 0.000073 0.001048 0.000057 %d %d 0 %d "GET http://%s:80%s HTTP/1.1" `+
				`"%s" - -`, r.At.Format("2006-01-02T15:04:05.000000Z"), r.colons(), r.Status, r.Status, r.Size, r.Host, r.Path,
				r.Agent)
		}},
		"AWSNLB": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf("tls 2.0 %s net/shop/c6e77e28c25b2234 g3d4b5e8bb8464cd %s 172.16.100.185:443 5 2 98 %d - "+
				"arn:aws:acm:eu-1:1:certificate/2a - ECDHE-RSA-AES128-SHA tlsv12 - %s - - - %s",
				r.At.Format("2006-01-02T15:04:05"), r.colons(), r.Size, r.Host, r.At.Format("2006-01-02T15:04:05"))
		}},
		"AWSS3": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be media [%s] %s - `+
				`3E57427F3EXAMPLE REST.GET.OBJECT a/b.jpg "GET %s HTTP/1.1" %d - %d 90000 7 4 "-" "%s" - s9= SigV4 `+
				`ECDHE-RSA-AES128-GCM-SHA256 AuthHeader media.s3.example TLSV1.2 - -`, r.clf(), r.Source, r.Path, r.Status, r.Size,
				r.Agent)
		}},
		"ENVOY": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`[%s] "GET %s HTTP/2" %d - via_upstream - "-" 0 %d 4 4 "-" "%s" "84961386" "%s" `+
				`"10.44.1.27:80" outbound|80||web.shop.svc 10.44.1.23:37652 10.0.45.184:8000 %s - default`, r.iso(), r.Path,
				r.Status, r.Size, r.Agent, r.Host, r.bracketed())
		}},
		"SQUID": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf("%s    345 %s TCP_MISS/%d %d GET http://%s%s - HIER_DIRECT/198.51.100.1 text/html", r.unix(),
				r.Source, r.Status, r.Size, r.Host, r.Path)
		}},
		"NGINXPROXYMANAGER": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`[%s] - %d %d - GET https %s "%s" [Client %s] [Length %d] [Gzip -] [Sent-to 10.0.0.2] "%s" "-"`,
				r.clf(), r.Status, r.Status, r.Host, r.Path, r.Source, r.Size, r.Agent)
		}},
		"WEBERROR": {Line: func(r *Record) string {
			return fmt.Sprintf(`%s [error] 31#31: *5 open() "/srv/x" failed (2: No such file or directory), client: %s, `+
				`server: %s, request: "GET %s HTTP/1.1", host: "%s"`, r.At.Format("2006/01/02 15:04:05"), r.Source, r.Host, r.Path,
				r.Host)
		}},
		"SSLREQUEST": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`[%s] %s TLSv1.3 TLS_AES_256_GCM_SHA384 "GET %s HTTP/1.1" %d`, r.clf(), r.Source, r.Path, r.Size)
		}},
		"GIN": {Line: func(r *Record) string {
			return fmt.Sprintf(`[GIN] %s | %d |    1.234ms | %15s | GET      "%s"`, r.At.Format("2006/01/02 - 15:04:05"),
				r.Status, r.Source, r.Path)
		}},
		"UVICORN": {Line: func(r *Record) string {
			return fmt.Sprintf(`INFO:     %s - "GET %s HTTP/1.1" %d OK`, r.colons(), r.Path, r.Status)
		}},
	})
}

// plus is an agent as logs have it whose words are between blanks.
func plus(agent string) string {
	b := []byte(agent)
	for i, c := range b {
		if c == ' ' {
			b[i] = '+'
		}
	}
	return string(b)
}
