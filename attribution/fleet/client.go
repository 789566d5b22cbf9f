package fleet

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Client sends envelopes to a [Handler]. Any number of goroutines may use it at once.
type Client struct {
	URL  string
	HTTP *http.Client // nil: http.DefaultClient. It holds certificates, or adds what the center asks for
}

// request is the body of one.
type request struct {
	envelopes []Envelope
	body      bytes.Buffer
}

func (r *request) add(e Envelope) error {
	packed, err := e.Pack()
	if err != nil {
		return err
	}
	r.envelopes = append(r.envelopes, e)
	r.body.Write(binary.BigEndian.AppendUint32(nil, uint32(len(packed))))
	r.body.Write(packed)
	return nil
}

// Send sends envelopes in one request, and returns what became of each. An error says that
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
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, &r.body)
	if err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	post.Header.Set("Content-Type", ContentType)
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
		if r.body.Len() < fullRequest {
			continue
		}
		if err := send(); err != nil {
			return results, err
		}
	}
	return results, send()
}
