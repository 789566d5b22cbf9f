package snapshot

import "github.com/whence-go/whence/internal/stat"

// NewByRegisters is the number of new public sources by the registers alone.
func NewByRegisters(burst, usual *State) stat.Number { return byRegisters(burst, usual).public }
