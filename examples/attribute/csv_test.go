package main

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
)

var csvTests = []formatTest{
	{name: "plain", text: "ip,port\n192.0.2.1,80\n2001:db8::1,81\n", want: []string{"192.0.2.1", "2001:db8::1"}},
	{name: "quoted", text: "\"Port\",\"IP\"\n\"80\",\"192.0.2.1\"\r\n\"81\",\"192.0.2.2\"",
		want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "byte order mark and blank lines", text: "\ufeff\n\nip,port\n\n192.0.2.1,80\n \n", want: []string{"192.0.2.1"}},
	{name: "semicolons", text: "time;src_ip\n1,5;192.0.2.1\n", want: []string{"192.0.2.1"}},
	{name: "tabs", text: "time\tsrc_ip\n1\t192.0.2.1\n", want: []string{"192.0.2.1"}},
	{name: "commas, quotes and line ends in fields",
		text: "text,ip\n\"a, \"\"b\"\"\nc,198.51.100.1\n\",192.0.2.1\nx,192.0.2.2\n",
		want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "line end behind the address", text: "ip,text\n192.0.2.1,\"a\n198.51.100.1,b\n\nc\"\n192.0.2.2,d\nx,e\n",
		want: []string{"192.0.2.1", "192.0.2.2", "7: no address in its column"}},
	{name: "quote inside a field", text: "text,ip\n5\" disk,192.0.2.1\n6\" disk,192.0.2.2\n",
		want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "text behind a quote", text: "text,ip\n\"a\"b\"c,192.0.2.1\n\" \" ,192.0.2.2\n",
		want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "blanks around fields", text: "text , ip \nx , 192.0.2.1 \nx, \"192.0.2.2\"\n",
		want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "uneven rows", text: "a,ip\nx\nx,192.0.2.1,y,z\nx,\n,192.0.2.2\n",
		want: []string{"2: too few columns", "192.0.2.1", "4: no address in its column", "192.0.2.2"}},
	{name: "quote never closed", text: "ip,text\n192.0.2.1,x\n192.0.2.2,\"y\n192.0.2.3,z\n",
		want: []string{"192.0.2.1", "3: a quoted field is not closed"}},
	{name: "usual name with no address in it", text: "ip,Source,host\n-,web,192.0.2.1\n,web,192.0.2.2\n",
		want: []string{"192.0.2.1", "192.0.2.2"}},
	{name: "asked for", text: "ip,peer\n192.0.2.1,192.0.2.2\n", cfg: config{addr: "PEER"}, want: []string{"192.0.2.2"}},
	{name: "times", text: "when,ip\n2024-05-21T22:13:05Z,192.0.2.1\n1716329586,192.0.2.2\nx,192.0.2.3\n",
		cfg: config{time: "when"}, want: []string{"192.0.2.1 22:13:05", "192.0.2.2 22:13:06", "192.0.2.3 bad time"}},
	{name: "time behind the address", text: "ip,when\n192.0.2.1,\"1716329586\"\n192.0.2.2\n", cfg: config{time: "when"},
		want: []string{"192.0.2.1 22:13:06", "192.0.2.2 bad time"}},
	{name: "no such column", text: "ip,\"a \"\"b\"\"\"\n192.0.2.1,x\n", cfg: config{addr: "peer"},
		err: `no column named "peer"; there are: "ip", "a \"b\""`},
	{name: "no such time column", text: "ip,a\n192.0.2.1,x\n", cfg: config{time: "when"},
		err: `no column named "when"; there are: "ip", "a"`},
	{name: "many columns", text: strings.Repeat("c,", 24) + "c\n", cfg: config{addr: "ip"}, err: `"c", "c" and 5 more`},
	{name: "empty", text: "", cfg: config{addr: "ip"}, err: "header row: missing"},
}

func TestCSV(t *testing.T) { testFormat(t, "csv", csvTests) }

// A quote that opens too much is given up, and the lines behind the limit are
// records again.
func TestCSVRecordTooLong(t *testing.T) {
	text := "ip,text\n192.0.2.1,\"" + strings.Repeat("x\n", maxLine) + "x\"\n192.0.2.2,y\n"
	_, got, err := readAll(text, &config{format: "csv"})
	if err != nil || got[0] != "2: longer than 1 MiB" || got[len(got)-1] != "192.0.2.2" {
		t.Errorf("got %q to %q, %v", got[0], got[len(got)-1], err)
	}
}

// Without a header the first row is data, and that is an error to explain.
func TestCSVNoHeader(t *testing.T) {
	_, _, err := readAll("192.0.2.1,80\n192.0.2.2,81\n", &config{format: "csv"})
	if want := `header row: no column with a usual name for an address; give -addr with one of: "192.0.2.1", ` +
		`"80"`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// FuzzCSV holds the reader to encoding/csv on everything which that one takes.
func FuzzCSV(f *testing.F) {
	for _, tt := range csvTests {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = "ip,b\n" + text
		_, lines, err := readAll(text, &config{format: "csv", addr: "ip"})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var got, want []string
		for _, line := range lines {
			if !strings.Contains(line, ": ") {
				got = append(got, line)
			}
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		for {
			row, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil || strings.Contains(row[0], `"`) {
				return
			}
			if a, ok := parseSource([]byte(strings.TrimSpace(row[0]))); ok {
				want = append(want, a.String())
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: got %q, encoding/csv says %q", text, got, want)
		}
	})
}
