package teamstest

import (
	"context"
	"crypto/rsa"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
	"github.com/umassonline/belltower/internal/chat/chattest/inprocess"
)

// Server is one fake Teams with any number of tenants. Use [New], then [Server.Start] or
// [Server.StartInProcess], at last [Server.Close]. All methods may be called from several
// goroutines at once.
type Server struct {
	*plans // Faults, FaultsAlways, FaultsAtRandom, ClearFaults

	now       func() time.Time
	limits    Limits
	noTarget  bool
	client    *http.Client // calls the bot
	transport *http.Transport
	stopped   chan struct{}

	mu       sync.Mutex
	changed  *sync.Cond // with mu: something was stored, logged or switched
	changes  uint64
	open     func() (net.Listener, error) // listens at our address, for the first time or again
	host     *inprocess.Host              // nil while closed or down
	bot      *inprocess.Host              // the bot, if it lives in this process
	url      string
	outage   bool
	running  int // calls being answered
	sequence int64

	keys     []*signingKey // the newest signs
	stranger *rsa.PrivateKey
	issued   map[string]issued
	tenants  map[TenantID]*tenant
	teams    map[TeamID]*team
	channels map[ChannelID]*channel
	users    map[UserID]*user
	windows  map[windowKey][]time.Time
	calls    []Call
}

// Option changes a Server as it is made.
type Option func(*Server)

// WithClock sets the clock that ids, limits and tokens go by. Without it the Server uses
// the wall clock: it is a server of its own that talks to other processes.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// WithLimits switches rate limits on; without it nothing is limited.
func WithLimits(l Limits) Option { return func(s *Server) { s.limits = l } }

// WithoutTargeted makes a cloud that takes no messages which one person alone sees.
func WithoutTargeted() Option { return func(s *Server) { s.noTarget = true } }

// New makes a Server without tenants that does not listen yet.
func New(options ...Option) *Server {
	s := &Server{
		now: time.Now, stopped: make(chan struct{}), issued: map[string]issued{}, tenants: map[TenantID]*tenant{}, teams: map[TeamID]*team{},
		channels: map[ChannelID]*channel{}, users: map[UserID]*user{}, windows: map[windowKey][]time.Time{},
	}
	s.changed, s.plans = sync.NewCond(&s.mu), faulty.New[Fault](&s.mu, On.selects)
	s.transport = &http.Transport{DialContext: s.dial, MaxIdleConnsPerHost: 64}
	s.client = &http.Client{
		Transport:     &http.Transport{DialContext: s.dialBot, MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, o := range options {
		o(s)
	}
	keys := madeKeys()
	s.keys, s.stranger = []*signingKey{{id: "key-1", key: keys[0], endorsements: []string{"msteams", "skype"}}}, keys[len(keys)-1]
	return s
}

// Start listens on a free port of 127.0.0.1 and serves until [Server.Close].
func (s *Server) Start() error {
	addr := "127.0.0.1:0"
	return s.start(func() (net.Listener, error) {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("fake Teams: listen on %s: %w", addr, err)
		}
		addr = l.Addr().String()
		return l, nil
	})
}

// StartInProcess serves without a port, to clients with [Server.Transport] only.
func (s *Server) StartInProcess() error {
	return s.start(func() (net.Listener, error) { return inprocess.Listen("teams.test"), nil })
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

// Close stops serving, lets hanging and delayed calls go, and waits for all of them.
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

// Transport reaches the server however it was started.
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

// ServeBot has a bot in this process take what Teams sends, whatever host the tenants'
// messaging endpoints name. A former one is cut off, as a restart does; nil sends over the
// network again.
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

// Outage takes the platform down, every call answered with 503, or up again.
func (s *Server) Outage(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = down
	s.touch()
}

// Unplug closes the port, cutting the calls that run; [Server.Plug] opens it again.
func (s *Server) Unplug() {
	s.mu.Lock()
	h := s.host
	s.host = nil
	s.mu.Unlock()
	if h != nil {
		h.Cut()
	}
}

// Plug ends what Unplug began. It fails when another process took the port meanwhile.
func (s *Server) Plug() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.host != nil {
		return nil
	}
	return s.listen()
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

// OpenIDURL is what a bot takes as openid_url.
func (s *Server) OpenIDURL() string { return s.URL() + "/v1/.well-known/openidconfiguration" }

// TokenURL is what a bot takes as token_url.
func (s *Server) TokenURL() string { return s.URL() + "/{tenant}/oauth2/v2.0/token" }

// ServiceURL is what activities say, and what a bot takes as one of service_urls.
func (s *Server) ServiceURL() string { return s.URL() + "/amer/" }

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

// Wait blocks until cond is true, looking again whenever something was stored or logged,
// and returns ctx's error if that comes first. cond is called without a lock held.
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
			return fmt.Errorf("fake Teams: what was waited for did not happen: %w", err)
		}
	}
}
