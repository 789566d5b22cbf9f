package sketch

import (
	"iter"
	"math/bits"
	"math/rand/v2"
)

// table holds the items of a BottomK by their ranks. The items lie one behind the other in
// chunks, in the order in which they came, and an index of small cells says where. A new item
// therefore touches one cell and the end of the last chunk, growing moves no item, and memory
// is taken as items come.
type table struct {
	index []uint32      // open addressing, linear probing, a power of two; see cell
	slots [][]slot      // by number; number 0 is no item
	items [][][2]uint64 // the item of the same number; nil: dropped
	shift uint8         // 64 - log2(len(index))
	n     int           // the items have the numbers 1 to n
	room  int           // and may have those below room
	made  uint32        // how often the index was made anew or emptied, see Batch
}

type slot struct {
	rank          uint64 // never 0 but for number 0
	events, bytes uint64
	part, flags   uint8
	common        uint16 // in what would else be padding
}

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits // but for the only chunk of a small table

	firstCells = 16
	firstSlots = 16
)

// A cell of the index is 0 if it is empty. Else its low bits are the number of an item, and
// the others are a tag by which nearly all other items are told apart without reading them.
const (
	numberBits = 21 // for 1.5 times MaxSampleSize
	numberMask = 1<<numberBits - 1
)

// spread is the random multiplier of a universal hash (Dietzfelbinger et al. 1997)
// that places ranks in the index, so that nobody can make an encoding whose items
// collide.
var spread = rand.Uint64() | 1

// home returns the cell where the search for a rank begins.
func (t *table) home(rank uint64) int { return int((rank * spread) >> (t.shift & 63)) }

// tag has bits below those of home, in place.
func tag(rank uint64) uint32 { return uint32((rank*spread)>>32) << numberBits }

func newTable(dropItems bool) (t table) {
	t.slots = [][]slot{make([]slot, firstSlots)}
	if !dropItems {
		t.items = [][][2]uint64{make([][2]uint64, firstSlots)}
	}
	t.room = firstSlots
	t.reindex(firstCells)
	return t
}

func (t *table) slot(no uint32) *slot { return &t.slots[no>>chunkBits][no&(chunkSize-1)] }

func (t *table) item(no uint32) *[2]uint64 { return &t.items[no>>chunkBits][no&(chunkSize-1)] }

// find returns the number of the item of a rank, or 0.
func (t *table) find(rank uint64) uint32 {
	no, _ := t.search(rank)
	return no
}

// search returns the number of the item of a rank, or 0 and the cell where it belongs.
func (t *table) search(rank uint64) (no uint32, place int) {
	index, want := t.index, tag(rank)
	mask := len(index) - 1
	i := t.home(rank) & mask
	for index[i] != 0 {
		if cell := index[i]; cell^want <= numberMask && t.slot(cell&numberMask).rank == rank {
			return cell & numberMask, i
		}
		i = (i + 1) & mask
	}
	return 0, i
}

// take gives a new item a number and a slot, of which only the rank is written. The rank
// belongs into the cell that search has found.
func (t *table) take(rank uint64, place int) (no uint32, sl *slot) {
	t.n++
	if t.n >= t.room {
		t.extend()
	}
	no = uint32(t.n)
	sl = t.slot(no)
	sl.rank = rank
	t.index[place] = tag(rank) | no
	return no, sl
}

// enter notes the number of an item in the index.
func (t *table) enter(rank uint64, no uint32) {
	index := t.index
	mask := len(index) - 1
	i := t.home(rank) & mask
	for index[i] != 0 {
		i = (i + 1) & mask
	}
	index[i] = tag(rank) | no
}

// extend makes room for an item or more. The first chunk doubles until it is whole.
func (t *table) extend() {
	if t.room < chunkSize {
		t.resize(2 * t.room)
		return
	}
	t.slots = append(t.slots, make([]slot, chunkSize))
	if t.items != nil {
		t.items = append(t.items, make([][2]uint64, chunkSize))
	}
	t.room += chunkSize
}

// resize moves the items of the only chunk into one of another length.
func (t *table) resize(length int) {
	slots := make([]slot, length)
	copy(slots, t.slots[0])
	t.slots[0] = slots
	if t.items != nil {
		items := make([][2]uint64, length)
		copy(items, t.items[0])
		t.items[0] = items
	}
	t.room = length
}

