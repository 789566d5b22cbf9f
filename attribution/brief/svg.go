package brief

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution"
)

// What is drawn here is made of numbers and class names alone.

// px prints a number of a drawing.
func px(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64)
}

// percentage prints a part from 0 to 1 for a style sheet.
func percentage(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e4)/100+0, 'f', -1, 64) + "%"
}

// placed is the style of a label at a place from 0 to 1, which stays within its line.
func placed(v float64) template.CSS {
	switch {
	case v < .12:
		return template.CSS("left:" + percentage(max(v-.01, 0)))
	case v > .88:
		return template.CSS("right:" + percentage(max(1-v-.01, 0)))
	}
	return template.CSS("left:" + percentage(v) + ";transform:translateX(-50%)")
}

// middle is where the label of a gauge is.
func middle(g gauge) float64 {
	if g.Open {
		return (g.Low + g.High) / 2
	}
	return g.Share
}

// beforeOnset and afterEnd are the places of the two times of a burst: beside it if there is room, else within.
func beforeOnset(onset, _ float64) template.CSS {
	if onset > .3 {
		return template.CSS("right:" + percentage(1-onset))
	}
	return template.CSS("left:" + percentage(onset))
}

func afterEnd(onset, end float64) template.CSS {
	switch {
	case end < .7:
		return template.CSS("left:" + percentage(end))
	case end-onset > .5 || onset > .3:
		return template.CSS("right:" + percentage(1-end))
	}
	return template.CSS("right:0")
}

// of is the class of bars of a unit.
func of(u attribution.Unit) string {
	if u == attribution.Sources {
		return "s"
	}
	return "e"
}

func drawGauge(g gauge) template.HTML {
	var b strings.Builder
	b.WriteString(`<rect class="trk" x="0" y="8" width="1000" height="14"/>`)
	if !g.Open {
		fmt.Fprintf(&b, `<rect class="%s" x="0" y="8" width="%s" height="14"/>`, of(g.Unit), px(max(1000*g.Share, 1)))
	} else {
		fmt.Fprintf(&b, `<rect class="%s2" x="%s" y="8" width="%s" height="14"/>`, of(g.Unit), px(1000*g.Low),
			px(1000*(g.High-g.Low)))
	}
	b.WriteString(whisker("w2", 1, g.Share, g.Low, g.High, g.Open, 15, 6, 24))
	if g.Limit >= 0 {
		x := px(1000 * g.Limit)
		fmt.Fprintf(&b, `<path class="halo h2" d="M%sV0V30"/><path class="lim l2" d="M%sV0V30"/>`, x+" 0", x+" 0")
	}
	return template.HTML(strings.ReplaceAll(b.String(), " 0V0V", " 0V"))
}

// whisker is an interval: from its low end if that is not the end of the bar, to its high end.
func whisker(class string, most, value, low, high float64, open bool, y, top, bottom float64) string {
	at := func(v float64) string { return px(1000 * min(v/most, 1)) }
	from := value
	if low < value || open {
		from = low
	}
	if high <= from {
		return ""
	}
	path := fmt.Sprintf("M%s %sH%s", at(from), px(y), at(high))
	if from == low && (low < value || open) {
		path += fmt.Sprintf("M%s %sV%s", at(low), px(top), px(bottom))
	}
	if high > value || open {
		path += fmt.Sprintf("M%s %sV%s", at(high), px(top), px(bottom))
	}
	return `<path class="w ` + class + `" d="` + path + `"/>`
}

