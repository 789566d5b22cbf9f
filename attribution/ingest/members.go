package ingest

import "io"

// members walks over the texts of an input.
type members struct {
	r    io.Reader
	done bool
}

func openMembers(r io.Reader) (*members, error) { return &members{r: r}, nil }

// next returns the next text. Its name is empty unless it is in an archive.
func (m *members) next() (name string, r io.Reader, err error) {
	if m.done {
		return "", nil, io.EOF
	}
	m.done = true
	return "", m.r, nil
}
