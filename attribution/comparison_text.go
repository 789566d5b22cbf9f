package attribution

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whence-go/whence/internal/count"
)

// letter names the i-th database of a table: A, B, and so on.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return fmt.Sprint("A", i)
}

// String returns the comparison as a table for people, with the credit lines of
// the databases.
func (c *Comparison) String() string {
	var b strings.Builder
	first := c.reports[0]
	fmt.Fprintf(&b, "%sShare of %s by the country that they are geolocated to\n", first.warning(), first.compared())
	var credits []string
	for i, d := range c.Databases {
		fmt.Fprintf(&b, "  %s  by %v\n", letter(i), d.Database)
		if credit := d.Database.Credit; credit != "" && !slices.Contains(credits, credit) {
			credits = append(credits, credit)
		}
	}
	b.WriteString("\n")
	head := []string{"origin"}
	unlocated, differing := []string{"unlocated"}, []string{"placed differently from A"}
	for i, d := range c.Databases {
		head = append(head, letter(i))
		unlocated = append(unlocated, first.shareCell(d.Unlocated))
		if i == 0 {
			differing = append(differing, "")
		} else {
			differing = append(differing, first.shareCell(d.Disagreement))
		}
	}
	rows := [][]string{head}
	for i, row := range c.Origins {
		if i == maxRows {
			break
		}
		cells := []string{row.Origin.String() + " " + row.Origin.Name()}
		for _, s := range row.Shares {
			cells = append(cells, first.shareCell(s))
		}
		rows = append(rows, cells)
	}
	aligned(&b, append(rows, unlocated, differing))
	b.WriteString("\n")
	if hidden := len(c.Origins) - maxRows; hidden > 0 {
		fmt.Fprintf(&b, "and %d more %s. ", hidden, plural(uint64(hidden), "country", "countries"))
	}
	if !c.Exact {
		b.WriteString("Intervals are for 95 % confidence, each on its own. ")
	}
	b.WriteString("Databases may be wrong together.\n")
	for _, credit := range credits {
		b.WriteString(credit + "\n")
	}
	return b.String()
}

// compared names the sources that are looked up in every database.
func (r *Report) compared() string {
	if r.Sources.Exact {
		return count.Grouped(r.Sources.Distinct) + " " + plural(r.Sources.Distinct, "source", "sources")
	}
	return fmt.Sprintf("about %s sources, of which a sample of %s was compared,", estimated(r.Sources.Distinct), count.Grouped(count.Round(r.sampling.k)))
}

// caveats say what stands between the opinions and a decision.
func (c Corroboration) caveats(reports []*Report) (caveats []Caveat) {
	add := func(code Code, value float64, format string, args ...any) {
		caveats = append(caveats, Caveat{code, value, fmt.Sprintf(format, args...)})
	}
	first := c.Opinions[0]
	flipped, effect := 0, 0.0
	var others []string
	for _, o := range c.Opinions[1:] {
		effect = max(effect, o.DesignEffect)
		if o.Decision != first.Decision {
			flipped++
			others = append(others, fmt.Sprintf("%v by %v", o.Decision, o.Database))
		}
	}
	if flipped > 0 {
		add(DatabasesDisagree, float64(flipped), "the databases decide differently: %v by %v, %s", first.Decision, first.Database, strings.Join(others, ", "))
	} else if c.Decision != first.Decision {
		add(ClusteredErrors, effect, "by each database alone it is %v; but they differ by whole networks at a time, which makes the difference between them %.3g times as uncertain as errors of single sources would", first.Decision, effect)
	}
	if c.Claim.kind != plurality && c.Decision != Undecided {
		if d, _ := (finding{share: c.Bounds}).decide(c.Claim); d != c.Decision {
			_, low, high := c.Bounds.digits(c.Claim.limit(), false)
			add(OneSidedErrors, c.Bounds.High-c.Bounds.Low, "if the databases err all in one direction, the share may be anything from %s to %s %%, and the claim %v", low, high, d)
		}
	}
	for i, o := range c.Opinions[1:] {
		for j, earlier := range c.Opinions[:i+1] {
			if o.Database.SHA256 != "" && o.Database.SHA256 == earlier.Database.SHA256 {
				add(SameDatabase, float64(i+2), "%s and %s are the same database, and no opinions on each other", letter(j), letter(i+1))
				break
			}
		}
		for _, own := range reports[i+1].standing() {
			if own.Code == DatabaseAge {
				add(DatabaseAge, own.Value, "%v: %s", o.Database, own.Text)
			}
		}
	}
	return caveats
}

// explain puts it into words.
func (c Corroboration) explain(reports []*Report) string {
	var b strings.Builder
	first := reports[0]
	counted := c.Claim.unit != OfSources || first.Sources.Exact
	fmt.Fprintf(&b, "%v by %d databases together: %v\n", c.Decision, len(reports), c.Claim)
	for i, o := range c.Opinions {
		if o.Decision == Inadmissible {
			fmt.Fprintf(&b, "  %s: %v by %v.\n", letter(i), o.Decision, o.Database)
			continue
		}
		fmt.Fprintf(&b, "  %s: %s of %s are %s by %v: %v.\n", letter(i), c.amount(o.Share, counted), first.whole(c.Claim), c.Claim.subject(), o.Database, o.Decision)
	}
	if c.Decision != Inadmissible {
		var differ []string
		for i, o := range c.Opinions[1:] {
			differ = append(differ, fmt.Sprintf("%s (A and %s)", percent(o.ClaimedDisagreement.Value), letter(i+1)))
		}
		fmt.Fprintf(&b, "  Placed there by one and elsewhere by the other: %s.\n", strings.Join(differ, ", "))
		_, low, high := c.Share.digits(c.Claim.limit(), counted)
		fmt.Fprintf(&b, "  Together, and with errors of whole networks, it is %s to %s %%.\n", low, high)
	}
	for _, caveat := range c.Caveats {
		fmt.Fprintf(&b, "  - %s\n", caveat.Text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// amount prints a share with its interval, if it has one.
func (c Corroboration) amount(s Share, counted bool) string {
	value, low, high := s.digits(c.Claim.limit(), counted)
	if s.Low == s.High {
		return value + " %"
	}
	return fmt.Sprintf("%s %% (%s–%s %%)", value, low, high)
}
