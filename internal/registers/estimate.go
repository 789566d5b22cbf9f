package registers

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Estimate returns how many distinct hashes were inserted, and the relative
// standard error of that number, 1.04/sqrt(2^p). Both are 0 if none was. It never
// writes. The error is conservative below 10 * 2^p hashes.
//
// The estimator is Ertl's improved one ("New cardinality estimation algorithms
// for HyperLogLog sketches", 2017, algorithm 6): no fitted constants, no switch
// between ranges. It reads a histogram of the registers. Its cost is one pass over
// 2^p bytes, unless a Bank keeps the histogram.
func (r Registers) Estimate() (value, relErr float64) {
	histogram := r.histogram()
	value = improved(histogram[:], r.Precision())
	if value == 0 {
		return 0, 0
	}
	// Registers that came over the wire may all be as large as can be.
	return min(value, 1<<63), 1.04 / math.Sqrt(float64(len(r.bytes)))
}

// histogram has how many registers hold each value.
type histogram [64]uint32

// move notes that a register gets a larger value.
func (h *histogram) move(from, to uint8) {
	h[from&63]--
	h[to&63]++
}

func (r Registers) histogram() histogram {
	if r.kept != nil {
		return *r.kept
	}
	return count(r.bytes)
}

// count counts registers by value, eight at a time in tables of their own, so that
// equal neighbours do not wait for each other's store. Of most countries nearly all
// registers are 0. Which are cannot be predicted, so that the words with others are
// collected without a branch, and counted alone.
func count(registers []byte) (sum histogram) {
	var part [8][64]uint32
	var words [128]uint64
	const size = 8 * len(words) // divides the number of registers of every precision
	for b := registers; len(b) >= size; b = b[size:] {
		n := uint64(0)
		for i := range words {
			v := binary.LittleEndian.Uint64(b[8*i:])
			words[n&127] = v
			_, some := bits.Sub64(0, v, 0)
			n += some
		}
		for _, v := range words[:n] {
			part[0][v&63]++
			part[1][v>>8&63]++
			part[2][v>>16&63]++
			part[3][v>>24&63]++
			part[4][v>>32&63]++
			part[5][v>>40&63]++
			part[6][v>>48&63]++
			part[7][v>>56&63]++
		}
		sum[0] += uint32(size - 8*int(n))
	}
	for i := range part {
		for v, n := range part[i] {
			sum[v] += n
		}
	}
	return sum
}

// improved evaluates the estimator on a histogram of register values, where
// histogram[v] registers hold v and values run from 0 to 64-precision+1.
func improved(histogram []uint32, precision int) float64 {
	m := math.Ldexp(1, precision)
	q := 64 - precision
	z := m * tau(1-float64(histogram[q+1])/m)
	for v := q; v >= 1; v-- {
		z = 0.5 * (z + float64(histogram[v]))
	}
	z += m * sigma(float64(histogram[0])/m)
	const alpha = 1 / (2 * math.Ln2)
	return alpha * m * m / z // 0 when every register is 0, for sigma(1) is infinite
}

// sigma corrects for registers that are still zero.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		last := z
		z += x * y
		y += y
		if z == last {
			return z
		}
	}
}

// tau corrects for registers that hold the largest value.
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		last := z
		y *= 0.5
		z -= (1 - x) * (1 - x) * y
		if z == last {
			return z / 3
		}
	}
}
