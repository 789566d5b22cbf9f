package logs

import (
	"fmt"
	"strings"
)

func init() {
	vpc := "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action " +
		"log-status\n"
	nfdump := "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt\n"
	zeek := []string{"ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration",
		"orig_bytes", "resp_bytes", "conn_state", "history", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"}
	add(map[string]Format{
		"AWSVPC": {Size: true, Header: vpc, Line: func(r *Record) string {
			return fmt.Sprintf("2 123456789010 eni-0a1b2c3d %s 10.0.1.5 %d 443 6 1 %d %d %d ACCEPT OK", r.Source, r.Port, r.Size,
				r.At.Unix(), r.At.Unix()+60)
		}},
		"CEF": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf("CEF:0|Acme|Shield|1.0|100|Port scan|5|src=%s spt=%d dst=10.0.0.9 dpt=22 proto=TCP cnt=1 in=%d "+
				"rt=%d act=drop msg=a b c", r.Source, r.Port, r.Size, r.At.UnixMilli())
		}},
		"LEEF": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf("LEEF:1.0|Acme|Mail|4.0|15345|src=%s\tdst=10.0.0.9\tsev=5\tproto=TCP\tsrcPort=%d\tdevTime=%s\t"+
				"srcBytes=%d", r.Source, r.Port, r.iso(), r.Size)
		}},
		"NFDUMP": {Size: true, Header: nfdump, Line: func(r *Record) string {
			t := r.At.Format("2006-01-02 15:04:05")
			return fmt.Sprintf("%s,%s,1.500,%s,10.0.0.9,%d,80,TCP,...AP.SF,0,0,1,%d,0,0", t, t, r.Source, r.Port, r.Size)
		}},
		"ZEEK": {Size: true, Header: "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n" +
			"#path\tconn\n#fields\t" + strings.Join(zeek, "\t") + "\n", Line: func(r *Record) string {
			return fmt.Sprintf("%s\tCx%d\t%s\t%d\t10.0.0.9\t80\ttcp\thttp\t0.2\t90\t100\tSF\tShADadfF\t1\t%d\t5\t300", r.unix(),
				r.Port, r.Source, r.Port, r.Size)
		}},
		"CSV": {Size: true, Header: "time,client_ip,method,path,status,bytes,user_agent\n", Line: func(r *Record) string {
			return fmt.Sprintf(`%s,%s,GET,%s,%d,%d,"%s"`, r.iso(), r.Source, r.Path, r.Status, r.Size, r.Agent)
		}},
		"ADDR": {Line: func(r *Record) string { return r.Source.String() }},
		"TEXT": {Line: func(r *Record) string {
			return fmt.Sprintf("worker %d: login of %s failed after 3 attempts", r.Port%8, r.Source)
		}},
		"POSTFIX": {Line: func(r *Record) string {
			return fmt.Sprintf("%s mx1 postfix/smtpd[1201]: connect from unknown[%s]", r.syslog(), r.Source)
		}},
		"EXIM": {Line: func(r *Record) string {
			return fmt.Sprintf("%s 1s9JxN-000abc-1a <= a@provider.example H=mail.provider.example [%s]:%d P=esmtps "+
				"X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no S=2210 id=1@provider.example", r.At.Format("2006-01-02 15:04:05"),
				r.Source, r.Port)
		}},
		"DOVECOT": {Line: func(r *Record) string {
			return fmt.Sprintf("%s mx1 dovecot: imap-login: Login: user=<ann@shop.example>, method=PLAIN, rip=%s, "+
				"lip=10.0.0.9, mpid=41, TLS, session=<abc>", r.syslog(), r.Source)
		}},
		"SSHD": {Line: func(r *Record) string {
			return fmt.Sprintf("%s host1 sshd[%d]: Failed password for invalid user admin from %s port %d ssh2", r.syslog(),
				r.Port, r.Source, r.Port)
		}},
		"POSTGRES": {Line: func(r *Record) string {
			return fmt.Sprintf("%s UTC [53962] LOG:  connection received: host=%s port=%d",
				r.At.Format("2006-01-02 15:04:05.000"), r.Source, r.Port)
		}},
		"FAIL2BAN": {Line: func(r *Record) string {
			return fmt.Sprintf("%s fail2ban.filter         [811]: INFO    [sshd] Found %s - %s",
				r.At.Format("2006-01-02 15:04:05,000"), r.Source, r.At.Format("2006-01-02 15:04:05"))
		}},
		"KERNEL": {Size: true, Line: func(r *Record) string {
			return fmt.Sprintf("%s host1 kernel: [ 9000.100000] [UFW BLOCK] IN=eth0 OUT= "+
				"MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=%s DST=10.0.0.9 LEN=%d TOS=0x00 PREC=0x00 TTL=51 ID=0 DF "+
				"PROTO=TCP SPT=%d DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0", r.syslog(), r.Source, r.Size, r.Port)
		}},
	})
}
