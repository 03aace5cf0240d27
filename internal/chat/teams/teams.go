// Package teams connects one Microsoft Teams tenant by a bot: it answers what Teams
// sends by the Bot Framework (commands that mention the bot, buttons, forms, events), and
// posts to channels and chats over the Bot Connector.
//
// A [Connection] is the sending side, a [chat.Sender]; [Connection.Handler] makes the
// answering side from it. Run keeps what both need: the keys that Teams signs with, our
// own token, who belongs to the teams of the access list. The package's parts:
// verify.go and keys.go (is it from Teams), activity.go and text.go (what Teams sends),
// request.go, message.go and press.go (what people ask for), event.go (installed, removed,
// renamed), again.go (what comes twice), answer.go, tell.go, private.go and asked.go (answers), form.go,
// send.go, body.go, root.go and window.go (posts), token.go and call.go (calls), outcome.go (how a
// call ended), place.go (where what can be posted), person.go and roster.go (who is who),
// memory.go (what outlasts a restart), check.go.
//
// The rules are those of the Bot Framework's "Connector authentication" and of the
// Connector's REST reference; where only observation tells them, the line says so.
package teams

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Options are what a Connection is given. All but Say, Groups and Transport are needed.
type Options struct {
	// Word puts a delivery into words. It may look at everything in the delivery but
	// the channel's id, the root's id and the trace: what it says is sent to all channels
	// that are owed the same.
	Word func(chat.Delivery) chat.Message
	// Say is one of the adapter's own few sentences in the language of the readers;
	// nil: English.
	Say func(english string) string
	// Zone is the organisation's: for times where Teams does not show the reader's.
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
	// Groups are the ids of teams that the access list names: the team's own
	// (19:...@thread.tacv2) or that of its group in the directory.
	Groups []string
	// Memory keeps what Teams told across restarts.
	Memory chat.Memory
	// Stale is told, once an outage, that a team's members cannot be listed and why, and
	// that the old list goes on counting. After an error it is told again.
	Stale func(context.Context, chat.Roster, error) error
	// Transport carries the calls; nil: one of its own.
	Transport http.RoundTripper
}

// Connection is one connected tenant. All methods may be called from many goroutines.
type Connection struct {
	name  desk.ConnectionName
	conf  config.Teams
	opt   Options
	web   *resty.Client
	hosts []*url.URL // where we may be told to answer to
	style card.Style

	recalled     chan struct{} // closed when what was known before the start is
	recalledOnce sync.Once     // closes it

	keys    keyring
	token   tokens
	bodies  chat.Bodies[chat.BodyKey, drawn]
	windows windows
	roots   roots
	places  places
	people  people
	rosters *chat.Rosters
	ways    ways
	pressed presses
	shown   shownForms
	own     ownCards
}

// New makes a connection of a checked configuration with a bot. It calls nobody.
func New(conf config.Teams, opt Options) (*Connection, error) {
	c := &Connection{name: conf.Name, conf: conf, opt: opt, recalled: make(chan struct{})}
	for _, text := range conf.ServiceURLs {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("teams.service_urls: %q is no address", text)
		}
		c.hosts = append(c.hosts, u)
	}
	if len(c.hosts) == 0 {
		return nil, errors.New("teams.service_urls: there is none, so nothing could be answered")
	}
	if opt.Transport == nil {
		opt.Transport = newTransport()
	}
	c.web = newWeb(opt.Transport)
	c.style = card.Style{Zone: opt.Zone, Connection: conf.Name, Say: c.say,
		Person:  func(p desk.Person) string { return c.people.names.get(p.ID) },
		Channel: func(ch desk.Channel) string { return c.places.known.get(ch.ID).Name }}
	c.keys = newKeyring(c)
	c.token = newTokens(c)
	c.rosters = newRosters(c)
	c.people = newPeople()
	c.places.turn = make(chan struct{}, 1)
	c.pressed = newPresses()
	return c, nil
}

// newTransport dials within 5 s and keeps more connections than lanes send at once.
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

// newWeb is a client that does nothing by itself: resty would follow a redirect with the
// body and the token, and keep cookies.
func newWeb(transport http.RoundTripper) *resty.Client {
	return resty.New().SetTransport(transport).SetRetryCount(0).SetRedirectPolicy(resty.NoRedirectPolicy()).
		SetCookieJar(nil).SetDisableWarn(true).SetLogger(silent{})
}

// silent drops what resty would log: it names addresses.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// Format writes the connection's name and nothing else: a Connection holds secrets.
func (c *Connection) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "Teams tenant %s", c.name) }

// Name is the connection's name.
func (c *Connection) Name() desk.ConnectionName { return c.name }

// Abilities are what the Connector can do: it lists no messages, so nothing can be
// looked up.
func (c *Connection) Abilities() chat.Abilities { return chat.Abilities{Edit: true, Thread: true} }

// say is one of our own sentences.
func (c *Connection) say(english string) string {
	if c.opt.Say == nil {
		return english
	}
	return c.opt.Say(english)
}

// allowed reports whether we may send our token to an address: its scheme and host are
// those of one that is configured.
func (c *Connection) allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	for _, h := range c.hosts {
		if strings.EqualFold(u.Host, h.Host) && strings.EqualFold(u.Scheme, h.Scheme) {
			return true
		}
	}
	return false
}

// Run recalls what Teams told before a restart and keeps it up to date until ctx ends.
// Until it is recalled nothing is sent, and requests are refused with 503.
func (c *Connection) Run(ctx context.Context) error {
	c.recall(ctx)
	var all sync.WaitGroup
	for _, keep := range []func(context.Context){c.keepKeys, c.keepToken, c.rosters.Run, c.keepPeople} {
		all.Go(func() { keep(ctx) })
	}
	all.Wait()
	return nil
}
