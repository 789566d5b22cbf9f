package attribution

import (
	"fmt"
	"sync"

	"github.com/whence-go/whence/sketch"
)

// Options are the choices in making a [Tally]. The zero value is what most
// programs want. Tallies can be merged if their key, sample size, precision and
// IPv6 prefix agree.
type Options struct {
	// Key hashes the sources. The zero Key stands for one random key that all
	// tallies of this process share; give one explicitly where tallies of
	// several processes are to be merged.
	Key sketch.Key

	// SampleSize is the number of distinct sources, reserved ones included, up to
	// which everything is exact, and the size of the uniform sample of sources
	// beyond, 1,024 to 1,048,576. 0 stands for sketch.DefaultSampleSize (65,536);
	// sketch.SmallSampleSize (4,096) serves where there are thousands of tallies.
	SampleSize int

	// Precision is that of the HyperLogLog per origin, 12 to 16; 0 stands for
	// sketch.DefaultPrecision (14, a standard error of 0.8 %).
	Precision int

	// IPv6Prefix is the length of the prefix that makes one IPv6 source, 32 to
	// 128 bits; 0 stands for 64, since a host may use any address of its /64
	// (RFC 8981).
	IPv6Prefix int

	// DropAddresses keeps no address, only hashes, origins and counts. What needs
	// addresses is then left out: tests for forged sources, other databases, who
	// is inside.
	DropAddresses bool

	// Handshake says that every source has completed a handshake, as those of a
	// web or mail server's log have; see [Flow].
	Handshake bool

	// SamplingRate says that only one packet or flow in so many was looked at, as
	// a router's sampling has it; 0 stands for 1, that is for all. Each packet or
	// flow that was is one event. Counts are reported as they were seen, never
	// multiplied; what sampling does to a claim is part of its verdict, see
	// [PacketSampling].
	SamplingRate uint32
}

const minIPv6Prefix = 32 // a shorter one may span countries, or public and reserved space

var processKey = sync.OnceValue(sketch.NewKey)

// filled returns o with every default filled in. It panics on a value out of
// range, which is a mistake in the program.
func (o Options) filled() Options {
	if o.Key.IsZero() {
		o.Key = processKey()
	}
	if o.SampleSize == 0 {
		o.SampleSize = sketch.DefaultSampleSize
	}
	if o.Precision == 0 {
		o.Precision = sketch.DefaultPrecision
	}
	if o.IPv6Prefix == 0 {
		o.IPv6Prefix = 64
	}
	o.SamplingRate = max(o.SamplingRate, 1)
	check := func(name string, v, low, high int) {
		if v < low || v > high {
			panic(fmt.Sprintf("attribution: Options.%s is %d, want %d to %d", name, v, low, high))
		}
	}
	check("SampleSize", o.SampleSize, sketch.MinSampleSize, sketch.MaxSampleSize)
	check("Precision", o.Precision, sketch.MinPrecision, sketch.MaxPrecision)
	check("IPv6Prefix", o.IPv6Prefix, minIPv6Prefix, 128)
	return o
}
