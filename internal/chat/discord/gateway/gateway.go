// Package gateway holds one connection to Discord's gateway, over which interactions
// come where Discord calls no address of ours.
//
//	c := gateway.New(conf, gateway.Options{Take: take, Changed: changed, Deaf: deaf, ...})
//	err := c.Run(ctx) // until ctx ends
//
// It asks for the intent GUILDS alone, and keeps no state of the servers. What it is
// careful about, by docs.discord.com/developers/events/gateway:
//
//   - A session that broke off is resumed at its resume_gateway_url, so that what came
//     meanwhile comes all the same; also after a restart. It is never closed with 1000 or
//     1001, which would end it.
//   - One heartbeat that is not acknowledged before the next is due ends a connection.
//   - Opcode 7 resumes at once, opcode 9 resumes or begins anew as it says.
//   - The close codes 4004 and 4010 to 4014 are for good: nothing more is tried.
//   - Sessions are begun at most 820 times a day, and as long as Discord allows: at 1,000
//     it would reset the token.
//
// The connection of github.com/bwmarrin/discordgo v0.29.0 was found to be unsafe, with no
// way around: its session id is private, so that it resumes by itself only, and at the
// ordinary address; one that is a zombie it leaves after five heartbeats, with 1000; then
// it answers each opcode 9 with an IDENTIFY at once, within its reader, where nobody can
// count or stop it (709 within 8 s at the fake, which says 9 to a second IDENTIFY within
// 5 s as Discord does); and a heartbeat that Discord asks for while it closes ends the whole
// process (github.com/bwmarrin/discordgo/issues/1702). So the connection is made over
// gorilla/websocket; and as little else of discordgo was of use, what Discord calls things
// is written here by its documents.
//
// The package's parts: gateway.go (one connection after the other), connection.go (one of
// them), payload.go (what is said on it), find.go (where to connect), quota.go (how often),
// deliver.go (what is handed on), hearing.go (whether anything is heard).
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Options are what a Client is given. All but Transport and Random are needed.
type Options struct {
	// Take is handed each interaction once, as Discord wrote it, in a goroutine of its
	// own, and takes no longer than its context lives. One that comes late, because it
	// was missed and the session then resumed, is handed over too: its id says when it
	// was made, and Discord takes no first answer after 3 s.
	Take func(ctx context.Context, raw json.RawMessage)
	// Changed is told, in order, what happened to where the bot posts.
	Changed func(ctx context.Context, c Change)
	// Deaf is told why nothing has been heard for a minute, or why nothing ever will be,
	// and nil when it is heard again.
	Deaf   func(ctx context.Context, why error)
	Now    func() time.Time
	Log    *slog.Logger
	Memory chat.Memory
	// Transport carries GET /gateway/bot and, if it is an *http.Transport, dials the
	// gateway; nil: one of its own.
	Transport http.RoundTripper
	// Random is between 0 and 1: jitter. nil: a dice.
	Random func() float64
}

const (
	// firstRetry and lastRetry bound the pause between tries; half of it is by chance.
	firstRetry = time.Second
	lastRetry  = time.Minute
	// steadyFor is how long a connection must live for its end not to count as a failure.
	steadyFor = time.Minute
	// leaveWithin is how long Run goes on answering after its end: Discord waits no
	// longer for an answer.
	leaveWithin = 3 * time.Second
	// resumeWithin is how long a session may be without a connection and still be worth
	// resuming. Discord keeps one for a few minutes and does not say how many.
	resumeWithin = 3 * time.Minute
)

// Client holds the one connection of a bot. Its methods but Run may be called from many
// goroutines.
type Client struct {
	conf    config.Discord
	opt     Options
	calls   *http.Client
	dialer  *websocket.Dialer
	session session // of Run alone
	quota   quota
	hearing hearing
	deliver deliver
}

// New makes a Client of a checked configuration. It calls nobody.
func New(conf config.Discord, opt Options) *Client {
	c := &Client{
		conf: conf, opt: opt, hearing: hearing{whole: make(chan struct{})},
		dialer: &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialWithin},
		calls: &http.Client{
			Transport: opt.Transport, Timeout: callWithin,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if t, ok := opt.Transport.(*http.Transport); ok {
		c.dialer.NetDialContext, c.dialer.Proxy, c.dialer.TLSClientConfig = t.DialContext, t.Proxy, t.TLSClientConfig
	}
	return c
}

// Format writes the connection's name and nothing else: a Client holds a secret.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "Discord gateway of %s", c.conf.Name)
}

// Name is the connection's name.
func (c *Client) Name() desk.ConnectionName { return c.conf.Name }

// Open is how many connections are up: 1, or 0.
func (c *Client) Open() int { return int(c.hearing.open.Load()) }

// Whole is closed as soon as the connection was up once.
func (c *Client) Whole() <-chan struct{} { return c.hearing.whole }

