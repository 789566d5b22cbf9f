package whencebeam

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

// Options say how each worker counts. They become part of the pipeline's graph, which the runner stores and shows.
// So they name the secret key and the database, and each worker reads both once per process.
//
// Window and one of KeyFile and KeyEnv are needed. The other fields are those of [attribution.Options].
type Options struct {
	// Window is the length of all windows, a second to a day. It must divide a day.
	Window time.Duration

	// KeyFile is the path of a file on each worker with the secret, see [sketch.KeyFromFile]. KeyEnv is the name of an
	// environment variable of each worker that holds it. All workers must have the same secret.
	KeyFile string `json:",omitempty"`
	KeyEnv  string `json:",omitempty"`

	// Table is the path of the country database on each worker, as [geo.Open] reads it. If it is empty, the database of
	// package dbip counts.
	Table string `json:",omitempty"`

	SampleSize      int    `json:",omitempty"`
	Precision       int    `json:",omitempty"`
	IPv6PrefixLen   int    `json:",omitempty"`
	SamplingRate    uint32 `json:",omitempty"`
	AssumeHandshake bool   `json:",omitempty"`
	DropAddresses   bool   `json:",omitempty"`

	// MaxBytes bounds the memory of the tallies of one bundle, about, in bytes. 0 stands for 256 MiB. What is counted
	// until then is sent on early, which costs time and changes no result. A worker has as many bundles at once as the
	// runner gives it.
	MaxBytes int `json:",omitempty"`
}

const defaultMaxBytes = 256 << 20

// Validate returns what is out of its range, or nil. It opens no file. The error wraps [attribution.ErrInvalidOptions].
func (o Options) Validate() error {
	switch {
	case !validWindow(o.Window):
		return invalidOptions("Window is %v, want 1s to 24h, a divisor of a day", o.Window)
	case (o.KeyFile == "") == (o.KeyEnv == ""):
		return invalidOptions("KeyFile is %q and KeyEnv is %q, want one of them", o.KeyFile, o.KeyEnv)
	case o.MaxBytes < 0:
		return invalidOptions("MaxBytes is %d, want 0 or more", o.MaxBytes)
	}
	if err := o.tally(sketch.Key{}).Validate(); err != nil {
		return fmt.Errorf("whencebeam: %w", err)
	}
	return nil
}

func validWindow(d time.Duration) bool {
	const day = 24 * time.Hour
	return d >= time.Second && d <= day && day%d == 0
}

func (o Options) tally(key sketch.Key) attribution.Options {
	return attribution.Options{
		Key: key, SampleSize: o.SampleSize, Precision: o.Precision, IPv6PrefixLen: o.IPv6PrefixLen,
		SamplingRate: o.SamplingRate, AssumeHandshake: o.AssumeHandshake, DropAddresses: o.DropAddresses,
	}
}

func invalidOptions(format string, args ...any) error {
	return fmt.Errorf("whencebeam: %w: %w", attribution.ErrInvalidOptions, fmt.Errorf(format, args...))
}

// A counter makes the tallies of a worker.
type counter struct {
	table   *geo.Table
	options attribution.Options
}

func (c *counter) newTally() (*attribution.Tally, error) {
	return attribution.NewTally(c.table, c.options)
}

// counters are those that this process has opened, by their Options as JSON. A bundle may be one of thousands.
var counters = struct {
	sync.Mutex
	opened map[string]*counter
}{opened: map[string]*counter{}}

// open returns the counter of some options. One that cannot be opened is tried again by the next bundle: the file may
// not have been mounted yet.
func (o Options) open() (*counter, error) {
	name, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("whencebeam: %w", err)
	}
	counters.Lock()
	defer counters.Unlock()
	if c := counters.opened[string(name)]; c != nil {
		return c, nil
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	key, err := o.key()
	if err != nil {
		return nil, fmt.Errorf("whencebeam: %w", err)
	}
	table, err := o.table()
	if err != nil {
		return nil, fmt.Errorf("whencebeam: %w", err)
	}
	c := &counter{table, o.tally(key)}
	counters.opened[string(name)] = c
	return c, nil
}

func (o Options) key() (sketch.Key, error) {
	if o.KeyFile != "" {
		return sketch.KeyFromFile(o.KeyFile)
	}
	secret, set := os.LookupEnv(o.KeyEnv)
	if !set {
		return sketch.Key{}, fmt.Errorf("%w: no environment variable %s on this worker", sketch.ErrKey, o.KeyEnv)
	}
	key, err := sketch.KeyFrom([]byte(secret))
	if err != nil {
		err = fmt.Errorf("environment variable %s: %w", o.KeyEnv, err)
	}
	return key, err
}

func (o Options) table() (*geo.Table, error) {
	if o.Table == "" {
		return dbip.Table()
	}
	return geo.Open(o.Table)
}

func (o Options) maxBytes() int { return cmp.Or(o.MaxBytes, defaultMaxBytes) }
