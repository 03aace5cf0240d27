package teams_test

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/teams"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// world is a fake Teams with the tenant boston and the adapter connected to it, in one
// process.
type world struct {
	t       testing.TB
	fake    *teamstest.Server
	at      teamstest.Tenant
	options []teamstest.Option
	bot     *teams.Connection
	routes  *http.ServeMux
	logs    chattest.Log
	handler chat.Handler // instead of the one that notes and replies
	stop    func()
	words   func(chat.Delivery) chat.Message
	groups  []string
	idle    bool   // Run is not running any more
	unread  bool   // nor was it
	tenant  string // as the configuration writes it; "": as the fake does
	ask     teams.Asked

	mu       sync.Mutex
	asked    []chat.Request
	reply    func(chat.Request) chat.Reply
	returned []desk.Channel
	failing  error // of returned
	memory   memory
	stale    []chat.Roster
}

// The places of boston.
const (
	itTeam  teamstest.TeamID    = "19:it@thread.tacv2"
	ops     teamstest.ChannelID = "19:ops@thread.tacv2"
	teach   teamstest.ChannelID = "19:teach@thread.tacv2"
	third   teamstest.ChannelID = "19:third@thread.tacv2"
	blocked teamstest.ChannelID = "19:blocked@thread.tacv2"
	old     teamstest.ChannelID = "19:old@thread.tacv2"
	group   teamstest.ChannelID = "19:group@thread.v2"
	ann     teamstest.UserID    = "29:ann"
	bob     teamstest.UserID    = "29:bob"
	gus     teamstest.UserID    = "29:gus"
)

// inWorld runs a test on fake time.
func inWorld(t *testing.T, test func(*world), options ...func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newWorld(t, options...)) })
}

// newWorld starts everything; options change the fake or the world before.
func newWorld(t testing.TB, options ...func(*world)) *world {
	t.Helper()
	w := &world{t: t, at: teamstest.NewTenant("boston").At("http://bot.example"), groups: []string{"it-group"}}
	w.words = func(d chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain(d.Subject.String() + " is told.")}
	}
	w.reply = func(chat.Request) chat.Reply { return done }
	for _, o := range options {
		o(w)
	}
	w.fake = teamstest.New(w.options...)
	w.fake.AddTenant(w.at)
	w.fake.AddTeam(w.at.ID, teamstest.Team{ID: itTeam, Group: "it-group", Name: "IT", Installed: true, Members: []teamstest.UserID{ann, gus}})
	for id, c := range map[teamstest.ChannelID]teamstest.Channel{ops: {Name: "ops"}, teach: {Name: "teaching"}, third: {Name: "third"}, blocked: {Name: "blocked", Blocked: true}, old: {Name: "old", Deleted: true}} {
		c.ID = id
		w.fake.AddChannel(itTeam, c)
	}
	w.fake.AddChat(w.at.ID, teamstest.Channel{ID: group, Name: "a group", Kind: teamstest.InGroup, Members: []teamstest.UserID{ann, bob}})
	w.fake.AddUser(w.at.ID, teamstest.User{ID: ann, Name: "Ann", Zone: "America/Chicago"})
	w.fake.AddUser(w.at.ID, teamstest.User{ID: bob, Name: "Bob", NoChat: true})
	w.fake.AddUser(w.at.ID, teamstest.User{ID: gus, Name: "Gus", Guest: true})
	if err := w.fake.StartInProcess(); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.fake.ServeBot(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.routes.ServeHTTP(rw, r) }))
	t.Cleanup(w.close)
	return w
}

var done = chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}}

