package attribution

import (
	"reflect"
	"testing"
	"time"
)

func TestAccountAdd(t *testing.T) {
	at := time.Date(2024, 5, 21, 7, 0, 0, 0, time.UTC)
	first := Account{
		Format: "COMMON", Fields: map[string]string{"source": "1"}, Records: 2, Lines: 4, From: at, To: at.Add(time.Hour),
		Lost: map[Loss]uint64{LostUnread: 1}, First: map[Loss]string{LostUnread: "line 3"},
		Unread: []Unread{{"NO_ADDRESS", 1, "line 3"}}, Notes: []Note{{"SYSLOG", 2, ""}, {"CUT_IPV4", 2, "/24"}},
	}
	second := Account{
		Format: "CSV", Fields: map[string]string{"source": "ip", "time": "ts"}, Records: 5, Lines: 9, Undated: 1, Excluded: 1,
		NoRecords: 1, From: at.Add(-time.Hour), To: at, NotTaken: map[string]string{"count": "hits"},
		Lost: map[Loss]uint64{LostUnread: 3}, First: map[Loss]string{LostUnread: "line 2"},
		Unread: []Unread{{"TOO_LONG", 2, "line 2"}, {"NO_ADDRESS", 1, "line 4"}},
		Notes:  []Note{{"SYSLOG", 1, ""}, {"CUT_IPV4", 5, "/16"}},
	}
	var got Account
	for _, name := range []string{"a", "b", "c"} {
		got.Add(name, map[string]Account{"a": first, "b": second, "c": {}}[name])
	}
	want := Account{
		Format: "COMMON, CSV", Fields: map[string]string{"source": "1, ip", "time": "ts"}, Records: 7, Lines: 13,
		Undated: 1, Excluded: 1, NoRecords: 1, From: at.Add(-time.Hour), To: at.Add(time.Hour),
		NotTaken: map[string]string{"count": "hits"},
		Lost:     map[Loss]uint64{LostUnread: 4}, First: map[Loss]string{LostUnread: "a: line 3"},
		Unread: []Unread{{"NO_ADDRESS", 2, "a: line 3"}, {"TOO_LONG", 2, "b: line 2"}},
		Notes:  []Note{{"SYSLOG", 3, ""}, {"CUT_IPV4", 2, "/24"}, {"CUT_IPV4", 5, "/16"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
