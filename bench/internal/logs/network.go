package logs

import "fmt"

// What networks and name servers write.
func init() {
	add(map[string]Format{
		"AWSALBCONN": {Line: func(r *Record) string {
			return fmt.Sprintf("%s %s %d 443 TLSv1.3 TLS_AES_128_GCM_SHA256 0.036 - - - Success TID_%x", r.iso(), r.Source,
				r.Port, r.Port*7)
		}},
		"AZUREFLOW": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"time":"%s","category":"NetworkSecurityGroupFlowEvent","properties":{"Version":2,"flows":`+
				`[{"rule":"web","flows":[{"mac":"000D3AF87856","flowTuples":["%d,%s,10.0.0.4,%d,443,T,I,A,E,1,%d,1,90"]}]}]}}`,
				r.iso(), r.At.Unix(), r.Source, r.Port, r.Size)
		}},
		"GCPFLOW": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf(`{"insertId":"%x","jsonPayload":{"bytes_sent":"%d","connection":{"dest_ip":"10.0.0.9",`+
				`"dest_port":443,"protocol":6,"src_ip":"%s","src_port":%d},"end_time":"%s","packets_sent":"1",`+
				`"reporter":"DEST","start_time":"%[5]s"},"logName":"projects/p/logs/compute.googleapis.com%%2Fvpc_flows",`+
				`"timestamp":"%[5]s"}`, r.Port, r.Size, r.Source, r.Port, r.iso())
		}},
		"CLOUDTRAIL": {Line: func(r *Record) string {
			return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser"},"eventTime":"%s","eventSource":`+
				`"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"%s","userAgent":"%s"}`,
				r.At.Format("2006-01-02T15:04:05Z"), r.Source, r.Agent)
		}},
		"IIS": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf("%s, -, %s, W3SVC1, WEB1, 10.0.0.5, 45, 163, %d, %d, 0, GET, %s, -,", r.Source,
				r.At.Format("1/2/2006, 15:04:05"), r.Size, r.Status, r.Path)
		}},
		"BIND": {Line: func(r *Record) string {
			return fmt.Sprintf("%s client @0x7f%x %s#%d (%s): query: %s IN A +E(0)K (10.0.0.53)",
				r.At.Format("02-Jan-2006 15:04:05.000"), r.Port, r.Source, r.Port, r.Host, r.Host)
		}},
		"FASTLOG": {Line: func(r *Record) string {
			return fmt.Sprintf("%s  [**] [1:2010935:3] SCAN of port 1433 [**] [Classification: Bad Traffic] [Priority: 2] "+
				"{TCP} %s:%d -> 10.0.0.9:1433", r.At.Format("01/02/2006-15:04:05.000000"), r.Source, r.Port)
		}},
		"FILTERLOG": {Size: true, Line: func(r *Record) string {
			if r.Source.Is6() {
				return fmt.Sprintf("%s fw filterlog[1234]: 5,,,1000000103,igb0,match,block,in,6,0x00,0x00000,64,tcp,6,%d,%s,"+
					"2001:db8::9,%d,8728,0,S,1234567,,1024,,", r.syslog(), r.Size, r.Source, r.Port)
			}
			return fmt.Sprintf("%s fw filterlog[1234]: 5,,,1000000103,igb0,match,block,in,4,0x0,,245,54321,0,none,6,tcp,%d,%s,"+
				"10.0.0.9,%d,8728,0,S,1234567,,1024,,", r.syslog(), r.Size, r.Source, r.Port)
		}},
		"NGINXSTREAM": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf("%s [%s] TCP 200 %d 200 0.123", r.Source, r.clf(), r.Size)
		}},
	})
}
