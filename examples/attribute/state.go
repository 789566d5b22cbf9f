package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/sketch"
)

// A state file is
//
//	 8  "whburst1"
//	32  the secret of the key with which sources are hashed
//	 4  CRC-32 (IEEE 802.3) of the secret, big endian
//	    a checkpoint of the monitor
//
// in which the position is a JSON list of what was read of each input. The secret
// says nothing that the addresses beside it do not say; nobody but the owner of the
// file may read either.
const (
	stateMagic  = "whburst1"
	stateSecret = 32
	stateHeader = len(stateMagic) + stateSecret + 4
)

// stateEvery is how often the state is written, which may be tens of megabytes. It
// counts by the machine's clock, as a log of a day is read in seconds.
const stateEvery = time.Minute

// state is what outlives the program.
type state struct {
	path   string
	every  time.Duration
	secret [stateSecret]byte
	inputs []place // the one that is being read is the last
	known  bool    // it is, as its beginning tells it from others
	saved  time.Time
}

// place is how far an input was read. It is known by how it begins, so that a log
// that was renamed since is found under its new name.
type place struct {
	HeadBytes int    `json:"head_bytes"`
	Head      []byte `json:"head_sha256"`
	Format    string `json:"format"` // as which it was read
	ingest.Position
}

const (
	headSize  = 4096
	maxInputs = 1000
)

var (
	errNoState = errors.New("no state of attribute -burst; give another name")
	errDamaged = errors.New("damaged")
)

// openState reads a state file and makes the monitor that goes on from it, with
// which nothing is known if there is no file yet.
func openState(path string, make func(sketch.Key) (*monitor.Monitor, error)) (*state, *monitor.Monitor, error) {
	s := &state{path: path, every: stateEvery}
	if err := stateFile.begin(path, time.Now()); err != nil {
		return nil, nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		m, err := s.begin(make)
		return s, m, err
	}
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	m, err := s.read(bufio.NewReader(f), make)
	if err != nil {
		return s, nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, m, nil
}

// begin makes a monitor that knows nothing.
func (s *state) begin(make func(sketch.Key) (*monitor.Monitor, error)) (*monitor.Monitor, error) {
	s.inputs = nil
	if _, err := rand.Read(s.secret[:]); err != nil {
		return nil, err
	}
	key, err := sketch.KeyFrom(s.secret[:])
	if err != nil {
		return nil, err
	}
	return make(key)
}

// read wraps errDamaged if there was once a state in what it reads.
func (s *state) read(r io.Reader, make func(sketch.Key) (*monitor.Monitor, error)) (*monitor.Monitor, error) {
	var header [stateHeader]byte
	n, err := io.ReadFull(r, header[:])
	switch {
	case err == io.EOF: // made in advance, and never written
		return s.begin(make)
	case err == io.ErrUnexpectedEOF:
		if bytes.HasPrefix(header[:n], []byte(stateMagic)) {
			return nil, fmt.Errorf("%w: %d bytes are no header", errDamaged, n)
		}
		return nil, errNoState
	case err != nil:
		return nil, err
	case string(header[:len(stateMagic)]) != stateMagic:
		return nil, errNoState
	}
	s.secret = [stateSecret]byte(header[len(stateMagic):])
	if sum := stateSum(s.secret); !bytes.Equal(sum[:], header[stateHeader-4:]) {
		return nil, fmt.Errorf("%w: the checksum of its header is wrong", errDamaged)
	}
	key, err := sketch.KeyFrom(s.secret[:])
	if err != nil {
		return nil, err
	}
	m, err := make(key)
	if err != nil {
		return nil, err
	}
	position, err := m.Restore(r)
	switch {
	case errors.Is(err, attribution.ErrInvalidEncoding):
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	case err != nil:
		return nil, err
	}
	if s.inputs, err = parsePlaces(position); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return m, nil
}

func stateSum(secret [stateSecret]byte) (sum [4]byte) {
	c := crc32.ChecksumIEEE(secret[:])
	return [4]byte{byte(c >> 24), byte(c >> 16), byte(c >> 8), byte(c)}
}

func parsePlaces(text []byte) ([]place, error) {
	var places []place
	if err := json.Unmarshal(text, &places); err != nil {
		return nil, fmt.Errorf("position: %w", err)
	}
	for i, p := range places {
		if p.HeadBytes <= 0 || p.HeadBytes > headSize || len(p.Head) != sha256.Size || p.Lines > 0 && p.Records == 0 {
			return nil, fmt.Errorf("position of input %d: %+v, head of %d bytes", i, p.Position, p.HeadBytes)
		}
	}
	return places, nil
}

// write writes the state as a whole or not at all.
func (s *state) write(m *monitor.Monitor) error {
	position, err := json.Marshal(s.inputs)
	if err != nil {
		return err
	}
	sum := stateSum(s.secret)
	var b bytes.Buffer
	b.WriteString(stateMagic)
	b.Write(s.secret[:])
	b.Write(sum[:])
	if err := m.Checkpoint(&b, position); err != nil {
		return err
	}
	_, err = stateFile.write(s.path, &b)
	return err
}

// resume returns how far an input was read that begins so. It must be of the format that it was.
func (s *state) resume(head []byte, format string) (ingest.Position, error) {
	head = head[:min(len(head), headSize)]
	if s.known = len(head) > 0; !s.known {
		return ingest.Position{}, nil
	}
	best, found := -1, place{}
	for i, p := range s.inputs {
		if p.HeadBytes <= len(head) && p.HeadBytes > found.HeadBytes && bytes.Equal(p.Head, headSum(head[:p.HeadBytes])) {
			best, found = i, p
		}
	}
	switch {
	case best >= 0 && found.Format != format:
		s.known = false
		return ingest.Position{}, fmt.Errorf("it was read as %s before and looks like %s now; give -format", found.Format,
			format)
	case best >= 0:
		s.inputs = slices.Delete(s.inputs, best, best+1)
	case len(s.inputs) == maxInputs:
		s.inputs = slices.Delete(s.inputs, 0, 1)
	}
	found.HeadBytes, found.Head, found.Format = len(head), headSum(head), format
	s.inputs = append(s.inputs, found)
	return found.Position, nil
}

// reached says how far the input is read.
func (s *state) reached(at ingest.Position) {
	if s.known {
		s.inputs[len(s.inputs)-1].Position = at
	}
}

func headSum(head []byte) []byte {
	sum := sha256.Sum256(head)
	return sum[:]
}
