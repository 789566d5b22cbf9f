package brief

import (
	"math"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
)

// timeline is what came before, in and after a burst. It is nil if there is no burst.
func (t *writer) timeline() *timeline {
	w := &t.w.when
	if t.burst == nil {
		return nil
	}
	b := t.burst
	peak := args{
		"span": word(t.p.Span(t.span())), "n": word(t.amount(b.PeakEvents, attribution.Events)),
		"interval": word(t.p.Span(b.Interval)), "clock": word(t.w.clock(b.End)),
	}
	tl := &timeline{block: block{Heading: w.heading, Lead: t.say(w.lasted, peak)}}
	if !b.Final {
		tl.Lead = t.say(w.runs, peak)
	}
	points := b.Timeline
	if len(points) < 2 {
		return tl
	}
	step := points[1].Time.Sub(points[0].Time)
	spoofed := t.noise() == caveat.Spoofed
	if !spoofed && slices.ContainsFunc(points, func(p monitor.Point) bool { return p.Sources > 0 }) {
		tl.Plots = append(tl.Plots, t.plot(points, step, attribution.Sources))
	}
	tl.Plots = append(tl.Plots, t.plot(points, step, attribution.Events))
	tl.Note = t.say(w.note, args{"interval": word(t.p.Span(step))})
	if spoofed {
		tl.Note = t.sentences(tl.Note, w.noSources)
	}
	return tl
}

func (t *writer) plot(points []monitor.Point, step time.Duration, u attribution.Unit) plot {
	w, b := &t.w.when, t.burst
	value := func(p monitor.Point) uint64 {
		if u == attribution.Sources {
			return p.Sources
		}
		return p.Events
	}
	heading := w.events
	if u == attribution.Sources {
		heading = w.sources
	}
	from := points[0].Time
	whole := float64(points[len(points)-1].Time.Add(step).Sub(from))
	at := func(when time.Time) float64 { return min(max(float64(when.Sub(from))/whole, 0), 1) }
	pl := plot{
		Heading: t.say(heading, args{"interval": word(t.every(step))}), Unit: u,
		Onset: at(b.Onset), End: at(b.End), OnsetText: w.onset, EndText: w.end,
		OnsetTime: onAxis(b.Onset), EndTime: onAxis(b.End),
	}
	if !b.Final {
		pl.EndText = w.soFar
	}
	most, peak := uint64(1), points[0]
	var before, after uint64
	for _, p := range points {
		v := value(p)
		if v > value(peak) {
			peak = p
		}
		most = max(most, v)
		switch {
		case p.Time.Before(b.Onset):
			before = max(before, v)
		case !p.Time.Before(b.End):
			after = max(after, v)
		}
	}
	unit, end := grid(float64(most))
	for _, p := range points {
		pl.Bars = append(pl.Bars, float64(value(p))/end)
	}
	for v := unit; v <= end && len(pl.Y) < 2; v += unit {
		pl.Y = append(pl.Y, tick{At: v / end, Text: t.p.Count(uint64(v))})
	}
	days := whole > float64(36*time.Hour)
	for _, part := range []float64{.14, .5, .86} {
		when := from.Add(time.Duration(part * whole)).Truncate(step)
		text := onAxis(when)
		if days {
			text = t.w.day(when)
		} else if step >= time.Minute {
			text = when.UTC().Format("15:04")
		}
		pl.X = append(pl.X, tick{At: at(when), Text: text})
	}
	pl.Told = t.say(w.told, args{
		"before": word(t.p.Count(before)), "peak": word(t.p.Count(value(peak))), "at": word(onAxis(peak.Time)),
		"after": word(t.p.Count(after)),
	})
	return pl
}

// onAxis is a time beside a plot, where every language has the same form.
func onAxis(t time.Time) string { return t.UTC().Format(time.TimeOnly) }

// every is an interval as the headings of plots have it.
func (t *writer) every(step time.Duration) string {
	w := &t.w.when
	switch step {
	case time.Second:
		return w.second
	case time.Minute:
		return w.minute
	}
	return t.say(w.each, args{"n": word(t.p.Span(step))})
}

// grid returns the distance of two lines of a grid, and the end of an axis that has at most two and a bit of them.
func grid(most float64) (unit, end float64) {
	unit = math.Pow10(int(math.Floor(math.Log10(max(most, 1)))))
	for _, f := range []float64{.25, .5, 1, 2.5, 5} {
		if u := unit * f; u >= 1 && most <= 2.3*u {
			return u, max(most*1.08, 2.1*u)
		}
	}
	return unit * 5, unit * 11
}
