package attribution

import (
	"sync"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/scenario"
)

// whole is the real address space: what a country database and the routing tables
// say of it, and who can be found there.
type whole struct {
	table, routed *geo.Table
	population    *scenario.Population
}

func realWorld(t testing.TB) whole {
	t.Helper()
	w, err := theWorld()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var theWorld = sync.OnceValues(func() (w whole, err error) {
	if w.table, err = dbip.Table(); err != nil {
		return w, err
	}
	if w.routed, err = routed.Table(); err != nil {
		return w, err
	}
	w.population = scenario.NewPopulation(w.table, w.routed)
	return w, nil
})
