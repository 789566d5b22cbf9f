package monitor

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/count"
)

const day = 24 * time.Hour

// historyText says how a burst compares with the past: "the largest in 9 days; 3.2
// times the largest before".
func (b *Burst) historyText() string {
	h := b.History
	switch {
	case h.Before >= h.Peak:
		return "not the largest in " + span(h.Span)
	case h.Before < 1:
		return "the first in " + span(h.Span)
	}
	s := fmt.Sprintf("the largest in %s; %s times the largest before", span(h.Span), ratioText(h.Peak/h.Before))
	if b.Unprecedented == attribution.Supported {
		s += ", unprecedented in that time"
	}
	return s
}

func ratioText(x float64) string {
	if x < 99.95 {
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 0, 64)
}

// span is a duration in its largest unit, rounded down.
func span(d time.Duration) string {
	for _, u := range []struct {
		length time.Duration
		name   string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int64(d / u.length); n == 1 {
			return "1 " + u.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}

// expected prints an expectation to two digits or so.
func expected(v float64) string {
	if v < 10 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return count.Grouped(count.Round(v))
}

func joined(parts []string) string { return strings.Join(parts, " and on ") }
