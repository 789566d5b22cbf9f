package container

import (
	"bufio"
	"bytes"
	"slices"
	"strings"
)

// kind is what a stream of bytes is.
type kind uint8

const (
	text kind = iota
	text16LE
	text16BE
	gzipData
	zstdData
	skippable
	bzip2Data
	xzData
	tarArchive
	zipArchive
	other // see foreignKind, binaryKind
)

type magic struct {
	magic string
	kind  kind
}

// known are the beginnings of what is undone here.
var known = []magic{
	{"\x1f\x8b", gzipData},
	{"\x28\xb5\x2f\xfd", zstdData},
	{"BZh", bzip2Data},
	{"\xfd7zXZ\x00", xzData},
	{"PK\x03\x04", zipArchive},
	{"PK\x05\x06", zipArchive},
	{"PK\x07\x08", zipArchive},
}

const block = 512 // of a tar archive, and of what is looked at

// peekHead returns the first bytes of r, at most block. It does not wait for more than a first line, so that a stream
// that pauses is read at once.
func peekHead(r *bufio.Reader) []byte {
	for n := 1; ; n = r.Buffered() + 1 {
		_, err := r.Peek(n)
		head, _ := r.Peek(min(r.Buffered(), block))
		if err != nil || len(head) == block || isPacked(head) || bytes.ContainsAny(head, "\n\r") && !begins(head) {
			return head
		}
	}
}

// isPacked reports whether head says already what is to be done with it.
func isPacked(head []byte) bool {
	return slices.ContainsFunc(known, func(k magic) bool {
		return k.kind != bzip2Data && bytes.HasPrefix(head, []byte(k.magic))
	})
}

// begins reports whether head may be the beginning of a magic.
func begins(head []byte) bool {
	s := string(head)
	for _, k := range known {
		if len(s) < len(k.magic) && strings.HasPrefix(k.magic, s) {
			return true
		}
	}
	for _, f := range foreign {
		if len(s) < len(f.magic) && strings.HasPrefix(f.magic, s) {
			return true
		}
	}
	return false
}

func sniff(head []byte) kind {
	for _, k := range known {
		if bytes.HasPrefix(head, []byte(k.magic)) && (k.kind != bzip2Data || isBzip2(head)) {
			return k.kind
		}
	}
	switch {
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		return skippable
	case isTar(head):
		return tarArchive
	case foreignKind(head) != nil:
		return other
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return text16LE
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return text16BE
	}
	if k := sniff16(head); k != text {
		return k
	}
	if isBinary(head) {
		return other
	}
	return text
}

// isBzip2 looks for the level and the magic of a block or of the end, since a line may begin with BZh too.
func isBzip2(head []byte) bool {
	if len(head) < 10 {
		return len(head) < 4 || head[3]-'1' < 9
	}
	return head[3]-'1' < 9 && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isTar checks the sum in a header, so that archives of before 1988 count and texts never do.
func isTar(head []byte) bool {
	if len(head) < block || head[0] == 0 {
		return false
	}
	const from, to = 148, 156
	want := int64(0)
	for _, c := range bytes.Trim(head[from:to], " \x00") {
		if c < '0' || c > '7' {
			return false
		}
		want = want<<3 | int64(c-'0')
	}
	var unsigned, signed int64
	for i, c := range head[:block] {
		if i >= from && i < to {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return want > 0 && (want == unsigned || want == signed)
}

// sniff16 recognizes UTF-16 without a mark: of most pairs of bytes, always the same one is zero.
func sniff16(head []byte) kind {
	pairs := len(head) / 2
	if pairs < 4 {
		return text
	}
	le, be := 0, 0
	for i := range pairs {
		a, b := head[2*i], head[2*i+1]
		switch {
		case b == 0 && a != 0:
			le++
		case a == 0 && b != 0:
			be++
		}
	}
	switch {
	case le*10 >= pairs*7 && be*10 < pairs && !isControl(rune(head[0])):
		return text16LE
	case be*10 >= pairs*7 && le*10 < pairs && !isControl(rune(head[1])):
		return text16BE
	}
	return text
}
