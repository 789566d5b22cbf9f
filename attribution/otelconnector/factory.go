package otelconnector

import (
	"context"
	"errors"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Type is the type of the connector in a configuration file.
var Type = component.MustNewType("whence")

const stability = component.StabilityLevelDevelopment

// NewFactory returns a factory of connectors from logs to metrics and from logs to logs. Two instances
// that are made with the same configuration value share one monitor: those of one connector in the
// configuration file. The package documentation says how.
func NewFactory() connector.Factory {
	f := &family{cores: map[*Config]*core{}}
	return connector.NewFactory(Type, func() component.Config { return defaultConfig() },
		connector.WithLogsToMetrics(f.logsToMetrics, stability),
		connector.WithLogsToLogs(f.logsToLogs, stability))
}

// family has the cores of a factory that are in use.
type family struct {
	mu    sync.Mutex
	cores map[*Config]*core
}

var errWrongConfig = errors.New("the configuration is not that of a whence connector")

// join makes one more instance of a core. The first one observes.
func (f *family) join(set connector.Settings, config component.Config, next func(*core) output) (*instance, error) {
	c, ok := config.(*Config)
	if !ok {
		return nil, errWrongConfig
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	shared := f.cores[c]
	if shared == nil {
		shared = newCore(c, set.ID.String(), set.Logger)
		f.cores[c] = shared
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.made++
	return &instance{family: f, core: shared, output: next(shared), observes: shared.made == 1}, nil
}

// leave forgets a core when its last instance has stopped.
func (f *family) leave(c *core) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped++; c.stopped == c.made && f.cores[c.config] == c {
		delete(f.cores, c.config)
	}
}

func (f *family) logsToMetrics(
	_ context.Context, set connector.Settings, config component.Config, next consumer.Metrics,
) (connector.Logs, error) {
	return asLogs(f.join(set, config, func(c *core) output { return newMeter(c, next) }))
}

func (f *family) logsToLogs(
	_ context.Context, set connector.Settings, config component.Config, next consumer.Logs,
) (connector.Logs, error) {
	return asLogs(f.join(set, config, func(c *core) output {
		c.outbox = newOutbox(c, next)
		return c.outbox
	}))
}

// asLogs keeps a nil instance from becoming a connector that is not nil.
func asLogs(i *instance, err error) (connector.Logs, error) {
	if err != nil {
		return nil, err
	}
	return i, nil
}

// output sends what a core knows to the next component, in a goroutine of its own.
type output interface {
	start()
	// stop sends what is left, and returns when that is done, has failed, or ctx has ended.
	stop(ctx context.Context) error
}

// instance is what the collector makes of a connector for one kind of output.
type instance struct {
	family   *family
	core     *core
	output   output
	observes bool

	mu               sync.Mutex
	started, stopped bool
}

// Capabilities says that no record is changed.
func (i *instance) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// Start makes the monitor, unless another instance has, and begins to send.
func (i *instance) Start(ctx context.Context, _ component.Host) error {
	if err := i.core.start(ctx); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.started || i.stopped {
		return errLifecycle
	}
	i.started = true
	i.output.start()
	return nil
}

// Shutdown writes the checkpoint, unless another instance has, and sends what is left.
func (i *instance) Shutdown(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.stopped {
		return nil
	}
	i.stopped = true
	err := i.core.close()
	if i.started {
		err = errors.Join(err, i.output.stop(ctx))
	}
	i.family.leave(i.core)
	return err
}

// ConsumeLogs counts all records before it returns. It keeps none and passes none on.
func (i *instance) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	if !i.observes {
		return nil // the instance that was made first has counted them
	}
	return i.core.observe(logs)
}
