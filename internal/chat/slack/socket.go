package slack

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	// pingWithin is how long Slack may be silent before its socket is replaced; it
	// pings every few seconds. slack-go looks every pingWithin, so it may take twice.
	pingWithin = 30 * time.Second
	// leaveWithin is how long a socket that is let go waits for what is being
	// answered: Slack waits no longer for an answer.
	leaveWithin = 3 * time.Second
	// quietFor is how long a socket must have had nothing to do for it to be closed.
	// slack-go writes answers by and by and does not say when it has.
	quietFor = 100 * time.Millisecond
)

// socket is one connection that Slack sends to, from its opening to its end.
type socket struct {
	*Sockets
	client  *socketmode.Client
	until   context.Context // ends when nothing new is to be taken
	begun   time.Time
	close   context.CancelFunc
	life    time.Duration // as Slack announced it; 0: it did not
	greeted chan struct{}
	ended   chan struct{}
	err     error // why it ended; read after ended
	busy    atomic.Int64
}

// openOne opens a socket and waits for Slack's hello.
func (s *Sockets) openOne(ctx context.Context) (*socket, error) {
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	k := &socket{
		Sockets: s, until: ctx, begun: s.opt.Now(), close: stop, greeted: make(chan struct{}), ended: make(chan struct{}),
		client: s.client(),
	}
	s.parts.Go(func() { k.run(own) })
	late := time.NewTimer(helloWithin)
	defer late.Stop()
	var err error
	select {
	case <-k.greeted:
		return k, nil
	case <-k.ended:
		return nil, k.err
	case <-late.C:
		err = errors.New("the socket was not greeted by Slack")
	case <-ctx.Done():
		err = ctx.Err()
	}
	k.close()
	<-k.ended
	return nil, err
}

// run hears what slack-go reports, until the socket ends.
func (k *socket) run(ctx context.Context) {
	gone := make(chan error, 1)
	k.parts.Go(func() { gone <- k.client.RunContext(ctx) })
	for k.err == nil {
		select {
		case err := <-gone:
			k.err = noSocket(err)
			gone <- nil // for below
		case e := <-k.client.Events:
			k.err = k.hear(ctx, e)
		}
	}
	k.close()
	<-gone
	if k.wasGreeted() {
		k.hearing.closed(k.opt.Now())
	}
	close(k.ended)
}

// wasGreeted is for run alone.
func (k *socket) wasGreeted() bool {
	select {
	case <-k.greeted:
		return true
	default:
		return false
	}
}

var errClosed = errors.New("the socket was closed")

// hear takes in one report. An error is the end of the socket: there was none, or
// slack-go wants another one.
func (k *socket) hear(ctx context.Context, e socketmode.Event) error {
	switch data := e.Data.(type) {
	case *slackgo.ConnectionErrorEvent:
		return noSocket(data.ErrorObj)
	case *socketmode.ErrorBadMessage: // also what Slack has and slack-go does not know yet
		var req socketmode.Request
		if json.Unmarshal(data.Message, &req) == nil && req.EnvelopeID != "" {
			k.begin(ctx, req)
		}
	case *socketmode.ErrorWriteFailed:
		k.opt.Log.Warn("an answer was not sent; Slack will ask again", "connection", k.name, "error", chat.Bare(data.Cause))
	}
	switch e.Type {
	case socketmode.EventTypeHello:
		if k.wasGreeted() {
			return nil
		}
		k.life = time.Duration(e.Request.DebugInfo.ApproximateConnectionTime) * time.Second
		k.hearing.opened(func() { k.deaf(ctx, nil) })
		close(k.greeted)
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		k.begin(ctx, *e.Request)
	}
	return nil
}

// begin answers an envelope beside the others; leave waits for them. What comes after the end of Run is
// not taken: Slack sends it again.
func (k *socket) begin(ctx context.Context, req socketmode.Request) {
	if k.until.Err() != nil {
		return
	}
	k.busy.Add(1)
	go func() {
		defer k.busy.Add(-1)
		k.take(ctx, req)
	}()
}

// last waits for the end of the socket, or until it is to be replaced while it is
// still well: at a random time in the second half of the life that Slack gives it,
// so that Slack seldom has to, and not to both at once. It returns an error where the end
// came so soon that the next try should wait.
func (k *socket) last(ctx context.Context) error {
	renew := make(<-chan time.Time)
	if k.life > 0 {
		timer := time.NewTimer(k.life/2 + k.share(k.life/3))
		defer timer.Stop()
		renew = timer.C
	}
	select {
	case <-k.ended:
	case <-renew:
		return nil
	case <-ctx.Done():
		return nil
	}
	if k.opt.Now().Sub(k.begun) < steadyFor {
		return k.err
	}
	k.opt.Log.Info("a socket to Slack ended; opening another", "connection", k.name, "error", k.err)
	return nil
}

// leave closes the socket as soon as nothing is under way, after leaveWithin in
// any case.
func (k *socket) leave() {
	look := time.NewTicker(quietFor)
	defer look.Stop()
	late := time.NewTimer(leaveWithin)
	defer late.Stop()
	for quiet := 0; quiet < 2; {
		select {
		case <-look.C:
			quiet++
			if k.busy.Load() > 0 {
				quiet = 0
			}
		case <-k.ended:
			quiet = 2
		case <-late.C:
			quiet = 2
		}
	}
	k.close()
	<-k.ended
}

// noSocket says why Slack gives no socket, and what to do.
func noSocket(err error) error {
	var limited *slackgo.RateLimitedError
	var status slackgo.StatusCodeError
	var refusal slackgo.SlackErrorResponse
	switch {
	case err == nil, errors.Is(err, errClosed):
		return errClosed
	case errors.As(err, &limited):
		return &noSocketError{"Slack limits how often sockets are opened", min(limited.RetryAfter, chat.LongestWait)}
	case errors.As(err, &status):
		return &noSocketError{sentence: "Slack answers " + status.Status}
	case errors.As(err, &refusal):
		return &noSocketError{sentence: refusalText(refusal.Err)}
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return &noSocketError{sentence: "Slack's answer is no JSON"}
	}
	return &noSocketError{sentence: "Slack cannot be reached: " + chat.Bare(err).Error()}
}

func refusalText(code string) string {
	switch code {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type":
		return "Slack refuses app_token (" + code + "): make a new App-Level Token with the scope connections:write"
	case "missing_scope", "no_permission":
		return "app_token lacks the scope connections:write: make a new App-Level Token"
	}
	return "Slack gives no socket (" + code + ")"
}

// noSocketError is why there is no socket: a sentence that is safe to show.
type noSocketError struct {
	sentence string
	after    time.Duration // Slack wants no other try before
}

func (e *noSocketError) Error() string { return e.sentence }

// limitOf is how long Slack wants to be left alone; 0: it did not say.
func limitOf(err error) time.Duration {
	var e *noSocketError
	if errors.As(err, &e) {
		return e.after
	}
	return 0
}
