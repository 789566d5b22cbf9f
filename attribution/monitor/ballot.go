package monitor

import (
	"math"
	"slices"
)

// ballot is a vote on whether the time has come to some point. It begins with the first
// vote for it, and ends when it is carried, or when as many are against. Each source has
// one vote, the latest it cast, however many events it sends. Sources share seats by
// their keyed hash, so that nobody can choose where he sits.
type ballot struct {
	seats [seats]uint8 // how each voted last
	votes [ways]int    // how many voted so
	least [ways]int64  // least time that was voted for so
	asked int          // events since the ballot began
}

const (
	seatBits = 10
	seats    = 1 << seatBits
	steps    = 8 // intervals by which a vote may lie beyond the point
)

// Ways to vote.
const (
	absent  = iota
	against // the time has not come yet
	reached // it has, by less than an interval; the next ways are further intervals
	ways    = reached + steps
)

// running reports whether anybody voted.
func (b *ballot) running() bool { return b.asked > 0 }

// stop ends it.
func (b *ballot) stop() {
	if b.running() {
		*b = ballot{}
	}
}

// vote takes the vote of the source with a hash, for a time, and reports whether the
// ballot goes on: more are for it than against. Else it is over.
func (b *ballot) vote(source uint64, way uint8, ns int64) bool {
	seat := &b.seats[source>>(64-seatBits)]
	b.votes[*seat]--
	b.votes[way]++
	if b.votes[absent] = 0; b.least[way] == 0 || ns < b.least[way] {
		b.least[way] = ns
	}
	*seat = way
	b.asked++
	if b.supporters() > b.votes[against] {
		return true
	}
	*b = ballot{}
	return false
}

// oppose takes a vote against what is asked, if anything is. It reports whether the ballot
// is over by it.
func (b *ballot) oppose(source uint64) bool { return b.running() && !b.vote(source, against, 0) }

func (b *ballot) supporters() (n int) {
	for _, votes := range b.votes[reached:] {
		n += votes
	}
	return n
}

// carries reports whether so many votes carry it. Their lead over the n others is to be
// the square root of quorum times all: for a quorum of 16 that is four standard errors of
// a vote by coin, or 16 without a vote against. Where the same few sources come again and
// again, a majority is enough once patience has run out, and sooner if nobody is against.
func (b *ballot) carries(votes, quorum int, patience patience) bool {
	all := b.supporters() + b.votes[against]
	lead := 2*votes - all
	if lead <= 0 {
		return false
	}
	return lead*lead >= quorum*all || b.asked >= patience.most || lead == all && b.asked >= patience.least
}

// patience is how many events it takes until a majority is enough: of those who voted, and
// if these are all for it.
type patience struct{ most, least int }

func patienceFor(quorum int) patience { return patience{most: 48 * quorum, least: 4 * quorum} }

// stepQuorum is what each interval more adds to a quorum.
const stepQuorum = 3

// carried returns how many intervals beyond the point the time is that is carried, and the
// least time that was voted for.
func (b *ballot) carried(quorum int, patience patience) (step, ns int64, carried bool) {
	votes, ns := 0, int64(math.MaxInt64)
	for step := steps - 1; step >= 0; step-- {
		way := reached + step
		if b.votes[way] == 0 {
			continue
		}
		votes += b.votes[way]
		ns = min(ns, b.least[way])
		if b.carries(votes, quorum+stepQuorum*step, patience) {
			return int64(step), ns, true
		}
	}
	return 0, 0, false
}

// majority returns the latest of some times for which enough voted, or for later ones. It
// sorts them.
func (b *ballot) majority(times []int64, quorum int, patience patience) int64 {
	enough := b.supporters()
	for enough > 1 && b.carries(enough-1, quorum, patience) {
		enough--
	}
	slices.Sort(times)
	return times[max(0, len(times)-enough)]
}
