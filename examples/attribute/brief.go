package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/text"
)

// briefFile is the kind of file that a brief of a format is. Pages, tables and JSON are known by their beginning, which
// is that of an empty one. Of Markdown and text nothing tells whose it is, so that only new ones are written.
func briefFile(format brief.Format) kind {
	k := kind{foreign: errors.New("not a brief of this kind; give another name")}
	begins := func(end string, tag language.Tag) {
		var b bytes.Buffer
		if brief.Write(&b, brief.Brief{}, format, tag) != nil {
			return
		}
		if head, _, ok := strings.Cut(b.String(), end); ok {
			k.magics = append(k.magics, head+end)
		}
	}
	switch format {
	case brief.HTML:
		for _, tag := range text.Languages() {
			begins("<title>", tag)
		}
	case brief.CSV:
		begins("\n", language.English)
		k.magics = append(k.magics, "burst,"+k.magics[0]) // of several
	case brief.JSON:
		begins(",", language.English) // the number of the schema
	default:
		k.foreign = fmt.Errorf("a .%s file is not replaced; give another name", format)
	}
	return k
}

// begin makes ready to write all files later: it returns why one must not be written.
func (o *outputConfig) begin(now time.Time) error {
	for _, name := range o.files {
		format, _ := brief.FormatOf(name)
		if err := briefFile(format).begin(name, now); err != nil {
			return err
		}
	}
	return nil
}

// write writes a brief to all files.
func (o *outputConfig) write(b brief.Brief, console *console) error {
	b.Title, b.All = o.title, o.all
	for _, name := range o.files {
		format, _ := brief.FormatOf(name)
		var content bytes.Buffer
		if err := brief.Write(&content, b, format, o.lang); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		size, err := briefFile(format).write(name, &content)
		if err != nil {
			return err
		}
		console.say("%s: brief of %s bytes", name, group(uint64(size)))
	}
	return nil
}

// evidenceOf says where evidence is.
func evidenceOf(path string, data []byte) *brief.Evidence {
	sum := sha256.Sum256(data)
	return &brief.Evidence{File: filepath.Base(path), SHA256: hex.EncodeToString(sum[:])}
}
