// Package discord connects one Discord application: it answers commands, buttons,
// forms and completions that Discord sends over HTTP, or that a gateway hands over
// with Serve, and posts to the application's channels.
//
// A [Connection] is the sending side, a [chat.Sender]; [Connection.Handler] makes the
// answering side from it. Run learns who the bot is and what was known before a
// restart. The package's parts: verify.go (is it from Discord), request.go (HTTP),
// interaction.go and options.go (what Discord sends), answer.go and followup.go (the
// answer and its way), button.go and kept.go (what buttons carry), form.go and submit.go
// (modals), complete.go, render.go, markdown.go and cut.go (messages), body.go, send.go,
// thread.go and publish.go (posts), find.go (look-ups), reach.go and permissions.go (what the bot may),
// call.go, status.go, brake.go and clock.go (how a call is made and how it ended), memory.go
// (what outlasts a restart), check.go and invite.go.
//
// The REST API is called over net/http by ourselves: discordgo repeats a POST after a
// 502 and waits for limits inside a call, which the outbox has to decide, and keeps a
// bucket for ever for each interaction that it answers.
package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Options are what a Connection is given. All but Say, Line, Crosspost and Transport are
// needed.
type Options struct {
	// Word puts a delivery into words. It may look at everything in the delivery but
	// the channel's id, the root's id and the trace: what it says is sent to all
	// channels that are owed the same.
	Word func(chat.Delivery) chat.Message
	// Say is one of the adapter's own few sentences in the language of the readers;
	// nil: English.
	Say func(english string) string
	// Line makes of a command that was used with native options what the grammar reads.
	// verb is the subcommand, if there is one; of the values a person is "@lowell/1", a
	// channel "#lowell/1", what is true "true". nil: the options that the grammar knows are
	// handed on by name, the others are words of the line.
	Line func(command, verb string, values map[string]string) (text string, options map[string]string)
	// Zone is the organisation's: for times where Discord does not show the reader's.
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
	// Memory keeps what buttons carry and who the bot is across restarts.
	Memory chat.Memory
	// Crosspost: roots in announcement channels are published to the servers that
	// follow them.
	Crosspost bool
	// Transport carries the calls; nil: one of its own.
	Transport http.RoundTripper
}

// Callbacks are who does what people ask for.
type Callbacks struct {
	// Handle answers commands, buttons and forms.
	Handle chat.Handler
	// Complete lists what a native option that is being typed may be; nil: nothing.
	Complete func(ctx context.Context, req chat.Request, option, typed string) []chat.Choice
	// Returned is told that a channel can be posted to again, maybe more than once;
	// nil: nobody is.
	Returned func(context.Context, desk.Channel) error
}

// Connection is one connected Discord application. All methods may be called from
// many goroutines.
type Connection struct {
	name    desk.ConnectionName
	conf    config.Discord
	opt     Options
	api     *url.URL
	keys    []ed25519.PublicKey
	header  struct{ bot, none http.Header } // shared by all calls; read only
	markup  markup
	bodies  chat.Bodies[bodyKey, renderedBody]
	brake   brake
	clock   clock
	bot     atomic.Pointer[self]
	kept    kept
	threads threads
	lost    lost
	looks   sync.Mutex // one look at who we are at a time

	publisher publisher
}

// New makes a connection of a checked configuration. It calls nobody.
func New(conf config.Discord, opt Options) (*Connection, error) {
	api, err := url.Parse(strings.TrimSuffix(conf.APIURL, "/"))
	if err != nil {
		return nil, fmt.Errorf("discord.api_url: %w", err)
	}
	if opt.Transport == nil {
		opt.Transport = newTransport()
	}
	c := &Connection{name: conf.Name, conf: conf, opt: opt, api: api, markup: markup{conn: conf.Name, zone: opt.Zone, say: opt.Say}}
	for _, key := range []string{conf.PublicKey, conf.NextPublicKey} {
		raw, err := hex.DecodeString(key)
		if err != nil || key != "" && len(raw) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("discord.public_key of %s is not 64 hex digits: copy it from General Information", conf.Name)
		}
		if key != "" {
			c.keys = append(c.keys, raw)
		}
	}
	c.header.none = http.Header{"Content-Type": {"application/json"}, "User-Agent": {userAgent}}
	c.header.bot = c.header.none.Clone()
	c.header.bot.Set("Authorization", "Bot "+conf.BotToken.Reveal())
	c.kept.memory, c.brake.now = opt.Memory, opt.Now
	c.publisher = publisher{c: c, wake: make(chan struct{}, 1), queues: map[string]*queue{}}
	return c, nil
}

// userAgent names us as Discord asks (developers/reference, "User Agent"); others may
// be blocked.
const userAgent = "DiscordBot (https://github.com/umassonline/belltower, 1)"

// newTransport dials within 5 s and keeps more connections than lanes send at once
// (96), as one too few is dialled anew for every tenth post.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: chat.AnsweredByProxy,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    256,
		IdleConnTimeout:        90 * time.Second,
	}
}

// Format writes the connection's name and nothing else: a Connection holds secrets.
func (c *Connection) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "Discord application %s", c.name)
}

// Name is the connection's name.
func (c *Connection) Name() desk.ConnectionName { return c.name }

// Abilities are those of every Discord application: a look-up that may not be made
// is refused by itself.
func (c *Connection) Abilities() chat.Abilities {
	return chat.Abilities{LookUp: true, Edit: true, Thread: true}
}

// Run recalls what was known before a restart, learns who the bot is, publishes what is
// posted in announcement channels, and waits for ctx to end. Until Discord says it look-ups ask by themselves.
func (c *Connection) Run(ctx context.Context) error {
	c.recall(ctx)
	if c.opt.Crosspost {
		var ended sync.WaitGroup
		ended.Go(func() { c.publisher.run(ctx) })
		defer ended.Wait()
	}
	pause := firstPause
	for {
		err := c.identify(ctx)
		if err == nil || ctx.Err() != nil {
			break
		}
		c.opt.Log.Warn("cannot learn who the bot is", "connection", c.name, "error", err, "next_try", pause)
		wait(ctx, pause)
		pause = min(2*pause, longestPause)
	}
	<-ctx.Done()
	return nil
}

// The pauses between tries to learn who the bot is.
const (
	firstPause   = time.Second
	longestPause = 10 * time.Minute
)

// wait waits for d or the end of ctx.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
