package sketch

// Memory returns about how many bytes s holds.
func (s *Sample) Memory() int { return 32*cap(s.slots) + 16*cap(s.items) }

// Memory returns about how many bytes b holds. It goes by the registers in use, not
// by what they have grown in: what is decoded says the same.
func (b *Bank) Memory() int { return 4*MaxParts + len(b.registers) }
