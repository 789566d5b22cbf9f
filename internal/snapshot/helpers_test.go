package snapshot_test

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

func must[T any](v T, err error) T { return world.Must(v, err) }

// small are options under which a thousand sources fill the sample.
var small = tally.Options{
	Key: world.Key(1), SampleSize: sketch.MinSampleSize, Precision: 12, IPv6PrefixLen: 64, SamplingRate: 1,
}

// keyOf is the key of a trial.
func keyOf(name string, trial int) sketch.Key {
	return must(sketch.KeyFrom(binary.BigEndian.AppendUint64([]byte(name+" ......................."), uint64(trial))))
}

// at is the i-th address of a country, as if drawn at random: hardly two share a /16.
func at(code string, i int) netip.Addr { return world.IP(code, i*0x9e3779) }

// record is one of a stream.
type record struct {
	source netip.Addr
	event  block.Event
}

func counted(table *geo.Table, o tally.Options, records ...record) *snapshot.State {
	t := tally.New(table, o)
	for _, r := range records {
		t.AddRecord(r.source, r.event)
	}
	return t.Snapshot()
}

// lists are named by their prefix.
func lists(prefixes ...string) (sets []*geo.PrefixSet) {
	for _, p := range prefixes {
		sets = append(sets, must(geo.ReadPrefixSet(p, strings.NewReader(p))))
	}
	return sets
}
