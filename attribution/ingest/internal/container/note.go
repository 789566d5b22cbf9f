package container

import (
	"slices"
)

// Place says where something is in an input.
type Place struct {
	// Member is the path of the member of an archive, "" outside of archives. It comes from the input.
	Member string
	// Line is the number of the line in the member, from 1. It is 0 for the member as a whole.
	Line int64
	// Offset is the number of bytes before it in the member: without compression, and in UTF-8 if it was UTF-16.
	Offset int64
}

// Code says what a [Note] is about.
type Code uint8

// The codes of notes. Those marked "lost" are about data that was not read.
const (
	// Padding is zero bytes behind compressed data or an archive, which tapes and some tools leave.
	Padding Code = iota
	// SkippableFrames are frames of zstd without content.
	SkippableFrames
	// SkippedMember is a directory, a link, a device or a resource fork in an archive.
	SkippedMember
	// UnreadMember is a member that cannot be read: foreign, encrypted, damaged or nested too deeply. Lost.
	UnreadMember
	// Trailing is data behind the end of an archive that is not zero. Lost.
	Trailing
	// ByteOrderMark is a UTF-8 or UTF-16 mark that was taken off, at the head or after another file's end.
	ByteOrderMark
	// UTF16 is a text in UTF-16 that was decoded.
	UTF16
	// Zeros are NUL bytes that were taken off, such as a truncated and rewritten log begins with. It counts lines.
	Zeros
	// Colors are ANSI escape sequences that were taken off. It counts lines.
	Colors
	// CarriageReturns says that CR alone ends the lines of a text.
	CarriageReturns
	// InnerReturn is a line with CR in it, of a text with LF. It stays in the line, which may hold several records.
	InnerReturn
	// LongLine is a line longer than the limit. Lost.
	LongLine
	// CutLine is a last line that an error cut. Half an address is another address. Lost.
	CutLine
	// OpenLine is a last line without an end that was left for later; see [Options.WholeLines].
	OpenLine

	codes
)

var codeNames = [codes]string{"PADDING", "SKIPPABLE_FRAMES", "SKIPPED_MEMBER", "UNREAD_MEMBER", "TRAILING",
	"BYTE_ORDER_MARK", "UTF16", "ZEROS", "COLORS", "CARRIAGE_RETURNS", "INNER_RETURN", "LONG_LINE", "CUT_LINE",
	"OPEN_LINE"}

// String returns the name of the code, such as LONG_LINE.
func (c Code) String() string {
	if c < codes {
		return codeNames[c]
	}
	return "UNKNOWN"
}

// Lost reports whether a note of this code is about data that was not read and may have held records.
func (c Code) Lost() bool {
	return c == UnreadMember || c == Trailing || c == LongLine || c == CutLine
}

// Note is what was skipped, taken off or lost, of one kind.
type Note struct {
	Code  Code
	Count int64  // how often, at least 1
	Bytes int64  // how many bytes, where they are counted
	First Place  // where it was first
	What  string // what the first one was, such as "directory" or an error; "" where the code says it
}

// notes holds at most one note of each code.
type notes [codes]Note

func (n *notes) add(code Code, count, bytes int64, at Place, what string) {
	x := &n[code]
	if x.Count == 0 {
		*x = Note{Code: code, First: at, What: what}
	}
	x.Count += count
	x.Bytes += bytes
}

// list returns the notes that there are.
func (n *notes) list() []Note {
	return slices.DeleteFunc(slices.Clone(n[:]), func(x Note) bool { return x.Count == 0 })
}
