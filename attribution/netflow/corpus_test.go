package netflow

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

func TestScratch(t *testing.T) {
	dir := testenv.CorpusPath(t, "flow-wire/logstash")
	files, _ := filepath.Glob(filepath.Join(dir, "*.dat"))
	for _, f := range files {
		d, _ := NewDecoder(Options{})
		b, _ := os.ReadFile(f)
		ev := d.Decode(nil, netip.MustParseAddr("192.0.2.1"), time.Time{}, b)
		x := d.Exporters()[0]
		fmt.Println(filepath.Base(f), len(ev), "told", x.Told, "rec", x.Records, "tpl", x.Templates, x.Account.Unread, x.Account.Notes)
	}
}
