package geo

import "sort"

// trie4 looks IPv4 addresses up in three steps of 16, 8 and 8 bits.
type trie4 struct {
	root4 *[1 << 16]uint32 // block in mid4
	mid4  []uint32         // block in leaf4
	leaf4 []Origin
}

// trie6 searches the runs.
type trie6 struct{ runs6 []run }

func (t *trie4) size() int { return 4*(len(t.root4)+len(t.mid4)) + len(t.leaf4) }
func (t *trie6) size() int { return 24 * len(t.runs6) }

// Lookup4 returns the origin of the IPv4 address ip, most significant byte
// first: 0x01020304 is 1.2.3.4.
func (t *trie4) Lookup4(ip uint32) Origin {
	m := t.root4[ip>>16]<<8 | ip>>8&0xff
	return t.leaf4[t.mid4[m]<<8|ip&0xff]
}

// Lookup6 returns the origin of the IPv6 address with the halves hi and lo,
// most significant byte first. It does not unmap: all of ::/96 is [Reserved].
func (t *trie6) Lookup6(hi, lo uint64) Origin {
	a := uint128{hi, lo}
	i := sort.Search(len(t.runs6), func(i int) bool { return a.less(t.runs6[i].first) })
	return t.runs6[i-1].origin
}

func newTable(info Info, list4, list6 []run) *Table {
	t := &Table{info: info}
	t.root4 = new([1 << 16]uint32)
	t.runs6 = list6
	flat := make([]Origin, 1<<16)
	leafs, mids := map[string]uint32{}, map[string]uint32{}
	for hi, i := uint64(0), 0; hi < 1<<16; hi++ {
		for j := range flat {
			a := hi<<16 | uint64(j)
			for i+1 < len(list4) && list4[i+1].first.lo <= a {
				i++
			}
			flat[j] = list4[i].origin
		}
		var mid [256]uint32
		key := make([]byte, 0, 1024)
		for j := range mid {
			block := flat[j<<8 : (j+1)<<8]
			s := make([]byte, 256)
			for k, o := range block {
				s[k] = byte(o)
			}
			n, ok := leafs[string(s)]
			if !ok {
				n = uint32(len(t.leaf4) >> 8)
				leafs[string(s)] = n
				t.leaf4 = append(t.leaf4, block...)
			}
			mid[j] = n
			key = append(key, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		}
		n, ok := mids[string(key)]
		if !ok {
			n = uint32(len(t.mid4) >> 8)
			mids[string(key)] = n
			t.mid4 = append(t.mid4, mid[:]...)
		}
		t.root4[hi] = n
	}
	return t
}

// runs returns the runs of a family.
func (t *Table) runs(f *family) []run {
	if f == ipv6 {
		return t.runs6
	}
	var list []run
	for ip := uint64(0); ip < 1<<32; ip++ {
		o := t.Lookup4(uint32(ip))
		if n := len(list); n == 0 || list[n-1].origin != o {
			list = append(list, run{uint128{0, ip}, o})
		}
	}
	return list
}
