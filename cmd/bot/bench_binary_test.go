package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// maxBinary is how large a release may be, in bytes: as long as nothing in it calls methods
// by names that only a run knows, as text/template does (and so html/template), the linker
// leaves out the many methods of our libraries that nobody calls: 5 MB.
const maxBinary = 25e6

func TestARelease(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		lacks(t, "go")
	}
	if size := buildRelease(t, filepath.Join(t.TempDir(), "bot")); size > maxBinary {
		t.Errorf("the binary has %d bytes, more than %.0f", size, maxBinary)
	}
}

// buildRelease builds the bot as a release is, but for the paths in it, so that what other
// tests compiled is used, and returns its size in bytes.
func buildRelease(t testing.TB, binary string) int64 {
	t.Helper()
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// BenchmarkBinary builds the binary as a release is and starts it on a store of
// 1,000,000 records. It reports its size (limit: maxBinary), the time from exec to
// "ready" after a clean stop (50 ms) and after a SIGKILL (400 ms), and what it holds
// in memory while idle (RssAnon, 25 MiB): of such a store after a kill, which is the
// worst.
func BenchmarkBinary(b *testing.B) {
	dir := b.TempDir()
	binary := filepath.Join(dir, "bot")
	size := buildRelease(b, binary)
	c := newCampusOf(b)
	start := func() *child {
		cmd := c.botCommand(b, dir, 0)
		cmd.Path, cmd.Args[0] = binary, binary
		return startChild(b, cmd)
	}
	start().end(syscall.SIGTERM) // writes the configuration
	store := loadConfig(b, c, dir).Storage.Path
	if err := os.Remove(store); err != nil {
		b.Fatal(err)
	}
	history{b, store, 500_000}.fill() // an entry and a line of the audit each
	var clean, killed []time.Duration
	var idle []float64
	for b.Loop() {
		for range turns {
			bot := start()
			killed = append(killed, bot.took)
			idle = append(idle, bot.rssAnon(b))
			bot.end(syscall.SIGTERM)
			bot = start()
			clean = append(clean, bot.took)
			bot.rssAnon(b) // it stores something meanwhile, else a kill leaves a clean store
			bot.end(syscall.SIGKILL)
		}
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(ms(median(clean)), "ms-clean")
	b.ReportMetric(ms(median(killed)), "ms-killed")
	b.ReportMetric(slices.Max(idle), "MiB-idle")
}

// settleFor is how long a bot has done nothing when it counts as idle.
const settleFor = time.Second

// rssAnon is the memory that the process holds of its own when idle, in MiB.
func (c *child) rssAnon(b *testing.B) float64 {
	b.Helper()
	time.Sleep(settleFor)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		b.Skip("there is no /proc here: ", err)
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("RssAnon:")); ok {
			kB, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
			if err != nil {
				b.Fatal(err)
			}
			return float64(kB) / 1024
		}
	}
	b.Fatal("no RssAnon in ", string(status))
	return 0
}
