package otelconnector

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/whence-go/whence/attribution/monitor"
)

var errBusy = errors.New("busy")

func logsConsumer(t testing.TB, f func(context.Context, plog.Logs) error) consumer.Logs {
	t.Helper()
	next, err := consumer.NewLogs(f)
	must(t, err)
	return next
}

// newTestOutbox returns an outbox without a monitor.
func newTestOutbox(t testing.TB, f func(context.Context, plog.Logs) error) *outbox {
	t.Helper()
	return newOutbox(newCore(defaultConfig(), "whence", zap.NewNop()), logsConsumer(t, f))
}

func burst(id int) monitor.Burst {
	return monitor.Burst{ID: uint64(id), Onset: begin, End: begin.Add(step), Interval: step, Interim: 1}
}

// A record that is refused is sent again, later and later, until it is taken. Those behind it wait.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries, taken int
		began := time.Now()
		o := newTestOutbox(t, func(_ context.Context, logs plog.Logs) error {
			if tries++; tries <= 5 {
				// Whoever refuses may have changed it.
				logs.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool { return true })
				return errBusy
			}
			taken += logs.LogRecordCount()
			return nil
		})
		o.start()
		o.put(burst(1))
		o.put(burst(2))
		time.Sleep(time.Hour)
		if sent, dropped := o.counts(); tries != 7 || taken != 2 || sent != 2 || dropped != 0 {
			t.Errorf("%d tries, %d taken, %d sent, %d dropped", tries, taken, sent, dropped)
		}
		must(t, o.stop(t.Context()))
		if took := time.Since(began); took != time.Hour {
			t.Errorf("stopping took %v", took-time.Hour)
		}
	})
}

// A record that never will be taken is dropped and counted. So is the oldest where too many wait.
func TestDrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		permanent := true
		o := newTestOutbox(t, func(context.Context, plog.Logs) error {
			if permanent {
				return consumererror.NewPermanent(errBusy)
			}
			return errBusy
		})
		o.start()
		o.put(burst(1))
		synctest.Wait()
		if sent, dropped := o.counts(); sent != 0 || dropped != 1 {
			t.Errorf("%d sent, %d dropped of one that is refused for ever", sent, dropped)
		}
		permanent = false
		const more = 44
		for i := range mostWaiting + 1 + more { // one is being sent
			o.put(burst(2 + i))
			synctest.Wait()
		}
		if _, dropped := o.counts(); dropped != 1+more || len(o.waiting) != mostWaiting || o.waiting[0].ID != 2+1+more {
			t.Errorf("%d dropped, %d wait, the first is %d", dropped, len(o.waiting), o.waiting[0].ID)
		}
		must(t, o.stop(t.Context()))
		if sent, dropped := o.counts(); sent != 0 || dropped != 1+more+mostWaiting+1 {
			t.Errorf("%d sent, %d dropped at the end", sent, dropped)
		}
	})
}

// A component that does not return until its context ends stops nothing for longer than that.
func TestBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newTestOutbox(t, func(ctx context.Context, _ plog.Logs) error {
			<-ctx.Done()
			return ctx.Err()
		})
		o.start()
		for i := range 3 {
			o.put(burst(1 + i))
		}
		time.Sleep(time.Minute)
		began := time.Now()
		must(t, o.stop(context.Background()))
		if took := time.Since(began); took > grace+lastWait {
			t.Errorf("stopping took %v", took)
		}
		if sent, dropped := o.counts(); sent != 0 || dropped != 3 {
			t.Errorf("%d sent, %d dropped", sent, dropped)
		}
	})
}

// One that never returns is given up.
func TestHung(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		o := newTestOutbox(t, func(context.Context, plog.Logs) error {
			<-hang
			return nil
		})
		o.start()
		o.put(burst(1))
		synctest.Wait()
		began := time.Now()
		if err := o.stop(context.Background()); !errors.Is(err, errBlocked) || time.Since(began) != grace+lastWait {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		close(hang)
	})
}

// While neither output is taken, records are counted as ever, and the metrics say what was dropped.
func TestObservingNeverWaits(t *testing.T) {
	f := NewFactory()
	config := f.CreateDefaultConfig().(*Config)
	config.Metrics.Period = time.Second
	var refused atomic.Uint64
	nextMetrics, err := consumer.NewMetrics(func(context.Context, pmetric.Metrics) error {
		refused.Add(1)
		return errBusy
	})
	must(t, err)
	nextLogs := logsConsumer(t, func(ctx context.Context, _ plog.Logs) error {
		<-ctx.Done()
		return ctx.Err()
	})
	set, host := connectortest.NewNopSettings(Type), componenttest.NewNopHost()
	metrics, err := f.CreateLogsToMetrics(t.Context(), set, config, nextMetrics)
	must(t, err)
	logs, err := f.CreateLogsToLogs(t.Context(), set, config, nextLogs)
	must(t, err)
	must(t, metrics.Start(t.Context(), host))
	must(t, logs.Start(t.Context(), host))
	for _, batch := range story() {
		must(t, metrics.ConsumeLogs(t.Context(), batch))
	}
	i := metrics.(*instance)
	if s := i.core.monitor.Load().Stats(); s.Records != 40*(quiet+after)+perInterval*length {
		t.Errorf("%d records", s.Records)
	}
	eventually(func() bool { return refused.Load() > 0 && i.core.failures.Load() > 0 })
	if got := pointsOf(i.output.(*meter).metrics(time.Now())); got["whence.output.dropped_metric_batches"] < 1 {
		t.Errorf("%v batches dropped", got["whence.output.dropped_metric_batches"])
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // who shuts down does not wait either
	must(t, metrics.Shutdown(ctx))
	must(t, logs.Shutdown(ctx))
	o := i.core.outbox
	if sent, dropped := o.counts(); sent != 0 || dropped < 2 {
		t.Errorf("%d records sent, %d dropped", sent, dropped)
	}
}

// The time of the stream goes on while nothing comes, and only then.
func TestSilence(t *testing.T) {
	var s silence
	now, stream := begin.AddDate(0, 1, 0), begin
	for i, tt := range []struct {
		passed time.Duration
		seen   uint64
		stream time.Time
		want   time.Time
	}{
		{0, 0, time.Time{}, time.Time{}},
		{step, 0, time.Time{}, time.Time{}}, // nothing ever came
		{step, 5, stream, time.Time{}},
		{step, 5, stream, stream.Add(step)},
		{step, 5, stream.Add(step), stream.Add(2 * step)}, // by the clock, and not twice
		{step, 6, stream.Add(3 * step), time.Time{}},
		{step, 6, stream.Add(3 * step), stream.Add(4 * step)},
	} {
		now = now.Add(tt.passed)
		if got := s.at(now, tt.seen, tt.stream); !got.Equal(tt.want) {
			t.Errorf("%d: got %v, want %v", i, got, tt.want)
		}
	}
}

// A burst ends although no record comes any more.
func TestEndInSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, nil)
		must(t, p.start())
		for _, logs := range story()[:quiet+length] {
			p.consume(t, logs)
		}
		time.Sleep(10 * time.Minute)
		p.stop(t)
		all := p.records()
		if len(all) == 0 || valueOf(t, all[len(all)-1], "whence.burst.state") != "ended" {
			t.Errorf("%d records", len(all))
		}
		if n := len(p.gotMetrics.AllMetrics()); n != 10+1 {
			t.Errorf("%d batches of metrics in 10 minutes and at the end", n)
		}
	})
}
