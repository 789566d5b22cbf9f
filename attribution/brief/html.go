package brief

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"sync"

	"github.com/whence-go/whence/attribution/text"
)

//go:embed page.html.tmpl
var pageTemplate string

//go:embed style.css
var style string

// pages is the template of a page. It is cloned for each page, which numbers its elements.
var pages = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(functions(new(int))).Parse(pageTemplate))
})

// writeHTML writes the page.
func writeHTML(w io.Writer, b *Brief, p *text.Printer) error {
	t, err := pages().Clone()
	if err != nil {
		return fmt.Errorf("brief: %w", err)
	}
	var out bytes.Buffer
	if err := t.Funcs(functions(new(int))).ExecuteTemplate(&out, "page", newPage(b, p)); err != nil {
		return fmt.Errorf("brief: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// opened is how a block begins.
type opened struct {
	block
	Class string
}

// barTable is a table with bars.
type barTable struct {
	Class, Caption, Name string
	Columns              []column
	Rows                 []bars
}

// functions are those of the template. last numbers the elements of one page.
func functions(last *int) template.FuncMap {
	return template.FuncMap{
		"id": func() string {
			*last++
			return "n" + strconv.Itoa(*last)
		},
		"style": func() template.CSS { return template.CSS(style) },
		"open": func(of any, class string) (opened, error) {
			b, err := blockOf(of)
			return opened{b, class}, err
		},
		"barsOf":   func(s *shares) barTable { return barTable{"", s.Caption, s.Origin, s.Columns, s.Rows} },
		"insideOf": func(in *inside) barTable { return barTable{"ins", in.Caption, in.Name, in.Columns, in.Rows} },
		"pc":       func(v float64) template.CSS { return template.CSS(percentage(v)) },
		"rest":     func(v float64) template.CSS { return template.CSS(percentage(1 - v)) },
		"place":    placed,
		"middle":   middle,
		"before":   beforeOnset, "after": afterEnd,
		"gauge": drawGauge, "bar": drawBar, "tolerance": drawTolerance, "plot": drawPlot, "strip": drawStrip,
		"sign": drawSign, "world": drawWorld, "mapBox": mapBox,
	}
}

// blockOf is what every block begins with.
func blockOf(of any) (block, error) {
	switch b := of.(type) {
	case say:
		return b.block, nil
	case *over:
		return b.block, nil
	case *table:
		return b.block, nil
	case *shares:
		return b.block, nil
	case *timeline:
		return b.block, nil
	case *worldMap:
		return b.block, nil
	case *inside:
		return b.block, nil
	case *facts:
		return b.block, nil
	case *caveats:
		return b.block, nil
	case *method:
		return b.block, nil
	case *summary:
		return b.block, nil
	case *strip:
		return b.block, nil
	case burstList:
		return b.block, nil
	}
	return block{}, fmt.Errorf("no block: %T", of)
}
