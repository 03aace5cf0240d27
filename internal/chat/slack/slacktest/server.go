package slacktest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
	"github.com/umassonline/belltower/internal/chat/chattest/inprocess"
)

// Server is one fake Slack with any number of workspaces. Use [New], then
// [Server.Start] or [Server.StartInProcess], at last [Server.Close]. All
// methods may be called from several goroutines at once.
type Server struct {
	*plans // Faults, FaultsAlways, FaultsAtRandom, ClearFaults

	now       func() time.Time
	deadline  time.Duration
	limits    Limits
	logSize   int
	unchecked bool
	light     *lightCounter
	client    *http.Client    // calls the bot
	transport *http.Transport // calls us
	stopped   chan struct{}

	mu       sync.Mutex
	changed  *sync.Cond // with mu: something was stored, logged or switched
	changes  uint64
	url      string
	open     func() (net.Listener, error) // listens at our address, for the first time or again
	host     *inprocess.Host              // nil while closed or down
	bot      *inprocess.Host              // the bot, if it lives in this process
	outage   Outage
	sequence int64
	running  int // API calls being answered

	teams    map[TeamID]*team
	tokens   map[Secret]*team
	apps     map[Secret]*team // by app token
	channels map[ChannelID]*channel
	hooks    map[string]*hook
	triggers map[string]*trigger
	views    []*View // as they were opened
	buckets  *buckets
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

// WithDeadline sets how long Slack waits for an answer; without it the 3 s that it does
// ([answerWithin]). A story through whole processes, beside others on a busy machine, tells
// what is answered, not how quick the machine was; stories on fake time keep the 3 s.
func WithDeadline(d time.Duration) Option { return func(s *Server) { s.deadline = d } }

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
		now: time.Now, logSize: 10_000, deadline: answerWithin, stopped: make(chan struct{}),
		teams: map[TeamID]*team{}, tokens: map[Secret]*team{}, apps: map[Secret]*team{},
		channels: map[ChannelID]*channel{}, hooks: map[string]*hook{},
		triggers: map[string]*trigger{},
	}
	s.changed, s.plans = sync.NewCond(&s.mu), faulty.New[Fault](&s.mu, On.selects)
	s.transport = &http.Transport{DialContext: s.dial, MaxIdleConnsPerHost: 64}
	s.client = s.newClient()
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
	addr := "127.0.0.1:0"
	return s.start(func() (net.Listener, error) {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("fake Slack: listen on %s: %w", addr, err)
		}
		addr = l.Addr().String()
		return l, nil
	})
}

// StartInProcess serves without a port, to clients with [Server.Transport]
// only. Within testing/synctest it must be used, and [New] and [Server.Close]
// be called, inside the bubble.
func (s *Server) StartInProcess() error {
	return s.start(func() (net.Listener, error) { return inprocess.Listen("slack.test"), nil })
}

func (s *Server) start(open func() (net.Listener, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = open
	return s.listen()
}

// listen begins to serve. The caller holds s.mu.
func (s *Server) listen() error {
	l, err := s.open()
	if err != nil {
		return err
	}
	s.url, s.host = "http://"+l.Addr().String(), inprocess.Serve(l, s.handler())
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
		s.touch()
	}
	h := s.host
	s.host = nil
	s.mu.Unlock()
	s.ServeBot(nil)
	defer s.transport.CloseIdleConnections()
	defer s.client.CloseIdleConnections()
	defer s.drain()
	if h == nil {
		return nil
	}
	return h.Close()
}

// Transport reaches the server however it was started. Its idle connections
// are closed by [Server.Close].
func (s *Server) Transport() *http.Transport { return s.transport }

func (s *Server) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	s.mu.Lock()
	h := s.host
	s.mu.Unlock()
	if h == nil {
		return nil, inprocess.Refused()
	}
	return h.Dial(ctx, network, addr)
}

// ServeBot has a bot in this process take what Slack sends, whatever host the
// workspaces' request URLs name. A former one is cut off, as a restart does;
// nil sends over the network again.
func (s *Server) ServeBot(h http.Handler) {
	var next *inprocess.Host
	if h != nil {
		next = inprocess.Serve(inprocess.Listen("bot.test"), h)
	}
	s.mu.Lock()
	was := s.bot
	s.bot = next
	s.mu.Unlock()
	if was != nil {
		was.Cut()
	}
}

func (s *Server) dialBot(ctx context.Context, network, addr string) (net.Conn, error) {
	s.mu.Lock()
	h := s.bot
	s.mu.Unlock()
	if h == nil {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	return h.Dial(ctx, network, addr)
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

// APIURL is what a client takes as Slack's api_url, with the trailing slash
// that slack-go wants.
func (s *Server) APIURL() string { return s.URL() + "/api/" }

// handler serves the Web API under /api/, response_urls under /hooks/ and sockets
// under /link/.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("POST /hooks/{id}", s.serveHook)
	mux.HandleFunc("GET /link/", s.serveSocket)
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
