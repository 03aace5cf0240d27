// Package slack connects one Slack workspace: it answers slash commands,
// buttons, forms, shortcuts and events that Slack sends over HTTP or by Socket Mode,
// and posts to its channels.
//
// A [Workspace] is the sending side, a [chat.Sender]; [Workspace.Handler] makes
// the answering side from it, [Workspace.Sockets] the one for Socket Mode. Run
// learns who the workspace and the app are, so that requests of others are
// refused. The package's parts: verify.go (is it from Slack), request.go,
// interactions.go, submission.go, shortcut.go and events.go (what Slack sends),
// sockets.go, socket.go and envelope.go (the door of Socket Mode), view.go (forms),
// decode.go (text as people typed it), render.go and mrkdwn.go (Block Kit), body.go,
// send.go and call.go (posts), home.go (the Home tab), answer.go (how a call ended),
// find.go (look-ups), identity.go, people.go, groups.go and channels.go (who is who),
// memory.go (what outlasts a restart), join.go.
//
// The Web API is called over net/http: the two calls that matter, posting and
// editing, reuse one rendered body for a whole fan-out.
package slack

import (
	"context"
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

// Options are what a Workspace is given. All but Say, Groups, Transport and Random are needed.
type Options struct {
	// Word puts a delivery into words. It may look at everything in the delivery
	// but the channel's id, the root's id and the trace: what it says is sent to all
	// channels of the workspace that are owed the same.
	Word func(chat.Delivery) chat.Message
	// Say is one of the adapter's own few sentences in the language of the readers;
	// nil: English.
	Say func(english string) string
	// Zone is the organisation's: for times where Slack does not show the reader's.
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
	// Groups are the ids of user groups (S...) that the access list names.
	Groups []string
	// Memory keeps what Slack told across restarts.
	Memory chat.Memory
	// Stale is told, once an outage, that a group's list cannot be refreshed and why,
	// and that the old one goes on counting. After an error it is told again.
	Stale func(context.Context, chat.Roster, error) error
	// Subscribed lists what channels of this workspace subscribe to.
	Subscribed func(context.Context) ([]desk.Subscription, error)
	// Home is what a person's Home tab shows. Its buttons must be links.
	Home func(context.Context, chat.Request) (chat.Message, error)
	// Transport carries the calls and, if it is an *http.Transport, dials the sockets;
	// nil: one of its own.
	Transport http.RoundTripper
	// Random is between 0 and 1: the jitter of pauses. nil: a dice.
	Random func() float64
}

// Workspace is one connected Slack workspace. All methods may be called from
// many goroutines.
type Workspace struct {
	name     desk.ConnectionName
	conf     config.Slack
	opt      Options
	api      *url.URL
	header   struct{ json, form http.Header } // shared by all calls; read only
	hot      struct{ post, update *url.URL }  // the addresses of what a fan-out calls; read only
	markup   markup
	bodies   chat.Bodies[chat.BodyKey, renderedBody]
	papers   papers
	known    atomic.Pointer[identity]
	learned  chan struct{} // closed when Slack has said who we are, since the start
	confirm  sync.Once     // closes learned
	recalled chan struct{} // closed when what was known before the start is
	renew    chan struct{} // asks Slack again who we are
	people   people
	groups   *chat.Rosters
	rooms    rooms
	homes    wishes // whose Home tab is to be shown anew
}

// New makes a workspace of a checked configuration. It calls nobody.
func New(conf config.Slack, opt Options) (*Workspace, error) {
	api, err := parseAPI(conf.APIURL)
	if err != nil {
		return nil, err
	}
	if opt.Transport == nil {
		opt.Transport = newTransport()
	}
	w := &Workspace{
		name: conf.Name, conf: conf, opt: opt, api: api,
		markup:  markup{conn: conf.Name, zone: opt.Zone, say: opt.Say},
		learned: make(chan struct{}), renew: make(chan struct{}, 1), recalled: make(chan struct{}),
		people: newPeople(), rooms: rooms{soon: newWishes()}, homes: newWishes(),
	}
	w.groups = newGroups(w)
	w.hot.post, w.hot.update = w.method("chat.postMessage"), w.method("chat.update")
	bearer := "Bearer " + conf.BotToken.Reveal()
	w.header.json = http.Header{"Authorization": {bearer}, "Content-Type": {"application/json; charset=utf-8"}}
	w.header.form = http.Header{"Authorization": {bearer}, "Content-Type": {"application/x-www-form-urlencoded"}}
	return w, nil
}

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

// Format writes the connection's name and nothing else: a Workspace holds secrets.
func (w *Workspace) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "Slack workspace %s", w.name) }

// Name is the connection's name.
func (w *Workspace) Name() desk.ConnectionName { return w.name }

func parseAPI(text string) (*url.URL, error) {
	if !strings.HasSuffix(text, "/") {
		text += "/"
	}
	return url.Parse(text)
}
