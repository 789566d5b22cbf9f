package attribution

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
)

// maxRows is the number of countries that a table for people shows.
const maxRows = 20

// String returns the report as a table for people, with the credit line of the
// database.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sIP addresses by the country that they are geolocated to by %v\n", r.warning(), r.Database)
	fmt.Fprintf(&b, "%s %s %s", r.Sources.withInterval(), r.kind(), plural(r.Sources.Distinct, "source", "sources"))
	if r.fresh != nil {
		b.WriteString(" (" + r.fresh.unseen() + ")")
	}
	if r.countsEvents() {
		b.WriteString(", " + eventCount(r.Events))
	}
	if r.Bytes > 0 {
		fmt.Fprintf(&b, ", %s bytes", count.Grouped(r.Bytes))
	}
	if !r.From.IsZero() {
		fmt.Fprintf(&b, ", %s to %s", r.From.Format(time.DateTime), r.To.Format(time.DateTime+" MST"))
	}
	b.WriteString("\n\n")
	aligned(&b, r.table())
	b.WriteString("\n")
	if hidden := len(r.Origins) - maxRows; hidden > 0 {
		fmt.Fprintf(&b, "and %d more %s. ", hidden, plural(uint64(hidden), "country", "countries"))
	}
	if r.Sources.Exact {
		b.WriteString("All sources were counted one by one.")
	} else {
		together := "each row on its own"
		if r.Joint {
			together = "all rows together"
		}
		fmt.Fprintf(&b, "Intervals are for 95 %% confidence, %s; rows need not sum to 100 %%.", together)
	}
	if r.SamplingRate > 1 {
		fmt.Fprintf(&b, " Only 1 in %s packets or flows was looked at: all counts are of those, and sources that sent little are missing.", count.Grouped(uint64(r.SamplingRate)))
	}
	if r.SampleOnly {
		fmt.Fprintf(&b, " Origins are those of a sample of %s sources.", count.Grouped(count.Round(r.sampling.k)))
	}
	b.WriteString(" The database may be wrong.\n")
	if c, ok := r.someSpoofed(); ok && c.Code == SpoofingPresent {
		_, low, high := r.forgedOfAll().digits(noLimit, false)
		fmt.Fprintf(&b, "Some sources are forged, %s to %s %% of them, and spread over the rows as address space is.\n", low, high)
	}
	if n := r.Reserved.Sources; n > 0 {
		with := ""
		if r.countsEvents() {
			with = " with " + eventCount(r.Reserved.Events)
		}
		fmt.Fprintf(&b, "Left out: %s reserved %s%s.\n", r.number(n), plural(n, "source", "sources"), with)
	}
	if r.Skipped > 0 {
		fmt.Fprintf(&b, "Skipped: %s without a usable address.\n", eventCount(r.Skipped))
	}
	if r.Database.Credit != "" {
		b.WriteString(r.Database.Credit + "\n")
	}
	return b.String()
}

// warning begins the title of a table that does not show where traffic came from.
func (r *Report) warning() string {
	switch {
	case r.traits.mostlyReflected():
		return "Reflectors, not attackers: "
	case r.mostlySpoofed():
		return "Noise of forged addresses, not origins: "
	}
	return ""
}

// number prints a number of sources, to the digits that it is worth.
func (r *Report) number(sources uint64) string {
	if r.Sources.Exact {
		return count.Grouped(sources)
	}
	return estimated(sources)
}

func eventCount(n uint64) string { return count.Grouped(n) + " " + plural(n, "event", "events") }

// countsEvents reports whether events are known at all.
func (r *Report) countsEvents() bool {
	return r.fresh == nil || r.fresh.Method == ByCounting
}

func (s Sources) withInterval() string {
	if s.Exact {
		return s.about()
	}
	return fmt.Sprintf("%s (95 %% interval %s to %s)", s.about(), count.Grouped(s.Low), count.Grouped(s.High))
}

func (r *Report) table() [][]string {
	head := []string{"origin", "sources", "share of sources", "events", "share of events"}
	if !r.Sources.Exact {
		head[2] = "share of sources (interval)"
	}
	if r.SampleOnly || !r.countsEvents() {
		head = head[:3]
	}
	rows := [][]string{head}
	add := func(name string, sources, events uint64, share Share) {
		cells := []string{name, r.number(sources), r.shareCell(share), count.Grouped(events), ""}
		if r.Events > 0 {
			cells[4] = percent(float64(events) / float64(r.Events))
		}
		rows = append(rows, cells[:len(head)])
	}
	for i, row := range r.Origins {
		if i == maxRows {
			break
		}
		add(row.Origin.String()+" "+row.Origin.Name(), row.Sources, row.Events, row.Share)
	}
	if un := r.Unlocated; un.Sources > 0 {
		share := r.shareOf(geo.Unlocated, r.group(anywhere), r.rowZ())
		add("unlocated", un.Sources, un.Events, share)
	}
	return rows
}

func (r *Report) shareCell(s Share) string {
	if r.Sources.Exact {
		return percent(s.Value)
	}
	value, low, high := s.digits(noLimit, false)
	return fmt.Sprintf("%s %% (%s–%s)", value, low, high)
}

