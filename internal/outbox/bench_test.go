package outbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// body is as long as a rendered post.
var body = strings.Repeat("x", 1200)

// poster posts over HTTP, the bare thing that a fan-out is compared with.
type poster struct {
	url    string
	client *http.Client
	n      atomic.Int64
	first  chan time.Time
}

func newPoster(b *testing.B) *poster {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"ok":true}`)
	}))
	b.Cleanup(srv.Close)
	return &poster{url: srv.URL, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}, first: make(chan time.Time, 1)}
}

func (p *poster) post(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, strings.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.Body.Close()
}

func (p *poster) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	if !d.Ops {
		select {
		case p.first <- time.Now():
		default:
		}
	}
	if err := p.post(ctx); err != nil {
		return "", err
	}
	return chat.PostID(fmt.Sprintf("17000000.%06d", p.n.Add(1))), nil
}

func (p *poster) Edit(context.Context, chat.Delivery) error               { return nil }
func (p *poster) Find(context.Context, chat.Sought) ([]chat.Found, error) { return nil, nil }
func (p *poster) Reach(context.Context, desk.Channel) error               { return nil }

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func reportCPU(b *testing.B, began time.Duration, posts int) {
	b.ReportMetric(float64((cpu()-began).Nanoseconds())/1000/float64(posts), "cpu-us/post")
}

// BenchmarkFanOutBare posts to 10,000 channels and remembers nothing.
func BenchmarkFanOutBare(b *testing.B) {
	p := newPoster(b)
	began := cpu()
	defer func() { reportCPU(b, began, b.N*10_000) }()
	for b.Loop() {
		var wg sync.WaitGroup
		todo := make(chan struct{})
		for range 48 {
			wg.Go(func() {
				for range todo {
					if err := p.post(b.Context()); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for range 10_000 {
			todo <- struct{}{}
		}
		close(todo)
		wg.Wait()
	}
}

// BenchmarkFanOut tells 10,000 channels, receipts durable. Compare its CPU time
// with BenchmarkFanOutBare's.
func BenchmarkFanOut(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchFanOut(b, n) })
	}
}

// fanOut is an engine that runs, with subscribers on a platform that does not limit.
type fanOut struct {
	db      storage.DB
	book    *Book
	engine  *Engine
	settled chan struct{} // one for each announcement that all were told
	end     func()
}

func newFanOut(b *testing.B, to chat.Sender, channels int, ops ...string) *fanOut {
	db, err := boltdb.Open(filepath.Join(b.TempDir(), "bench.db"), boltdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	f := &fanOut{db: db, book: NewBook(), settled: make(chan struct{}, 1)}
	f.book.SetPlaces(Places{Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn"}}), Connections: []Connection{{Name: campus, Ops: ops}}})
	subscribeAll(b, db, f.book, channels)
	f.engine = NewEngine(EngineConfig{
		DB: db, Book: f.book, Words: plainWords{}, Senders: map[desk.ConnectionName]chat.Sender{campus: to},
		Abilities: func(desk.Channel) chat.Abilities { return chat.Abilities{LookUp: true, Edit: true, Thread: true} },
		Observe:   Observer{LastPost: func(time.Duration) { f.settled <- struct{}{} }},
	})
	f.engine.lines[campus].pace[methodPost] = newPace(600_000_000)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- f.engine.Run(ctx) }()
	f.end = func() {
		cancel()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	return f
}

func benchFanOut(b *testing.B, channels int) {
	p := newPoster(b)
	f := newFanOut(b, p, channels)
	var toFirst time.Duration
	number, used := 0, cpu()
	for b.Loop() {
		number++
		began := declareTo(b, f.db, f.book, number)
		f.engine.Poke()
		toFirst += (<-p.first).Sub(began)
		<-f.settled
		select {
		case <-p.first:
		default:
		}
	}
	reportCPU(b, used, number*channels)
	b.ReportMetric(float64(toFirst.Microseconds())/float64(number), "us-to-first")
	f.end()
}

func subscribeAll(b *testing.B, db storage.DB, book *Book, channels int) {
	ids := numbered(channels)
	for len(ids) > 0 {
		part := ids[:min(len(ids), 50)]
		ids = ids[len(part):]
		err := db.Update(b.Context(), func(tx storage.Tx) error {
			for _, id := range part {
				sub := desk.Subscription{Channel: channel(id), Target: desk.ServiceTarget("learn"), SetAt: time.Now().UTC()}
				if err := subTable().Put(tx, subKey(sub.Channel).Str(sub.Target.String()), sub); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func declareTo(b *testing.B, db storage.DB, book *Book, number int) time.Time {
	c, err := desk.Declare(number, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Minor, Title: "Learn is slow", Text: "We are looking into it.",
	}, desk.Act{At: time.Now().UTC()})
	if err != nil {
		b.Fatal(err)
	}
	err = db.Update(b.Context(), func(tx storage.Tx) error {
		_, err := book.Announce(tx, *c.Announce, Release{Now: time.Now().UTC()})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Now()
}
