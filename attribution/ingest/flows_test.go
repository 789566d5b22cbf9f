package ingest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestFlows(t *testing.T) {
	for _, g := range []golden{
		{file: "zeek1.log", format: "ZEEK", want: "77.88.8.8 77.88.8.1 2001:db8::7 114.114.114.114", events: 12, idle: 10,
			lost:   2,
			window: "07:11:23 07:11:26", shakes: "77.88.8.8", targets: "9.9.9.9 9.9.9.9 9.9.9.9 9.9.9.9"},
		{file: "zeek2.log", format: "ZEEK", want: "77.88.8.8 114.114.114.114", idle: 7, lost: 2, window: "07:11:23 07:11:24"},
		{file: "zeek3.json", format: "ZEEK", want: "77.88.8.8 114.114.114.114", events: 8, idle: 1,
			window: "07:11:23 07:11:24", shakes: "77.88.8.8"},
		{file: "zeek4.json", format: "ZEEK", want: "77.88.8.8 77.88.8.1", window: "07:11:23 07:11:24",
			targets: "9.9.9.9 9.9.9.9"},
		{file: "eve1.json", format: "SURICATA", want: "77.88.8.8 114.114.114.114", events: 7, idle: 4, lost: 1,
			window: "07:11:23 07:11:25", shakes: "77.88.8.8"},
		{file: "eve2.json", format: "SURICATA", want: "77.88.8.8 77.88.8.1 114.114.114.114", idle: 2,
			window:  "07:11:23 07:11:25",
			targets: "9.9.9.9  9.9.9.9"},
		{file: "eve3.json", format: "SURICATA", want: "77.88.8.8 77.88.8.1", idle: 1, window: "07:11:23 07:11:24"},
		{file: "eve4.json", format: "SURICATA", want: "77.88.8.8 9.9.9.9", events: 4, window: "07:11:23 07:11:23"},
		{file: "nfdump1.csv", format: "NFDUMP", want: "77.88.8.8 2001:db8::7", events: 8, idle: 5, lost: 2,
			window: "07:11:23 07:11:24"},
		{file: "nfdump2.csv", format: "NFDUMP", want: "77.88.8.8 114.114.114.114", events: 7, idle: 5,
			window: "07:11:23 07:11:24"},
		{file: "nfdump3.csv", format: "NFDUMP", want: "77.88.8.8 77.88.8.1", events: 9, window: "07:11:23 07:11:24"},
		{file: "nfdump4.csv", format: "NFDUMP", want: "77.88.8.8 77.88.8.1", events: 11, idle: 1,
			window: "07:11:23 07:11:24"},
		{file: "nfdump5.txt", format: "NFDUMP", want: "77.88.8.8 2001:db8::7", events: 6, lost: 2,
			window:  "07:11:23 07:11:24",
			targets: "9.9.9.9 2001:db8::1"},
		{file: "nfdump6.txt", format: "NFDUMP", want: "77.88.8.8 77.88.8.1", events: 12, window: "07:11:23 07:11:24"},
		{file: "nfdump7.txt", format: "NFDUMP", want: "77.88.8.8 77.88.8.1 114.114.114.114", events: 20, idle: 5,
			window: "07:11:23 07:11:25"},
		{file: "nfdump8.txt", format: "NFDUMP", want: "77.88.8.8 77.88.8.1 2001:db8::7", events: 9, idle: 1, lost: 1,
			window: "07:11:23 07:11:25", targets: "9.9.9.9 9.9.9.9 2001:db8::1"},
		{file: "nfdump9.txt", format: "NFDUMP", want: "77.88.8.8", events: 5, idle: 1, window: "07:11:23 07:11:23"},
		{file: "nfdump10.txt", format: "NFDUMP", want: "77.88.8.8", events: 7, idle: 1, window: "07:11:23 07:11:23"},
		{file: "nfdump11.txt", format: "NFDUMP", want: "114.114.114.114 77.88.8.8", events: 1_200_007, idle: 4,
			window: "07:11:23 07:11:24"},
		{file: "nfdump12.json", format: "NFDUMP", want: "77.88.8.8 2001:db8::7", events: 9, idle: 2,
			window: "07:11:23 07:11:24", targets: "9.9.9.9 2001:db8::1"},
		{file: "azure1.json", format: "AZUREFLOW", want: "77.88.8.8 77.88.8.1 114.114.114.114", events: 12, idle: 1,
			window: "07:11:23 07:11:30", targets: "10.0.0.4 10.0.0.4 10.0.0.4"},
		{file: "azure2.json", format: "AZUREFLOW", want: "77.88.8.8 77.88.8.1", idle: 2, window: "07:11:23 07:11:24"},
		{file: "azure3.json", format: "AZUREFLOW", want: "77.88.8.8 77.88.8.1", events: 5, idle: 1,
			window: "07:11:24 07:11:25"},
		{file: "azure4.json", format: "AZUREFLOW", want: "77.88.8.8 77.88.8.1 2001:db8::7", idle: 2, lost: 2,
			window: "07:11:23 07:11:25"},
		{file: "vpc1.csv", format: "AWSVPC", want: "77.88.8.8 77.88.8.1", events: 40, idle: 3,
			window: "07:11:23 07:11:23", targets: "10.0.0.9 10.0.0.9"},
		{file: "vpc3.csv", format: "AWSVPC", want: "77.88.8.8 77.88.8.1", events: 25, idle: 4,
			window: "07:11:23 07:11:24", targets: "9.9.9.9 9.9.9.9"},
		{file: "vpc2.json", format: "AWSVPC", want: "77.88.8.8 77.88.8.1", events: 22, idle: 3,
			window: "07:11:23 07:11:24"},
		{file: "gcp1.json", format: "GCPFLOW", want: "77.88.8.8 114.114.114.114", events: 13, idle: 1,
			window: "07:11:23 07:11:25"},
		{file: "gcp2.json", format: "GCPFLOW", want: "77.88.8.8", idle: 1, window: "07:11:23 07:11:23"},
	} {
		g.mixed = true
		g.run(t, "flows")
	}
}

