package attribution

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// Options say how a [Tally] counts. The zero value is what most programs want. Snapshots
// merge if their key, precision and IPv6 prefix length agree.
type Options struct {
	// Key hashes the sources. The zero Key stands for one random key that all tallies of
	// this process share. Give one where snapshots of several processes are merged, see
	// [sketch.KeyFromFile].
	Key sketch.Key

	// SampleSize is the number of distinct sources, reserved ones included, up to which
	// everything is exact, and the size of the uniform sample beyond: 1,024 to 1,048,576.
	// 0 stands for [sketch.DefaultSampleSize] (65,536). [sketch.SmallSampleSize] (4,096)
	// suits programs with thousands of tallies. Snapshots of different sizes merge to the
	// smaller one.
	SampleSize int

	// ExpectedSources is about how many distinct sources will come; 0 stands for unknown. It
	// is a hint that changes no count: a tally takes the memory for its sample at once,
	// instead of in steps. What the sample does not need is not taken. Set it where bursts of
	// a known size are counted, and not for thousands of tallies.
	ExpectedSources int

	// Precision is that of the HyperLogLog per origin, 12 to 16. 0 stands for
	// [sketch.DefaultPrecision] (14, a standard error of 0.8 %).
	Precision int

	// IPv6PrefixLen is the length of the prefix that makes one IPv6 source, 32 to 128 bits.
	// 0 stands for 64, since a host may use any address of its /64 (RFC 8981).
	IPv6PrefixLen int

	// SamplingRate says that one in so many packets or flows was looked at, as a router's
	// sampling does. 0 stands for 1: all were. Counts are reported as they were seen, never
	// multiplied; see [PacketSampling].
	SamplingRate uint32

	// AssumeHandshake says that every source has completed a handshake, as those in the log
	// of a web or mail server have; see [Flow].
	AssumeHandshake bool

	// DropAddresses keeps no address, only hashes, origins and counts; the last few events wait
	// to be counted. Tests for forged sources, further databases and networks are then not
	// possible.
	DropAddresses bool
}

// ErrInvalidOptions is wrapped by every error about options out of their range.
var ErrInvalidOptions = errors.New("invalid options")

// Validate returns what is out of its documented range, or nil. It wraps
// [ErrInvalidOptions].
func (o Options) Validate() error {
	o = o.filled()
	for _, f := range []struct {
		name         string
		v, low, high int
	}{
		{"SampleSize", o.SampleSize, sketch.MinSampleSize, sketch.MaxSampleSize},
		{"ExpectedSources", o.ExpectedSources, 0, math.MaxInt},
		{"Precision", o.Precision, sketch.MinPrecision, sketch.MaxPrecision},
		{"IPv6PrefixLen", o.IPv6PrefixLen, snapshot.MinIPv6PrefixLen, 128},
	} {
		if f.v < f.low || f.v > f.high {
			return fmt.Errorf("attribution: %w: %s is %d, want %d to %d", ErrInvalidOptions, f.name, f.v, f.low, f.high)
		}
	}
	return nil
}

// filled returns o with every default written out, but for the key.
func (o Options) filled() Options {
	o.SampleSize = cmp.Or(o.SampleSize, sketch.DefaultSampleSize)
	o.Precision = cmp.Or(o.Precision, sketch.DefaultPrecision)
	o.IPv6PrefixLen = cmp.Or(o.IPv6PrefixLen, 64)
	o.SamplingRate = max(o.SamplingRate, 1)
	return o
}

// internal is what a tally is made with.
func (o Options) internal() (tally.Options, error) {
	if err := o.Validate(); err != nil {
		return tally.Options{}, err
	}
	o = o.filled()
	if o.Key.IsZero() {
		o.Key = tally.ProcessKey()
	}
	t := tally.Options{
		Key: o.Key, SampleSize: o.SampleSize, Precision: o.Precision, IPv6PrefixLen: o.IPv6PrefixLen,
		DropAddresses: o.DropAddresses, SamplingRate: o.SamplingRate, ExpectedSources: o.ExpectedSources,
	}
	if o.AssumeHandshake {
		t.Facts = snapshot.Handshake
	}
	return t, nil
}
