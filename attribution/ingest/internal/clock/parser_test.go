package clock

import (
	"strings"
	"testing"
	"time"
)

// times are texts, and the instants that they mean in RFC 3339 and UTC; "" is no time.
var times = []struct{ text, want string }{
	// ISO 8601, extended and basic
	{"2024-05-21T22:13:05Z", "2024-05-21T22:13:05Z"},
	{"2024-05-22t09:13:05+11:00", "2024-05-21T22:13:05Z"},
	{"2024-05-21 22:13:05.25z", "2024-05-21T22:13:05.25Z"},
	{"2024-05-21T22:13:05.123456789123Z", "2024-05-21T22:13:05.123456789Z"},
	{"2024-05-21 22:13:05,123", "2024-05-21T22:13:05.123Z"},
	{"2024-05-21T22:13:05.5+0000", "2024-05-21T22:13:05.5Z"},
	{"2024-05-21T17:13:05-0500", "2024-05-21T22:13:05Z"},
	{"2024-05-21T17:13:05-05", "2024-05-21T22:13:05Z"},
	{"2024-05-22T00:13:05+02", "2024-05-21T22:13:05Z"},
	{"2024-05-22 00:13:05 +02:00", "2024-05-21T22:13:05Z"},
	{"2024-05-21 22:13:05.123 UTC", "2024-05-21T22:13:05.123Z"},
	{"2024-05-22 00:13:05 CEST", "2024-05-21T22:13:05Z"},
	{"2024-05-21T22:13:05", "2024-05-21T22:13:05Z"},
	{"2024-05-21T22:13", "2024-05-21T22:13:00Z"},
	{"2024-05-21T22:13Z", "2024-05-21T22:13:00Z"},
	{"2024-05-21_22:13:05.12345", "2024-05-21T22:13:05.12345Z"},
	{"2024/05/21 22:13:05", "2024-05-21T22:13:05Z"},
	{"2024-05-21\t22:13:05", "2024-05-21T22:13:05Z"},
	{"20240521T221305Z", "2024-05-21T22:13:05Z"},
	{"20240521T221305.25+0000", "2024-05-21T22:13:05.25Z"},
	{"20240521T2213Z", "2024-05-21T22:13:00Z"},
	{"20240521 221305", "2024-05-21T22:13:05Z"},
	{"20240521 22:13:05", "2024-05-21T22:13:05Z"},
	{"20240521221305", "2024-05-21T22:13:05Z"},
	{"20240521221305.5", "2024-05-21T22:13:05.5Z"},
	{"2024-02-29T00:00:00-00:30", "2024-02-29T00:30:00Z"},
	{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
	{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
	{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
	{"2106-02-07T06:28:15Z", "2106-02-07T06:28:15Z"},
	{`"2024-05-21T22:13:05Z"`, "2024-05-21T22:13:05Z"},
	{"[2024-05-21T22:13:05Z]", "2024-05-21T22:13:05Z"},
	{"  2024-05-21T22:13:05Z ", "2024-05-21T22:13:05Z"},
	// the common log
	{"17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03Z"},
	{"[17/May/2015:10:05:03 +0000]", "2015-05-17T10:05:03Z"},
	{"10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36Z"},
	{"21/May/2024:07:11:23.123 +0000", "2024-05-21T07:11:23.123Z"},
	{"21/May/2024:07:11:23.123", "2024-05-21T07:11:23.123Z"},
	{"21/may/2024:07:11:23 +0200", "2024-05-21T05:11:23Z"},
	{"1/May/2024:07:11:23 +0000", "2024-05-01T07:11:23Z"},
	// others
	{"Tue May 21 07:11:23 2024", "2024-05-21T07:11:23Z"},
	{"Tue May 21 07:11:23.123456 2024", "2024-05-21T07:11:23.123456Z"},
	{"Wed May  1 07:11:23 2024", "2024-05-01T07:11:23Z"},
	{"Tue May 21 07:11:23 UTC 2024", "2024-05-21T07:11:23Z"},
	{"Tue, 21 May 2024 07:11:23 GMT", "2024-05-21T07:11:23Z"},
	{"Tue, 21 May 2024 07:11:23 -0700", "2024-05-21T14:11:23Z"},
	{"21-May-2024 07:11:23.123", "2024-05-21T07:11:23.123Z"},
	{"21 May 2024 07:11:23", "2024-05-21T07:11:23Z"},
	{"2024 May 21 07:11:23", "2024-05-21T07:11:23Z"},
	{"2024-May-21 07:11:23", "2024-05-21T07:11:23Z"},
	{"May 21, 2024 7:11:23 PM", "2024-05-21T19:11:23Z"},
	{"May 21 2024 12:11:23 AM", "2024-05-21T00:11:23Z"},
	{"21.05.2024 07:11:23", "2024-05-21T07:11:23Z"},
	{"1.2.2024, 7:11:23", "2024-02-01T07:11:23Z"},
	{"21/05/2024 07:11:23", "2024-05-21T07:11:23Z"},
	{"05/21/2024 07:11:23 PM", "2024-05-21T19:11:23Z"},
	{"05/05/2024 07:11:23", "2024-05-05T07:11:23Z"},
	{"05/06/2024-07:11:23.123456", "2024-05-06T07:11:23.123456Z"},
	{"5/21/2024, 7:11:23 AM", "2024-05-21T07:11:23Z"},
	{"5/21/2024, 7:11:23\u202fPM", "2024-05-21T19:11:23Z"},
	{"5/21/2024 7:11:23 AM +00:00", "2024-05-21T07:11:23Z"},
	{"May 21, 2024 @ 07:11:23.123", "2024-05-21T07:11:23.123Z"},
	{"May 21, 2024, 7:11:23 AM", "2024-05-21T07:11:23Z"},
	{"Tue 2024-05-21 07:11:23 UTC", "2024-05-21T07:11:23Z"},
	{"Tue May 21 2024 09:11:23 GMT+0200 (Central European Summer Time)", "2024-05-21T07:11:23Z"},
	{"2024-05-21 09:11:23 UTC+02:00", "2024-05-21T07:11:23Z"},
	{"2024-05-21 09:11:23.5 +0200 CEST m=+0.012", "2024-05-21T07:11:23.5Z"},
	{"2024-05-21 07:11:23 +0000 UTC", "2024-05-21T07:11:23Z"},
	{"2024-05-21T09:11:23+02:00[Europe/Berlin]", "2024-05-21T07:11:23Z"},
	{"21May2024 7:11:23", "2024-05-21T07:11:23Z"},
	{"@40000000664c47c5075bcd15", "2024-05-21T07:05:31.123456789Z"},
	// Unix time
	{"1716329585", "2024-05-21T22:13:05Z"},
	{"1716329585.5", "2024-05-21T22:13:05.5Z"},
	{"1716329585,123456", "2024-05-21T22:13:05.123456Z"},
	{"1716329585250", "2024-05-21T22:13:05.25Z"},
	{"1716329585250.75", "2024-05-21T22:13:05.25075Z"},
	{"1716329585250000", "2024-05-21T22:13:05.25Z"},
	{"1716329585250000001", "2024-05-21T22:13:05.250000001Z"},
	{"1716329585.12345678901234567890", "2024-05-21T22:13:05.123456789Z"},
	{"1.716329585e9", "2024-05-21T22:13:05Z"},
	{"1.71632958525E+12", "2024-05-21T22:13:05.25Z"},
	{"171632958500e-2", "2024-05-21T22:13:05Z"},
	{"17163295850000000000000000e-16", ""},
	{"631152000", "1990-01-01T00:00:00Z"},
	{"631151999", ""},
	{"631151999.9", ""},
	{"4102444799", "2099-12-31T23:59:59Z"},
	{"4102444800", ""},

	// no times
	{"", ""},
	{"-", ""},
	{"-1", ""},
	{"0", ""},
	{"0.000", ""},
	{"53962", ""},
	{"4194304", ""},
	{"99999999", ""},
	{"65535.5", ""},
	{"1716329585.", ""},
	{".1716329585", ""},
	{"1716329585x", ""},
	{"1716329585e", ""},
	{"1716329585e+", ""},
	{"1716329585e99999", ""},
	{"17163295855", ""},
	{"17163295852500", ""},
	{"99999999999999999999999", ""},
	{"18446744073709551615", ""},
	{"2024-05-21", ""},
	{"20240521", ""},
	{"07:11:23", ""},
	{"2024-05-21T", ""},
	{"2024-05-21T22:13:05.Z", ""},
	{"2024-05-21T22:13:05?11:00", ""},
	{"2024-05-21T22:13:05+24:00", ""},
	{"2024-05-21T22:13:05+11:60", ""},
	{"2024-05-21T22:13:05 IST", ""},
	{"2024-05-21T22:13:05 CST", ""},
	{"2024-00-21T22:13:05Z", ""},
	{"2024-13-21T22:13:05Z", ""},
	{"2024-05-00T22:13:05Z", ""},
	{"2023-02-29T22:13:05Z", ""},
	{"2100-02-29T22:13:05Z", ""},
	{"2024-04-31T22:13:05Z", ""},
	{"2024-05-21T24:00:00Z", ""},
	{"2024-05-21T22:60:05Z", ""},
	{"2024-05-21T22:13:61Z", ""},
	{"2024-05-21T22:1x:05Z", ""},
	{"2024-05-21X22:13:05Z", ""},
	{"2024-05/21T22:13:05Z", ""},
	{"0001-01-01T00:00:00Z", ""},
	{"9999-12-31T23:59:59Z", ""},
	{"17/Foo/2015:10:05:03 +0000", ""},
	{"17/ayJ/2015:10:05:03 +0000", ""},
	{"32/May/2015:10:05:03 +0000", ""},
	{"17/May/2015:10:05:03 *0000", ""},
	{"17/May/15:10:05:03 +0000", ""},
	{"17/May/20150:10:05:03 +0000", ""},
	{"05/06/2024 07:11:23", ""},
	{"May 21, 2024 13:11:23 PM", ""},
	{"2024-05-21 07:11:23 [Europe/Berlin]", ""},
	{"2024-05-21T07:11:23+02:00[Europe", ""},
	{"2024-05-21T07:11:23+02:00 GET /", ""},
	{"2024-05-21T07:11:23 GMT+25", ""},
	{"21May20245 7:11:23", ""},
	{"Tue 20245-05-21 07:11:23", ""},
	{"May 21 07:11:23", ""},
	{"@40000000664c47c5075bcd1", ""},
	{"@40000000664c47c5ffffffff", ""},
	{"@00000000664c47c5075bcd15", ""},
	{"10.20.30.40", ""},
	{"2001:db8::1", ""},
	{"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", ""},
}

func TestParse(t *testing.T) {
	for _, tt := range times {
		var p Parser
		got, ok := p.Parse([]byte(tt.text))
		if ok != (tt.want != "") || ok && got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("Parse(%q) = %v, %v; want %q", tt.text, got.Format(time.RFC3339Nano), ok, tt.want)
		}
		near := got
		if got.Unix() < oldest || got.Unix() >= newest {
			near = time.Time{}
		}
		if ok && (got.Location() != time.UTC || !p.Near.Equal(near)) || !ok && !p.Near.IsZero() {
			t.Errorf("Parse(%q): in %v, near %v", tt.text, got.Location(), p.Near)
		}
	}
}

func TestMonths(t *testing.T) {
	for i, line := range []string{
		"jan January JAN Jan. Januar jän. Jänner janv. janvier ene enero gen gennaio janeiro januari tammi ocak янв Янв " +
			"一月 1月 01月 1월",
		"feb Februar févr. Février febrero febbraio fev fevereiro februari şubat фев 二月 2월",
		"mar March Mär März MÄRZ mars marzo março mrt maart marts мар 三月",
		"apr April avr. avril abr abril aprile апр 四月",
		"may Mai mayo mag maggio maio mei maj мая 五月 5月 5월",
		"jun June Juni juin junio giu giugno junho июн 六月",
		"jul July Juli juil. juillet julio lug luglio julho июл 七月",
		"aug August août AOÛT ago agosto augustus авг 八月",
		"sep Sept. September septembre septiembre set settembre setembro сен 九月",
		"oct October Okt. Oktober octobre octubre ott ottobre out outubro окт 十月",
		"nov November novembre noviembre novembro ноя 十一月 11월",
		"dec December Dez. Dezember déc. décembre dic diciembre dicembre dezembro des дек ДЕК 十二月 12月",
	} {
		for _, name := range strings.Fields(line) {
			want := time.Date(2024, time.Month(i+1), 21, 7, 11, 23, 0, time.UTC)
			for _, text := range []string{"21/" + name + "/2024:07:11:23 +0000", "21-" + name + "-2024 07:11:23",
				"21 " + name + " 2024 07:11:23"} {
				var p Parser
				if got, ok := p.Parse([]byte(text)); !ok || !got.Equal(want) {
					t.Errorf("Parse(%q) = %v, %v", text, got, ok)
				}
			}
		}
	}
	// Croatian and Polish differ by a month.
	for _, name := range []string{"lis", "lip", "srp", "marsch", "ma", "13月", "0月"} {
		if m, n := month([]byte(name + "/")); m != 0 || n != 0 {
			t.Errorf("%q is month %d", name, m)
		}
	}
}

func TestZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct {
		zone       *time.Location
		text, want string
		zoneless   int64
	}{
		{berlin, "2024-05-21 07:11:23", "2024-05-21T05:11:23Z", 1},
		{berlin, "2024-01-21 07:11:23", "2024-01-21T06:11:23Z", 1},
		{berlin, "2024-01-21 07:11:23Z", "2024-01-21T07:11:23Z", 0},
		{berlin, "1716329585", "2024-05-21T22:13:05Z", 0},
		{berlin, "2024-01-21 07:11:23 CST", "", 0},
		{chicago, "2024-01-21 07:11:23 CST", "2024-01-21T13:11:23Z", 0},
		{chicago, "2024-06-21 07:11:23 CDT", "2024-06-21T12:11:23Z", 0},
	} {
		p := Parser{Zone: tt.zone}
		got, ok := p.Parse([]byte(tt.text))
		if ok != (tt.want != "") || ok && got.Format(time.RFC3339Nano) != tt.want || p.Zoneless != tt.zoneless {
			t.Errorf("%v: Parse(%q) = %v, %v, %d without a zone", tt.zone, tt.text, got, ok, p.Zoneless)
		}
	}
}

func TestParseFields(t *testing.T) {
	for _, tt := range []struct{ date, clock, want string }{
		{"2024-05-21", "07:11:23", "2024-05-21T07:11:23Z"},
		{"2024-05-21", "07:11:23.5", "2024-05-21T07:11:23.5Z"},
		{`"2024-05-21"`, `"07:11:23+02:00"`, "2024-05-21T05:11:23Z"},
		{"21/May/2024", "07:11", "2024-05-21T07:11:00Z"},
		{"20240521", "071123", "2024-05-21T07:11:23Z"},
		{"2024-05-21", "", ""},
		{"", "07:11:23", ""},
		{"2024-05-21T07:11:23Z", "07:11:23", ""},
		{"2024-05-21", "07:11:23x", ""},
		{"2024-05-32", "07:11:23", ""},
		{"-", "-", ""},
	} {
		var p Parser
		got, ok := p.ParseFields([]byte(tt.date), []byte(tt.clock))
		if ok != (tt.want != "") || ok && got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("ParseFields(%q, %q) = %v, %v; want %q", tt.date, tt.clock, got, ok, tt.want)
		}
	}
}

