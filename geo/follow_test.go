package geo

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// followed is an address of the one network that followMMDB puts in a file.
var followed = netip.MustParseAddr("5.8.1.1")

// followMMDB returns a database with one country. All codes give the same length.
func followMMDB(code string) []byte { return oneNetwork(countryRecord(code), nil) }

// followDir is a folder whose files get a new modification time with each
// write, however fast the test and coarse the file system's clock.
type followDir struct {
	t    *testing.T
	root string
	now  time.Time
}

func newFollowDir(t *testing.T) *followDir {
	return &followDir{t: t, root: t.TempDir(), now: time.Unix(1700000000, 0)}
}

func (d *followDir) path(name string) string { return filepath.Join(d.root, name) }

func (d *followDir) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *followDir) write(name string, data []byte) {
	d.t.Helper()
	d.must(os.WriteFile(d.path(name), data, 0o644))
	d.touch(name)
}

func (d *followDir) touch(name string) {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	d.must(os.Chtimes(d.path(name), d.now, d.now))
}

// replace is how a database should be replaced: written aside, then renamed.
func (d *followDir) replace(name string, data []byte) {
	d.t.Helper()
	d.write(name+".new", data)
	d.must(os.Rename(d.path(name+".new"), d.path(name)))
}

// link points the symbolic link name at target, replacing it atomically.
func (d *followDir) link(target, name string) {
	d.t.Helper()
	d.must(os.Symlink(target, d.path(name+".new")))
	d.must(os.Rename(d.path(name+".new"), d.path(name)))
}

func TestFollowerPoll(t *testing.T) {
	ru, nc := followMMDB("RU"), followMMDB("NC")
	d := newFollowDir(t)
	d.write("db.mmdb", ru)
	f, err := Follow(d.path("db.mmdb"))
	if err != nil {
		t.Fatal(err)
	}

	for _, step := range []struct {
		name string
		do   func()
		news bool
		err  error
		want string // the country that is then served
	}{
		{"nothing", func() {}, false, nil, "RU"},
		{"rename over", func() { d.replace("db.mmdb", nc) }, true, nil, "NC"},
		{"nothing after it", func() {}, false, nil, "NC"},
		{"rewrite in place, same size", func() { d.write("db.mmdb", ru) }, true, nil, "RU"},
		{"touch", func() { d.touch("db.mmdb") }, false, nil, "RU"},
		{"same content renamed over", func() { d.replace("db.mmdb", ru) }, false, nil, "RU"},
		{"text file", func() { d.replace("db.mmdb", []byte("not a database")) }, true, ErrNotMMDB, "RU"},
		{"text file again", func() {}, false, nil, "RU"},
		{"another text file", func() { d.replace("db.mmdb", []byte("nor is this one")) }, true, ErrNotMMDB, "RU"},
		{"another text file again", func() {}, false, nil, "RU"},
		{"empty file", func() { d.write("db.mmdb", nil) }, true, ErrNotMMDB, "RU"},
		{"no country in it", func() { d.replace("db.mmdb", followMMDB("ZZ")) }, true, ErrNotCountry, "RU"},
		{"half a file", func() { d.write("db.mmdb", nc[:len(nc)/2]) }, true, ErrNotMMDB, "RU"},
		{"the other half", func() { d.write("db.mmdb", nc) }, true, nil, "NC"},
		{"missing", func() { d.must(os.Remove(d.path("db.mmdb"))) }, true, fs.ErrNotExist, "NC"},
		{"still missing", func() {}, false, nil, "NC"},
		{"back as it was", func() { d.replace("db.mmdb", nc) }, true, nil, "NC"},
		{"a folder", func() {
			d.must(os.Remove(d.path("db.mmdb")))
			d.must(os.Mkdir(d.path("db.mmdb"), 0o755))
		}, true, ErrNotMMDB, "NC"},
		{"still a folder", func() {}, false, nil, "NC"},
		{"back with other content", func() {
			d.must(os.Remove(d.path("db.mmdb")))
			d.replace("db.mmdb", ru)
		}, true, nil, "RU"},
		{"nothing at the end", func() {}, false, nil, "RU"},
	} {
		old := f.Table()
		step.do()
		r, news := f.Poll()
		if news != step.news || !errors.Is(r.Err, step.err) {
			t.Fatalf("%s: Poll() = %v (error %v), want %v (%v)", step.name, news, r.Err, step.news, step.err)
		}
		if got := f.Table().Lookup(followed).String(); got != step.want {
			t.Fatalf("%s: table of %s in use, want %s", step.name, got, step.want)
		}
		if news && (r.Old != old || r.New != f.Table()) {
			t.Errorf("%s: Reload does not name the tables before and after", step.name)
		}
		if (!news || r.Err != nil) && f.Table() != old {
			t.Errorf("%s: table replaced without need", step.name)
		}
	}
}

