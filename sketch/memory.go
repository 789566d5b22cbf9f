package sketch

// Memory returns about how many bytes s holds.
func (s *Sample) Memory() int { return 32*cap(s.slots) + 16*cap(s.items) }

// Memory returns about how many bytes b holds.
func (b *Bank) Memory() int { return 4*MaxParts + cap(b.registers) }
