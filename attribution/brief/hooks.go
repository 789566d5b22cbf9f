package brief

import (
	"fmt"
	"io"

	"github.com/whence-go/whence/attribution/text"
)

func writeMarkdown(io.Writer, *Brief, *text.Printer) error {
	return fmt.Errorf("brief: %w: %s", ErrFormat, Markdown)
}

func writeCSV(io.Writer, *Brief) error { return fmt.Errorf("brief: %w: %s", ErrFormat, CSV) }

func writeJSON(io.Writer, *Brief) error { return fmt.Errorf("brief: %w: %s", ErrFormat, JSON) }
