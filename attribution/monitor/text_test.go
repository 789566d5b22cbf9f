package monitor

import (
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

func TestHistory(t *testing.T) {
	for _, c := range []struct {
		history HistoricalPeak
		verdict attribution.Decision
		text    string
	}{
		{HistoricalPeak{320, 100, 9 * day}, attribution.Undecided,
			"the largest in 9 days; 3.2 times the largest before"},
		{HistoricalPeak{320, 100, 28 * day}, attribution.Supported,
			"the largest in 28 days; 3.2 times the largest before, unprecedented in that time"},
		{HistoricalPeak{200, 100, 28*day - time.Second}, attribution.Undecided,
			"the largest in 27 days; 2.0 times the largest before"},
		{HistoricalPeak{199, 100, 90 * day}, attribution.Undecided,
			"the largest in 90 days; 2.0 times the largest before"},
		{HistoricalPeak{200, 100, 90 * day}, attribution.Supported,
			"the largest in 90 days; 2.0 times the largest before, unprecedented in that time"},
		{HistoricalPeak{100, 100, 90 * day}, attribution.Refuted, "not the largest in 90 days"},
		{HistoricalPeak{99, 100, time.Minute}, attribution.Refuted, "not the largest in 1 minute"},
		{HistoricalPeak{12345, 1, 10 * time.Minute}, attribution.Undecided,
			"the largest in 10 minutes; 12345 times the largest before"},
		{HistoricalPeak{50, 0, 2 * time.Hour}, attribution.Undecided, "the first in 2 hours"},
		{HistoricalPeak{50, 0, 30 * day}, attribution.Supported, "the first in 30 days"},
		{HistoricalPeak{}, attribution.Refuted, "not the largest in 0 seconds"},
	} {
		b := Burst{History: c.history, Unprecedented: c.history.unprecedented()}
		if b.Unprecedented != c.verdict {
			t.Errorf("%+v: %v, want %v", c.history, b.Unprecedented, c.verdict)
		}
		if got := b.historyText(); got != c.text {
			t.Errorf("%+v: %q, want %q", c.history, got, c.text)
		}
	}
}