// explain puts a verdict into words: what was claimed, what was found, what would
// overturn it, and what else a reader must know.
func (r *Report) explain(v Verdict) string {
	var b strings.Builder
	c := v.Claim
	look := ""
	if v.Look > 0 {
		look = " (provisional)"
	}
	fmt.Fprintf(&b, "%v%s: %v\n", v.Decision, look, c)
	if v.Decision != Inadmissible {
		counted := (c.unit != OfSources || r.Sources.Exact) && r.SamplingRate <= 1
		amount := v.amount(v.Share, counted && v.Uncorrected == nil)
		if v.Sampling != nil {
			_, low, high := v.Share.digits(c.limit(), counted)
			amount = fmt.Sprintf("%s%s to %s %%", v.confidence(), low, high)
		}
		whole := r.whole(c)
		if v.Uncorrected != nil {
			whole = "those not forged among " + whole
		}
		fmt.Fprintf(&b, "  %s of %s are %s by %v.\n", amount, whole, c.subject(), r.Database)
		if v.Uncorrected != nil {
			fmt.Fprintf(&b, "  With the forged ones it is %s.\n", v.amount(*v.Uncorrected, counted))
		}
		if un := r.group(isUnlocated).amount(c.unit); un > 0 {
			fmt.Fprintf(&b, "  Of those that have a country it is %s.\n", c.beside(v.located))
		}
		if f := v.Families; len(f) == 2 {
			fmt.Fprintf(&b, "  Of the %s sources alone it is %s, of the %s sources %s.\n", f[0].Family, c.beside(f[0].Share.Value), f[1].Family, c.beside(f[1].Share.Value))
		}
	}
	if s := v.Sampling; s != nil {
		value, low, high := s.Share.digits(c.limit(), false)
		fmt.Fprintf(&b, "  Among the sources seen alone it is %s %% (%s–%s %%): of them the claim would be %v.", value, low, high, s.Decision)
		fmt.Fprintf(&b, " Of all sources, by an estimate of those not seen (Chao 1987), it is %s, of the events %s.\n", c.beside(s.Estimated), c.beside(s.Events))
	}
	if v.Decision == Supported || v.Decision == Refuted {
		labelled := ""
		if v.Decision == Supported && c.kind == moreThan && v.Share.Low < 1 && v.Uncorrected == nil {
			labelled = fmt.Sprintf(" (%s of those placed there)", roundedDown(1-c.percent/100/v.Share.Low))
		}
		fmt.Fprintf(&b, "  It stands unless more than %s of all %s%s are placed in the wrong country.\n", roundedDown(v.GeolocationErrorTolerated), c.unit, labelled)
	}
	for _, caveat := range v.Caveats {
		fmt.Fprintf(&b, "  - %s\n", caveat.Text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// amount prints a share with its interval, if it has one.
func (v Verdict) amount(s Share, counted bool) string {
	value, low, high := s.digits(v.Claim.limit(), counted)
	if s.Low < s.High {
		return fmt.Sprintf("%s %% (%s%s–%s %%)", value, v.confidence(), low, high)
	}
	return value + " %"
}

// confidence names that of the interval where it is not the usual one.
func (v Verdict) confidence() string {
	if math.Abs(v.Confidence-(1-alpha)) < slack {
		return ""
	}
	return strconv.FormatFloat(100*v.Confidence, 'g', 4, 64) + " % interval "
}

// roundedDown prints a share that must promise no more than there is.
func roundedDown(share float64) string {
	decimals := 1
	if share < 0.01 {
		decimals = 3
	}
	unit := math.Pow10(decimals)
	return strconv.FormatFloat(math.Floor(100*share*unit+slack)/unit, 'f', decimals, 64) + " %"
}

func (c Claim) limit() float64 {
	if c.kind == plurality {
		return noLimit
	}
	return c.percent
}

// beside prints a share by itself, with as many decimals as keep it on its side of
// the limit.
func (c Claim) beside(share float64) string {
	if text := percent(share); math.Abs(100*share-c.limit()) > 0.1 {
		return text
	}
	value, _, _ := Share{share, share, share}.digits(c.limit(), true)
	return value + " %"
}

// whole names what the share is of.
func (r *Report) whole(c Claim) string {
	switch c.unit {
	case OfEvents:
		return eventCount(r.Events)
	case OfBytes:
		return count.Grouped(r.Bytes) + " " + plural(r.Bytes, "byte", "bytes")
	}
	whole := r.Sources.about() + " " + r.kind() + " " + plural(r.Sources.Distinct, "source", "sources")
	if r.SamplingRate > 1 {
		whole = "all sources, of which " + r.Sources.about() + " " + r.kind() + " " + plural(r.Sources.Distinct, "one was", "ones were") + " seen,"
	}
	if r.fresh != nil {
		whole += " (" + r.fresh.unseen() + ")"
	}
	return whole
}

// kind is the word for the sources that r counts.
func (r *Report) kind() string {
	if r.fresh != nil {
		return "new"
	}
	return "distinct"
}

// about prints a number of sources without its interval.
func (s Sources) about() string {
	if s.Exact {
		return count.Grouped(s.Distinct)
	}
	return "about " + estimated(s.Distinct)
}

// subject names what is claimed, never as more than a geolocation.
func (c Claim) subject() string {
	place := "geolocated to " + strings.ReplaceAll(c.codes(), ",", " or ")
	if c.outside {
		place = "geolocated outside " + strings.ReplaceAll(c.codes(), ",", " and ")
	}
	if c.unit == OfSources {
		return "IP addresses " + place
	}
	return "from IP addresses " + place
}
