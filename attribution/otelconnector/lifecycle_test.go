package otelconnector

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/whence-go/whence/sketch"
)

func TestFactory(t *testing.T) {
	f := NewFactory()
	if f.Type().String() != "whence" || f.LogsToLogsStability() != component.StabilityLevelDevelopment ||
		f.LogsToMetricsStability() != component.StabilityLevelDevelopment ||
		f.MetricsToLogsStability() != component.StabilityLevelUndefined {
		t.Errorf("type %v, stability %v", f.Type(), f.LogsToLogsStability())
	}
	if _, err := f.CreateLogsToLogs(t.Context(), connectortest.NewNopSettings(Type), &struct{}{},
		consumertest.NewNop()); !errors.Is(err, errWrongConfig) {
		t.Errorf("another configuration: %v", err)
	}
	bad := f.CreateDefaultConfig().(*Config)
	bad.Interval = 7
	if c, err := f.CreateLogsToMetrics(t.Context(), connectortest.NewNopSettings(Type), bad,
		consumertest.NewNop()); !errors.Is(err, ErrConfig) || c != nil {
		t.Errorf("%v, %v", c, err)
	}
}

// The two instances of one connector share a monitor, and a record that both are given counts once.
func TestShared(t *testing.T) {
	p := started(t, nil)
	other := started(t, nil)
	p.consume(t, story()[0])
	if p.metrics.core != p.logs.core || p.metrics.core == other.metrics.core {
		t.Error("cores are not shared as they should be")
	}
	if n := p.monitor().Stats().Records; n != 40 {
		t.Errorf("%d records, want 40", n)
	}
	if n := other.monitor().Stats().Records; n != 0 {
		t.Errorf("%d records of another connector", n)
	}
	if p.metrics.Capabilities().MutatesData || p.gotLogs.LogRecordCount() != 0 {
		t.Error("records are changed or passed on")
	}
}

// An instance for one output alone works, too.
func TestAlone(t *testing.T) {
	f := NewFactory()
	for range 2 { // the second time with a new core
		sink := new(consumertest.LogsSink)
		c, err := f.CreateLogsToLogs(t.Context(), connectortest.NewNopSettings(Type), f.CreateDefaultConfig(), sink)
		must(t, err)
		must(t, c.Start(t.Context(), componenttest.NewNopHost()))
		for _, logs := range story() {
			must(t, c.ConsumeLogs(t.Context(), logs))
		}
		must(t, c.Shutdown(t.Context()))
		if sink.LogRecordCount() < 3 {
			t.Errorf("%d records", sink.LogRecordCount())
		}
		if n := len(c.(*instance).family.cores); n != 0 {
			t.Errorf("%d cores are left", n)
		}
	}
}

// Whatever order the collector calls things in, nothing panics, hangs or leaks.
func TestLifecycle(t *testing.T) {
	ctx := context.Background()
	host := componenttest.NewNopHost()
	p := newPair(t, nil) // never started
	p.stop(t)
	p.stop(t)
	if err := p.metrics.Start(ctx, host); err == nil {
		t.Error("a start after the end")
	}

	p = newPair(t, nil)
	if err := p.metrics.ConsumeLogs(ctx, story()[0]); !errors.Is(err, errNotStarted) {
		t.Errorf("before the start: %v", err)
	}
	must(t, p.start())
	must(t, p.metrics.ConsumeLogs(ctx, plog.NewLogs()))
	must(t, p.logs.Shutdown(ctx)) // in the other order
	if err := p.metrics.ConsumeLogs(ctx, story()[0]); !errors.Is(err, errNotStarted) {
		t.Errorf("after the end: %v", err)
	}
	must(t, p.metrics.Shutdown(ctx))
	must(t, p.metrics.Shutdown(ctx))
	if p.gotMetrics.DataPointCount() == 0 {
		t.Error("no last metrics")
	}
}

// A connector whose files are not there does not start, says which setting is wrong, and can be shut down.
func TestStartFails(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	must(t, os.WriteFile(garbage, []byte("garbage"), 0o600))
	key := keyFile(t, 1)
	for want, change := range map[string]func(*Config){
		"database: ":             func(c *Config) { c.Database = filepath.Join(dir, "none") },
		"further_databases[0]: ": func(c *Config) { c.FurtherDatabases = []string{garbage} },
		"key_file: ":             func(c *Config) { c.KeyFile = garbage },
		"checkpoint_file: ": func(c *Config) {
			c.KeyFile, c.CheckpointFile = key, filepath.Join(dir, "none", "checkpoint")
		},
	} {
		p := newPair(t, change)
		err := p.metrics.Start(context.Background(), componenttest.NewNopHost())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
		if again := p.logs.Start(context.Background(), componenttest.NewNopHost()); again == nil {
			t.Errorf("%s: the other instance starts", want)
		}
		p.stop(t)
		if want == "key_file: " && !errors.Is(err, sketch.ErrKey) {
			t.Errorf("%v is not ErrKey", err)
		}
	}
}
