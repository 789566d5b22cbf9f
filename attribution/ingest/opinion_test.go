package ingest

import (
	"fmt"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// A second opinion about the country is counted where it is no country, and a client's words
// are no second opinion.
func TestSecondOpinion(t *testing.T) {
	for name, form := range map[string]string{
		"Cloudflare": `{"ClientIP":"77.88.8.%d","ClientCountry":"%s","EdgeStartTimestamp":"2024-05-21T07:11:23Z",` +
			`"ClientRequestURI":"%s"}`,
		"nginx": `{"remote_addr":"77.88.8.%d","http_cf_ipcountry": "%s","time_iso8601":"2024-05-21T07:11:23Z",` +
			`"request":"%s"}`,
		"Caddy": `{"ts":1716275483,"request":{"client_ip":"77.88.8.%d","method":"GET","host":"a",` +
			`"headers":{"Cf-Ipcountry":["%s"],"User-Agent":["%s"]}}}`,
	} {
		text := ""
		for i, c := range []string{"RU", "T1", "t1", "XX", "xx", "xx", "FR"} {
			forged := `\"ClientCountry\":\"t1\",\"http_cf_ipcountry\": \"t1\",\"Cf-Ipcountry\":[\"t1\"]`
			text += fmt.Sprintf(form, i+1, c, forged) + "\n"
		}
		events, a, err := readAll(text, Options{})
		if err != nil || len(events) != 7 {
			t.Fatalf("%s: %d events, %v", name, len(events), err)
		}
		got := map[string]uint64{}
		for _, n := range a.Notes {
			got[n.Code] = n.Value
		}
		if got[noteTor] != 2 || got[noteUnknown] != 3 {
			t.Errorf("%s: notes %+v", name, a.Notes)
		}
	}
	_, a, err := readAll(combined("77.88.8.8"), Options{})
	for _, n := range a.Notes {
		if n.Code == noteTor || n.Code == noteUnknown || err != nil {
			t.Errorf("%+v, %v", attribution.Note(n), err)
		}
	}
}
