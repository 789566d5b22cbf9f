package monitor

import (
	"math"
	"slices"

	"github.com/whence-go/whence/internal/wire"
)

func (e *encoder) attacks(m *Monitor) {
	e.uint(uint64(len(m.attacks)))
	for _, at := range m.attacks {
		e.uint(at.head, at.parent)
		e.b = wire.AppendBools(e.b, at.whole, at.resumed)
		e.int(at.onset, at.slack)
		e.children(at.children, at.more)
		e.int(int64(at.due))
		e.makers(at.makers)
		if e.bool(at.held != nil) {
			e.int(at.since)
			// Most are among the finals that are kept.
			place := slices.Index(m.finals.kept, at.held)
			if e.int(int64(place + 1)); place < 0 {
				e.account(at.held)
			}
		}
	}
}

func (d *decoder) attacks() {
	running := map[uint64]bool{}
	for w := range d.m.watches() {
		if b := w.burst; b != nil && b.id != 0 {
			if running[b.id] || w.shown == nil {
				d.Fail("burst %d runs twice, or was not looked at", b.id)
			}
			running[b.id] = true
		}
	}
	known := map[uint64]bool{}
	know := func(id uint64, runs bool) {
		if known[id] || runs != running[id] {
			d.Fail("burst %d is in an attack twice, or has another end", id)
		}
		known[id] = true
	}
	for range d.count(math.MaxInt32) {
		at := &group{head: d.Uvarint(), parent: d.Uvarint(), whole: d.Bool(), resumed: d.Bool()}
		at.onset, at.slack = d.index(), d.Int(maxOnsetSlack)
		at.children, at.more = d.children()
		at.due = int(d.Int(math.MaxInt32))
		at.makers = d.makers()
		if d.Bool() {
			at.since = d.index()
			at.held = d.held()
		}
		know(at.head, at.held == nil)
		for i := range at.children {
			know(at.children[i].id, !at.children[i].final)
		}
		d.m.attacks = append(d.m.attacks, at)
	}
	for id := range running {
		if !known[id] {
			d.Fail("burst %d is in no attack", id)
		}
	}
}

// held reads an account that waits to be reported.
func (d *decoder) held() *account {
	kept := d.m.finals.kept
	place := d.Int(int64(len(kept)))
	if d.Err() != nil || place == 0 {
		return d.account()
	}
	return kept[place-1]
}

func (e *encoder) children(all []child, more int) {
	e.uint(uint64(len(all)))
	for i := range all {
		c := &all[i]
		e.uint(c.id)
		e.target(c.target)
		e.int(c.onset, c.end)
		e.bool(c.final)
		e.volume(c.volume)
	}
	e.int(int64(more))
}

func (d *decoder) children() (all []child, more int) {
	last := uint64(0)
	for range d.count(math.MaxInt32) {
		c := child{id: d.Uvarint(), target: d.target(), onset: d.index(), end: d.index()}
		c.final, c.volume = d.Bool(), d.volume()
		if c.id <= last {
			d.Fail("children out of order")
		}
		last = c.id
		all = append(all, c)
	}
	return all, int(d.Int(math.MaxInt32))
}

func (e *encoder) makers(k makers) {
	e.uint(k.limit)
	e.b = wire.AppendFloats(e.b, k.usual)
	e.uint(uint64(len(k.kept)))
	for _, one := range k.kept {
		e.uint(one.hash, one.events)
	}
}

func (d *decoder) makers() makers {
	k := makers{limit: d.Uvarint(), usual: d.Float(0, math.MaxFloat64)}
	last := uint64(0)
	for range d.count(maxAttackMakers) {
		one := maker{hash: d.Uvarint(), events: d.Uvarint()}
		if one.rank() <= last || one.rank() > k.limit {
			d.Fail("sources out of order")
		}
		last = one.rank()
		k.kept = append(k.kept, one)
	}
	return k
}
