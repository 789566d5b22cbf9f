package fixed

import "testing"

func TestKey(t *testing.T) {
	one, again := Key(1), Key(1)
	if one != again || one == Key(2) || Key(0).IsZero() {
		t.Error("keys are not one for each number")
	}
}

func TestTable(t *testing.T) {
	table, again := Table(), Table()
	if table != again || table.Info().Networks == 0 {
		t.Error("the table is empty, or decoded twice")
	}
}
