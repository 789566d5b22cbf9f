package main

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/whence-go/whence/bench/internal/load"
)

func TestDistinct(t *testing.T) {
	long := distinct(200_000)
	seen := map[uint32]bool{}
	for _, ip := range long {
		if seen[ip] || !load.Table().Lookup4(ip).IsCountry() {
			t.Fatalf("%v: seen before (%v) or without a country", load.Addr4(ip), seen[ip])
		}
		seen[ip] = true
	}
	if !slices.Equal(distinct(1000), long[:1000]) {
		t.Error("1000 addresses are not the first of 200,000")
	}
}

// Sources that are not distinct are found out.
func TestMeasure(t *testing.T) {
	if testing.Short() {
		t.Skip("writes an MMDB of half a million networks")
	}
	sources := distinct(1000)
	p, err := measure(sources)
	if err != nil {
		t.Fatal(err)
	}
	if p.sources != 1000 || slices.Min(p.ns[:]) <= 0 || p.ns[naive] < p.ns[floor] {
		t.Errorf("unlikely: %+v", p)
	}
	if _, err := measure(append(sources, sources[0])); err == nil {
		t.Error("a source that stands twice counts as two")
	}
}

func TestDraw(t *testing.T) {
	figure := draw([]point{
		{100, [competitors]float64{2, 8, 300}},
		{100_000, [competitors]float64{6, 9, 400}},
		{1_000_000, [competitors]float64{7, 7.2, 500}},
	})
	var texts []string
	var xs []float64
	lines := 0
	d := xml.NewDecoder(strings.NewReader(string(figure)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.CharData:
			texts = append(texts, strings.TrimSpace(string(token)))
		case xml.StartElement:
			if token.Name.Local != "polyline" {
				continue
			}
			lines++
			for pair := range strings.FieldsSeq(token.Attr[0].Value) {
				x, y, _ := strings.Cut(pair, ",")
				xn, err1 := strconv.ParseFloat(x, 64)
				yn, err2 := strconv.ParseFloat(y, 64)
				if err := errors.Join(err1, err2); err != nil {
					t.Fatal(err)
				}
				if xn < left || xn > right || yn < top || yn > bottom {
					t.Errorf("%s lies outside of the axes", pair)
				}
				xs = append(xs, xn)
			}
		}
	}
	if lines != competitors {
		t.Errorf("%d lines, want %d", lines, competitors)
	}
	if want := []float64{left, 484, right}; !slices.Equal(xs[:3], want) {
		t.Errorf("points at %v, want %v", xs[:3], want)
	}
	for _, want := range []string{"1 ns", "1000 ns", "100", "10k", "1M", "whence, 7.2 ns", "memory floor, 7 ns", "naive pipeline, 500 ns", "exact up to 65,536"} {
		if !slices.Contains(texts, want) {
			t.Errorf("no text %q in %q", want, texts)
		}
	}
}

func TestApart(t *testing.T) {
	for _, c := range []struct{ in, want []float64 }{
		{[]float64{100, 200}, []float64{100, 200}},
		{[]float64{200, 195, 100}, []float64{200, 180, 100}},
		{[]float64{100, 100, 100}, []float64{60, 80, 100}},
	} {
		got := slices.Clone(c.in)
		if apart(got, 20); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.in, got, c.want)
		}
	}
}
