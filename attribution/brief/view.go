package brief

import (
	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// A page is what a brief says, in the words of one language and in its order, without any layout. The HTML and the
// Markdown are made of it. Texts are plain: each layout escapes them. A block that is nil is not shown, and so is a
// text that is empty.
type page struct {
	Lang      string // BCP 47
	Kind      string // what such a page is called
	Simulated string
	Title     string
	Name      string // of the window that shows it
	Meta      string // when, and how many sources

	Summary *summary // of several bursts
	Parts   []part   // one, or the bursts of which there are details
	More    string   // how many bursts are not shown in detail

	Foot      []string // credits and what the file is
	Separator string   // between the lines of Meta and of Foot
}

// A part is what is said of one report, or of one burst.
type part struct {
	ID    string // begins the names of its elements; empty if there is only one part
	Title string // if there are several
	Meta  string

	Say     say
	Over    *over     // what would overturn it, or make an answer possible
	Forged  *table    // why the addresses look forged
	Shares  *shares   // by country
	When    *timeline // of a burst
	Map     *worldMap
	Unusual *table // the shares against those of the address space
	Inside  *inside
	Base    *facts // a burst against everyday traffic
	Caveats *caveats
	Method  *method
}

// block begins every block.
type block struct {
	Heading string
	Lead    string // below the heading
	Note    string // below the block
}

// say is what may be said.
type say struct {
	block
	First    string   // what has to be known before any country
	Sentence string   // in the largest type
	Then     []string // more sentences, in large type
	Whence   *table   // the new sources of a burst
	Cards    []card
	More     string // how many claims are not shown
	Limits   named
}

// named is a text with a name before it.
type named struct{ Name, Text string }

// card is one claim with its verdict, or a fact beside it.
type card struct {
	Outcome     string // "supported" and so on, in English; empty: no verdict
	Badge       string
	Beside      string // more about the outcome, beside the badge
	Provisional bool
	Heading     string // of a fact
	Claim       string // in a sentence, in quotation marks
	Gauges      []gauge
	Table       *table
	Lines       []string
	Code        string // the claim as attribution.ParseClaim reads it
}

// gauge is a share with its interval and the limit of a claim.
type gauge struct {
	Label         string // a database
	Name, Told    string // for those who do not see it: what it shows, and the numbers
	Unit          attribution.Unit
	Value         string // what stands above the bar
	Share         float64
	Open          bool // there is no share: only the interval is shown
	Low, High     float64
	Limit         float64 // below 0: none
	LimitText     string
	Nothing, Most string // ends of the axis
}

// over is what would overturn a verdict.
type over struct {
	block
	Rows  []tolerated
	Ways  []named // to an answer, where there is none
	Scale float64 // end of the bars
}

type tolerated struct {
	Name  string
	Unit  attribution.Unit
	Scale bool // it is not about a verdict, but for comparison
	Share float64
	Value string
	Text  string
}

// table is one without bars. The first column names the rows.
type table struct {
	block
	Caption string
	Head    []string
	Rows    []row
}

type row struct {
	Code, Name string // of a country, or the name alone
	Hit        bool   // it is about the countries of a claim
	Cells      []string
	Beside     []string // more about each cell, which phones leave out; nil: nothing
}

// shares are the bars by country.
type shares struct {
	block
	Keys    []key
	Caption string
	Origin  string // heading of the first column
	Columns []column
	Rows    []bars
	Rest    *table // the countries that are not in Rows
	None    string // why there is no table
}

// key is one sign of a legend.
type key struct {
	Sign string // "claim", "other", "upto", "interval", "limit", or a class of the map
	Text string
}

type column struct {
	Heading, Total string
	Unit           attribution.Unit
	Most           float64 // end of the bars
	Ticks          []tick
	Limits         []float64
}

type tick struct {
	At   float64 // from 0 to 1, of the axis
	Text string
	Hide bool // on phones
}

// kinds of rows.
const (
	aCountry = iota
	otherCountries
	noCountry
)

type bars struct {
	Code, Name string
	Kind       int
	Hit        bool
	Cells      []bar
}

type bar struct {
	Unknown          string // what is said instead of numbers
	Share, Count     string
	Value, Low, High float64
}

// timeline is what came before, in and after a burst.
type timeline struct {
	block
	Plots []plot
}

type plot struct {
	Heading, Told string
	Unit          attribution.Unit
	Bars          []float64 // from 0 to 1
	Onset, End    float64   // from 0 to 1
	OnsetText     string
	EndText       string
	OnsetTime     string
	EndTime       string
	Y, X          []tick
}

// worldMap is a share of each country, in classes.
type worldMap struct {
	block
	Name, Told string
	Caption    string
	Class      map[geo.Origin]int // from 1 to 4
	Claimed    map[geo.Origin]bool
	Labels     []label // of the largest
	Keys       []key
}

type label struct {
	Origin geo.Origin
	Text   string
}

// inside is whose networks the sources are in.
type inside struct {
	block
	Caption string
	Name    string
	Columns []column
	Rows    []bars
}

// facts are numbers with what they are.
type facts struct {
	block
	List []named
}

// caveats are what to read with care.
type caveats struct {
	block
	List []told
	More string
}

type told struct {
	Head, Text string
	Code       string
}

// method is how it was counted and how it can be checked.
type method struct {
	block
	List []term
}

type term struct {
	Name  string
	Texts []text1
}

// text1 is a text, or a code to copy.
type text1 struct {
	Text string
	Code bool // a line of its own
	Hash string
}

// summary is of several bursts.
type summary struct {
	block
	Sentence string
	Then     []string
	Limits   named
	Strip    *strip
	List     burstList
}

// strip shows bursts by date and size.
type strip struct {
	block
	Name, Told string
	Marks      []mark
	Y, X       []tick
}

type mark struct {
	At, Height float64 // from 0 to 1
	Number     string  // of those with details
}

// burstList has one line a burst.
type burstList struct {
	block
	Caption string
	Head    [5]string
	Rows    []burstRow
	More    string
}

type burstRow struct {
	Number, Start, Lasting, Target string
	Events, Sources, Times         string
	Outcome, Badge, Share, Claim   string
	Hit                            bool
	Targets                        string // how many a parent has
}