// A mounted Kubernetes ConfigMap: db.mmdb -> ..data/db.mmdb, ..data -> v1, and
// an update changes only where ..data points.
func TestFollowerSymlinks(t *testing.T) {
	d := newFollowDir(t)
	for name, code := range map[string]string{"v1": "RU", "v2": "NC"} {
		d.must(os.Mkdir(d.path(name), 0o755))
		d.write(filepath.Join(name, "db.mmdb"), followMMDB(code))
	}
	// Equal in size and time: only the file itself tells them apart.
	for _, name := range []string{"v1", "v2"} {
		d.must(os.Chtimes(d.path(filepath.Join(name, "db.mmdb")), d.now, d.now))
	}
	d.link("v1", "..data")
	d.link(filepath.Join("..data", "db.mmdb"), "db.mmdb")

	f, err := Follow(d.path("db.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	d.link("v2", "..data")
	if r, news := f.Poll(); !news || r.Err != nil || r.New.Lookup(followed).String() != "NC" {
		t.Errorf("Poll() = %+v, %v after the swap, want the table of NC", r, news)
	}
	d.link("nowhere", "..data")
	if r, news := f.Poll(); !news || !errors.Is(r.Err, fs.ErrNotExist) {
		t.Errorf("Poll() = %v, %v with a dangling link, want %v", r.Err, news, fs.ErrNotExist)
	}
	if got := f.Table().Lookup(followed).String(); got != "NC" {
		t.Errorf("table of %s in use with a dangling link, want NC", got)
	}
}

func TestFollowErrors(t *testing.T) {
	d := newFollowDir(t)
	d.write("text", []byte("not a database"))
	d.write("unknown", followMMDB("ZZ"))
	for name, want := range map[string]error{
		"missing": fs.ErrNotExist, ".": ErrNotMMDB, "text": ErrNotMMDB, "unknown": ErrNotCountry,
	} {
		if f, err := Follow(d.path(name)); f != nil || !errors.Is(err, want) {
			t.Errorf("Follow(%s) = %v, %v, want an error that is %v", name, f, err, want)
		}
	}
}

func TestLoaderFollow(t *testing.T) {
	d := newFollowDir(t)
	d.write("db.mmdb", followMMDB("RU"))
	f, err := Loader{Name: "mine"}.Follow(d.path("db.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	d.replace("db.mmdb", followMMDB("NC"))
	f.Poll()
	if info := f.Table().Info(); info.Name != "mine" || f.Table().Lookup(followed).String() != "NC" {
		t.Errorf("the reloaded table is named %q, want the Loader's name", info.Name)
	}
}

// A file of /proc says that it is empty and is not, as one does that grows
// between stat and read.
func TestFollowerChanging(t *testing.T) {
	const restless = "/proc/self/status"
	if runtime.GOOS != "linux" {
		t.Skip("needs", restless)
	}
	if _, err := Follow(restless); !errors.Is(err, ErrChanging) {
		t.Fatalf("Follow: error %v, want %v", err, ErrChanging)
	}
	d := newFollowDir(t)
	d.write("v1", followMMDB("RU"))
	d.link("v1", "db.mmdb")
	f, err := Follow(d.path("db.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	old := f.Table()
	d.link(restless, "db.mmdb")
	if r, news := f.Poll(); news || f.Table() != old {
		t.Errorf("Poll() = %+v, %v while the file changes, want no news and the old table", r, news)
	}
	d.write("v2", followMMDB("NC"))
	d.link("v2", "db.mmdb")
	if _, news := f.Poll(); !news || f.Table() == old {
		t.Error("the file was not taken when it had come to rest")
	}
}

func TestFollowerRun(t *testing.T) {
	ru, nc := followMMDB("RU"), followMMDB("NC")
	for _, every := range []time.Duration{time.Minute, 0, -1} { // the last two mean a minute
		d := newFollowDir(t)
		d.write("db.mmdb", ru)
		f, err := Follow(d.path("db.mmdb"))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			reported := make(chan Reload, 10)
			var reports []Reload
			done := make(chan error)
			go func() {
				done <- f.Run(ctx, every, func(r Reload) { reported <- r })
			}()
			wait := func(dt time.Duration, want int) {
				t.Helper()
				time.Sleep(dt) // of the bubble's clock
				synctest.Wait()
				for len(reported) > 0 {
					reports = append(reports, <-reported)
				}
				if len(reports) != want {
					t.Fatalf("%d reports, want %d", len(reports), want)
				}
			}

			wait(10*time.Minute, 0)
			d.replace("db.mmdb", nc)
			wait(59*time.Second, 0)
			wait(time.Second, 1)
			d.write("db.mmdb", nil)
			wait(time.Hour, 2)
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("Run() = %v, want %v", err, context.Canceled)
			}
			if reports[0].Err != nil || reports[0].New != f.Table() || !errors.Is(reports[1].Err, ErrNotMMDB) {
				t.Errorf("reports %+v, want a swap and a refusal", reports)
			}
		})
	}
}

func TestFollowerRunWithoutReport(t *testing.T) {
	d := newFollowDir(t)
	d.write("db.mmdb", followMMDB("RU"))
	f, err := Follow(d.path("db.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	d.replace("db.mmdb", followMMDB("NC"))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		if err := f.Run(ctx, time.Minute, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run() = %v, want %v", err, context.DeadlineExceeded)
		}
	})
	if got := f.Table().Lookup(followed).String(); got != "NC" {
		t.Errorf("table of %s in use, want NC", got)
	}
}

// Every table that a reader gets is whole, whoever polls at the time.
func TestFollowerConcurrent(t *testing.T) {
	files := [][]byte{followMMDB("RU"), followMMDB("NC")}
	d := newFollowDir(t)
	d.write("db.mmdb", files[0])
	f, err := Follow(d.path("db.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	var readers, pollers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				if o := f.Table().Lookup(followed); !o.IsCountry() {
					t.Errorf("a table that places the address in %v", o)
				}
				select {
				case <-stop:
					return
				default:
					runtime.Gosched()
				}
			}
		})
	}
	for i := range 6 {
		d.replace("db.mmdb", files[(i+1)%2])
		old := f.Table()
		var news [2]bool
		for j := range news {
			pollers.Go(func() { _, news[j] = f.Poll() })
		}
		pollers.Wait()
		if news[0] == news[1] || f.Table() == old {
			t.Fatalf("round %d: news %v, want one poll of two to swap the table", i, news)
		}
	}
	close(stop)
	readers.Wait()
}

func TestFollowerTableAllocs(t *testing.T) {
	d := newFollowDir(t)
	d.write("db.mmdb", followMMDB("RU"))
	f, err := Follow(d.path("db.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { f.Table() }); n != 0 {
		t.Errorf("Table allocates %v times", n)
	}
}
