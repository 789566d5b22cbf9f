package jcs

import (
	"bytes"
	"math"
	"strconv"
)

// Difference is a place at which two values differ.
type Difference struct {
	Path   string // from the root, as ".report.origins[3]"
	At     int    // byte of the text that a belongs to
	A, B   []byte // what stands there; nil where one has nothing
	Digits bool   // two numbers that are the same but for their last digits
}

// Compare walks over two values and returns the first difference that is more than
// digits, and the first that is digits: two numbers, not both of them integers,
// that lie within tolerance of each other, relative to the larger if that is more
// than 1. Either is nil if there is none. Behind a difference that is more,
// nothing is compared.
func Compare(a, b Value, tolerance float64) (first, digits *Difference) {
	c := comparison{tolerance: tolerance}
	return c.values(a, b), c.digits
}

type comparison struct {
	tolerance float64
	digits    *Difference
	path      []byte
}

func (c *comparison) differ(a, b Value) *Difference {
	return &Difference{Path: string(c.path), At: a.At, A: a.Raw, B: b.Raw}
}

func (c *comparison) values(a, b Value) *Difference {
	switch {
	case bytes.Equal(a.Raw, b.Raw):
		return nil
	case a.isObject() && b.isObject():
		return c.objects(a, b)
	case a.isArray() && b.isArray():
		return c.arrays(a, b)
	case c.close(a.Raw, b.Raw):
		if c.digits == nil {
			c.digits = c.differ(a, b)
			c.digits.Digits = true
		}
		return nil
	}
	return c.differ(a, b)
}

func (c *comparison) objects(a, b Value) *Difference {
	wa, wb := a.Walk(), b.Walk()
	end := a.At + len(a.Raw) - 1
	for {
		keyA, inA, okA := wa.Next()
		keyB, inB, okB := wb.Next()
		if !okA && !okB {
			return nil
		}
		// What only one of them has stands where the keys part.
		switch {
		case okA && (!okB || keyA < keyB):
			inB = Value{}
		case okB && (!okA || keyB < keyA):
			at := end
			if okA {
				at = inA.At
			}
			keyA, inA = keyB, Value{At: at}
		}
		if d := c.part("."+keyA, inA, inB); d != nil {
			return d
		}
	}
}

func (c *comparison) arrays(a, b Value) *Difference {
	wa, wb := a.Walk(), b.Walk()
	for i := 0; ; i++ {
		_, inA, okA := wa.Next()
		_, inB, okB := wb.Next()
		if !okA && !okB {
			return nil
		}
		if !okA {
			inA.At = a.At + len(a.Raw) - 1
		}
		if d := c.part("["+strconv.Itoa(i)+"]", inA, inB); d != nil {
			return d
		}
	}
}

// part compares what stands under one step of the path; one of the two may be
// missing.
func (c *comparison) part(step string, a, b Value) *Difference {
	length := len(c.path)
	c.path = append(c.path, step...)
	defer func() { c.path = c.path[:length] }()
	if a.Raw == nil || b.Raw == nil {
		return c.differ(a, b)
	}
	return c.values(a, b)
}

// close reports whether two numbers, one of them no integer, are within tolerance.
func (c *comparison) close(a, b []byte) bool {
	if isInteger(string(a)) && isInteger(string(b)) {
		return false
	}
	x, err1 := strconv.ParseFloat(string(a), 64)
	y, err2 := strconv.ParseFloat(string(b), 64)
	return err1 == nil && err2 == nil && math.Abs(x-y) <= c.tolerance*max(math.Abs(x), math.Abs(y), 1)
}
