package fixed

import "testing"

func TestKey(t *testing.T) {
	if Key(1) != Key(1) || Key(1) == Key(2) || Key(0).IsZero() {
		t.Error("keys are not one for each number")
	}
}

func TestTable(t *testing.T) {
	if Table() != Table() || Table().Info().Networks == 0 {
		t.Error("the table is empty, or decoded twice")
	}
}