// connect makes the adapter, whose calls go over a transport.
func (w *world) connect(over http.RoundTripper) *teams.Connection {
	conf := config.Teams{Name: "boston", AppID: w.at.App, AppSecret: config.NewSecret(string(w.at.Secret)), TenantID: cmp.Or(w.tenant, string(w.at.ID)), OpsChannel: string(ops),
		Issuer: teamstest.Issuer, OpenIDURL: w.fake.OpenIDURL(), TokenURL: w.fake.TokenURL(), ServiceURLs: []string{w.fake.ServiceURL()}}
	bot, err := teams.New(conf, teams.Options{
		Word: func(d chat.Delivery) chat.Message { return w.words(d) }, Zone: newYork(w.t), Now: time.Now,
		Log: slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), Groups: w.groups, Transport: over,
		Memory: &w.memory, Stale: w.hearStale,
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
	w.routes.Handle("/teams/boston/", w.bot.Handler(w.callbacks(w.handle)))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	switch {
	case w.unread:
		ended <- nil
	case w.idle:
		ended <- recalled(w.bot)
	default:
		go func() { ended <- w.bot.Run(ctx) }()
	}
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

// recalled lets an adapter recall what was remembered and keep nothing up to date.
func recalled(bot *teams.Connection) error {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	return bot.Run(ended)
}

func (w *world) callbacks(h chat.Handler) teams.Callbacks {
	return teams.Callbacks{Handle: h, Returned: w.hear}
}

// restart stops the adapter and connects another one, which recalls what was remembered.
func (w *world) restart() {
	w.stop()
	w.start()
	synctest.Wait()
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

func (w *world) handle(ctx context.Context, r chat.Request) chat.Reply {
	w.mu.Lock()
	w.asked = append(w.asked, r)
	reply, instead := w.reply, w.handler
	w.mu.Unlock()
	if instead != nil {
		return instead(ctx, r)
	}
	return reply(r)
}

func (w *world) hear(_ context.Context, ch desk.Channel) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.returned = append(w.returned, ch)
	return w.failing
}

func (w *world) hearStale(_ context.Context, r chat.Roster, _ error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stale = append(w.stale, r)
	return nil
}

// back are the channels that were told to be back.
func (w *world) back() (ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.returned {
		ids = append(ids, ch.ID)
	}
	return ids
}

// heard are the requests that reached the handler so far.
func (w *world) heard() []chat.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// last is the newest of them.
func (w *world) last() chat.Request {
	w.t.Helper()
	all := w.heard()
	if len(all) == 0 {
		w.t.Fatal("nothing reached the handler")
	}
	return all[len(all)-1]
}

func (w *world) answerWith(reply func(chat.Request) chat.Reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reply = reply
}

// types types a line and lets everything that comes of it happen.
func (w *world) types(l teamstest.Line) teamstest.Answer {
	w.t.Helper()
	a, err := w.fake.Type(w.t.Context(), l)
	return w.sound(a, err)
}

func (w *world) clicks(c teamstest.Click) teamstest.Answer {
	w.t.Helper()
	a, err := w.fake.Click(w.t.Context(), c)
	return w.sound(a, err)
}

func (w *world) sound(a teamstest.Answer, err error) teamstest.Answer {
	w.t.Helper()
	if err != nil || a.Late || a.Status != http.StatusOK || len(a.Problems) > 0 {
		w.t.Fatalf("%v, late %v, status %d, %q, %s", err, a.Late, a.Status, a.Problems, a.Body)
	}
	synctest.Wait()
	return a
}

// sent are the bot's messages in a channel.
func (w *world) sent(id teamstest.ChannelID) (all []teamstest.Message) {
	for _, m := range w.fake.Messages(id) {
		if m.Bot != "" {
			all = append(all, m)
		}
	}
	return all
}

// newest is the bot's newest message in a channel.
func (w *world) newest(id teamstest.ChannelID) teamstest.Message {
	w.t.Helper()
	all := w.sent(id)
	if len(all) == 0 {
		w.t.Fatalf("the bot said nothing in %s", id)
	}
	return all[len(all)-1]
}

// serve hands a request to the bot past the fake.
func (w *world) serve(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.routes.ServeHTTP(rec, r)
	return rec
}

// request makes the HTTP request of what the fake would send.
func (w *world) request(r teamstest.Request, err error) *http.Request {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, r.URL, bytes.NewReader(r.Body))
	req.Header = r.Header.Clone()
	return req
}

// showsNoSecret looks for secrets in the log and in what else was shown.
func (w *world) showsNoSecret(shown ...string) {
	w.t.Helper()
	all := w.logs.String() + strings.Join(shown, "\n")
	for _, secret := range w.secrets() {
		if strings.Contains(all, secret) {
			w.t.Errorf("%q is shown in:\n%s", secret, all)
		}
	}
}

func (w *world) secrets() []string {
	return []string{string(w.at.Secret), "connector-token", "Bearer "}
}

// memory may be slow, and fail.
type memory struct {
	chattest.Memory
	slow    time.Duration // each call takes so long
	failing error         // of Recall
}

func (m *memory) Keep(ctx context.Context, table, id string, record []byte) error {
	time.Sleep(m.slow)
	if err := ctx.Err(); err != nil { // as a store withdraws what still waits for its turn
		return err
	}
	return m.Memory.Keep(ctx, table, id, record)
}

func (m *memory) Recall(ctx context.Context, table string, fn func(string, []byte) error) error {
	time.Sleep(m.slow)
	if m.failing != nil {
		return m.failing
	}
	return m.Memory.Recall(ctx, table, fn)
}

func channel(id teamstest.ChannelID) desk.Channel {
	return desk.Channel{Connection: "boston", ID: string(id)}
}