func drawBar(row bars, c column, cell bar) template.HTML {
	var b strings.Builder
	b.WriteString(`<svg viewBox="0 0 1000 18" preserveAspectRatio="none" aria-hidden="true" focusable="false">` +
		`<path class="base" d="M0 0V18"/>`)
	width := px(1000 * min(cell.Value/c.Most, 1))
	class := of(c.Unit)
	switch {
	case cell.Value <= 0:
	case row.Kind == otherCountries:
		fmt.Fprintf(&b, `<rect x="0" y="3" width="%s" height="12" fill="url(#p%s)"/><rect x="0" y="3" width="%s" `+
			`height="12" class="ho o%s"/>`, width, class, width, class)
	case row.Kind == noCountry:
		fmt.Fprintf(&b, `<rect x="0" y="3" width="%s" height="12" class="ho o%s"/>`, width, class)
	case row.Hit:
		fmt.Fprintf(&b, `<rect x="0" y="3" width="%s" height="12" class="%s"/>`, width, class)
	default:
		fmt.Fprintf(&b, `<rect x="0" y="3" width="%s" height="12" class="%s2"/>`, width, class)
	}
	for _, limit := range c.Limits {
		if limit <= c.Most {
			x := px(1000 * limit / c.Most)
			fmt.Fprintf(&b, `<path class="halo" d="M%s 0V18"/><path class="lim" d="M%s 0V18"/>`, x, x)
		}
	}
	b.WriteString(whisker("", c.Most, cell.Value, cell.Low, cell.High, false, 9, 4, 14))
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

func drawTolerance(t tolerated, scale float64) template.HTML {
	class := of(t.Unit)
	if t.Scale {
		class = "x"
	}
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 1000 18" preserveAspectRatio="none" aria-hidden="true" `+
		`focusable="false"><rect class="trk" y="3" width="1000" height="12"/><rect class="%s" y="3" width="%s" `+
		`height="12"/></svg>`, class, px(1000*min(t.Share/scale, 1))))
}

func drawPlot(p plot) template.HTML {
	const height = 96
	var b strings.Builder
	onset, end := 1000*p.Onset, 1000*p.End
	fmt.Fprintf(&b, `<rect class="sh" x="%s" y="0" width="%s" height="%d"/>`, px(onset), px(end-onset), height)
	for _, y := range p.Y {
		fmt.Fprintf(&b, `<path class="grid" d="M0 %sH1000"/>`, px(height*(1-y.At)))
	}
	fmt.Fprintf(&b, `<path class="%s" d="`, of(p.Unit))
	step := 1000 / float64(max(len(p.Bars), 1))
	gap := min(step*.16, 2.4)
	for i, v := range p.Bars {
		if v > 0 {
			fmt.Fprintf(&b, "M%s %dV%sh%sV%dz", px(float64(i)*step+gap/2), height, px(height*(1-max(v, .008))),
				px(max(step-gap, .4)), height)
		}
	}
	fmt.Fprintf(&b, `"/><path class="ol" d="M%s 0V%dM%s 0V%d"/><path class="base" d="M0 %dH1000"/>`,
		px(onset), height, px(end), height, height)
	return template.HTML(b.String())
}

func drawStrip(s *strip) template.HTML {
	const height = 110
	var b strings.Builder
	for _, y := range s.Y {
		fmt.Fprintf(&b, `<path class="grid" d="M0 %sH1000"/>`, px(height*(1-y.At)))
	}
	for _, m := range s.Marks {
		class := "e2"
		if m.Number != "" {
			class = "e"
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%s" y="%s" width="6" height="%s"/>`, class, px(1000*m.At-3),
			px(height*(1-m.Height)), px(height*m.Height))
	}
	fmt.Fprintf(&b, `<path class="base" d="M0 %dH1000"/>`, height)
	return template.HTML(b.String())
}

const iconBegin = `<svg viewBox="0 0 30 14" aria-hidden="true" focusable="false">`

// drawSign is one sign of a legend.
func drawSign(name string) template.HTML {
	two := func(class string) string {
		return iconBegin + `<rect x="0" y="1" width="14" height="12" class="s` + class + `"/><rect x="16" y="1" width="14" ` +
			`height="12" class="e` + class + `"/></svg>`
	}
	switch name {
	case "claim":
		return template.HTML(two(""))
	case "other":
		return template.HTML(two("2"))
	case "upto":
		return iconBegin + `<path class="w" d="M2 7H28M28 2V12"/></svg>`
	case "interval":
		return iconBegin + `<path class="w" d="M2 7H28M28 2V12M2 2V12"/></svg>`
	case "limit":
		return iconBegin + `<path class="lim" d="M15 0V14"/></svg>`
	case "dot":
		return `<svg class="sw" viewBox="0 0 18 14" aria-hidden="true" focusable="false"><circle cx="9" cy="7" r="5.5" ` +
			`class="m2 dot"/></svg>`
	case "m0", "m1", "m2", "m3", "m4":
		return template.HTML(`<svg class="sw" viewBox="0 0 18 14" aria-hidden="true" focusable="false"><rect x=".5" y=".5" ` +
			`width="17" height="13" class="` + name + `"/></svg>`)
	}
	return ""
}
