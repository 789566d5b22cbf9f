package sketch

import "testing"

// What the events of an item have in common does not depend on their order or grouping.
func TestCommon(t *testing.T) {
	values := []uint16{0, 1, 53, Various - 1, Various}
	for _, a := range values {
		if Common(a, a) != a || Common(a, 0) != a || Common(a, Various) != Various {
			t.Errorf("%d alone, with nothing, with several: %d, %d, %d", a, Common(a, a), Common(a, 0), Common(a, Various))
		}
		for _, b := range values {
			if got := Common(a, b); got != Common(b, a) || a != 0 && b != 0 && a != b && got != Various {
				t.Errorf("%d and %d: %d, the other way round %d", a, b, got, Common(b, a))
			}
			for _, c := range values {
				if x, y := Common(Common(a, b), c), Common(a, Common(b, c)); x != y {
					t.Errorf("%d, %d, %d: %d and %d", a, b, c, x, y)
				}
			}
		}
	}
}

func TestMark(t *testing.T) {
	s := must(NewBottomK(1, testSize, false))
	s.Add(Item{Hash: 5, Events: 1, Flags: 1, Common: 53})
	for _, c := range []struct {
		hash   uint64
		flags  uint8
		common uint16
		want   Item
	}{
		{5, 0, 0, Item{Flags: 1, Common: 53}},
		{5, 2, 53, Item{Flags: 3, Common: 53}},
		{6, 4, 80, Item{Flags: 3, Common: 53}}, // which is not there
		{5, 4, 80, Item{Flags: 7, Common: Various}},
	} {
		s.Mark(c.hash, c.flags, c.common)
		got := s.AppendItems(nil)
		if len(got) != 1 || got[0].Flags != c.want.Flags || got[0].Common != c.want.Common {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}
