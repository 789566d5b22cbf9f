package logs

import "fmt"

func init() {
	add(map[string]Format{
		"CADDY": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"level":"info","ts":%s,"logger":"http.log.access.log0","msg":"handled request","request":`+
				`{"remote_ip":"%s","remote_port":"%d","client_ip":"%s","proto":"HTTP/2.0","method":"GET","host":"%s","uri":"%s",`+
				`"headers":{"User-Agent":["%s"],"Accept":["*/*"],"Accept-Encoding":["gzip, br"]},"tls":{"resumed":false,`+
				`"version":772,"cipher_suite":4865,"proto":"h2","server_name":"%s"}},"bytes_read":0,"user_id":"",`+
				`"duration":0.0009,"size":%d,"status":%d,"resp_headers":{"Server":["Caddy"],`+
				`"Content-Type":["text/html; charset=utf-8"]}}`, r.unix(), r.Source, r.Port, r.Source, r.Host, r.Path,
				r.Agent, r.Host, r.Size, r.Status)
		}},
		"TRAEFIK": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"ClientAddr":"%s","ClientHost":"%s","ClientPort":"%d","ClientUsername":"-",`+
				`"DownstreamContentSize":%d,"DownstreamStatus":%d,"Duration":6133,"RequestAddr":"%s","RequestCount":9,`+
				`"RequestHost":"%s","RequestMethod":"GET","RequestPath":"%s","RouterName":"web@docker","ServiceURL":`+
				`"http://172.18.0.3:80","StartUTC":"%s","entryPointName":"web","level":"info","msg":"","time":"%s"}`, r.bracketed(),
				r.Source, r.Port, r.Size, r.Status, r.Host, r.Host, r.Path, r.iso(), r.At.Format("2006-01-02T15:04:05Z"))
		}},
		"ENVOYJSON": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"start_time":"%s","method":"GET","path":"%s","protocol":"HTTP/1.1","response_code":%d,`+
				`"response_flags":"-","bytes_received":0,"bytes_sent":%d,"duration":2,"x_forwarded_for":"-","user_agent":"%s",`+
				`"authority":"%s","upstream_host":"10.44.1.27:80","downstream_local_address":"10.44.1.27:80",`+
				`"downstream_remote_address":"%s"}`, r.iso(), r.Path, r.Status, r.Size, r.Agent, r.Host, r.bracketed())
		}},
		"CLOUDFLARE": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"ClientIP":"%s","ClientRequestHost":"%s","ClientRequestMethod":"GET","ClientRequestURI":"%s",`+
				`"EdgeEndTimestamp":"%s","EdgeResponseBytes":%d,"EdgeResponseStatus":%d,"EdgeServerIP":"198.41.1.1",`+
				`"EdgeStartTimestamp":"%s","OriginIP":"10.0.0.1","RayID":"88","ClientCountry":"fr","ClientRequestUserAgent":"%s"}`,
				r.Source, r.Host, r.Path, r.iso(), r.Size, r.Status, r.iso(), r.Agent)
		}},
		"GCP": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"httpRequest":{"latency":"0.1s","remoteIp":"%s","requestMethod":"GET","requestSize":"310",`+
				`"requestUrl":"https://%s%s","responseSize":"%d","serverIp":"10.0.0.2","status":%d,"userAgent":"%s"},`+
				`"insertId":"1","jsonPayload":{"@type":"x","statusDetails":"ok"},"logName":"projects/p/logs/requests",`+
				`"receiveTimestamp":"%s","resource":{"labels":{"zone":"global"},"type":"http_load_balancer"},"timestamp":"%s"}`,
				r.Source, r.Host, r.Path, r.Size, r.Status, r.Agent, r.iso(), r.iso())
		}},
		"AZURE": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"timeStamp":"%s","resourceId":"/SUBSCRIPTIONS/1","listenerName":"l",`+
				`"operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog","properties":`+
				`{"instanceId":"appgw_0","clientIP":"%s","clientPort":%d,"httpMethod":"GET","requestUri":"%s","userAgent":"%s",`+
				`"httpStatus":%d,"receivedBytes":310,"sentBytes":%d,"host":"%s"}}`, r.At.Format("2006-01-02T15:04:05-07:00"),
				r.Source, r.Port, r.Path, r.Agent, r.Status, r.Size, r.Host)
		}},
		"AWSWAF": {Line: func(r *Record) string {
			return fmt.Sprintf(`{"timestamp":%d,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-1:1:regional/webacl/a/1",`+
				`"terminatingRuleId":"Default_Action","action":"ALLOW","httpSourceName":"ALB","httpRequest":{"clientIp":"%s",`+
				`"country":"FR","headers":[{"name":"Host","value":"%s"},{"name":"User-Agent","value":"%s"}],"uri":"%s","args":"",`+
				`"httpVersion":"HTTP/1.1","httpMethod":"GET","requestId":"1-5"},"labels":[{"name":"a:b"}]}`, r.At.UnixMilli(),
				r.Source, r.Host, r.Agent, r.Path)
		}},
		"JSON": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"time":"%s","remote_addr":"%s","host":"%s","request":"GET %s HTTP/1.1","status":%d,`+
				`"body_bytes_sent":%d,"http_referer":"https://%s/","http_user_agent":"%s","request_time":0.003}`, r.iso(), r.Source,
				r.Host, r.Path, r.Status, r.Size, r.Host, r.Agent)
		}},
		"SURICATA":      {Size: true, Line: eveFlow},
		"SURICATA_FLOW": {Size: true, Line: eveFlow},
		"SURICATA_ALERT": {Line: func(r *Record) string {
			return fmt.Sprintf(`{"timestamp":"%s","flow_id":%d,"event_type":"alert","src_ip":"%s","src_port":%d,`+
				`"dest_ip":"10.0.0.9","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":1,`+
				`"signature":"SCAN x","severity":2},"direction":"to_server","flow":{"pkts_toserver":3,"src_ip":"%s"}}`,
				r.At.Format("2006-01-02T15:04:05.000000-0700"), r.Port*7, r.Source, r.Port, r.Source)
		}},
	})
}

// eveFlow is a flow as Suricata writes it.
func eveFlow(r *Record) string {
	return fmt.Sprintf(`{"timestamp":"%s","flow_id":%d,"event_type":"flow","src_ip":"%s","src_port":%d,`+
		`"dest_ip":"10.0.0.9","dest_port":80,"proto":"TCP","flow":{"pkts_toserver":1,"pkts_toclient":2,`+
		`"bytes_toserver":%d,"bytes_toclient":90,"start":"%s","state":"closed"},"tcp":{"tcp_flags":"1b",`+
		`"tcp_flags_ts":"1b","tcp_flags_tc":"1b","state":"closed"}}`, r.At.Format("2006-01-02T15:04:05.000000-0700"),
		r.Port*7, r.Source, r.Port, r.Size, r.iso())
}