func TestLeading(t *testing.T) {
	for _, tt := range []struct {
		text, rest, want string
		unix             bool
	}{
		{"2024-05-21 07:11:23,123 fail2ban.actions", " fail2ban.actions", "2024-05-21T07:11:23.123Z", false},
		{"2024/05/21 07:11:23 [error] 1#1", " [error] 1#1", "2024-05-21T07:11:23Z", false},
		{"2024-05-21 07:11:23 H=mail", " H=mail", "2024-05-21T07:11:23Z", false},
		{"2024-05-21 07:11:23 GET /", " GET /", "2024-05-21T07:11:23Z", false},
		{"2024-05-21 07:11:23 - -", " - -", "2024-05-21T07:11:23Z", false},
		{"2024-05-21 07:11:23 +0200 x", " x", "2024-05-21T05:11:23Z", false},
		{"2024-05-21 07:11:23 2024 x", " 2024 x", "2024-05-21T07:11:23Z", false},
		{"1716329585.123    50 1.2.3.4", "    50 1.2.3.4", "2024-05-21T22:13:05.123Z", true},
		{"1716329585,x", ",x", "2024-05-21T22:13:05Z", true},
		{"1716329585.123:456): x", ":456): x", "2024-05-21T22:13:05.123Z", true},
		{"2024-05-21 07:11:23 +0200 GET /", " GET /", "2024-05-21T05:11:23Z", false},
		{"1716329585-x", "", "", true},
		{"1716329585 x", "", "", false},
		{"2024-05-21 1123 x", "", "", false},
		{"8.8.8.8 - - [21/May/2024:07:11:23 +0000]", "", "", false},
		{"1.2.3.4 x", "", "", true},
	} {
		var p Parser
		read := p.Leading
		if tt.unix {
			read = p.LeadingUnix
		}
		got, n, ok := read([]byte(tt.text))
		if ok != (tt.want != "") || ok && (got.Format(time.RFC3339Nano) != tt.want || tt.text[n:] != tt.rest) {
			t.Errorf("Leading(%q) = %v, rest %q, %v", tt.text, got, tt.text[n:], ok)
		}
	}
}