// Run keeps the connection until ctx ends. Then it takes nothing new, finishes what it
// took, for at most leaveWithin, and keeps the session, so that who runs next resumes it
// and hears what came meanwhile. So one Client of a bot must end before the next begins: two
// at once would each hear everything. It always returns nil.
func (c *Client) Run(ctx context.Context) error {
	stop := c.deliver.start(ctx, c)
	c.recall(ctx)
	c.keep(ctx)
	stop()
	c.keepSession(ctx)
	return nil
}

// keep makes one connection after the other.
func (c *Client) keep(ctx context.Context) {
	retry := firstRetry
	for ctx.Err() == nil {
		end := c.connect(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case end.fatal:
			c.opt.Log.Error("Discord's gateway is given up", "connection", c.conf.Name, "error", end)
			c.hearing.deaf(func() { c.deaf(ctx, end) })
			<-ctx.Done()
			return
		case end.steady:
			retry = firstRetry
			c.opt.Log.Info("the connection to Discord's gateway ended; making another", "connection", c.conf.Name, "error", end)
			c.pause(ctx, end, end.after)
			continue
		}
		after := max(retry/2+c.share(retry/2), end.after)
		c.opt.Log.Warn("there is no connection to Discord's gateway; trying again", "connection", c.conf.Name, "error", end, "in", after)
		c.pause(ctx, end, after)
		retry = min(2*retry, lastRetry)
	}
}

// pause waits for the next try, and meanwhile tells that nothing is heard as soon as it
// was so for deafAfter.
func (c *Client) pause(ctx context.Context, end *ending, d time.Duration) {
	until := c.opt.Now().Add(d)
	if left := c.hearing.deafIn(c.opt.Now()); left <= d {
		wait(ctx, left)
		if ctx.Err() == nil {
			c.hearing.deaf(func() { c.deaf(ctx, end) })
		}
	}
	wait(ctx, until.Sub(c.opt.Now()))
}

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// share is a random part of d.
func (c *Client) share(d time.Duration) time.Duration {
	random := c.opt.Random
	if random == nil {
		random = rand.Float64
	}
	return time.Duration(random() * float64(d))
}

// connect makes one connection and stays with it until it ends.
func (c *Client) connect(ctx context.Context) *ending {
	if c.session.ID != "" && c.opt.Now().Sub(c.hearing.since) > resumeWithin {
		c.session = session{} // it is over, or the address for resuming it is
	}
	at, err := c.where(ctx)
	if err != nil {
		return endingOf(err)
	}
	ws, res, err := c.dialer.DialContext(ctx, at, http.Header{"User-Agent": {userAgent}})
	if err != nil {
		return notDialled(res, err)
	}
	return newConnection(c, ws).run(ctx)
}

func notDialled(res *http.Response, err error) *ending {
	if res == nil {
		return &ending{sentence: "Discord's gateway cannot be reached: " + chat.Bare(err).Error()}
	}
	return &ending{sentence: "Discord's gateway answers " + res.Status, after: chat.RetryAfter(res.Header)}
}

// where is the address to connect to: that of the session, else one that Discord tells,
// if it and the quota let another session begin.
func (c *Client) where(ctx context.Context) (string, error) {
	if c.session.ID != "" {
		return c.socketAddress(c.session.URL)
	}
	if after := c.quota.after(c.opt.Now()); after > 0 {
		return "", &ending{sentence: "too many sessions have been begun today", after: after}
	}
	found, err := c.find(ctx)
	if err != nil {
		return "", err
	}
	if found.SessionStartLimit.Remaining < spare {
		return "", &ending{
			sentence: "Discord lets the bot begin no more sessions today; another process that uses its bot_token may have begun them",
			after:    min(time.Duration(found.SessionStartLimit.ResetAfter)*time.Millisecond, lookAgain),
		}
	}
	return c.socketAddress(found.URL)
}

// socketAddress completes an address that Discord told. The token is sent there, so it
// must be encrypted where the API is.
func (c *Client) socketAddress(told string) (string, error) {
	u, err := url.Parse(told)
	api, apiErr := url.Parse(c.conf.APIURL)
	if err := errors.Join(err, apiErr); err != nil || u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || api.Scheme != "http") {
		c.session = session{}
		return "", &ending{sentence: "Discord tells an address of its gateway that cannot be used"}
	}
	q := u.Query()
	q.Set("v", version)
	q.Set("encoding", "json")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// ending is how a connection ended, or why there was none: a sentence that is safe to
// show.
type ending struct {
	sentence string
	after    time.Duration // no other try before
	steady   bool          // it lived long enough not to count as a failure
	fatal    bool          // trying again changes nothing
}

func (e *ending) Error() string { return e.sentence }

func endingOf(err error) *ending {
	var e *ending
	if errors.As(err, &e) {
		return e
	}
	return &ending{sentence: chat.Bare(err).Error()}
}
