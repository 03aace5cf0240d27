package discordtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
)

// Server is one fake Discord. Use [New], then [Server.Start] or [Server.Transport], at
// last [Server.Close]. All methods may be called from several goroutines at once.
type Server struct {
	*plans // Faults, FaultsAlways, FaultsAtRandom, ClearFaults

	now       func() time.Time
	deadline  time.Duration
	limits    Limits
	nonceFor  time.Duration
	mux       *http.ServeMux
	client    *http.Client // calls the bot
	stopped   chan struct{}
	listening *http.Server
	served    chan struct{}
	running   sync.WaitGroup // of requests without a network

	mu      sync.Mutex
	changed *sync.Cond // with mu: something was stored, logged or switched
	changes uint64
	url     string
	last    uint64 // the newest id
	outage  bool
	bot     http.Handler
	door    Door

	apps         map[ID]*application
	guilds       map[ID]*Guild
	channels     map[ID]*room
	users        map[ID]User
	interactions map[ID]*interaction
	forms        map[ID]*Form // by person
	nonces       map[string]nonced
	windows      map[string]*window
	invalid      invalid
	calls        []Call
	dead         bool
}

// Door hands an interaction to the bot by another way than HTTP: the gateway.
type Door func(ctx context.Context, app ID, payload []byte) error

// Option changes a Server as it is made.
type Option func(*Server)

// WithClock sets the clock that ids, limits, signatures and tokens go by. Without it
// the Server uses the wall clock, as it is a server that talks to other processes.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// WithDeadline sets how long Discord waits for a first response; without it the 3 s that
// it does ([answerWithin]). A story through whole processes, beside others on a busy
// machine, tells what is answered, not how quick the machine was; stories on fake time keep
// the 3 s.
func WithDeadline(d time.Duration) Option { return func(s *Server) { s.deadline = d } }

// WithLimits switches rate limits on; without it nothing is limited.
func WithLimits(l Limits) Option { return func(s *Server) { s.limits = l } }

// WithNonces sets how long a nonce that is enforced is looked back for; the default is
// 3 minutes ("in the past few minutes": resources/message, "Create Message").
func WithNonces(d time.Duration) Option { return func(s *Server) { s.nonceFor = d } }

// New makes a Server without applications that does not listen yet.
func New(options ...Option) *Server {
	s := &Server{
		now: time.Now, nonceFor: 3 * time.Minute, deadline: answerWithin, stopped: make(chan struct{}), mux: http.NewServeMux(), url: "http://discord.test",
		apps: map[ID]*application{}, guilds: map[ID]*Guild{}, channels: map[ID]*room{}, users: map[ID]User{},
		interactions: map[ID]*interaction{}, forms: map[ID]*Form{}, nonces: map[string]nonced{}, windows: map[string]*window{},
	}
	s.changed, s.plans = sync.NewCond(&s.mu), faulty.New[Fault](&s.mu, On.selects)
	s.client = &http.Client{Transport: toBot{s}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, o := range options {
		o(s)
	}
	s.routes()
	return s
}

// toBot calls the bot in this process, if it lives here, else over the network.
type toBot struct{ s *Server }

func (t toBot) RoundTrip(r *http.Request) (*http.Response, error) {
	t.s.mu.Lock()
	bot := t.s.bot
	t.s.mu.Unlock()
	if bot != nil {
		return bridge{bot, &t.s.running}.RoundTrip(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Start listens on a free port of 127.0.0.1 and serves until [Server.Close].
func (s *Server) Start() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("fake Discord: listen: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url, s.listening, s.served = "http://"+l.Addr().String(), &http.Server{Handler: s}, make(chan struct{})
	go func() {
		defer close(s.served)
		_ = s.listening.Serve(l) // always http.ErrServerClosed: the listener is ours alone
	}()
	return nil
}

// Close stops serving, lets hanging and delayed calls go, and waits for all that still
// run, in the bot too.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.dead {
		close(s.stopped)
	}
	s.dead = true
	s.touch()
	l := s.listening
	s.mu.Unlock()
	defer s.running.Wait()
	if l == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := l.Shutdown(ctx)
	<-s.served
	return err
}

// Transport reaches the server without a network, whatever address is called.
func (s *Server) Transport() http.RoundTripper { return bridge{s, &s.running} }

// ServeBot has a bot in this process take what Discord sends; nil sends over the network.
func (s *Server) ServeBot(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bot = h
}

// Door sends interactions by d from now on; nil: over HTTP.
func (s *Server) Door(d Door) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = d
}

// Handle serves more addresses, such as those of a gateway. It is called before Start.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// URL is where the server listens, without a slash at the end.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// APIURL is what a client takes as Discord's api_url.
func (s *Server) APIURL() string { return s.URL() + "/api/v10" }

// Down takes the platform down: every call is answered with a 503 page. false ends it.
func (s *Server) Down(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = down
}

// ServeHTTP answers a call, or for an outage.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	down := s.outage
	s.mu.Unlock()
	if down {
		page(w, http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	s.mux.ServeHTTP(w, r)
}

// touch wakes everybody in [Server.Wait]. The caller holds s.mu.
func (s *Server) touch() {
	s.changes++
	s.changed.Broadcast()
}

// Wait blocks until cond is true, looking again whenever something was stored or
// logged, and returns ctx's error if that comes first. cond is called without a lock
// held and may use every method of the Server.
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
			return fmt.Errorf("fake Discord: what was waited for did not happen: %w", err)
		}
	}
}
