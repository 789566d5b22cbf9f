package peers

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/geo"
)

// openRedis starts a Redis for the time of the test. A batch is one pipeline with
// a PFADD per country, which takes all its addresses in the batch.
func openRedis(tb testing.TB, ips []uint32) func() counts {
	client := startRedis(tb)
	ctx := tb.Context()
	table := load.Table()
	return func() counts {
		if err := client.FlushAll(ctx).Err(); err != nil {
			tb.Fatal(err)
		}
		var byOrigin [geo.MaxOrigins][]any
		seen := map[geo.Origin]bool{}
		for part := range load.Batches(ips, batch) {
			for _, a := range part {
				o := table.Lookup(a)
				byOrigin[o] = append(byOrigin[o], a.AsSlice())
			}
			_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
				for o, elements := range byOrigin {
					if len(elements) > 0 {
						p.PFAdd(ctx, geo.Origin(o).String(), elements...)
						seen[geo.Origin(o)] = true
					}
				}
				return nil
			})
			if err != nil {
				tb.Fatal(err)
			}
			for o := range byOrigin {
				byOrigin[o] = byOrigin[o][:0]
			}
		}
		replies := map[string]*redis.IntCmd{}
		_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for o := range seen {
				replies[o.String()] = p.PFCount(ctx, o.String())
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
		n := counts{}
		for code, reply := range replies {
			n[code] = uint64(reply.Val())
		}
		return n
	}
}

// startRedis starts a Redis that keeps nothing on disk, on a free port of the
// loopback interface, and returns a client of it. Both end with the test.
func startRedis(tb testing.TB) *redis.Client {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		tb.Skip("redis-server is not installed")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	addr := free.Addr().(*net.TCPAddr)
	free.Close()
	server := exec.Command(path, "--bind", addr.IP.String(), "--port", fmt.Sprint(addr.Port),
		"--save", "", "--appendonly", "no", "--dir", tb.TempDir())
	if err := server.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	client := redis.NewClient(&redis.Options{Addr: addr.String(), ReadTimeout: time.Minute})
	tb.Cleanup(func() {
		client.Close()
		server.Process.Signal(syscall.SIGTERM)
		<-ended
	})
	for {
		info, err := client.Info(tb.Context(), "server").Result()
		if err == nil {
			// Another server could have come to the port; its data is not ours.
			if !strings.Contains(info, fmt.Sprintf("process_id:%d\r\n", server.Process.Pid)) {
				tb.Fatalf("redis: another server is at %v", addr)
			}
			return client
		}
		select {
		case err := <-ended:
			ended <- err
			tb.Fatalf("redis: server ended: %v", err)
		default:
		}
	}
}

// redisVersion returns what redis-server says of itself: "v=7.0.15" among other
// things.
func redisVersion() string {
	said, _ := exec.Command("redis-server", "--version").Output()
	for _, field := range strings.Fields(string(said)) {
		if v, ok := strings.CutPrefix(field, "v="); ok {
			return v
		}
	}
	return ""
}
