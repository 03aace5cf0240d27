// Package slacktest is a fake Slack that keeps Slack's rules, for tests and
// benchmarks. It is a real HTTP server: a program under test is pointed at
// [Server.APIURL] and cannot tell the difference as far as the Web API methods
// named in methods.go, slash commands, buttons and response_urls go.
//
// A rule taken from Slack names its page or report. "Unconfirmed" marks a
// behaviour that nobody documents; there the fake takes the answer that is the
// harder one for a client.
//
// The package's parts: workspace.go (who and where), messages.go and
// history.go (what was said), blocks.go (is it valid Block Kit), limits.go
// (429), faults.go (everything that breaks), inbound.go, command.go, click.go
// and hook.go (Slack calling us), claims.go and transcript.go (what a story
// expected and what it saw), light.go (almost free, for benchmarks).
package slacktest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is one fake Slack with any number of workspaces. Use [New], then
// either [Server.Start] or [Server.Handler]. All methods may be called from
// several goroutines at once.
type Server struct {
	now       func() time.Time
	limits    Limits
	logSize   int
	unchecked bool
	light     *lightCounter
	client    *http.Client
	stopped   chan struct{}

	mu       sync.Mutex
	changed  *sync.Cond // with mu: something was stored, logged or switched
	changes  uint64
	url      string
	addr     string
	http     *http.Server
	served   chan struct{}
	outage   Outage
	sequence int64
	running  int // API calls being answered

	teams    map[TeamID]*team
	tokens   map[Secret]*team
	channels map[ChannelID]*channel
	hooks    map[string]*hook
	buckets  *buckets
	plans    []*plan
	calls    []Call
	tally    Tally
}

// Option changes a Server as it is made.
type Option func(*Server)

// WithClock sets the clock that message ids, limits, response_url expiry and
// request timestamps go by. Without it the Server uses the wall clock: it is a
// server of its own that talks to other processes, so real time is its normal
// case, not a hidden dependency of something that decides.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// WithLimits switches rate limits on; without it nothing is limited.
func WithLimits(l Limits) Option { return func(s *Server) { s.limits = l } }

// WithLog sets how many API calls [Server.Log] keeps, the newest; 0 switches
// it off. The default is 10,000.
func WithLog(calls int) Option { return func(s *Server) { s.logSize = calls } }

// WithoutBlockChecks accepts any blocks, which saves time in benchmarks.
func WithoutBlockChecks() Option { return func(s *Server) { s.unchecked = true } }

// New makes a Server without workspaces that does not listen yet.
func New(options ...Option) *Server {
	s := &Server{
		now: time.Now, logSize: 10_000, stopped: make(chan struct{}), client: newClient(),
		teams: map[TeamID]*team{}, tokens: map[Secret]*team{},
		channels: map[ChannelID]*channel{}, hooks: map[string]*hook{},
	}
	s.changed = sync.NewCond(&s.mu)
	for _, o := range options {
		o(s)
	}
	s.buckets = newBuckets(s.limits)
	if s.light != nil {
		s.light.now = s.now
	}
	return s
}

// Start listens on a free port of 127.0.0.1 and serves until [Server.Close].
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listen("127.0.0.1:0")
}

// listen serves on addr. The caller holds s.mu.
func (s *Server) listen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("fake Slack: listen on %s: %w", addr, err)
	}
	srv, served := &http.Server{Handler: s.Handler()}, make(chan struct{})
	s.addr, s.url, s.http, s.served = l.Addr().String(), "http://"+l.Addr().String(), srv, served
	go func() {
		defer close(served)
		_ = srv.Serve(l) // always http.ErrServerClosed: the listener is ours alone
	}()
	return nil
}

// Close stops serving, lets hanging and delayed calls go, and waits for all of
// them. A delayed call that had not stored its message yet never does.
func (s *Server) Close() error {
	s.mu.Lock()
	select {
	case <-s.stopped:
	default:
		close(s.stopped)
	}
	srv, served := s.http, s.served
	s.http = nil
	s.mu.Unlock()
	defer s.client.CloseIdleConnections()
	defer s.drain()
	if srv == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("fake Slack: calls still running: %w", err), srv.Close())
	}
	<-served
	return nil
}

// enter and leave count the calls being answered, for drain.
func (s *Server) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running++
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	s.touch()
}

// drain waits for the calls that a cut connection left behind.
func (s *Server) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.running > 0 {
		s.changed.Wait()
	}
}

// URL is where the server listens, without a trailing slash.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// SetURL tells a Server whose [Server.Handler] is hosted elsewhere the address
// that response_urls must carry.
func (s *Server) SetURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = url
}

// APIURL is what a client takes as Slack's api_url, with the trailing slash
// that slack-go wants.
func (s *Server) APIURL() string { return s.URL() + "/api/" }

// Handler serves the Web API under /api/ and response_urls under /hooks/.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("POST /hooks/{id}", s.serveHook)
	return mux
}

// next returns a number never returned before. The caller holds s.mu.
func (s *Server) next() int64 {
	s.sequence++
	return s.sequence
}

// touch wakes everybody in [Server.Wait]. The caller holds s.mu.
func (s *Server) touch() {
	s.changes++
	s.changed.Broadcast()
}

// Wait blocks until cond is true, looking again whenever something was stored
// or logged, and returns ctx's error if that comes first. cond is called
// without a lock held and may use every method of the Server.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.touch()
	})
	defer stop()
	for {
		s.mu.Lock()
		seen := s.changes
		s.mu.Unlock()
		if cond() {
			return nil
		}
		s.mu.Lock()
		for s.changes == seen && ctx.Err() == nil {
			s.changed.Wait()
		}
		s.mu.Unlock()
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("fake Slack: what was waited for did not happen: %w", err)
		}
	}
}
