package text

import (
	"math"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/figures"
)

// numbersOf are all numbers of a report, and the few that follow from them.
func numbersOf(r *attribution.Report) (all []float64) {
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Float64:
			all = append(all, v.Float())
		case reflect.Int, reflect.Int64:
			all = append(all, float64(v.Int()))
		case reflect.Uint32, reflect.Uint64:
			all = append(all, float64(v.Uint()))
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		case reflect.Slice:
			all = append(all, float64(v.Len()))
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				walk(v.MapIndex(k))
			}
		}
	}
	walk(reflect.ValueOf(*r))
	all = append(all, float64(len(r.Countries)-len(shown(r))))
	for _, row := range append(slices.Clone(r.Countries), r.Unlocated) {
		all = append(all, figures.Part(row.Events, r.Events), figures.Part(row.Bytes, r.Bytes))
	}
	for _, v := range r.Verdicts {
		all = append(all, float64(claimedOf(r, &v)), float64(len(slices.Collect(v.Claim.Countries()))))
		for _, u := range []attribution.Unit{attribution.Sources, attribution.Events} {
			whole := v
			whole.Claim = v.Claim.Of(u)
			all = append(all, figures.Part(claimedOf(r, &whole), figures.Total(r, u)))
		}
		for _, c := range v.Caveats {
			if c.Code == caveat.AddressChurn {
				all = append(all, math.Floor(c.Value), math.Floor(c.Value/24))
			}
		}
	}
	if r.Account != nil {
		for _, n := range r.Account.Notes {
			if v, err := strconv.ParseFloat(n.Subject, 64); err == nil {
				all = append(all, v)
			}
		}
		for _, fields := range []map[string]string{r.Account.Fields, r.Account.Instead, r.Account.NotTaken} {
			for _, name := range fields { // which may be numbers
				if v, err := strconv.ParseFloat(name, 64); err == nil {
					all = append(all, v)
				}
			}
		}
	}
	if s := r.Plausibility.Spoofing; s != nil {
		all = append(all, tested(r)*s.Forged.Low, tested(r)*s.Forged.High)
	}
	return all
}

// given has what texts repeat from outside, and the numbers that are part of a sentence.
var given = regexp.MustCompile(
	`"[^"]*"|Credit: .*|[0-9a-f:.]+::?/[0-9]+|(?:[0-9]+\.){3}0/24|IPv[46]|/(24|48|16|32)\b|\d{4}-\d\d-\d\d|` +
		`\d\d:\d\d:\d\d|95 % (interval|confidence)|add up to 100 %|\b1 in\b|Chao 1987|to 24 bits of IPv4, 48 of|` +
		`[0-9.]+ % (interval|confidence)`)

var anyNumber = regexp.MustCompile(`(less than |more than )?([0-9][0-9,]*(?:\.[0-9]+)?)( %)?`)

// strangers are the numbers of a text that are not those of a report, to the digits that are printed.
func strangers(text string, r *attribution.Report) (list []string) {
	pool := numbersOf(r)
	for _, v := range r.Verdicts {
		text = strings.ReplaceAll(text, v.Claim.String(), "")
	}
	if r.Account != nil {
		for _, n := range r.Account.Notes {
			if a, err := netip.ParseAddr(n.Subject); err == nil {
				text = strings.ReplaceAll(text, a.String(), "")
			}
		}
	}
	for _, m := range anyNumber.FindAllStringSubmatch(given.ReplaceAllString(text, ""), -1) {
		digits := strings.ReplaceAll(m[2], ",", "")
		got, _ := strconv.ParseFloat(digits, 64)
		_, decimals, _ := strings.Cut(digits, ".")
		known := slices.ContainsFunc(pool, func(v float64) bool {
			v = math.Abs(v)
			if m[3] != "" || decimals != "" { // shares, points, and numbers of independent sources
				for _, v := range []float64{v, 100 * v} {
					if math.Abs(got-v) <= math.Pow10(-len(decimals))*(1+1e-6) || m[1] != "" && math.Abs(got-v) <= .1 {
						return true
					}
				}
				return false
			}
			return got == math.Round(v) || got >= 100 && math.Abs(got-v) <= .01*v
		})
		if !known {
			list = append(list, m[0])
		}
	}
	return list
}

// No text has a number that its report does not have.
func TestNumbersComeFromReports(t *testing.T) {
	check := func(name string, r attribution.Report) {
		var b strings.Builder
		if err := en.Report(&b, r); err != nil {
			t.Fatal(err)
		}
		if list := strangers(b.String(), &r); len(list) > 0 {
			t.Errorf("%s: %q are no numbers of the report:\n%s", name, list, b.String())
		}
	}
	for _, c := range reportCases() {
		check(c.name, c.report(t))
	}
	for seed := range uint64(100) {
		check("seed "+strconv.FormatUint(seed, 10), randomReport(t, 1000+seed))
	}
}
