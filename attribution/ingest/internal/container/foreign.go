package container

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// ErrForeign is wrapped by every [ForeignError].
var ErrForeign = errors.New("not a text")

// ForeignError says that an input is of a kind that cannot be read here.
type ForeignError struct {
	Kind string // what it is, with its article: "a 7z archive"
	Help string // what would help: "unpack it first"
}

func (e *ForeignError) Error() string { return fmt.Sprintf("this is %s; %s", e.Kind, e.Help) }

// Unwrap returns [ErrForeign].
func (e *ForeignError) Unwrap() error { return ErrForeign }

const (
	unpack = "unpack it first"
	export = "give the log, or an export as text (CSV or JSON lines)"
)

// foreign are the beginnings of files that hold no lines yet. One that is text itself counts only if control
// characters follow.
var foreign = []struct{ magic, kind, help string }{
	{"7z\xbc\xaf\x27\x1c", "a 7z archive", unpack + " (7z x)"},
	{"Rar!\x1a\x07", "a RAR archive", unpack + " (unrar x)"},
	{"\x04\x22\x4d\x18", "lz4 data", unpack + " (lz4 -dc)"},
	{"\x02\x21\x4c\x18", "lz4 data", unpack + " (lz4 -dc)"},
	{"\xff\x06\x00\x00sNaPpY", "snappy data", unpack + " (snzip -dc)"},
	{"LZIP", "lzip data", unpack + " (lzip -dc)"},
	{"\x89LZO\x00\r\n\x1a\n", "lzop data", unpack + " (lzop -dc)"},
	{"\x5d\x00\x00", "lzma data", unpack + " (xz -dc --format=lzma)"},
	{"\x1f\x9d", "data of compress(1)", unpack + " (gzip -dc)"},
	{"\x1f\x1e", "data of pack(1)", unpack + " (gzip -dc)"},
	{"\x1f\xa0", "data of compress(1), LZH", unpack + " (gzip -dc)"},
	{"\x25\xb5\x2f\xfd", "zstd data of a version before 0.8", unpack + " (zstd -dc)"},
	{"\x26\xb5\x2f\xfd", "zstd data of a version before 0.8", unpack + " (zstd -dc)"},
	{"\x27\xb5\x2f\xfd", "zstd data of a version before 0.8", unpack + " (zstd -dc)"},
	{"\x37\xa4\x30\xec", "a zstd dictionary", "give the data that it belongs to"},
	{"070701", "a cpio archive", unpack + " (cpio -i)"},
	{"070707", "a cpio archive", unpack + " (cpio -i)"},
	{"\xc7\x71", "a cpio archive", unpack + " (cpio -i)"},
	{"!<arch>\n", "an ar archive or a Debian package", unpack + " (ar x)"},
	{"MSCF", "a cabinet archive", unpack + " (cabextract)"},

	{"\xd4\xc3\xb2\xa1", "a packet capture (pcap)", "read it with examples/capture (package packets)"},
	{"\xa1\xb2\xc3\xd4", "a packet capture (pcap)", "read it with examples/capture (package packets)"},
	{"\x4d\x3c\xb2\xa1", "a packet capture (pcap)", "read it with examples/capture (package packets)"},
	{"\xa1\xb2\x3c\x4d", "a packet capture (pcap)", "read it with examples/capture (package packets)"},
	{"\x0a\x0d\x0d\x0a", "a packet capture (pcapng)", "read it with examples/capture (package packets)"},
	{"\x0c\xa5", "an nfdump file", "print it first (nfdump -r FILE -o csv)"},
	{"\xa5\x0c", "an nfdump file", "print it first (nfdump -r FILE -o csv)"},
	{"\xde\xad\xbe\xef", "a SiLK flow file", "print it first (rwcut)"},

	{"SQLite format 3\x00", "an SQLite database", export},
	{"PAR1", "a Parquet file", export},
	{"Obj\x01", "an Avro file", export},
	{"ORC", "an ORC file", export},
	{"ARROW1", "an Arrow file", export},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file", export},
	{"LPKSHHRH", "a journal of systemd", "print it first (journalctl --file FILE -o short-iso)"},
	{"ElfFile\x00", "a Windows event log", export},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document", "save the sheet as CSV"},
	{"%PDF-", "a PDF document", export},

	{"\x7fELF", "an executable", export},
	{"MZ", "an executable", export},
	{"\xca\xfe\xba\xbe", "an executable", export},
	{"\xcf\xfa\xed\xfe", "an executable", export},
	{"\x00asm", "an executable", export},
	{"\x89PNG\r\n\x1a\n", "an image", export},
	{"\xff\xd8\xff", "an image", export},
	{"GIF8", "an image", export},
	{"\x00\x00\xfe\xff", "a text in UTF-32", "convert it first (iconv -f UTF-32 -t UTF-8)"},
	{"\xff\xfe\x00\x00", "a text in UTF-32", "convert it first (iconv -f UTF-32 -t UTF-8)"},

	{"-----BEGIN PGP MESSAGE-----", "encrypted data", "decrypt it first (gpg -d)"},
	{"age-encryption.org/", "encrypted data", "decrypt it first (age -d)"},
	{"Salted__", "encrypted data", "decrypt it first (openssl enc -d)"},
}

// sure are beginnings made of text that no log has.
var sure = []string{"\x0a\x0d\x0d\x0a", "!<arch>\n", "%PDF-", "-----BEGIN PGP MESSAGE-----", "age-encryption.org/"}

func foreignKind(head []byte) *ForeignError {
	for _, f := range foreign {
		if !bytes.HasPrefix(head, []byte(f.magic)) {
			continue
		}
		if slices.Contains(sure, f.magic) || bytes.ContainsFunc(head[:min(len(head), 64)], isControl) || !plain(f.magic) {
			return &ForeignError{f.kind, f.help}
		}
	}
	return nil
}

// plain reports whether a text may begin like this.
func plain(magic string) bool {
	for i := range len(magic) {
		if c := magic[i]; c >= 0x80 || isControl(rune(c)) {
			return false
		}
	}
	return true
}

func isControl(c rune) bool {
	return c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b || c == 0x7f
}

// isBinary reports whether head is no text: a control character is among the first bytes, and more than one byte in ten
// is one. Long runs of NUL bytes do not count, since logs have such. What a client writes into the first line is not
// enough.
func isBinary(head []byte) bool {
	const run, least = 4, 8
	start, controls, all := 0, 0, 0
	for i := 0; i < len(head); i++ {
		zeros := i
		for zeros < len(head) && head[zeros] == 0 {
			zeros++
		}
		if zeros >= i+run {
			i = zeros - 1
			continue
		}
		all++
		if isControl(rune(head[i])) {
			controls++
			if all <= 8 {
				start++
			}
		}
	}
	return start > 0 && controls >= least && controls*10 > all
}

var mmdbMarker = []byte("\xab\xcd\xefMaxMind.com")

// binaryKind is the error for data that no magic tells. tail is the end of the data, if it can be had.
func binaryKind(head, tail []byte) *ForeignError {
	if bytes.Contains(head, mmdbMarker) || bytes.Contains(tail, mmdbMarker) {
		return &ForeignError{"a database of addresses (MMDB)", "give it as the database, not as a log"}
	}
	return &ForeignError{"binary data of an unknown kind", export}
}
