package fleet

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Client sends envelopes to a [Handler]. Any number of goroutines may use it at once.
type Client struct {
	URL  string
	HTTP *http.Client // nil: http.DefaultClient. It holds certificates, or adds what the center asks for
}

// request is the body of one.
type request struct {
	envelopes []Envelope
	plain     int // bytes before packing
	body      bytes.Buffer
	packer    *zstd.Encoder
}

// packers are zstd.Encoders, which are large.
var packers = sync.Pool{New: func() any {
	w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(history))
	return w
}}

func (r *request) add(e Envelope) error {
	b, err := e.AppendBinary(make([]byte, 4))
	if err != nil {
		return err
	}
	if len(b)-4 > MaxEnvelope {
		return invalid("%d bytes, at most %d", len(b)-4, MaxEnvelope)
	}
	if r.packer == nil {
		r.packer = packers.Get().(*zstd.Encoder)
		r.packer.Reset(&r.body)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	r.envelopes = append(r.envelopes, e)
	r.plain += len(b)
	_, err = r.packer.Write(b)
	return err
}

// isFull reports whether the next envelope belongs into another request.
func (r *request) isFull() bool { return r.plain >= fullRequest || len(r.envelopes) >= fullEnvelopes }

// end ends the body.
func (r *request) end() error {
	if r.packer == nil {
		return nil
	}
	err := r.packer.Close()
	packers.Put(r.packer)
	r.packer = nil
	return err
}

// Send sends envelopes in one request, at most 100,000 of 256 MB, and returns what became of each. An error says that
// the center may have taken some of them, or none. Sending all again is right then: what it has
// is stale.
func (c *Client) Send(ctx context.Context, envelopes ...Envelope) ([]Result, error) {
	var r request
	for _, e := range envelopes {
		if err := r.add(e); err != nil {
			return nil, err
		}
	}
	return c.send(ctx, &r)
}

func (c *Client) send(ctx context.Context, r *request) ([]Result, error) {
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, &r.body)
	if err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	post.Header.Set("Content-Type", ContentType)
	post.Header.Set("Content-Encoding", "zstd")
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(post)
	if err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxRequest))
	if err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fleet: the center answers %s: %.200q", answer.Status, text)
	}
	var results []Result
	if err := json.Unmarshal(text, &results); err != nil || len(results) != len(r.envelopes) {
		return nil, fmt.Errorf("fleet: the center answers with %d results for %d envelopes: %.200q",
			len(results), len(r.envelopes), text)
	}
	return results, nil
}

// Ship sends what the center does not have of a node, in requests of some 16 MB, and returns
// what became of each envelope. What is refused for good is sent again when it has changed, and
// not before. After an error, what was not answered is sent again by the next call.
func (c *Client) Ship(ctx context.Context, n *Node) (results []Result, err error) {
	var r request
	send := func() error {
		if len(r.envelopes) == 0 {
			return nil
		}
		got, err := c.send(ctx, &r)
		for i, result := range got {
			if !result.Again() {
				n.Taken(r.envelopes[i])
			}
		}
		results, r = append(results, got...), request{}
		return err
	}
	for e := range n.Envelopes() {
		if err := r.add(e); err != nil {
			return results, err
		}
		if !r.isFull() {
			continue
		}
		if err := send(); err != nil {
			return results, err
		}
	}
	return results, send()
}
