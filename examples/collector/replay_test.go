package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
)

// All files of the corpora are read to their end, and no record is lost without a reason.
func TestReplayCorpora(t *testing.T) {
	files, records := 0, uint64(0)
	must(t, filepath.WalkDir(testenv.CorpusPath(t, "flow-wire"), func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || d.IsDir() || ext != ".dat" && ext != ".bin" {
			return err
		}
		a, status, stderr := replayed(t, path)
		var unread uint64
		for _, u := range a.Report.Account.Unread {
			unread += u.Records
		}
		want, says := exitOK, ""
		if a.Report.Account.Records == 0 && unread > 0 {
			want, says = exitFailed, "not one record could be used"
		}
		if status != want || !strings.Contains(stderr, says) || (says == "") != (stderr == "") || a.Datagrams == 0 ||
			len(a.Exporters) != 1 || unread != a.Report.Account.Lost[attribution.LostUnread] {
			t.Errorf("%s: exit status %d, %s, %d datagrams of %d exporters", path, status, stderr, a.Datagrams, len(a.Exporters))
		}
		files++
		records += a.Report.Account.Records
		return nil
	}))
	if files < 100 || records < 250 {
		t.Errorf("%d records of %d files", records, files)
	}
	t.Logf("%d records of %d files", records, files)
}

// A capture of exports has the records, packets and bytes that were sent, by exporter, at their times.
func TestReplayCapture(t *testing.T) {
	boot := begin.Add(-time.Hour)
	var datagrams [][]byte
	for i := range 6 {
		at := begin.Add(time.Duration(i) * time.Second)
		datagrams = append(datagrams, v9(at, boot, uint32(i/2), 100, flows(at, 20)))
	}
	datagrams = append(datagrams, []byte("hello"))
	file := pcapOf(t, 2055, false, datagrams...)
	a, status, stderr := replayed(t, fileOf(t, "x.pcap", file), "-claim", "majority RU")
	if status != exitOK || stderr != "" {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	account := a.Report.Account
	if a.Datagrams != 7 || a.Packets.Packets != 7 || account.Records != 120 || a.Report.Events != 360 ||
		len(account.Unread) != 1 || account.Unread[0].Code != "UNKNOWN_VERSION" || a.Report.SamplingRate != 100 {
		t.Errorf("%d datagrams, %+v, %+v, %d events", a.Datagrams, a.Packets, account, a.Report.Events)
	}
	if !a.From.Equal(begin) || !a.To.Equal(begin.Add(6*time.Second)) || len(a.Report.Verdicts) != 1 {
		t.Errorf("from %v to %v, %d verdicts", a.From, a.To, len(a.Report.Verdicts))
	}
	if len(a.Exporters) != 2 || a.Exporters[0].Addr.String() != "192.0.2.1" || a.Exporters[0].Packets != 180 ||
		a.Exporters[0].Bytes != 10_800 || a.Exporters[1].Records != 60 {
		t.Errorf("%+v", a.Exporters)
	}

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(file)
	must(t, z.Close())
	if b, status, _ := replayed(t, fileOf(t, "x.pcap.gz", packed.Bytes())); status != exitOK || b.Datagrams != 7 {
		t.Errorf("compressed: exit status %d, %d datagrams", status, b.Datagrams)
	}
	b, status, stderr := replayed(t, fileOf(t, "x.pcap", file), "-listen", ":9995")
	if status != exitFailed || b.Datagrams != 0 || b.Packets.OtherPort != 7 {
		t.Errorf("other port: exit status %d, %d datagrams, %+v, %s", status, b.Datagrams, b.Packets, stderr)
	}
	_, status, stderr = replayed(t, fileOf(t, "x.pcap", file), "-allow", "192.0.2.3")
	if status != exitFailed || !strings.Contains(stderr, "that -allow leaves out") {
		t.Errorf("nobody is allowed: exit status %d, %s", status, stderr)
	}
	if b, _, _ := replayed(t, fileOf(t, "x.pcap", file), "-allow", "192.0.2.2"); b.Report.Account.Records != 60 ||
		b.Report.Account.Excluded != 4 {
		t.Errorf("allowed: %+v", b.Report.Account)
	}
	b, status, stderr = replayed(t, fileOf(t, "x.pcap", file[:len(file)-3]))
	if status != exitFailed || b.Report.Account.Records != 120 || !strings.Contains(stderr, "breaks off after packet 6") {
		t.Errorf("cut: exit status %d, %d records, %s", status, b.Report.Account.Records, stderr)
	}
}

// Datagrams that came in fragments are read, and fragments whose others are missing are counted.
func TestReplayFragments(t *testing.T) {
	boot := begin.Add(-time.Hour)
	file := pcapOf(t, 2055, true, v9(begin, boot, 0, 1, flows(begin, 200)), v9(begin, boot, 0, 1, flows(begin, 10)))
	a, status, _ := replayed(t, fileOf(t, "x.pcap", file))
	if status != exitOK || a.Datagrams != 2 || a.Report.Account.Records != 210 || a.Packets.Fragments != 5 ||
		a.Packets.Unread != 0 {
		t.Errorf("exit status %d, %d datagrams, %d records, %+v", status, a.Datagrams, a.Report.Account.Records, a.Packets)
	}
	cut := append([]byte(nil), file[:24]...)
	cut = append(cut, file[24+16+14+20+1400:]...) // without the first fragment
	if a, _, _ = replayed(t, fileOf(t, "x.pcap", cut)); a.Datagrams != 1 || a.Packets.Unread != 1 {
		t.Errorf("%d datagrams, %+v", a.Datagrams, a.Packets)
	}
}

// One raw datagram is read, from standard input and as text too.
func TestReplayRaw(t *testing.T) {
	raw := v9(begin, begin.Add(-time.Hour), 0, 1000, flows(begin, 30))
	a, status, _ := replayed(t, fileOf(t, "x.bin", raw))
	if status != exitOK || a.Datagrams != 1 || a.Packets != nil || a.Report.Account.Records != 30 || a.Bursts == nil ||
		!a.Report.From.Equal(begin) {
		t.Errorf("exit status %d, %+v", status, a)
	}
	var out, stderr bytes.Buffer
	status = run(t.Context(), []string{"-replay", "-", "-text"}, bytes.NewReader(raw), &out, &stderr)
	if status != exitOK {
		t.Errorf("exit status %d: %s", status, stderr.String())
	}
	contains(t, out.String(), "30 used, 0 unread", "NETFLOW_V9", "RU Russia")
}

// Files that are missing, empty or damaged.
func TestReplayUnusable(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		status int
	}{
		"missing": {"none", exitFailed},
		"empty":   {fileOf(t, "x", nil), exitFailed},
		"head":    {fileOf(t, "x", []byte{0xa1, 0xb2, 0xc3, 0xd4, 0}), exitFailed},
		"ng":      {fileOf(t, "x", append([]byte{0x0a, 0x0d, 0x0d, 0x0a}, make([]byte, 40)...)), exitFailed},
		"gzip":    {fileOf(t, "x", []byte{0x1f, 0x8b, 8}), exitFailed},
		"a log":   {fileOf(t, "x", []byte("192.0.2.1 - - [")), exitFailed},
		"others":  {fileOf(t, "x", pcapOf(t, 2055, false, []byte("hello"), []byte("world"))), exitFailed},
	} {
		if a, status, stderr := replayed(t, c.file); status != c.status || a.Report.Events != 0 {
			t.Errorf("%s: exit status %d, %s", name, status, stderr)
		}
	}
}