func TestLearn(t *testing.T) {
	for _, tt := range []struct {
		text  string
		order Order
	}{
		{"21/05/2024 07:11:23", DayFirst}, {"05/21/2024", MonthFirst}, {"05/06/2024", Unknown}, {"21/May/2024", Unknown},
		{"32/05/2024", Unknown}, {"21/05/24", Unknown}, {"", Unknown}, {"21/", Unknown}, {"21/05/", Unknown},
	} {
		var p Parser
		if learned := p.Learn([]byte(tt.text)); p.Order != tt.order || learned != (tt.order != Unknown) {
			t.Errorf("Learn(%q): %v, order %d", tt.text, learned, p.Order)
		}
	}
	for order, want := range map[Order]string{DayFirst: "2024-06-05T07:11:23Z", MonthFirst: "2024-05-06T07:11:23Z"} {
		p := Parser{Order: order}
		if got, ok := p.Parse([]byte("05/06/2024 07:11:23")); !ok || got.Format(time.RFC3339) != want {
			t.Errorf("order %d: %v, %v", order, got, ok)
		}
	}
	p := Parser{Order: MonthFirst}
	if got, ok := p.Parse([]byte("21/06/2024 07:11:23")); ok {
		t.Errorf("a 21st month: %v", got)
	}
}

