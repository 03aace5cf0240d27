package slack

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/umassonline/belltower/internal/chat"
)

// How many sockets are kept: while one is replaced Slack sends to the other
// (docs.slack.dev/apis/events-api/using-socket-mode, "Using multiple connections",
// which allows 10).
const socketsKept = 2

const (
	// helloWithin is how long a socket may take from its opening to Slack's hello.
	helloWithin = 15 * time.Second
	// steadyFor is how long a socket must live for its end not to count as a failure.
	steadyFor = time.Minute
	// deafAfter is how long nothing may be heard before that is told.
	deafAfter = time.Minute
)

// SocketMode reports whether Slack's requests come by Socket Mode, not over HTTP.
func (w *Workspace) SocketMode() bool { return w.conf.AppToken.IsSet() }

// Sockets take commands, buttons and events by Socket Mode. Make them with
// [Workspace.Sockets].
type Sockets struct {
	*handler
	dialer  *websocket.Dialer
	parts   sync.WaitGroup // what Run waits for
	hearing hearing
}

// Sockets makes the door of Socket Mode. It opens nothing by itself.
func (w *Workspace) Sockets(do Callbacks) *Sockets {
	s := &Sockets{
		handler: &handler{w, do}, hearing: hearing{whole: make(chan struct{})},
		dialer: &websocket.Dialer{
			Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 10 * time.Second,
			WriteBufferSize: 32 << 10, // each answer is one frame, as Slack wants
		},
	}
	if t, ok := w.opt.Transport.(*http.Transport); ok {
		s.dialer.NetDialContext, s.dialer.Proxy = t.DialContext, t.Proxy
	}
	return s
}

// client is a client of slack-go that opens one socket.
func (s *Sockets) client() *socketmode.Client {
	calls := &http.Client{
		Transport: &once{RoundTripper: s.opt.Transport}, Timeout: callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	api := slackgo.New("", slackgo.OptionAPIURL(s.Workspace.api.String()), slackgo.OptionAppLevelToken(s.conf.AppToken.Reveal()), slackgo.OptionHTTPClient(calls))
	return socketmode.New(api, socketmode.OptionDialer(s.dialer), socketmode.OptionReadLimit(maxBody), socketmode.OptionPingInterval(pingWithin))
}

// once lets one call through, so that slack-go cannot open a second socket.
type once struct {
	http.RoundTripper
	used atomic.Bool
}

// RoundTrip makes the first call; to others it answers errClosed.
func (o *once) RoundTrip(r *http.Request) (*http.Response, error) {
	if o.used.Swap(true) {
		return nil, errClosed
	}
	return o.RoundTripper.RoundTrip(r)
}

// Open is how many sockets Slack may send to now.
func (s *Sockets) Open() int { return int(s.hearing.open.Load()) }

// Whole is closed as soon as all sockets have been opened.
func (s *Sockets) Whole() <-chan struct{} { return s.hearing.whole }

// Run keeps sockets open until ctx ends. Then it takes nothing new, which Slack
// sends again to whoever opens the next socket, and finishes what it took, for at
// most leaveWithin. It always returns nil.
func (s *Sockets) Run(ctx context.Context) error {
	s.hearing.since = s.opt.Now()
	err := chat.RecallEach(ctx, s.opt.Memory, deafTable, func(_ string, told bool) { s.hearing.told = told })
	s.forgot(deafTable, err)
	for range socketsKept {
		s.parts.Go(func() { s.keep(ctx) })
	}
	s.parts.Wait()
	return nil
}

// keep opens one socket after the other. slack-go opens a new one only after it
// closed the old, waits up to 5 minutes between tries, and ends for good at some
// errors; so each of its clients has one socket, and what comes after is decided here.
func (s *Sockets) keep(ctx context.Context) {
	var now *socket
	retry := firstRetry
	for ctx.Err() == nil {
		next, err := s.openOne(ctx)
		if err == nil {
			if now != nil {
				s.parts.Go(now.leave)
			}
			now = next
			err = now.last(ctx)
		}
		if err == nil {
			retry = firstRetry
			continue
		}
		s.pause(ctx, err, retry)
		retry = min(2*retry, lastRetry)
	}
	if now != nil {
		now.leave()
	}
}

// pause waits for the next try: as long as Slack says, else for a random part of
// retry, so that those who lost their sockets together do not come back together.
func (s *Sockets) pause(ctx context.Context, err error, retry time.Duration) {
	if ctx.Err() != nil {
		return
	}
	after := max(retry/2+s.share(retry/2), limitOf(err))
	s.opt.Log.Warn("a socket to Slack is missing; trying again", "connection", s.name, "open", s.Open(), "error", err, "in", after)
	s.hearing.missing(s.opt.Now(), func() { s.deaf(ctx, err) })
	wait(ctx, nil, after)
}

// deaf tells why nothing is heard, or with nil that it is over: also where that is
// after a restart, with another token.
func (s *Sockets) deaf(ctx context.Context, why error) {
	s.do.Deaf(ctx, why)
	s.Workspace.keep(context.WithoutCancel(ctx), deafTable, "", why != nil)
}

// share is a random part of d.
func (s *Sockets) share(d time.Duration) time.Duration {
	random := s.opt.Random
	if random == nil {
		random = rand.Float64
	}
	return time.Duration(random() * float64(d))
}

// hearing is how many sockets are open, and whether it was told that none is. It is
// told with mu held, so that the end is never told before the beginning.
type hearing struct {
	mu    sync.Mutex
	open  atomic.Int64  // changed with mu held; who reads it does not wait for what is told
	since time.Time     // when the last one ended, or the start
	told  bool          // that we are deaf
	whole chan struct{} // closed when all have been open
	once  sync.Once     // closes whole
}

// opened counts a socket that Slack greeted.
func (h *hearing) opened(tell func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open.Add(1) == socketsKept {
		h.once.Do(func() { close(h.whole) })
	}
	if h.told {
		h.told = false
		tell()
	}
}

// closed counts a socket that was greeted and has ended.
func (h *hearing) closed(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open.Add(-1)
	h.since = now
}

// missing tells, once, when none has been open for deafAfter.
func (h *hearing) missing(now time.Time, tell func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open.Load() == 0 && !h.told && now.Sub(h.since) >= deafAfter {
		h.told = true
		tell()
	}
}
