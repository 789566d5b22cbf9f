package geo

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"

	"github.com/oschwald/maxminddb-golang/v2"
)

// A Loader holds choices for reading an MMDB file. The zero Loader is what [Open]
// uses. Names and credits lose what does not print, and are cut to about 100 and 1,000
// bytes, whether they are those of the file or these.
type Loader struct {
	// Routed, if not nil, has a country for every address that is announced in
	// the Internet's routing tables. Package geo/routed has such a table. IPv6
	// is then limited to these ranges, because databases give countries to much
	// IPv6 space that nobody announces. It also sets Space.Routed.
	Routed *Table

	// Name is used as Info.Name. If it is empty, Info.Name is the file's
	// database_type, or else its description.
	Name string

	// Credit is used as Info.Credit. If it is empty, Info.Credit is the sentence
	// that is known for the file's database_type, if any.
	Credit string
}

// Open reads the MMDB file at path into a table. It does not keep the file open or
// mapped, so the file may be replaced at any time. The path must lead to a regular
// file of at most 1 GiB, with its metadata in the last 128 KiB, as the format asks.
// Open reads no more than that part of a file without metadata.
//
// The country is in the first of these fields that a record has: iso_code in the
// map country, the string country_code, or the string country if it has two
// letters. A network whose code is no country is [Unlocated], and Info counts it.
// Open checks the whole file, so that no lookup can fail later.
//
// The error wraps [ErrNotMMDB], [ErrNotCountry], [ErrDamaged], [ErrTooLarge] or
// [ErrChanging], or it is an error of the file system.
func Open(path string) (*Table, error) { return Loader{}.Open(path) }

// OpenBytes is [Open] for a file in memory, of any size. It does not keep data.
func OpenBytes(data []byte) (*Table, error) { return Loader{}.OpenBytes(data) }

// Open is like the function [Open] with the choices of l.
func (l Loader) Open(path string) (*Table, error) {
	data, _, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return l.load(path, data)
}

// OpenBytes is like the function [OpenBytes] with the choices of l.
func (l Loader) OpenBytes(data []byte) (*Table, error) { return l.load("MMDB", data) }

// load compiles the data of the file name.
func (l Loader) load(name string, data []byte) (*Table, error) {
	t, err := l.compile(data)
	if err != nil {
		return nil, fmt.Errorf("geo: %s: %w", name, err)
	}
	return t, nil
}

func (l Loader) compile(data []byte) (*Table, error) {
	tree, err := openTree(data)
	if err != nil {
		return nil, err
	}
	w := walker{tree: tree, records: newRecords(len(data))}
	list4, err := w.walk(ipv4)
	if err != nil {
		return nil, err
	}
	list6, err := w.walk(ipv6)
	if err != nil {
		return nil, err
	}
	if err := w.records.check(tree.db.Metadata.DatabaseType); err != nil {
		return nil, err
	}
	var routed [MaxOrigins]uint64
	if l.Routed != nil {
		list6 = within(ipv6, list6, l.Routed.v6.runs())
		routed = countWithin(list4, l.Routed.v4.runs())
	}
	return newTable(l.info(&w, data), list4, list6, routed)
}

func (l Loader) info(w *walker, data []byte) Info {
	info := w.tree.info(data)
	info.Name = cmp.Or(printable(l.Name, longestName), info.Name)
	info.Credit = cmp.Or(printable(l.Credit, longestCredit), info.Credit)
	info.Schema = w.records.schema()
	info.Networks = w.networks
	info.NonCountry = w.records.nonCountry
	return info
}

// A walker reads the countries of a database.
type walker struct {
	tree     *tree
	records  *records
	networks int
}

// walk returns the runs of one family.
func (w *walker) walk(f *family) ([]run, error) {
	r := runs{family: f}
	var previous netip.Prefix
	err := w.tree.walk(f, func(res maxminddb.Result, held netip.Prefix) error {
		o := Unlocated
		if res.Found() {
			rec, err := w.records.at(res)
			if err != nil {
				return err
			}
			o = rec.origin
			// A network that holds several pieces comes once per piece.
			if network := res.Prefix(); network != previous {
				w.networks++
				w.records.count(rec)
				previous = network
			}
		}
		r.cover(spanOf(held).last, o)
		return nil
	})
	return r.close(), err
}

// maxFile bounds the files that are read into memory. A country database has about
// 10 MB, a city database about 100 MB.
const maxFile = 1 << 30

// readFile returns the content of the MMDB file at path and the version it had. An
// error that depends on the content comes with the version too.
func readFile(path string) ([]byte, fs.FileInfo, error) {
	// Opening a named pipe would wait for a writer, so ask first.
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("geo: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("geo: %s: %w: not a regular file", path, ErrNotMMDB)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("geo: %w", err)
	}
	defer file.Close()
	data, version, err := readStable(file)
	if err != nil {
		return nil, version, fmt.Errorf("geo: %s: %w", path, err)
	}
	return data, version, nil
}

// A diskFile is what readStable needs of an [os.File].
type diskFile interface {
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// readStable reads all of file. It fails with ErrChanging if the file changed in
// the meantime. It cannot see a change between two writes of a slow writer: the
// table's own checks refuse such content, and the next write gives the file a new
// version.
func readStable(file diskFile) ([]byte, fs.FileInfo, error) {
	before, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	data, failure := readMMDB(file, before)
	after, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !sameStamp(before, after) || errors.Is(failure, ErrChanging) {
		return nil, nil, ErrChanging
	}
	return data, after, failure
}

// readMMDB reads file, beginning with the part that has the metadata.
func readMMDB(file io.ReaderAt, info fs.FileInfo) ([]byte, error) {
	size := info.Size()
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a regular file", ErrNotMMDB)
	}
	if size > maxFile {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrTooLarge, size, maxFile)
	}
	front := max(0, size-maxMetadata)
	tail, err := readToEnd(file, front, size)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(tail, metadataMarker) {
		head := make([]byte, 2)
		n, _ := file.ReadAt(head, 0)
		return nil, errNoMetadata(head[:n])
	}
	if front == 0 {
		return tail, nil
	}
	return readToEnd(file, 0, size)
}

// readToEnd reads from an offset to the end of a file of that size.
func readToEnd(file io.ReaderAt, offset, size int64) ([]byte, error) {
	data := make([]byte, size-offset+1) // one more, to see the end
	n, err := file.ReadAt(data, offset)
	if err == nil || errors.Is(err, io.EOF) && n != len(data)-1 {
		return nil, ErrChanging
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:n], nil
}