func TestAllocations(t *testing.T) {
	p := Parser{Zone: time.FixedZone("x", 3600), Latest: time.Unix(1716329585, 0)}
	var texts [][]byte
	for _, tt := range times {
		texts = append(texts, []byte(tt.text))
	}
	stamps := [][]byte{[]byte("May 21 07:11:23 host x"), []byte("<34>1 2024-05-21T07:11:23Z h"), []byte("Feb 29 07:11:23")}
	date, clock := []byte("2024-05-21"), []byte("07:11:23")
	var w Window
	n := testing.AllocsPerRun(10, func() {
		for _, b := range texts {
			p.Parse(b)
			p.Leading(b)
			p.LeadingUnix(b)
		}
		for _, b := range stamps {
			p.Syslog(b)
		}
		p.ParseFields(date, clock)
		w.Add(p.Near, 1)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range times {
		f.Add(tt.text)
	}
	for _, tt := range stamps {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p Parser
		got, ok := p.Parse([]byte(text))
		for _, layout := range []string{time.RFC3339Nano, "02/Jan/2006:15:04:05 -0700", "20060102T150405Z0700", time.ANSIC} {
			// The standard library also takes one-digit hours, a decimal comma and an offset of 24 hours.
			want, err := time.Parse(layout, text)
			if err != nil || want.Format(layout) != text || want.Year() < 1900 || want.Year() > 2149 {
				continue
			}
			if _, offset := want.Zone(); max(offset, -offset) < 24*3600 && (!ok || !got.Equal(want)) {
				t.Fatalf("Parse(%q) = %v, %v; time.Parse says %v", text, got, ok, want)
			}
		}
		if got, ok := parseFixed([]byte(text)); ok {
			want, n, ok := new(Parser).leading([]byte(text))
			if !ok || n != len(text) || !got.Equal(want) {
				t.Fatalf("%q: %v by its fixed layout, else %v, %v", text, got, want, ok)
			}
		}
		for _, read := range []func([]byte) (time.Time, int, bool){p.Leading, p.LeadingUnix, p.Syslog} {
			got, n, ok := read([]byte(text))
			if n < 0 || n > len(text) || ok && n == 0 || !ok && (n != 0 || !got.IsZero()) {
				t.Fatalf("%q: %v, %d bytes, %v", text, got, n, ok)
			}
		}
		p.ParseFields([]byte(text), []byte("07:11:23"))
		p.ParseFields([]byte("2024-05-21"), []byte(text))
		p.Learn([]byte(text))
	})
}
