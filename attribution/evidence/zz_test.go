package evidence

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/sketch"
)

func total() uint64 { var m runtime.MemStats; runtime.ReadMemStats(&m); return m.TotalAlloc }
func peak(f func()) uint64 {
	runtime.GC()
	done := make(chan bool)
	out := make(chan uint64)
	go func() {
		var p uint64
		for {
			select {
			case <-done:
				out <- p
				return
			default:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				p = max(p, m.HeapAlloc)
				time.Sleep(5 * time.Millisecond)
			}
		}
	}()
	f()
	close(done)
	return <-out
}
func TestZZ(t *testing.T) {
	_, data := mustMake(t, few(), attribution.Policy{}, someClaims...)
	for name, body := range map[string]string{
		"rows":     `"countries":[` + strings.TrimSuffix(strings.Repeat("{},", 2700000), ",") + `],`,
		"ones":     `"countries":[` + strings.TrimSuffix(strings.Repeat("1,", 4000000), ",") + `],`,
		"verdicts": `"verdicts":[` + strings.TrimSuffix(strings.Repeat("{},", 2700000), ",") + `],`,
	} {
		i := bytes.Index(data, []byte(`"report":{`)) + len(`"report":{`)
		j := bytes.Index(data, []byte(`,"snapshot"`))
		x := append(append(append([]byte{}, data[:i]...), strings.TrimSuffix(body, ",")...), '}')
		x = append(x, data[j:]...)
		s := time.Now()
		var v Verification
		var err error
		p := peak(func() { v, err = Verify(x) })
		fmt.Println(name, len(x), time.Since(s), p>>20, v.Difference, err)
	}
	// many members
	var b strings.Builder
	for i := range 700000 {
		fmt.Fprintf(&b, `"%07d":1,`, i)
	}
	x := bytes.Replace(data, []byte(`"report":{`), []byte(`"report":{`+b.String()), 1)
	s := time.Now()
	p := peak(func() { v, err := Verify(x); fmt.Println(v.Difference, err) })
	fmt.Println("members", len(x), time.Since(s), p>>20)
	// a hostile snapshot
	st := stateOf(few())
	st.SampleSize = 1 << 20
	n := 1 << 20
	st.Items = make([]sketch.Item, n)
	for i := range st.Items {
		a := source.IPv4(uint32(i) * 4093)
		st.Items[i] = sketch.Item{Hash: sketch.HashOf(uint64(i + 1)), Hi: a.Hi, Lo: a.Lo, Events: 1, Part: uint8(2 + i%200)}
		if !geo.Origin(st.Items[i].Part).IsCountry() {
			st.Items[i].Part = 0
		}
	}
	for k := range 40 {
		d := st.Databases[0]
		d.Name = fmt.Sprintf("d%02d", k)
		o := make([]geo.Origin, n)
		for i := range o {
			o[i] = geo.Origin(st.Items[(i*(k+1))%n].Part)
		}
		st.Columns = append(st.Columns, snapshot.Column{Database: d, Origins: o})
	}
	claims := []attribution.Claim{}
	for range 64 {
		claims = append(claims, attribution.Majority("RU"))
	}
	for _, nc := range []int{1, 64} {
		s = time.Now()
		var e *Evidence
		var err error
		p = peak(func() { e, err = New(snapshot.Wrap(st).(attribution.Snapshot), attribution.Policy{}, claims[:nc]...) })
		fmt.Println("hostile", nc, err, time.Since(s), p>>20)
		if e != nil {
			d := marshal(e)
			s = time.Now()
			p = peak(func() { v, err := Verify(d); fmt.Println(v.OK(), err) })
			fmt.Println("verify", len(d)>>20, "MiB", time.Since(s), p>>20, "MiB")
		}
	}
}
