package sketch

// AppendItems appends the items of the sample to dst, in the order of their ranks.
func (s *BottomK) AppendItems(dst []Item) []Item {
	for it := range s.All() {
		dst = append(dst, it)
	}
	return dst
}
