package evidence

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

func TestRounded(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", 2.0 / 3: "0.6666666667", -2.0 / 3: "-0.6666666667", 0.05: "0.05",
		123456789012345: "123456789000000", 0.99999999996: "1", 1e300 / 3: "3.333333333e+299",
		0.001: "0.001", 0.0012345678912345: "0.001234567891", 0.000123456789123: "0.000123456789",
		4.9e-13: "0", 5.1e-13: "1e-12", -4.9e-13: "0", math.MaxFloat64: "1.7976931348623157e+308",
	} {
		text, err := json.Marshal(rounded(x))
		if err != nil || string(text) != want {
			t.Errorf("%v: %s, want %s", x, text, want)
		}
	}
}

// Whatever another machine makes of a number, if it is the same but for its last bits, fits
// what this one states; what is two units off does not.
func TestFits(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 72))
	numbers := []float64{0, 0.5, 1, 0.66666666665, 0.99999999995, 999999999.95, 5e-13, 1e-12, 1.0000000005e-3, 1e10 + .5}
	for range 20_000 {
		numbers = append(numbers, (rng.Float64()-.5)*math.Pow10(rng.IntN(40)-20), rng.Float64())
	}
	for _, x := range numbers {
		for range 4 {
			other := x*(1+(rng.Float64()-.5)*1e-12) + (rng.Float64()-.5)*1e-14
			if stated := rounded(x); !fits(stated, other) {
				t.Fatalf("%v states %v, which does not fit %v", x, stated, other)
			}
		}
		stated := rounded(x)
		for _, factor := range []float64{-2.01, 2.01} {
			off := stated + factor*unit(stated)
			if unit(off) == unit(stated) && fits(rounded(off), x) {
				t.Fatalf("%v would be accepted for %v", off, x)
			}
		}
	}
	if fits(0.66666666666, 0.66666666666) {
		t.Error("a number with 11 digits was accepted")
	}
}

// Every number of a report that is not whole by its type is rounded: none hides where settle
// does not look.
func TestSettleReachesEveryNumber(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(typ reflect.Type, reached bool)
	walk = func(typ reflect.Type, reached bool) {
		if seen[typ] && reached {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Float64:
			if !reached {
				t.Errorf("a number is out of reach")
			}
		case reflect.Float32, reflect.Complex128, reflect.Interface, reflect.Array:
			t.Errorf("settle does not know %v", typ)
		case reflect.Map:
			walk(typ.Elem(), false)
		case reflect.Pointer, reflect.Slice:
			walk(typ.Elem(), reached)
		case reflect.Struct:
			if typ == reflect.TypeFor[time.Time]() || typ == reflect.TypeFor[attribution.Claim]() {
				return // they are text in a file
			}
			for i := range typ.NumField() {
				f := typ.Field(i)
				if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == "" || name == "-" || !f.IsExported() {
					t.Errorf("%v.%s has no name in JSON", typ, f.Name)
				}
				walk(f.Type, reached)
			}
		}
	}
	walk(reflect.TypeFor[attribution.Report](), true)

	for name, s := range snapshots() {
		e, _ := mustMake(t, s, attribution.Policy{}, someClaims...)
		var check func(v reflect.Value)
		check = func(v reflect.Value) {
			switch v.Kind() {
			case reflect.Float64:
				if x := v.Float(); rounded(x) != x || math.Signbit(x) && x == 0 {
					t.Errorf("%s: %s is stated", name, strconv.FormatFloat(x, 'g', -1, 64))
				}
			case reflect.Pointer:
				if !v.IsNil() {
					check(v.Elem())
				}
			case reflect.Slice:
				for i := range v.Len() {
					check(v.Index(i))
				}
			case reflect.Struct:
				for i := range v.NumField() {
					if v.Type().Field(i).IsExported() {
						check(v.Field(i))
					}
				}
			}
		}
		check(reflect.ValueOf(e.Report()))
	}
}