// reserve makes room for n items in all, of at most about most.
func (t *table) reserve(n, most int) {
	if cells := cellsFor(n, most); cells > len(t.index) {
		t.reindex(cells)
	}
	if n >= t.room && t.room < chunkSize {
		t.resize(min(chunkSize, roomFor(n)))
	}
	if n < t.room {
		return
	}
	more := roomFor(n) - t.room
	t.slots = appendChunks(t.slots, make([]slot, more))
	if t.items != nil {
		t.items = appendChunks(t.items, make([][2]uint64, more))
	}
	t.room += more
}

func appendChunks[T any](chunks [][]T, all []T) [][]T {
	for ; len(all) > 0; all = all[chunkSize:] {
		chunks = append(chunks, all[:chunkSize:chunkSize])
	}
	return chunks
}

// largeIndex is a number of cells from which on an index grows by more at once.
const largeIndex = 1 << 13

// nextCells returns how many cells come after these.
func nextCells(cells, most int) int {
	if cells < largeIndex || cells >= most {
		return 2 * cells
	}
	return 4 * cells
}

// cellsFor returns the number of cells that an index has for n items.
func cellsFor(n, most int) int {
	cells := firstCells
	for n > cells/2 {
		cells = nextCells(cells, most)
	}
	return cells
}

// roomFor returns the room that a table has for n items.
func roomFor(n int) int {
	if n >= chunkSize {
		return n | (chunkSize - 1) + 1
	}
	return max(firstSlots, 1<<bits.Len(uint(n)))
}

// size returns about how many bytes t holds.
func (t *table) size() int { return t.bytes(len(t.index), t.room) }

// sizeOf returns the size that t has when it holds n items.
func (t *table) sizeOf(n, most int) int { return t.bytes(cellsFor(n, most), roomFor(n)) }

func (t *table) bytes(cells, room int) int {
	if t.items == nil {
		return 4*cells + 32*room
	}
	return 4*cells + 48*room
}

// reindex makes an index of that many cells, a power of two.
func (t *table) reindex(cells int) {
	t.made++
	if cells == len(t.index) {
		clear(t.index)
	} else {
		t.index = make([]uint32, cells)
		t.shift = uint8(64 - bits.TrailingZeros(uint(cells)))
	}
	no := uint32(0)
	for slots := range t.chunks() {
		for i := range slots {
			no++
			t.enter(slots[i].rank, no)
		}
	}
}

// chunks walks the slots of all items in the order of their numbers.
func (t *table) chunks() iter.Seq[[]slot] {
	return func(yield func([]slot) bool) {
		from := 1
		for left := t.n; left > 0; from = 0 {
			slots := t.slots[(t.n-left+1)>>chunkBits][from:]
			slots = slots[:min(left, len(slots))]
			left -= len(slots)
			if !yield(slots) {
				return
			}
		}
	}
}

// drop removes every item whose rank is above limit. Items from the end take their places.
// Which are dropped cannot be predicted, so they are collected without a branch, in the index,
// which is made anew.
func (t *table) drop(limit uint64) {
	holes, n, no := t.index, uint64(0), uint32(0)
	for slots := range t.chunks() {
		for i := range slots {
			no++
			holes[n] = no
			_, above := bits.Sub64(limit, slots[i].rank, 0)
			n += above
		}
	}
	holes = holes[:n]
	kept := uint32(t.n) - uint32(n)
	last := uint32(t.n)
	for _, hole := range holes {
		if hole > kept {
			break
		}
		for n > 0 && holes[n-1] == last {
			n, last = n-1, last-1
		}
		*t.slot(hole) = *t.slot(last)
		if t.items != nil {
			*t.item(hole) = *t.item(last)
		}
		last--
	}
	t.n = int(kept)
	t.reindex(len(t.index))
}

// trim releases the memory that n items do not need, of at most about most.
func (t *table) trim(most int) {
	if cells := cellsFor(t.n, most); cells < len(t.index) {
		t.reindex(cells)
	}
	room := roomFor(t.n)
	if room >= t.room {
		return
	}
	chunks := (room + chunkSize - 1) >> chunkBits
	clear(t.slots[chunks:])
	t.slots = t.slots[:chunks]
	if t.items != nil {
		clear(t.items[chunks:])
		t.items = t.items[:chunks]
	}
	if t.room = chunks << chunkBits; room < t.room {
		t.resize(room)
	}
}
