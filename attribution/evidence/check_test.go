package evidence

import (
	"errors"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// verified is evidence as it arrives elsewhere.
func verified(t *testing.T, s attribution.Snapshot) *Evidence {
	t.Helper()
	_, data := mustMake(t, s, attribution.Policy{}, someClaims...)
	v := mustVerify(t, data)
	if !v.OK() {
		t.Fatal(v.Difference)
	}
	return v.Evidence
}

func verifiedState(t *testing.T, s *snapshot.State) *Evidence {
	t.Helper()
	return verified(t, snapshot.Wrap(s).(attribution.Snapshot))
}

func TestCheckOriginsAndHashes(t *testing.T) {
	third := world.MakeTable(map[string]string{"5.0.0.0/8": "RU"}, world.Built)
	for _, n := range []int{600, 3000} {
		plain := snapshotOf(small, mixed(n))
		e, both := verified(t, plain), verified(t, enriched(plain))
		for _, err := range []error{
			e.CheckOrigins(world.Table()), both.CheckOrigins(world.Table()), both.CheckOrigins(world.Other()),
			e.CheckHashes(world.Key(1)), both.CheckHashes(world.Key(1)),
		} {
			if err != nil {
				t.Errorf("%d: %v", n, err)
			}
		}
		for _, err := range []error{e.CheckOrigins(world.Other()), both.CheckOrigins(third), e.CheckHashes(world.Key(2))} {
			if !errors.Is(err, attribution.ErrMismatch) {
				t.Errorf("%d, another database or key: %v", n, err)
			}
		}
		if err := e.CheckOrigins(nil); !errors.Is(err, attribution.ErrInvalidOptions) {
			t.Errorf("no table: %v", err)
		}
		removed := verified(t, plain.WithoutAddresses())
		for _, err := range []error{removed.CheckOrigins(world.Table()), removed.CheckHashes(world.Key(1))} {
			if !errors.Is(err, attribution.ErrNoAddresses) {
				t.Errorf("%d, addresses removed: %v", n, err)
			}
		}
	}
	together := verified(t, snapshots()["of two databases"])
	err := together.CheckOrigins(world.Table())
	if !errors.Is(err, attribution.ErrMismatch) || !strings.Contains(err.Error(), "2 together") {
		t.Errorf("located by two databases: %v", err)
	}
}

// Sources that were moved to another country, or invented, with everything else made to fit.
func TestChecksDisprove(t *testing.T) {
	disproved := func(name string, err error, want string) {
		t.Helper()
		if !errors.Is(err, ErrDisproved) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	moved := stateOf(few())
	for i := range moved.Items {
		moved.Items[i].Part = uint8(world.Origin("US"))
	}
	disproved("moved", verifiedState(t, moved).CheckOrigins(world.Table()),
		"is counted for US, the database has RU")

	column := stateOf(enriched(few()))
	second := column.Columns[0].Database
	column.Columns = []snapshot.Column{{Database: second, Origins: make([]geo.Origin, len(column.Items))}}
	disproved("moved by the second", verifiedState(t, column).CheckOrigins(world.Other()),
		"is counted for unlocated, the database has US")

	made := stateOf(few())
	made.Items = invented(3, "RU", func(i int) source.Source { return source.IPv4(5<<24 | uint32(i)) })
	e := verifiedState(t, made)
	if err := e.CheckOrigins(world.Table()); err != nil {
		t.Error(err)
	}
	disproved("invented", e.CheckHashes(world.Key(1)), "the hash of source 5.0.0.0/32 is not what the key gives")

	space := stateOf(few())
	counts := *space.Databases[0].Space
	counts.IPv4[world.Origin("RU")]--
	space.Databases[0].Space = &counts
	disproved("address space", verifiedState(t, space).CheckOrigins(world.Table()),
		"16777215 IPv4 addresses are stated for RU, the database has 16777216")
	space.Databases[0].Space = nil
	if err := verifiedState(t, space).CheckOrigins(world.Table()); err != nil {
		t.Errorf("address space not known: %v", err)
	}
}

// What is announced comes from a routing table that the snapshot does not name.
func TestAnnouncedSpaceDisprovesNothing(t *testing.T) {
	is := snapshot.DatabaseOf(world.Table()).Space
	stated := *is
	stated.Routed[world.Origin("RU")] = 5
	if err := checkSpace(&stated, is); err != nil {
		t.Error(err)
	}
	other := *is
	other.Routed[world.Origin("RU")] = 6
	var mismatch *sketch.MismatchError
	if err := checkSpace(&stated, &other); !errors.As(err, &mismatch) || errors.Is(err, ErrDisproved) {
		t.Errorf("another routing table: %v", err)
	}
}
