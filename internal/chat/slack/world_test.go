package slack_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// world is a fake Slack with the workspace amherst and the adapter connected to
// it, in one process.
type world struct {
	t       testing.TB
	fake    *slacktest.Server
	at      slacktest.Workspace
	bot     *slack.Workspace
	routes  *http.ServeMux
	logs    chattest.Log
	handler chat.Handler // instead of the one that notes and replies
	stop    func()
	words   func(chat.Delivery) chat.Message

	triggers int // given out by command

	mu       sync.Mutex
	asked    []chat.Request
	reply    func(chat.Request) chat.Reply
	returned []desk.Channel
	failing  error // of returned
	deaf     []string
	memory   chattest.Memory
	stale    []chat.Roster
	moved    [][2]desk.Channel

	bySocket bool
	sockets  *slack.Sockets
	home     chat.Message
}

const (
	signingSecret = "amherst-signing-secret"
	nextSecret    = "amherst-next-secret"
)

// newWorld starts everything; options change the fake or the world before.
func newWorld(t testing.TB, options ...func(*world)) *world {
	t.Helper()
	w := &world{t: t, fake: slacktest.New(), at: slacktest.NewWorkspace("amherst").At("http://bot.example")}
	w.words = func(d chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain(d.Subject.String() + " is told.")}
	}
	w.reply = func(chat.Request) chat.Reply { return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}} }
	for _, o := range options {
		o(w)
	}
	w.fake.AddWorkspace(w.at)
	for _, ch := range []slacktest.Channel{
		{ID: "COPS", Name: "ops", Member: true},
		{ID: "CTEACH", Name: "teaching", Member: true},
		{ID: "COUT", Name: "not-inside"},
		{ID: "CPRIV", Name: "private", Kind: slacktest.Private, Member: true},
		{ID: "CSECRET", Name: "secret", Kind: slacktest.Private},
		{ID: "COLD", Name: "old", Member: true, Archived: true},
	} {
		w.fake.AddChannel(w.at.Team, ch)
	}
	w.fake.AddUser(w.at.Team, slacktest.User{ID: "UANN", Name: "ann", TZ: "America/Chicago"})
	w.fake.AddUser(w.at.Team, slacktest.User{ID: "UGUEST", Name: "gus", Restricted: true})
	if err := w.fake.StartInProcess(); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.fake.ServeBot(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.routes.ServeHTTP(rw, r) }))
	t.Cleanup(w.close)
	w.await("bots.info", 1) // what the adapter asks at its start
	w.await("usergroups.users.list", 1)
	if !w.bySocket {
		w.tell(fields{"type": "unknown"}) // is taken when we know who we are
	}
	return w
}

// connect makes the adapter, whose calls go over a transport.
func (w *world) connect(over http.RoundTripper) *slack.Workspace {
	conf := config.Slack{Name: "amherst", BotToken: config.NewSecret(string(w.at.Token)), SigningSecret: config.NewSecret(signingSecret),
		NextSigningSecret: config.NewSecret(nextSecret), OpsChannel: "COPS", APIURL: w.fake.APIURL()}
	if w.bySocket {
		conf.AppToken = config.NewSecret(string(w.at.AppToken))
	}
	bot, err := slack.New(conf, slack.Options{
		Word: func(d chat.Delivery) chat.Message { return w.words(d) }, Zone: newYork(w.t), Now: time.Now,
		Random: func() float64 { return 0.5 },
		Log:    slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), Groups: []string{"S0ONCALL"}, Transport: over,
		Memory: &w.memory, Stale: w.hearStale,
		Subscribed: func(context.Context) ([]desk.Subscription, error) { return nil, nil },
		Home:       func(context.Context, chat.Request) (chat.Message, error) { return w.home, nil },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return bot
}

// start connects the adapter and runs it until stop.
func (w *world) start() {
	w.bot = w.connect(w.fake.Transport())
	w.routes = http.NewServeMux()
	do := slack.Callbacks{Handle: w.handle, MayFollow: noGuest, Returned: w.hear, Moved: w.hearMoved, Deaf: w.deafened}
	w.routes.Handle("/slack/amherst/", w.bot.Handler(do))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- w.bot.Run(ctx) }()
	if w.bySocket {
		w.sockets = w.bot.Sockets(do)
		go func() { ended <- w.sockets.Run(ctx) }()
	} else {
		ended <- nil
	}
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) close() {
	w.stop()
	w.fake.Transport().CloseIdleConnections() // those never used would be waited for
	if err := w.fake.Close(); err != nil {
		w.t.Error(err)
	}
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// noGuest lets everybody but guests subscribe.
func noGuest(req chat.Request, _ desk.Channel) bool { return !req.Guest }

func (w *world) handle(ctx context.Context, r chat.Request) chat.Reply {
	if w.handler != nil {
		return w.handler(ctx, r)
	}
	w.mu.Lock()
	w.asked = append(w.asked, r)
	reply := w.reply
	w.mu.Unlock()
	return reply(r)
}

func (w *world) deafened(_ context.Context, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = append(w.deaf, fmt.Sprint(why))
}

func (w *world) hear(_ context.Context, ch desk.Channel) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.returned = append(w.returned, ch)
	return w.failing
}

// back are the channels that were told to be back.
func (w *world) back() []desk.Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.returned)
}

// heard are the requests that reached the handler so far.
func (w *world) heard() []chat.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]chat.Request(nil), w.asked...)
}

func (w *world) answerWith(reply func(chat.Request) chat.Reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reply = reply
}

// typed is a command by Ann in teaching.
func (w *world) typed(text string) slacktest.Command {
	return slacktest.Command{Team: w.at.Team, Channel: "CTEACH", User: "UANN", Line: "/incident " + text}
}

func (w *world) types(c slacktest.Command) slacktest.Answer {
	w.t.Helper()
	a, err := w.fake.Type(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// raw hands a request to the bot past the fake.
func (w *world) raw(method, path string, header http.Header, body string) (int, string) {
	w.t.Helper()
	req := httptest.NewRequestWithContext(w.t.Context(), method, "http://bot.example"+path, strings.NewReader(body))
	if header != nil {
		req.Header = header
	}
	rec := httptest.NewRecorder()
	w.routes.ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

// await waits for n calls of a method to be answered.
func (w *world) await(method string, n int) {
	w.t.Helper()
	err := w.fake.Wait(w.t.Context(), func() bool {
		done := 0
		for _, c := range w.fake.Log() {
			if c.Method == method && c.Outcome != "" {
				done++
			}
		}
		return done >= n
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// showsNoSecret looks for secrets in the log and in what else was shown.
func (w *world) showsNoSecret(shown ...string) {
	w.t.Helper()
	all := w.logs.String() + strings.Join(shown, "\n")
	for _, secret := range []string{signingSecret, nextSecret, string(w.at.Token), string(w.at.AppToken), "ticket", "/hooks/"} {
		if strings.Contains(all, secret) {
			w.t.Errorf("%q is shown in:\n%s", secret, all)
		}
	}
}

func (w *world) hearMoved(_ context.Context, from, to desk.Channel) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moved = append(w.moved, [2]desk.Channel{from, to})
	return w.failing
}

func (w *world) hearStale(_ context.Context, r chat.Roster, _ error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stale = append(w.stale, r)
	return nil
}
