package text

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
)

// rounding is the direction in which a number is rounded.
type rounding int8

const (
	down rounding = iota - 1
	nearest
	up
)

const (
	maxDecimals = 9
	same        = 1e-9 // numbers that are as near as this are printed alike
)

// digits prints a number with one decimal, and with more where fewer would put it onto or across a mark that it is not
// on. Beside says on which side of a mark it lies (-1, 1) if that many decimals do not show it, and is 0 otherwise.
func (p *Printer) digits(v float64, to rounding, marks ...float64) (text string, beside int) {
	for decimals := 1; decimals <= maxDecimals; decimals++ {
		rounded := round(v, to, decimals)
		wrong := func(mark float64) bool { return side(rounded, mark) != side(v, mark) }
		if i := slices.IndexFunc(marks, wrong); i < 0 {
			return p.fixed(rounded, decimals), 0
		} else if decimals == maxDecimals {
			beside = side(v, marks[i])
		}
	}
	return p.fixed(round(v, to, 1), 1), beside
}

// side is where a number lies from a mark. Percentages have no exact form in binary: 7 of 1,000 is 0.7 %. But what is
// not nothing, or not all, is printed as that.
func side(v, mark float64) int {
	if mark != 0 && mark != 100 && math.Abs(v-mark) < same {
		return 0
	}
	return cmp.Compare(v, mark)
}

func round(v float64, to rounding, decimals int) float64 {
	unit := math.Pow10(decimals)
	slack := 1e-7 + math.Abs(v*unit)*1e-15 // so that 52 % in binary is not rounded up to 52.1 %
	switch to {
	case down:
		v = math.Floor(v*unit+slack) / unit
	case up:
		v = math.Ceil(v*unit-slack) / unit
	default:
		v = math.RoundToEven(v*unit) / unit
	}
	return v + 0 // no negative zero
}

func (p *Printer) fixed(v float64, decimals int) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', decimals, 64), ".", p.words.decimal, 1)
}

// all are the shares that no rounding may reach: nothing, everything, and the limits of claims, in percent.
func all(limits []float64) []float64 { return append([]float64{0, 100}, limits...) }

// share prints a share in percent. A share that is not 1 is never printed as 100 %, and one that is not 0 never as 0 %.
// Neither is one printed that is on another side of a limit.
func (p *Printer) share(share float64, limits ...float64) string {
	w, v := p.words, 100*share
	percent := func(digits string) string { return say(w.percent, args{"n": word(digits)}) }
	tiny := v > 0 && v < 0.05
	for _, limit := range limits {
		tiny = tiny && !(limit > 0 && limit <= 0.1)
	}
	if tiny {
		return say(w.lessThan, args{"n": word(percent(p.fixed(0.1, 1)))})
	}
	digits, beside := p.digits(v, nearest, all(limits)...)
	switch {
	case beside > 0:
		return say(w.moreThan, args{"n": word(percent(digits))})
	case beside < 0:
		return say(w.lessThan, args{"n": word(percent(digits))})
	}
	return percent(digits)
}

// atLeast and atMost print a share that is an end of something, and round it outward.
func (p *Printer) atLeast(share float64, limits ...float64) string {
	digits, _ := p.digits(100*share, down, all(limits)...)
	return say(p.words.percent, args{"n": word(digits)})
}

func (p *Printer) atMost(share float64, limits ...float64) string {
	digits, _ := p.digits(100*share, up, all(limits)...)
	return say(p.words.percent, args{"n": word(digits)})
}

// ends are the arguments for the ends of an interval.
func (p *Printer) ends(s attribution.Share, limits ...float64) args {
	return args{"low": word(p.atLeast(s.Low, limits...)), "high": word(p.atMost(s.High, limits...))}
}

// cell prints a share with its interval, if it has one, as short as a table needs it.
func (p *Printer) cell(s attribution.Share, limits ...float64) string {
	value := p.share(s.Value, limits...)
	ends := p.ends(s, limits...).With(args{"value": word(value)})
	switch {
	case s.Low >= s.High:
		return value
	case s.Low == s.Value:
		return say(p.words.upTo, ends)
	case s.High == s.Value:
		return say(p.words.from, ends)
	}
	low, _ := p.digits(100*s.Low, down, all(limits)...)
	return say(p.words.interval, ends.With(args{"low": word(low)}))
}

// points is an argument for a difference of two shares in percentage points, without its sign.
func (p *Printer) points(difference float64, to rounding) arg {
	if difference < 0 {
		difference, to = -difference, -to
	}
	digits, beside := p.digits(100*difference, to, 0)
	form := p.words.form(round(100*difference, to, 1))
	if beside > 0 {
		digits = say(p.words.moreThan, args{"n": word(digits)})
	}
	return arg{Text: digits, Form: form}
}

// confidence prints that of an interval: 95 %, 97.5 %.
func (p *Printer) confidence(c float64) string {
	v := math.Floor(100*100*c+1e-6) / 100
	text := strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", p.words.decimal, 1)
	return say(p.words.percent, args{"n": word(text)})
}

// count is an argument for a number of things.
func (p *Printer) count(n uint64) arg { return arg{Text: p.grouped(n), Form: p.words.form(float64(n))} }

func (p *Printer) grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + p.words.group + s[i:]
	}
	return s
}

// estimate is an argument for an estimated number of things, to the three digits that it is worth.
func (p *Printer) estimate(n uint64, to rounding) arg {
	unit := uint64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	switch to {
	case nearest:
		n += min(unit/2, math.MaxUint64-n)
	case up:
		n += min(unit-1, math.MaxUint64-n)
	}
	return p.count(n / unit * unit)
}

// number is an argument for a number that need not be whole, to two digits or as a whole.
func (p *Printer) number(v float64) arg {
	v = math.Abs(v)
	if v < 9.95 {
		v = round(v, nearest, 1)
		return arg{Text: p.fixed(v, 1), Form: p.words.form(v)}
	}
	return p.count(whole(v))
}

// whole is the nearest number that a count can have.
func whole(v float64) uint64 {
	switch {
	case !(v > 0):
		return 0
	case v >= math.MaxUint64:
		return math.MaxUint64
	}
	return uint64(math.Round(v))
}

// span prints a duration, rounded down, in the largest unit of which there are two, or exactly one.
func (p *Printer) span(d time.Duration) string {
	const day = 24 * time.Hour
	for i, unit := range []time.Duration{day, time.Hour, time.Minute} {
		if d >= 2*unit || d == unit {
			return say(p.words.spans[i], args{"n": p.count(uint64(d / unit))})
		}
	}
	return say(p.words.spans[3], args{"n": p.count(uint64(max(d, 0) / time.Second))})
}

// moment is an argument for a time to the second.
func (p *Printer) moment(t time.Time) arg { return word(p.words.moment(t.UTC())) }

// period is an argument for the time between two.
func (p *Printer) period(from, to time.Time) arg { return word(p.words.period(from.UTC(), to.UTC())) }
