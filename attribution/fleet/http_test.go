package fleet_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/engines"
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

// framed is an envelope in a body.
func framed(e fleet.Envelope) string {
	b := must(e.AppendBinary(make([]byte, 4)))
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return string(b)
}

// packed is a body as it is sent.
func packed(body string) string {
	return string(must(zstd.NewWriter(nil)).EncodeAll([]byte(body), nil))
}

func post(f *fleet.Fleet, encoding, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Encoding", encoding)
	w := httptest.NewRecorder()
	fleet.Handler(f, nil).ServeHTTP(w, r)
	return w
}

func TestBodies(t *testing.T) {
	first := framed(envelope("a", 1, russian(3)))
	for name, c := range bodies {
		for _, before := range []string{"", first} {
			for encoding, body := range map[string]string{"": before + c.body, "zstd": packed(before + c.body)} {
				f := newFleet(t)
				w := post(f, encoding, body)
				want := c.want
				if before != "" {
					want = strings.NewReplacer("envelope 1", "envelope 2", "[]", `[{"code":"taken"}]`).Replace(want)
				}
				if w.Code != c.status || !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s %s: %d %q, want %d … %s …", name, encoding, w.Code, w.Body, c.status, want)
				}
				if got := f.Stats(); got.Slots != min(len(before), 1) {
					t.Errorf("%s: %+v", name, got)
				}
			}
		}
	}
}

// What cannot be unpacked is an error, after what came before was taken. Nothing makes a center take more than it
// says.
func TestPackedBodies(t *testing.T) {
	first := packed(framed(envelope("a", 1, russian(3))))
	for name, c := range map[string]struct {
		encoding, body, want string
		status, slots        int
	}{
		"another encoding": {"gzip", first, "zstd, or none", http.StatusUnsupportedMediaType, 0},
		"not packed":       {"zstd", framed(envelope("a", 1, russian(3))), "envelope 1", http.StatusBadRequest, 0},
		"damaged later":    {"zstd", first + "xxxxxxxx", "envelope 2", http.StatusBadRequest, 1},
		"cut":              {"zstd", first[:len(first)-9], "envelope 1", http.StatusBadRequest, 0},
		"a bomb of empty ones": {"zstd", packed(strings.Repeat("\x00", 300<<20)), "more than 100000 envelopes",
			http.StatusBadRequest, 0},
		"a bomb in one": {"zstd", packed("\x04\x00\x00\x00" + strings.Repeat("\x00", 64<<20)), `"code":"invalid"`,
			http.StatusOK, 0},
	} {
		f := newFleet(t)
		w := post(f, c.encoding, c.body)
		if got := f.Stats().Slots; w.Code != c.status || !strings.Contains(w.Body.String(), c.want) || got != c.slots {
			t.Errorf("%s: %d %.200q, want %d … %s …, %d slots", name, w.Code, w.Body, c.status, c.want, got)
		}
	}
}

// Envelopes of one request name the same database, of which the bytes are sent once.
func TestRequestsAreSmall(t *testing.T) {
	var all []fleet.Envelope
	apart := 0
	for i := range 200 {
		traffic := engines.Traffic{Events: 20_000}
		tally := must(attribution.NewTally(traffic.Table(), traffic.Options()))
		for j := range 10 {
			tally.AddFlow(traffic.Event(10*i + j).Flow)
		}
		e := envelope("a", 1, tally.Snapshot())
		e.Final, e.Target = false, monitor.TargetName(name(i))
		all = append(all, e)
		apart += len(must(e.Pack()))
	}
	together := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		together = int(n)
	}))
	defer server.Close()
	(&fleet.Client{URL: server.URL}).Send(context.Background(), all...)
	t.Logf("%d bytes together, %d apart", together, apart)
	if together == 0 || together > apart/5 {
		t.Errorf("%d bytes together, %d apart", together, apart)
	}
}

func FuzzBody(f *testing.F) {
	first := framed(envelope("a", 1, russian(3)))
	for _, c := range bodies {
		for _, body := range []string{c.body, first + c.body} {
			f.Add(false, []byte(body))
			f.Add(true, []byte(packed(body)))
		}
	}
	f.Fuzz(func(t *testing.T, packed bool, body []byte) {
		center, encoding := newFleet(t), ""
		if packed {
			encoding = "zstd"
		}
		w := post(center, encoding, string(body))
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