// What a flow carries beside its source, target and time.
func TestFlowFields(t *testing.T) {
	for file, want := range map[string][5]int{ // protocol, port, flags, packets, bytes of the first record
		"zeek1.log": {6, 41000, 0, 7, 420}, "zeek3.json": {6, 4000, 0, 6, 400}, "eve1.json": {6, 4000, 0x1b, 6, 400},
		"eve2.json": {6, 4000, 0, 1, 0}, "eve4.json": {17, 4000, 0, 3, 200}, "nfdump1.csv": {6, 4000, 0x1b, 7, 420},
		"nfdump2.csv": {6, 4000, 0, 5, 300}, "nfdump4.csv": {6, 4000, 2, 5, 300}, "nfdump5.txt": {6, 4000, 27, 5, 300},
		"nfdump6.txt": {6, 4000, 2, 5, 300}, "nfdump7.txt": {6, 4000, 0, 7, 420}, "nfdump8.txt": {6, 4000, 0x1b, 7, 420},
		"nfdump9.txt": {6, 4000, 0, 5, 300}, "nfdump11.txt": {0, 0, 0, 1_200_000, 1_200_000_000},
		"nfdump12.json": {6, 4000, 0x1b, 7, 420}, "azure1.json": {6, 35370, 0, 1, 0}, "gcp1.json": {6, 40000, 0, 12, 1776},
		"vpc3.csv": {17, 53, 0, 20, 4249},
	} {
		text, err := os.ReadFile("testdata/flows/" + file)
		if err != nil {
			t.Fatal(err)
		}
		events, _, err := readAll(string(text), Options{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		e := events[0]
		got := [5]int{int(e.Protocol), int(e.SourcePort), int(e.TCPFlags), int(e.Events), int(e.Bytes)}
		if got != want {
			t.Errorf("%s: protocol, port, flags, packets and bytes %v, want %v", file, got, want)
		}
	}
}

func TestSuricataAlertsAlone(t *testing.T) {
	text, err := os.ReadFile("testdata/flows/eve1.json")
	if err != nil {
		t.Fatal(err)
	}
	events, a, err := readAll(string(text), Options{Format: "suricata_alert"})
	if err != nil || sourcesOf(events) != "77.88.8.8" || a.NoRecords != 6 {
		t.Errorf("%s, %d lines without a record, %v", sourcesOf(events), a.NoRecords, err)
	}
}

func TestAnswered(t *testing.T) {
	for history, want := range map[string]bool{
		"ShADadFf": true, "ShA": true, "ShD": true, "^hADaf": true, "Sh": false, "ShR": false, "S": false, "": false,
		"-":  false,
		"Dd": false, "ADadF": false, "SAh": false, "ShaTdtR": false,
	} {
		if answered([]byte(history)) != want {
			t.Errorf("%q: %v", history, !want)
		}
	}
}

func TestFlowsDoNotAllocate(t *testing.T) {
	for _, file := range []string{"zeek1.log", "zeek3.json", "eve1.json", "eve2.json", "nfdump1.csv", "nfdump6.txt"} {
		text, err := os.ReadFile("testdata/flows/" + file)
		if err != nil {
			t.Fatal(err)
		}
		lines := slices.Collect(strings.Lines(string(text)))
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "77.88.8.8") || l[0] == '2' })
		noAllocs(t, file, strings.Join(lines[:at], ""), strings.TrimSpace(lines[at]))
	}
}
