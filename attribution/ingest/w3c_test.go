package ingest

import (
	"strings"
	"testing"
)

// Exchange writes the log of what it has received and that of what it has sent alike.
func TestExchange(t *testing.T) {
	text := "#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n#Log-type: SMTP Receive Protocol Log\n" +
		"#Date: 2024-05-21T07:00:00.000Z\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint," +
		"remote-endpoint,event,data,context\n" +
		"2024-05-21T07:11:23.123Z,MX\\Default,08DC,0,10.0.0.5:25,192.0.2.1:4711,+,,\n"
	events, _, err := readAll(text, Options{})
	if err != nil || sourcesOf(events) != "192.0.2.1" {
		t.Errorf("received: %s, %v", sourcesOf(events), err)
	}
	text = strings.Replace(text, "Receive", "Send", 1)
	_, _, err = readAll(text, Options{})
	wantUndecided(t, err, "Source", "remote-endpoint")
	events, _, err = readAll(text, Options{Source: "remote-endpoint"})
	if err != nil || sourcesOf(events) != "192.0.2.1" {
		t.Errorf("sent: %s, %v", sourcesOf(events), err)
	}
}
