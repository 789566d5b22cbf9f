package monitor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
)

// sheet holds the scores of a story, of all traffic and of targets, and its false
// alarms.
type sheet struct {
	whole, target score
	alarms        []string
	length        time.Duration
}

func (h *sheet) count(seed uint64, w *watched) {
	for i := range w.attacks {
		s := &h.whole
		if !w.attacks[i].target.IsZero() {
			s = &h.target
		}
		s.count(w, &w.attacks[i])
	}
	h.length += w.length
	seen := make(map[uint64]bool)
	for i := range w.told {
		if b := &w.told[i].Burst; !seen[b.ID] && w.isFalse(b) {
			h.alarms = append(h.alarms, fmt.Sprintf("seed %d: %v", seed, b))
		}
		seen[w.told[i].ID] = true
	}
}

func (h *sheet) days() float64 { return h.length.Hours() / 24 }

// check fails if there are more false alarms than so many a day make likely.
func (h *sheet) check(t *testing.T, daily float64) {
	t.Helper()
	trials.AtMost(t, "false alarms", float64(len(h.alarms)), daily*h.days())
	for _, alarm := range h.alarms[:min(len(h.alarms), 20)] {
		t.Log(alarm)
	}
}

// rows returns a table's rows for a story.
func (h *sheet) rows(name string) string {
	var b strings.Builder
	for _, part := range []struct {
		of string
		*score
	}{{"all traffic", &h.whole}, {"target", &h.target}} {
		if part.attacks > 0 {
			fmt.Fprintf(&b, "| %s | %s | %v |\n", name, part.of, part.score)
		}
	}
	weekly := 7 * float64(len(h.alarms)) / h.days()
	fmt.Fprintf(&b, "| %s | false alarms | %d in %.1f days: %.2f a week |\n", name, len(h.alarms), h.days(), weekly)
	return b.String()
}
