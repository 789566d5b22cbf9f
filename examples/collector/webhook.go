package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
)

const (
	webhookTimeout = 10 * time.Second // of one try
	webhookTries   = 3
	webhookPause   = time.Second
)

// webhook returns what posts a burst to a URL, and tries again if that fails.
func webhook(target string) func(context.Context, monitor.Burst) error {
	client := &http.Client{Timeout: webhookTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a body that went elsewhere would be no report
	}}
	return func(ctx context.Context, b monitor.Burst) (err error) {
		var body bytes.Buffer
		if err := encoder(&body).Encode(b); err != nil {
			return err
		}
		for try := range webhookTries {
			if try > 0 {
				select {
				case <-ctx.Done():
					return err
				case <-time.After(webhookPause):
				}
			}
			if err = post(ctx, client, target, body.Bytes()); err == nil {
				return nil
			}
		}
		return err
	}
}

func post(ctx context.Context, client *http.Client, target string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return errors.New("no request can be made of the URL")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err // the URL may hold a secret
		}
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection is used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %s", resp.Status)
	}
	return nil
}
