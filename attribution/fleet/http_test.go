package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/sketch"
)

// The handler says of each envelope what became of it, and a body that is cut loses nothing
// that came before.
func TestHandler(t *testing.T) {
	f := newFleet(t, "a")
	server := httptest.NewServer(fleet.Handler(f, func() time.Time { return begin }))
	defer server.Close()
	client := fleet.Client{URL: server.URL}
	send := func(envelopes ...fleet.Envelope) (codes []string) {
		for _, r := range must(client.Send(context.Background(), envelopes...)) {
			codes = append(codes, r.Code)
		}
		return codes
	}
	got := send(
		envelope("a", 1, russian(3)), envelope("a", 1, russian(3)), envelope("a", 1, russian(4)),
		envelope("b", 1, russian(3)),
		at(envelope("a", 1, russian(3)), 7), at(envelope("a", 1, russian(3)), -5000), longer(envelope("a", 1, russian(3))))
	want := []string{"taken", "stale", "conflict", "unknown_node", "early", "late", "mismatch"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := f.Stats(); got.Taken != 1 || got.Slots != 1 {
		t.Errorf("%+v", got)
	}
	answer := must(http.Get(server.URL))
	if answer.Body.Close(); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %s", answer.Status)
	}
	if _, err := (&fleet.Client{URL: server.URL + "/"}).Send(context.Background()); err != nil {
		t.Errorf("nothing: %v", err)
	}
}

// bodies are requests that cannot be cut into envelopes, or have one that cannot be read.
var bodies = map[string]struct {
	body, want string
	status     int
}{
	"nothing":             {"", "[]", http.StatusOK},
	"half a length":       {"\x00\x00", "envelope 1", http.StatusBadRequest},
	"more than is there":  {"\x00\x00\x00\x05abc", "3 bytes of 5", http.StatusBadRequest},
	"more than is taken":  {"\xff\xff\xff\xff", "at most", http.StatusBadRequest},
	"what is no envelope": {"\x00\x00\x00\x03abc", `"code":"invalid"`, http.StatusOK},
	"an empty one":        {"\x00\x00\x00\x00", `"code":"invalid"`, http.StatusOK},
}

func TestBodies(t *testing.T) {
	first := must(new(request).with(envelope("a", 1, russian(3))))
	for name, c := range bodies {
		for _, before := range []string{"", first} {
			f := newFleet(t)
			w := httptest.NewRecorder()
			fleet.Handler(f, nil).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(before+c.body)))
			want := c.want
			if before != "" {
				want = strings.NewReplacer("envelope 1", "envelope 2", "[]", `[{"code":"taken"}]`).Replace(want)
			}
			if w.Code != c.status || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d %q, want %d … %s …", name, w.Code, w.Body, c.status, want)
			}
			if got := f.Stats(); got.Slots != min(len(before), 1) {
				t.Errorf("%s: %+v", name, got)
			}
		}
	}
}

// request gathers a body as a client does.
type request struct{ body bytes.Buffer }

func (r *request) with(e fleet.Envelope) (string, error) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, got *http.Request) {
		io.Copy(&r.body, got.Body)
		io.WriteString(w, `[{"code":"taken"}]`)
	}))
	defer server.Close()
	_, err := (&fleet.Client{URL: server.URL}).Send(context.Background(), e)
	return r.body.String(), err
}

func FuzzBody(f *testing.F) {
	first := must(new(request).with(envelope("a", 1, russian(3))))
	for _, c := range bodies {
		f.Add([]byte(c.body))
		f.Add([]byte(first + c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		center := newFleet(t)
		w := httptest.NewRecorder()
		fleet.Handler(center, nil).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body)))
		if got := center.Stats(); w.Code != http.StatusOK && w.Code != http.StatusBadRequest || got.Taken > 1 {
			t.Errorf("%d: %+v", w.Code, got)
		}
	})
}

// Other transports name what became of an envelope as the handler does.
func TestResultOf(t *testing.T) {
	for want, got := range map[string]fleet.Result{
		"taken":        fleet.ResultOf(true, nil),
		"stale":        fleet.ResultOf(false, nil),
		"early":        fleet.ResultOf(false, fmt.Errorf("a: %w", fleet.ErrEarly)),
		"unknown_node": fleet.ResultOf(true, fleet.ErrUnknownNode),
		"version":      fleet.ResultOf(false, &sketch.VersionError{}),
		"invalid":      fleet.ResultOf(false, errors.New("another")),
	} {
		if got.Code != want || got.Refused() != (got.Error != "") {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}
