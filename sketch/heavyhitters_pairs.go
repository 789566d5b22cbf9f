package sketch

import "math/bits"

// pairs is a Bloom filter of (target, source) pairs. The bits of a pair lie in
// one word, so that a pair costs one cache miss.
type pairs struct {
	words []uint64
	used  pages
	free  int   // pairs that it can still take
	shift uint8 // 64 - log2(len(words))

	hashes  [heavyBlock]uint64 // of the block that is counted
	touched uint64             // keeps the compiler from leaving out what touch reads
}

const (
	logWordsPerSlot = 7
	pairsPerWord    = 8 // held at most, on average
	bitsPerPair     = 4
)

func newPairs(logSlots int) pairs {
	log := logSlots + logWordsPerSlot
	return pairs{
		words: make([]uint64, 1<<log), used: newPages(1 << log),
		free: pairsPerWord << log, shift: uint8(64 - log),
	}
}

// held returns the number of pairs that were added since the filter was empty.
func (p *pairs) held() int { return pairsPerWord*len(p.words) - p.free }

func (p *pairs) clear() {
	p.used.each(func(from, to int) bool {
		clear(p.words[from:to])
		return false
	})
	p.free = pairsPerWord * len(p.words)
}

// touch hashes the pairs, reads their words and notes that they are in use. Nothing waits for what is read, so
// that all of it comes from memory at the same time.
func (p *pairs) touch(targets, sources []uint64) {
	sources = sources[:len(targets)]
	words, used, shift := p.words, p.used, p.shift&63
	read := uint64(0)
	for i, target := range targets {
		// The constants differ, so that a pair and its reverse do too.
		hi, lo := bits.Mul64(target^0x9e3779b97f4a7c15, sources[i]^0xd1b54a32d192ed03)
		p.hashes[i] = hi ^ lo
		at := (hi ^ lo) >> shift
		used[at>>logPage] = inUse
		read |= words[at]
	}
	p.touched = read
}

// add adds the pairs in order, and puts 1 into fresh where one was not held yet,
// else 0. There are at most heavyBlock.
func (p *pairs) add(fresh []uint8, targets, sources []uint64) {
	p.touch(targets, sources)
	hashes := p.hashes[:len(fresh)]
	words, shift, free := p.words, p.shift&63, p.free
	for i, hash := range hashes {
		word := &words[hash>>shift]
		bit := uint64(1)<<(hash&63) | 1<<(hash>>6&63) | 1<<(hash>>12&63) | 1<<(hash>>18&63)
		held := *word
		*word = held | bit
		var new uint8
		if held&bit != bit {
			new = 1
		}
		fresh[i] = new
		if free -= int(new); free == 0 {
			p.clear() // a fuller filter would pass over new pairs
			free = p.free
			for _, hash := range hashes[i:] {
				p.used[hash>>shift>>logPage] = inUse
			}
		}
	}
	p.free = free
}
