package ingest

import (
	"strings"
	"unicode"
)

// words splits a name where its writer has joined words: EdgeStartTimestamp, src_ip and
// source.address have three, two and two. They are lower case.
func words(name string) []string {
	var list []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			list = append(list, string(word))
			word = nil
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]):
			end()
		case unicode.IsUpper(r) && i > 0 && i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]):
			end()
		}
		word = append(word, unicode.ToLower(r))
	}
	end()
	return list
}

// usual are names with their weight. A name is compared without what joins its words.
type usual map[string]int

func weights(by map[int]string) usual {
	u := usual{}
	for weight, names := range by {
		for name := range strings.FieldsSeq(names) {
			u[name] = weight
		}
	}
	return u
}

// Weights of names. From sure on, a name is enough to know the field.
const (
	sure   = 100
	likely = 80
	vague  = 60
	forged = 20 // clients write it
)

var sourceNames = weights(map[int]string{
	sure: `clientip clientaddr clientaddress clienthost remoteip remoteaddr remoteaddress srcip srcaddr srcaddress
		sourceip sourceaddr sourceaddress sourceipaddress cip saddr ipsrc ipsrcaddr idorigh origh sourceipv4address
		sourceipv6address ipv4srcaddr ipv6srcaddr calleripaddress callerip attackerip sa srcipaddr srcipaddress
		remoteipaddress clientipaddress srchost sourceips
		clientips srcips remoteips downstreamremoteaddress cliip remoteendpoint
		clientips callerips src4addr src6addr`,
	likely: `ip ipaddr ipaddress src source client remote ipv4 ipv6 userip useraddr useripaddress visitorip visitor
		remotehost requesterip originip caller peerip peeraddr attacker fromip
		pktsrcaddr`,
	vague: `addr peer from offender ban banned`,
	forged: `xforwardedfor forwardedfor forwarded xff xrealip realip trueclientip cfconnectingip xclientip
		forwardedip httpxforwardedfor xforwarded csxforwardedfor originalip`,
})

// notSource are words of names that are not the client's: its peer in the same record.
var notSource = wordSet(`dst dest destination server srv local host hostname target upstream backend proxy nat vhost
	domain gateway router exporter sampler node pod edge to resp listener dstaddr dstip destaddr destip nexthop
	resolver answer victim service lan bind sensor relay reporter collector netmask mask xlate translated`)

var timeNames = weights(map[int]string{
	sure: `time timestamp ts datetime timestampstart starttime startutc edgestarttimestamp eventtime timelocal
		timeiso8601 start flowstart timereceived firstseen startlocal flowstartmilliseconds flowstartseconds
		requesttime receivedtimestamp timegenerated stime requesttimestamp startedat reqtimesec
		timemicros timegeneratedutc requestreceivedtimestamp timeepoch querytimestamp timegeneratedlocaltime
		firstswitched`,
	likely: `date when created createdat msec at logtime loggedat first timeflowstart timeflowstartns asctime
		eventtimestamp eventtimems timems epoch unixtime begin t logged`,
	vague: `end endtime last lastseen updatedat timestampend edgeendtimestamp ingesttime`,
})

// Counts that are only likely are never taken: RequestCount of one server grows from record to
// record.
var countNames = weights(map[int]string{
	sure: `count packets hits events cnt eventscount eventcount pkts npackets inpkts ipkt packetcount hitcount
		packetssent`,
	likely: `requests attempts occurrences frequency freq totpkts totalpackets totalfwdpackets totfwdpkts flows
		totalrequests totalhits totalevents totalattempts totalcount requestcount requestscount attemptcount
		numberofrequests numberofhits numberofevents numberofattempts numrequests numevents`,
})

var bytesNames = weights(map[int]string{
	sure: `bytes octets bytessent bodybytessent edgeresponsebytes responsebytes inbytes ibyt responsesize bytesout
		scbytes octetcount sentbytes size downstreamcontentsize responselength contentlength totalbytes nbytes`,
	likely: `totbytes totlenfwdpkts totallengthoffwdpackets`,
})

var targetNames = weights(map[int]string{
	sure: `destip dstip dstaddr destaddr destinationip destinationaddress ipdst requesthost clientrequesthost host
		cshost vhost dstaddress targetip idresph requestdomain authority hostname originalhost reqhost dip
		ipv4dstaddr ipv6dstaddr`,
	likely: `serverip server target requestpath path uri url requesturi clientrequesturi destination dst dest
		csuristem csuri requesturl`,
})

var (
	protocolNames = weights(map[int]string{sure: `proto protocol ipproto ipprotocol protocolidentifier transport pr pro`})
	portNames     = weights(map[int]string{sure: `srcport sourceport portsrc spt sport clientport sp idorigp
		sourcetransportport l4srcport clientsrcport cport`})
	flagNames = weights(map[int]string{sure: `tcpflags tcpcontrolbits flg`})
	flowFlags = weights(map[int]string{sure: `flags`}) // of a record with a protocol

	// Of flows only: one packet in so many was looked at.
	rateNames = weights(map[int]string{sure: `samplingrate samplinginterval samplerrandominterval`})
)

// methods and statuses are fields of servers that have answered a request.
var (
	methods = wordSet(`method reqmethod requestmethod clientrequestmethod csmethod verb request httpmethod
		httprequestmethod 		httprequestrequestmethod`)
	statuses = wordSet(`status statuscode responsestatus edgeresponsestatus downstreamstatus scstatus httpstatus
		responsestatuscode responsecode httpstatuscode httpresponsestatuscode httprequeststatus`)
)

// isHTTP reports whether the fields are those of a log of requests: who has sent one over TCP or
// QUIC has answered a handshake.
func isHTTP(fields []field) bool {
	method, status := false, false
	for i := range fields {
		name := fields[i].name
		whole := strings.Join(words(name), "")
		last := strings.Join(words(name[strings.LastIndexByte(name, '.')+1:]), "")
		method = method || methods[whole] || methods[last]
		status = status || statuses[whole] || statuses[last]
	}
	return method && status
}

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

// weight is that of a name, or of the last member of a path.
func (u usual) weight(name string) int {
	all := words(name)
	if w := u[strings.Join(all, "")]; w > 0 {
		return w
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return u[strings.Join(words(name[i+1:]), "")]
	}
	return 0
}

// sourceWeight is that of a name for the client's address.
func sourceWeight(name string) int {
	if name == "sIP" { // of SiLK; s-ip is a server of the W3C
		return sure
	}
	all := words(name)
	for _, word := range all {
		if word == "headers" || word == "header" {
			return min(sourceNames.weight(name), forged)
		}
	}
	w := sourceNames.weight(name)
	if exact := sourceNames[strings.Join(all, "")]; exact > 0 {
		return exact
	}
	for _, word := range all {
		if notSource[word] {
			return 0
		}
	}
	// What stands around a path says whose address it is: source.ip, client.address.
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		last := strings.Join(words(name[i+1:]), "")
		if last == "ip" || last == "address" || last == "addr" {
			for _, word := range words(name[:i]) {
				switch word {
				case "client", "source", "src", "remote", "attacker":
					return sure
				}
			}
		}
	}
	return w
}
