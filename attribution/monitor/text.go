package monitor

import (
	"strconv"
	"strings"

	"github.com/whence-go/whence/internal/count"
)

// expected prints an expectation to two digits or so.
func expected(v float64) string {
	if v < 10 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return count.Grouped(count.Round(v))
}

func joined(parts []string) string { return strings.Join(parts, " and on ") }
