package decide

// doubt is one thing that widens an interval.
type doubt uint8

// The doubts, in the order in which one of them is named as the reason.
const (
	noDoubt doubt = iota
	unread
	unlocated
	newcomers
	spoofing
	unseen
	otherDatabases
	clusteredErrors
	clusteredSources
	sampling
	allDoubts
)

// doubts is a set of them.
type doubts uint16

func (s doubts) with(d doubt) doubts { return s | 1<<d }
func (s doubts) has(d doubt) bool    { return s&(1<<d) != 0 }