// Of a file without exports, the text says what it has, and nothing of a format or an exporter that there is not.
func TestReplayGarbage(t *testing.T) {
	var out, stderr bytes.Buffer
	status := run(t.Context(), []string{"-replay", "-", "-text"}, strings.NewReader("garbage"), &out, &stderr)
	if status != exitFailed || strings.Contains(out.String(), "invalid") || strings.Contains(out.String(), "read as") {
		t.Errorf("exit status %d: %s", status, out.String())
	}
	contains(t, out.String(), `the first at "datagram 1"`)
	contains(t, stderr.String(), "not one record could be used, of 1")
}

// A signal ends a replay of what has no end: it reports what came until then.
func TestReplayInterrupted(t *testing.T) {
	raw := v9(begin, begin.Add(-time.Hour), 0, 1, flows(begin, 40))
	for name, input := range map[string][]byte{"capture": pcapOf(t, 2055, false, raw), "raw": raw} {
		r, w := io.Pipe()
		ctx, signal := context.WithCancel(t.Context())
		go func() {
			w.Write(input)
			w.Write(nil) // returns when the first one was passed on
			signal()
		}()
		var out, stderr bytes.Buffer
		status := run(ctx, []string{"-replay", "-"}, r, &out, &stderr)
		w.Close()
		var a answer
		must(t, json.Unmarshal(out.Bytes(), &a))
		if status != exitFailed || a.Report.Account.Records != 40 || !strings.Contains(stderr.String(), `"-": interrupted`) {
			t.Errorf("%s: exit status %d, %d records, %s", name, status, a.Report.Account.Records, stderr.String())
		}
	}
}
