package otelconnector

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/whence-go/whence/sketch"
)

// keeping returns a configuration with a checkpoint in a directory.
func keeping(key, dir string) func(*Config) {
	return func(c *Config) {
		c.KeyFile, c.CheckpointFile = key, filepath.Join(dir, "checkpoint")
		c.Claims = []string{"majority RU"}
		c.Logs.Report = true
	}
}

// A connector that is stopped in the midst of a burst and started again tells the same as one that ran on.
// Its sums begin anew.
func TestRestart(t *testing.T) {
	key := keyFile(t, 1)
	whole, want := told(t, keeping(key, t.TempDir()))
	dir := t.TempDir()
	batches := story()
	const half = quiet + length/2
	p := newPair(t, keeping(key, dir))
	must(t, p.start())
	for _, logs := range batches[:half] {
		p.consume(t, logs)
	}
	p.stop(t)
	got := p.records()
	if info, err := os.Stat(filepath.Join(dir, "checkpoint")); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	q := newPair(t, keeping(key, dir))
	must(t, q.start())
	if n := q.points()["whence.monitor.records"]; n != 0 {
		t.Errorf("%v records at the start", n)
	}
	if n := q.points()["whence.bursts.running"]; n != 1 {
		t.Errorf("%v bursts run at the start", n)
	}
	for _, logs := range batches[half:] {
		q.consume(t, logs)
	}
	q.stop(t)
	got = append(got, q.records()...)
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range got {
		a, b := got[i].Attributes().AsRaw(), want[i].Attributes().AsRaw()
		if a["whence.burst.report"] != b["whence.burst.report"] || got[i].Body().Str() != want[i].Body().Str() {
			t.Errorf("record %d: %v\nwant %v", i, a, b)
		}
	}
	counted := float64(40*(quiet+after)+perInterval*length) - float64(40*quiet+perInterval*length/2)
	if n := q.points()["whence.monitor.records"]; n != counted {
		t.Errorf("%v records since the start, want %v", n, counted)
	}
	a, err := whole.monitor().Snapshot(time.Time{}, time.Time{}).MarshalBinary()
	must(t, err)
	b, err := q.monitor().Snapshot(time.Time{}, time.Time{}).MarshalBinary()
	must(t, err)
	if string(a) != string(b) {
		t.Error("the snapshots differ")
	}
}

// A checkpoint is written once a minute, too, whatever the interval is, and never leaves another file behind.
func TestCheckpointEachMinute(t *testing.T) {
	for _, interval := range []time.Duration{step, 40 * time.Second, time.Hour} {
		t.Run(interval.String(), func(t *testing.T) { checkpointEachMinute(t, interval) })
	}
}

func checkpointEachMinute(t *testing.T, interval time.Duration) {
	key, dir := keyFile(t, 1), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, func(c *Config) {
			keeping(key, dir)(c)
			c.Interval = interval
		})
		must(t, p.start())
		p.consume(t, story()[0])
		path := filepath.Join(dir, "checkpoint")
		for range 2 {
			time.Sleep(saveEvery - time.Second)
			synctest.Wait()
			if _, err := os.Stat(path); err == nil {
				t.Error("it is there too early")
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		}
		p.stop(t)
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 1 {
			t.Errorf("%v, %v", files, err)
		}
	})
}

// A checkpoint that cannot be read is kept aside, and all begins anew. One that does not fit the
// configuration is an error, and stays.
func TestBadCheckpoint(t *testing.T) {
	key, dir := keyFile(t, 1), t.TempDir()
	path := filepath.Join(dir, "checkpoint")
	p := newPair(t, keeping(key, dir))
	must(t, p.start())
	p.consume(t, story()[0])
	p.stop(t)
	intact, err := os.ReadFile(path)
	must(t, err)
	changed := append([]byte(nil), intact...)
	changed[len(changed)/2] ^= 1
	for name, data := range map[string][]byte{
		"cut": intact[:len(intact)-1], "changed": changed, "empty": {}, "garbage": []byte("garbage"),
		"another version": append([]byte("whm1"), intact[4:]...),
	} {
		must(t, os.WriteFile(path, data, 0o600))
		p := newPair(t, keeping(key, dir))
		if err := p.start(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s := p.monitor().Stats(); s.Records != 0 {
			t.Errorf("%s: %+v", name, s)
		}
		if aside, err := os.ReadFile(path + ".bad"); err != nil || string(aside) != string(data) {
			t.Errorf("%s: %d bytes are kept aside, %v", name, len(aside), err)
		}
		p.stop(t)
	}
	for name, change := range map[string]func(*Config){
		"another key":      func(c *Config) { c.KeyFile = keyFile(t, 2) },
		"another interval": func(c *Config) { c.Interval = time.Minute },
	} {
		must(t, os.WriteFile(path, intact, 0o600))
		p := newPair(t, func(c *Config) {
			keeping(key, dir)(c)
			change(c)
		})
		err := p.metrics.Start(context.Background(), componenttest.NewNopHost())
		var mismatch *sketch.MismatchError
		if !errors.Is(err, sketch.ErrMismatch) && !errors.As(err, &mismatch) ||
			!strings.HasPrefix(err.Error(), "checkpoint_file: ") {
			t.Errorf("%s: %v", name, err)
		}
		p.stop(t)
		if data, err := os.ReadFile(path); err != nil || string(data) != string(intact) {
			t.Errorf("%s: the checkpoint is another one, %v", name, err)
		}
	}
}

// A checkpoint that cannot be written is an error at the end, and is counted.
func TestCheckpointFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	must(t, os.Mkdir(dir, 0o700))
	p := newPair(t, keeping(keyFile(t, 1), dir))
	must(t, p.start())
	must(t, os.RemoveAll(dir))
	if err := p.metrics.Shutdown(context.Background()); err == nil {
		t.Error("no error")
	}
	must(t, p.logs.Shutdown(context.Background()))
	last := p.gotMetrics.AllMetrics()
	if n := pointsOf(last[len(last)-1])["whence.checkpoint.failures"]; n != 1 {
		t.Errorf("%v failures in the last metrics", n)
	}
}
