package netflow

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// see feeds a sequence with datagrams of three records, by their numbers.
func see(version uint8, numbers ...uint32) (s sequence, restarts int) {
	for _, n := range numbers {
		if s.see(version, n, 3) {
			restarts++
		}
	}
	return s, restarts
}

func TestSequence(t *testing.T) {
	const top = 1<<32 - 1
	for _, tt := range []struct {
		name     string
		version  uint8
		numbers  []uint32
		missing  uint64
		restarts int
	}{
		{"in order", v9, []uint32{5, 6, 7, 8}, 0, 0},
		{"records in order", ipfix, []uint32{5, 8, 11, 14}, 0, 0},
		{"around the end", v9, []uint32{top - 1, top, 0, 1}, 0, 0},
		{"records around the end", v5, []uint32{top - 1, 1, 4}, 0, 0},
		{"two are missing", v9, []uint32{5, 6, 9, 10}, 2, 0},
		{"six records are missing", ipfix, []uint32{5, 14, 17}, 6, 0},
		{"missing around the end", v9, []uint32{top, 2, 3}, 2, 0},
		{"every other is missing", v9, []uint32{1, 3, 5, 7, 9, 10}, 4, 0},
		{"nobody goes on from the last", v9, []uint32{5, 6, 90}, 0, 0},
		{"a forged number", v9, []uint32{5, 6, 90, 7, 8, 9}, 0, 0},
		{"a forged number that is far", v9, []uint32{5, 6, 1 << 30, 7, 8}, 0, 0},
		{"two change places", v9, []uint32{5, 7, 6, 8, 9}, 0, 0},
		{"one comes late", v9, []uint32{5, 7, 8, 6, 9, 10}, 0, 0},
		{"records that come late", ipfix, []uint32{5, 11, 14, 8, 17}, 0, 0},
		{"one comes twice", v9, []uint32{5, 6, 6, 7, 8}, 0, 0},
		{"a restart", v9, []uint32{500_000, 500_001, 0, 1, 2, 3}, 0, 1},
		{"a restart in the first half of the numbers", v9, []uint32{3 << 30, 3<<30 + 1, 0, 1, 2}, 0, 1},
		{"a restart soon after the first", v9, []uint32{100, 101, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0, 1},
		{"a restart of records", v5, []uint32{900_000, 900_003, 0, 3, 6}, 0, 1},
	} {
		s, restarts := see(tt.version, tt.numbers...)
		if s.missing != tt.missing || restarts != tt.restarts {
			t.Errorf("%s: %d missing, %d restarts, want %d and %d", tt.name, s.missing, restarts, tt.missing, tt.restarts)
		}
	}
}

// Some exporters of v9 count records, and some of IPFIX messages.
func TestSequenceOfTheOtherUnit(t *testing.T) {
	for _, version := range []uint8{v9, ipfix} {
		step := uint32(3)
		if version == ipfix {
			step = 1
		}
		var numbers []uint32
		for i := range uint32(40) {
			numbers = append(numbers, i*step)
		}
		numbers = append(numbers, 42*step, 43*step) // two datagrams are missing
		s, _ := see(version, numbers...)
		if !s.odd || s.missing != uint64(2*step) {
			t.Errorf("version %d: %d missing, odd %v", version, s.missing, s.odd)
		}
	}
}

// Whatever comes, what is missing is at most what the numbers have left out. Without forged numbers it
// is nearly right, although neighbors change places.
func TestSequenceOfLossyPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 200 {
		lost := uint64(0)
		var numbers []uint32
		for i := range uint32(2_000) {
			if i > 0 && i < 1_990 && rng.IntN(20) == 0 {
				lost++
				continue
			}
			numbers = append(numbers, i)
		}
		for i := 1; i < len(numbers)-20; i++ { // neighbors change places
			if rng.IntN(50) == 0 {
				numbers[i], numbers[i+1] = numbers[i+1], numbers[i]
				i++
			}
		}
		s, restarts := see(v9, numbers...)
		if restarts > 0 || s.missing > lost+lost/10+2 || s.missing+lost/10+2 < lost {
			t.Fatalf("trial %d: %d missing of %d, %d restarts", trial, s.missing, lost, restarts)
		}
	}
	for range 200 {
		numbers := make([]uint32, 1_000)
		for i := range numbers {
			numbers[i] = rng.Uint32()
		}
		if s, _ := see(v9, numbers...); s.missing > farDatagrams*20 {
			t.Fatalf("random numbers: %d missing", s.missing)
		}
	}
}

// Datagrams that are missing are in the account of their exporter, and in that of all.
func TestMissingInTheAccount(t *testing.T) {
	d := decoder(t, Options{})
	for _, number := range []uint32{1, 2, 5, 6} {
		d.Decode(nil, router, start, message9(3, number, 0, t256, set(256, manyFlows(4))))
	}
	for _, number := range []uint32{0, 10, 18, 20} {
		d.Decode(nil, router2, start, message5(2, number, 0, 2))
	}
	a := d.Account()
	notes := notesOf(a)
	if notes["MISSING_DATAGRAMS"] != 2 || notes["MISSING_RECORDS"] != 14 {
		t.Errorf("notes %v", notes)
	}
	if shed := a.Lost[lostShed]; shed != 2*4+14 {
		t.Errorf("%d records are shed, want 22", shed)
	}
	all := d.Exporters()
	i := slices.IndexFunc(all, func(x Exporter) bool { return x.Addr == router2 })
	if len(all) != 2 || all[i].MissingRecords != 14 || all[i].MissingDatagrams != 0 || all[1-i].MissingDatagrams != 2 {
		t.Errorf("exporters %+v", all)
	}
}

// An exporter that starts anew is said once, whether its uptime shows it or its numbers.
func TestRestart(t *testing.T) {
	d := decoder(t, Options{})
	for i := range uint32(20) {
		d.Decode(nil, router, start, message9(3, 70_000+i, 0, t256, d256))
	}
	for i := range uint32(20) {
		b := message9(3, i, 0, t256, d256)
		be.PutUint32(b[4:], 2000+i) // uptime
		d.Decode(nil, router, start, b)
	}
	a := d.Account()
	if notesOf(a)["RESTARTS"] != 1 || len(a.Lost) != 0 || a.Records != 80 {
		t.Errorf("%d records, lost %v, notes %v", a.Records, a.Lost, notesOf(a))
	}
}
