package decide

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/testenv"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

var (
	ru, us, cn = world.Origin("RU"), world.Origin("US"), world.Origin("CN")
	fr, by     = world.Origin("FR"), world.Origin("BY")
)

// usual is the policy of most programs.
var usual = Policy{Confidence: .95}

// moreThan claims that some countries have more than a share of the sources.
func moreThan(limit float64, of ...geo.Origin) Question {
	return Question{Kind: MoreThan, Limit: limit, Has: in(of)}
}

func lessThan(limit float64, of ...geo.Origin) Question {
	return Question{Kind: LessThan, Limit: limit, Has: in(of)}
}

func plurality(of geo.Origin) Question { return Question{Kind: Plurality, Has: in([]geo.Origin{of})} }

func in(of []geo.Origin) func(geo.Origin) bool {
	return func(o geo.Origin) bool { return slices.Contains(of, o) }
}

// ofUnit is a question about another unit.
func ofUnit(q Question, u plausible.Unit) Question {
	q.Unit = u
	return q
}

// codes are those of an answer, in their order.
func codes(a Answer) (list []caveat.Code) {
	for _, c := range a.Caveats {
		list = append(list, c.Code)
	}
	return list
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// trials is how many there are: all of them with -long, else few.
func trials(t *testing.T, short, usual, long int) int {
	t.Helper()
	switch {
	case testenv.Long():
		return long
	case testing.Short():
		return short
	}
	return usual
}

// placed is a source of a test, where the tests of forging do not look: its handshake was
// seen.
func placed(s source.Source, o geo.Origin) sketch.Item {
	return sketch.Item{Hi: s.Hi, Lo: s.Lo, Part: uint8(o), Events: 1, Flags: snapshot.Handshake}
}

// exactly is a state that knows each of its sources.
func exactly(items []sketch.Item) *snapshot.State {
	s := &snapshot.State{Items: items, Records: uint64(len(items)), Rate: 1, Finest: 1}
	s.Shape = snapshot.Shape{
		Key: world.Key(1).ID(), SampleSize: sketch.DefaultSampleSize, Precision: 12, IPv6PrefixLen: 64,
	}
	s.From, s.To = snapshot.NoSpan()
	return s
}

// sampled is a state that knows k of some sources one by one, and the others by registers.
func sampled(rng *rand.Rand, items []sketch.Item, k int) *snapshot.State {
	for i := range items {
		items[i].Hash = rng.Uint64()
	}
	slices.SortFunc(items, func(a, b sketch.Item) int {
		if sketch.Rank(a.Hash) < sketch.Rank(b.Hash) {
			return -1
		}
		return 1
	})
	s := exactly(items[:k:k])
	s.SampleSize = k
	s.Records = uint64(len(items))
	s.Dense = snapshot.NewDense(s.Precision)
	s.Dense.AddItems(items)
	return s
}
