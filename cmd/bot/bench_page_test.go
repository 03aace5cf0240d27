package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// beBare makes this test binary a bare server of the bytes in the file that it names.
const beBare = "BELLTOWER_TEST_BE_BARE"

// TestBeBare is the bare server, where a benchmark asks for it.
func TestBeBare(t *testing.T) {
	file := os.Getenv(beBare)
	if file == "" {
		t.Skip("it is a part of benchmarks")
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(os.Stderr, "{\"Msg\":\"ready\",\"Listen\":%q}\n", l.Addr())
	t.Error(http.Serve(l, bare(body)))
}

// bare writes the same bytes to everybody.
func bare(body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	})
}

// readers ask for a page as browsers do, over some connections.
type readers struct {
	b      *testing.B
	client *http.Client
}

func newReaders(b *testing.B) readers {
	client := newClient()
	b.Cleanup(client.CloseIdleConnections)
	return readers{b, client}
}

func (r readers) read(url string) []byte {
	r.b.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		r.b.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	req.Header.Set("Accept-Language", "es-US,es;q=0.9,en-US;q=0.8,en;q=0.7")
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36")
	body, err := r.do(req)
	if err != nil {
		r.b.Error(err)
	}
	return body
}

func (r readers) do(req *http.Request) ([]byte, error) {
	res, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != "gzip" {
		return nil, fmt.Errorf("%s: %s", req.URL, res.Status)
	}
	return io.ReadAll(res.Body)
}

// hammer has eight readers read until stop is called.
func (r readers) hammer(url string) (stop func() (reads int)) {
	quit, counts := make(chan struct{}), make(chan int)
	for range 8 {
		go func() {
			for n := 0; ; n++ {
				select {
				case <-quit:
					counts <- n
					return
				default:
					r.read(url)
				}
			}
		}()
	}
	return func() (reads int) {
		close(quit)
		for range 8 {
			reads += <-counts
		}
		return reads
	}
}

// used is the processor time that a running process has used, in steps of 10 ms
// (proc_pid_stat(5), utime and stime).
func (c *child) used(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// pageReads is how many readers one turn of BenchmarkPage has.
const pageReads = 8000

// BenchmarkPage compares the processor time of a reader of the page, while an incident
// is open, with that of a bare net/http server that writes the same bytes; each is a
// process of its own. Limit: 1.5 times.
func BenchmarkPage(b *testing.B) {
	c := newCampusOf(b)
	bot := startChild(b, c.botCommand(b, b.TempDir(), 20))
	defer bot.end(syscall.SIGTERM)
	url, r := "http://"+bot.ready.Listen, newReaders(b)
	if _, err := answered(newClient(), c.signed(url+"/slack/amherst/commands", declare, 1), "is open"); err != nil {
		b.Fatal(err)
	}
	body := r.read(url)
	file := filepath.Join(b.TempDir(), "page.gz")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestBeBare$")
	cmd.Env = append(os.Environ(), beBare+"="+file)
	simple := startChild(b, cmd)
	defer simple.end(syscall.SIGKILL)
	var p pairs
	for b.Loop() {
		for range turns {
			p.ours = append(p.ours, r.cost(bot, url))
			p.bare = append(p.bare, r.cost(simple, "http://"+simple.ready.Listen))
		}
	}
	perRead := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / pageReads }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(p.ratio(), "x-bare-cpu")
	b.ReportMetric(perRead(median(p.ours)), "cpu-us/read")
	b.ReportMetric(perRead(median(p.bare)), "bare-cpu-us/read")
	b.ReportMetric(float64(len(body)), "bytes")
}

// cost is the processor time that a server uses for a turn.
func (r readers) cost(c *child, url string) time.Duration {
	r.b.Helper()
	began := c.used(r.b)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range pageReads / 8 {
				r.read(url)
			}
		})
	}
	wg.Wait()
	return c.used(r.b) - began
}

// note gives a command that changes the record, and tells no channel, and returns how
// long its durable answer took.
func (f *fanOut) note() time.Duration {
	f.b.Helper()
	began := time.Now()
	if r := f.do(f.b.Context(), localRequest(localCommand{Line: "incident note 1 The vendor has a ticket.", User: "bench"}, began)); r.Failed {
		f.b.Error(r.Message.PlainText(time.UTC))
	}
	return time.Since(began)
}

// BenchmarkReaders times commands to their durable answers while a fan-out runs and
// readers ask for the page as fast as they can, beside the same while they ask a bare
// server in the same process. After each command the page is made anew. It reports the
// ratio: readers of the page should cost a command no more.
func BenchmarkReaders(b *testing.B) {
	f, r := newFanOut(b, 2000, nil), newReaders(b)
	f.tell()
	page := strings.TrimSuffix(f.url, "slack/amherst/commands")
	var reads [2]int
	turn := func(k int, url string) time.Duration {
		stop := r.hammer(url)
		told := make(chan struct{})
		go func() { defer close(told); f.tell() }()
		var took []time.Duration
		for range perTurn {
			took = append(took, f.note())
		}
		reads[k] += stop()
		<-told
		return median(took)
	}
	var p pairs
	for b.Loop() {
		for range turns {
			body := bytes.Clone(r.read(page))
			simple := httptest.NewServer(bare(body))
			p.ours = append(p.ours, turn(0, page))
			p.bare = append(p.bare, turn(1, simple.URL))
			simple.Close()
		}
	}
	p.report(b, "bare")
	b.ReportMetric(float64(reads[0])/float64(reads[1]), "x-bare-reads")
}
