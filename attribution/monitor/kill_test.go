package monitor

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/scenario"
)

// What a process is told in TestKilledProcess: the folder of its checkpoint, and
// after how many events it says so and waits.
const (
	killFolder = "WHENCE_TEST_KILL_FOLDER"
	killAfter  = "WHENCE_TEST_KILL_AFTER"
)

// replay watches a scenario from the last checkpoint in a folder, or from the
// begin, writes a checkpoint every 5,000 events, and appends each burst that is
// told to a log. Events and bursts until the checkpoint are its position.
func replay(folder string, stopAfter int) error {
	s, err := overHour(4*time.Minute, scenario.MailBomb{Seed: 3}, scenario.TwoVictims{Seed: 3}).Build(testPopulation())
	if err != nil {
		return err
	}
	var log []json.RawMessage
	options := Options{Targets: 64, NotifyChildren: true, Notify: func(b Burst) {
		data, err := json.Marshal(b)
		if err != nil {
			panic(err)
		}
		log = append(log, data)
	}}
	m := newMonitor(options)
	checkpoint, bursts := filepath.Join(folder, "checkpoint"), filepath.Join(folder, "bursts")
	done := 0
	if f, err := os.Open(checkpoint); err == nil {
		defer f.Close()
		position, err := m.Restore(f)
		if err != nil {
			return err
		}
		done = int(binary.BigEndian.Uint64(position))
		text, err := os.ReadFile(bursts)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text[:binary.BigEndian.Uint64(position[8:])])) {
			log = append(log, json.RawMessage(strings.TrimSuffix(line, "\n")))
		}
	}
	// save writes the log before the checkpoint that counts on it, which takes
	// the place of the one before in one step.
	save := func(n int) error {
		var text []byte
		for _, b := range log {
			text = append(append(text, b...), '\n')
		}
		if err := os.WriteFile(bursts, text, 0o600); err != nil {
			return err
		}
		position := binary.BigEndian.AppendUint64(nil, uint64(n))
		position = binary.BigEndian.AppendUint64(position, uint64(len(text)))
		f, err := os.Create(checkpoint + ".new")
		if err != nil {
			return err
		}
		defer f.Close()
		if err := m.Checkpoint(f, position); err != nil {
			return err
		}
		return os.Rename(checkpoint+".new", checkpoint)
	}
	n := 0
	for e := range s.Events() {
		if e.Time.Sub(begin) > 14*time.Minute {
			break
		}
		if n++; n <= done {
			continue
		}
		m.Observe(eventOf(e))
		if n%5000 == 0 {
			if err := save(n); err != nil {
				return err
			}
		}
		if n == stopAfter {
			fmt.Println("waiting")
			time.Sleep(time.Hour)
		}
	}
	text, err := json.Marshal(reportOf(everything(m)))
	if err != nil {
		return err
	}
	log = append(log, text)
	return save(n)
}

// A process that is killed while it watches, twice, and goes on from its last
// checkpoint, tells the same bursts with the same reports as one that ran through,
// to the last byte, and ends with the same state.
func TestKilledProcess(t *testing.T) {
	if folder := os.Getenv(killFolder); folder != "" {
		var after int
		fmt.Sscan(os.Getenv(killAfter), &after)
		if err := replay(folder, after); err != nil {
			t.Fatal(err)
		}
		return
	}
	if testing.Short() {
		t.Skip("starts four processes")
	}
	run := func(folder string, after int) {
		c := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$", "-test.v")
		c.Env = append(os.Environ(), killFolder+"="+folder, fmt.Sprintf("%s=%d", killAfter, after))
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		killed := false
		var text []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			text = append(text, lines.Text())
			if strings.Contains(lines.Text(), "waiting") {
				killed = true
				c.Process.Kill()
			}
		}
		err = c.Wait()
		if killed != (after > 0) || (err != nil) != killed {
			t.Fatalf("killed %v: %v\n%s", killed, err, strings.Join(text, "\n"))
		}
	}
	through, killed := t.TempDir(), t.TempDir()
	run(through, 0)
	for _, after := range []int{21_234, 104_321, 0} {
		run(killed, after)
	}
	for _, name := range []string{"bursts", "checkpoint"} {
		a, err := os.ReadFile(filepath.Join(through, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(killed, name))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a, b) {
			t.Errorf("%s: %d bytes differ from the %d of one that ran through", name, len(b), len(a))
		}
		if lines := strings.Count(string(a), "\n"); name == "bursts" && lines < 10 {
			t.Errorf("only %d bursts and looks", lines)
		}
	}
}
