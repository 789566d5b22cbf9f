package container

// Ready reports whether another whole line is in memory, so that Next does not wait for the source.
func (l *Lines) Ready() bool { return l.end() >= 0 }
