package packets

// recent remembers values by key: the limit last keys that were put first. It takes memory as it
// fills. What it forgets depends on nothing but the order of keys.
type recent[K comparable, V any] struct {
	limit  int
	values map[K]V
	order  []K // a ring, once it is full
	oldest int
}

func (r *recent[K, V]) get(key K) (V, bool) {
	v, ok := r.values[key]
	return v, ok
}

// put remembers a value. A key that is known keeps its age.
func (r *recent[K, V]) put(key K, value V) {
	if r.values == nil {
		r.values = map[K]V{}
	}
	if _, known := r.values[key]; !known {
		if len(r.order) < r.limit {
			r.order = append(r.order, key)
		} else {
			delete(r.values, r.order[r.oldest])
			r.order[r.oldest] = key
			r.oldest = (r.oldest + 1) % r.limit
		}
	}
	r.values[key] = value
}

// drop forgets a key. If it comes back, it may be forgotten early.
func (r *recent[K, V]) drop(key K) { delete(r.values, key) }
