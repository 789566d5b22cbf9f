package evidence

import (
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Numbers are stated with so many significant digits and at most so many decimals. Beyond
// those decimals a share holds nothing but the error of its own computation: a difference of
// two shares may be that small, and then has few digits that are true.
const (
	significant = 10
	decimals    = 12
	fewer       = 1e-3 // below it, decimals are fewer than significant digits
)

// rounded is the number that a file states.
func rounded(x float64) float64 {
	format, digits := byte('e'), significant-1
	if math.Abs(x) < fewer {
		format, digits = 'f', decimals
	}
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, format, digits, 64), 64)
	if err != nil { // it would be infinite
		return x
	}
	return y + 0 // no negative zero
}

// unit is one unit of the last digit that is stated.
func unit(x float64) float64 {
	_, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', significant-1, 64), "e")
	n, _ := strconv.Atoi(exponent)
	return max(math.Pow10(n-significant+1), math.Pow10(-decimals))
}

// fits reports whether a file may state a number where own is what follows. It allows one
// unit of the last digit, where rounding takes half of one: however close own is to a
// boundary of rounding, another machine comes to rest on either side of it.
func fits(stated, own float64) bool {
	return stated == rounded(stated) && math.Abs(stated-own) <= unit(max(math.Abs(stated), math.Abs(own)))
}

// settle gives every number of own that is not whole by its type the value that a file
// states: the one that stated has, if it fits, and else the rounded one. Without a
// statement all are rounded. A number that is left out is 0.
func settle(own reflect.Value, stated part) {
	switch own.Kind() {
	case reflect.Float64:
		x := own.Float()
		own.SetFloat(rounded(x))
		if stated.text == nil {
			return
		}
		if y, err := strconv.ParseFloat(string(stated.text), 64); err == nil && fits(y, x) {
			own.SetFloat(y)
		}
	case reflect.Pointer:
		if !own.IsNil() {
			settle(own.Elem(), stated)
		}
	case reflect.Slice:
		settleList(own, stated)
	case reflect.Struct:
		settleMembers(own, stated)
	}
}

func settleList(own reflect.Value, stated part) {
	i := 0
	for element := range stated.parts() {
		if i == own.Len() {
			break
		}
		settle(own.Index(i), element)
		i++
	}
	for ; i < own.Len(); i++ {
		settle(own.Index(i), part{})
	}
}

func settleMembers(own reflect.Value, stated part) {
	names := make([]string, own.NumField())
	members := make([]part, own.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(own.Type().Field(i).Tag.Get("json"), ",")
		if stated.text != nil {
			members[i].text = []byte("0")
		}
	}
	for member := range stated.parts() {
		for i, name := range names {
			if name == member.path.LastToken() {
				members[i] = member
			}
		}
	}
	for i := range names {
		if own.Field(i).CanSet() {
			settle(own.Field(i), members[i])
		}
	}
}
