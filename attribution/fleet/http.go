package fleet

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/sketch"
)

// ContentType is that of a request: envelopes one after the other, each with its length before
// it, in four bytes, big endian. The Content-Encoding of the whole is zstd, or none. Envelopes
// of one request name the same database, so that together they take a tenth of the bytes.
const ContentType = "application/vnd.whence.envelopes"

// Limits of a request, unpacked. A sender begins another one beyond the smaller ones.
const (
	maxRequest, fullRequest     = 256 << 20, 16 << 20 // bytes
	maxEnvelopes, fullEnvelopes = 100_000, 10_000

	// A history of that many bytes is needed to unpack it.
	maxHistory, history = 8 << 20, 1 << 20
)

// Result says what became of one envelope of a request.
type Result struct {
	// Code is "taken", "stale", or of one that was refused: "invalid", "version", "mismatch",
	// "unknown_node", "late", "early", "conflict" or "full".
	Code  string `json:"code"`
	Error string `json:"error,omitempty"` // in words
}

// Refused reports whether the envelope is not in the fleet, nor a newer one in its place.
func (r Result) Refused() bool { return r.Code != codeTaken && r.Code != codeStale }

// Again reports whether the same envelope may be taken if it is sent again later: the center
// has no room, or its clock is behind.
func (r Result) Again() bool { return r.Code == codeFull || r.Code == codeEarly }

const (
	codeTaken   = "taken"
	codeStale   = "stale"
	codeInvalid = "invalid"
	codeVersion = "version"
	codeEarly   = "early"
	codeFull    = "full"
)

// codes are those of errors, the first that fits.
var codes = []struct {
	err  error
	code string
}{
	{attribution.ErrMismatch, "mismatch"}, {ErrUnknownNode, "unknown_node"}, {ErrLate, "late"},
	{ErrEarly, codeEarly}, {ErrConflict, "conflict"}, {ErrFull, codeFull}, {attribution.ErrInvalidEncoding, codeInvalid},
	{ErrInvalidEnvelope, codeInvalid},
}

// Handler returns a handler that takes envelopes by POST, and answers with a [Result] for each,
// as a JSON array in their order. An envelope that is refused does not hold up the others.
// A body that cannot be cut into envelopes is answered with 400, after those before were taken.
//
// The handler tells the fleet what time it is by now, which is time.Now in a server, and nil if
// the caller calls [Fleet.Advance] itself. It asks nobody who he is: whoever may send can say
// what he likes of any node, so put it behind mutual TLS or what else you have.
func Handler(f *Fleet, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "send envelopes by POST", http.StatusMethodNotAllowed)
			return
		}
		if now != nil {
			f.Advance(now())
		}
		body, end, err := unpacked(http.MaxBytesReader(w, r.Body, maxRequest), r.Header.Get("Content-Encoding"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnsupportedMediaType)
			return
		}
		defer end()
		results, err := f.putAll(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(results)
	})
}

// unpacked returns what a body encodes, and how to end reading.
func unpacked(body io.Reader, encoding string) (plain io.Reader, end func(), err error) {
	switch encoding {
	case "", "identity":
		return body, func() {}, nil
	case "zstd":
		d, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxHistory))
		if err != nil {
			return nil, nil, err
		}
		return io.LimitReader(d, maxRequest), d.Close, nil
	}
	return nil, nil, errors.New("the encoding is zstd, or none")
}

// putAll takes all envelopes of a request.
func (f *Fleet) putAll(body io.Reader) ([]Result, error) {
	results := []Result{}
	for {
		data, err := readFrame(body)
		if errors.Is(err, io.EOF) {
			return results, nil
		}
		if err != nil {
			return nil, fmt.Errorf("fleet: envelope %d: %w", len(results)+1, err)
		}
		if len(results) == maxEnvelopes {
			return nil, fmt.Errorf("fleet: %w: more than %d envelopes", attribution.ErrInvalidEncoding, maxEnvelopes)
		}
		results = append(results, f.putEncoded(data))
	}
}

// readFrame returns the encoding of the next envelope; io.EOF if there is none. It allocates no more
// than comes.
func readFrame(r io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(size[:]))
	if n > MaxEnvelope {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", attribution.ErrInvalidEncoding, n, MaxEnvelope)
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r, n); err != nil {
		return nil, fmt.Errorf("%w: %d bytes of %d", attribution.ErrInvalidEncoding, b.Len(), n)
	}
	return b.Bytes(), nil
}

func (f *Fleet) putEncoded(data []byte) Result {
	var e Envelope
	err := e.UnmarshalBinary(data)
	if err != nil {
		f.refuse()
		return refusal(err)
	}
	return ResultOf(f.Put(e))
}

// ResultOf returns the Result of an envelope for which [Fleet.Put] returned fresh and err. An
// err of [Envelope.Unpack] has a Result, too.
func ResultOf(fresh bool, err error) Result {
	switch {
	case err != nil:
		return refusal(err)
	case fresh:
		return Result{Code: codeTaken}
	}
	return Result{Code: codeStale}
}

func refusal(err error) Result {
	if version := (*sketch.VersionError)(nil); errors.As(err, &version) {
		return Result{codeVersion, err.Error()}
	}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return Result{c.code, err.Error()}
		}
	}
	return Result{codeInvalid, err.Error()}
}
