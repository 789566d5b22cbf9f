package snapshot

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
)

// Remainder is what is estimated of the sources that one state has and another has not,
// of which Items are a uniform sample.
type Remainder struct {
	Sources stat.Share // public ones, with a 95 % interval
	// Origins are the sources of each origin by their registers; nil where only the
	// sample counts.
	Origins *[geo.MaxOrigins]stat.Number
}

// FewNew reports whether the new sources in the sample are too few to count all of them well.
func (v *View) FewNew() bool {
	return v.Rest != nil && v.Rest.Origins == nil && v.Sampling.K < FewNewSources
}
