package whencebeam

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
)

// AppendRecord appends an envelope as [ReadEnvelopes] reads it. A file is any number of records, one after the other.
// Errors are those of [fleet.Envelope.Pack].
//
//	4  length of what follows, big endian, at most [fleet.MaxEnvelope]
//	   the envelope, as [fleet.Envelope.Pack] writes it
func AppendRecord(b []byte, e *fleet.Envelope) ([]byte, error) {
	packed, err := e.Pack()
	if err != nil {
		return b, err
	}
	return append(binary.BigEndian.AppendUint32(b, uint32(len(packed))), packed...), nil
}

// ReadEnvelopes reads the files that match a pattern, and returns a PCollection<fleet.Envelope> and a
// PCollection<Refused>. The program must import the file system of the pattern, such as Beam's io/filesystem/local.
//
// A record that is damaged, or of another version, is refused, and those after it are read. If the length of one cannot
// be right, the rest of the file is refused, as one record. A worker holds one record of a file in memory. A file that
// cannot be opened or read fails the job, since a runner may try again.
//
// The order of records, and which worker reads which file, decide nothing: see [MergeEnvelopes].
func ReadEnvelopes(s beam.Scope, pattern string) (envelopes, refused beam.PCollection) {
	s = s.Scope("whencebeam.ReadEnvelopes")
	files := fileio.ReadMatches(s, fileio.MatchFiles(s, pattern), fileio.ReadUncompressed())
	return beam.ParDo2(s, &readFn{}, files)
}

type readFn struct{}

var refusedRecords = beam.NewCounter("whence", "refused_records")

// ProcessElement reads a file.
func (*readFn) ProcessElement(
	ctx context.Context, f fileio.ReadableFile, emit func(fleet.Envelope), refuse func(Refused),
) error {
	file, err := f.Open(ctx)
	if err == nil {
		err = readRecords(file, emit, func(r Refused) {
			r.File = f.Metadata.Path
			refusedRecords.Inc(ctx, 1)
			refuse(r)
		})
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return fmt.Errorf("whencebeam: %s: %w", f.Metadata.Path, err)
	}
	return nil
}

// readRecords reads until the end, or until a length that cannot be right. Errors are those of r.
func readRecords(r io.Reader, emit func(fleet.Envelope), refuse func(Refused)) error {
	b := bufio.NewReader(r)
	var packed bytes.Buffer // grows with what is there, not with what a length promises
	for at := int64(0); ; {
		var head [4]byte
		n, err := io.ReadFull(b, head[:])
		switch {
		case err == io.EOF:
			return nil
		case err == io.ErrUnexpectedEOF:
			refuse(damaged(at, "%d bytes of a length, want 4", n))
			return nil
		case err != nil:
			return err
		}
		length := int64(binary.BigEndian.Uint32(head[:]))
		if length > fleet.MaxEnvelope {
			refuse(damaged(at, "a record of %d bytes, at most %d", length, fleet.MaxEnvelope))
			return nil
		}
		packed.Reset()
		got, err := io.CopyN(&packed, b, length)
		switch {
		case err == io.EOF:
			refuse(damaged(at, "%d bytes of a record, want %d", got, length))
			return nil
		case err != nil:
			return err
		}
		var e fleet.Envelope
		if err := e.Unpack(packed.Bytes()); err != nil {
			refuse(Refused{At: at, Error: err.Error()})
		} else {
			emit(e)
		}
		at += 4 + length
	}
}

func damaged(at int64, format string, args ...any) Refused {
	err := fmt.Errorf("whencebeam: %w: %w", attribution.ErrInvalidEncoding, fmt.Errorf(format, args...))
	return Refused{At: at, Rest: true, Error: err.Error()}
}
