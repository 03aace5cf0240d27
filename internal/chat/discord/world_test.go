package discord_test

import (
	"context"
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
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// The channels and people of the fake's world.
const (
	ops, teaching, news, library, gone, direct = "1001", "1002", "1003", "1004", "1005", "1006"
	ann, bob                                   = "501", "502"
)

// world is a fake Discord with the application lowell and the adapter connected to it,
// in one process.
type world struct {
	t       testing.TB
	fake    *discordtest.Server
	at      discordtest.Application
	bot     *discord.Connection
	routes  *http.ServeMux
	logs    chattest.Log
	memory  memory
	handler chat.Handler // instead of the one that notes and replies
	words   func(chat.Delivery) chat.Message
	options func(*discord.Options)
	conf    func(*config.Discord)
	stop    func()

	mu       sync.Mutex
	asked    []chat.Request
	reply    func(chat.Request) chat.Reply
	returned []desk.Channel
	complete func(chat.Request, string, string) []chat.Choice
}

// newWorld starts everything; options change the world before.
func newWorld(t testing.TB, options ...func(*world)) *world {
	t.Helper()
	if today := time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC); time.Now().Year() < 2015 {
		time.Sleep(time.Until(today)) // a bubble begins in 2000, where Discord has no ids yet
	}
	w := &world{t: t, fake: discordtest.New(), at: discordtest.NewApplication("lowell").At("http://bot.example")}
	w.words = func(d chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain(d.Subject.String() + " is told.")}
	}
	w.reply = func(chat.Request) chat.Reply { return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}} }
	for _, o := range options {
		o(w)
	}
	w.fake.AddApplication(w.at)
	w.fake.AddGuild(discordtest.Guild{ID: "900", Name: "Lowell"})
	for _, ch := range []discordtest.Channel{
		{ID: ops, Name: "ops"}, {ID: teaching, Name: "teaching"}, {ID: library, Name: "library"},
		{ID: news, Name: "news", Kind: discordtest.Announcement}, {ID: gone, Name: "old", Deleted: true}, {ID: direct, Kind: discordtest.DM},
	} {
		if ch.Kind != discordtest.DM {
			ch.Guild = "900"
		}
		w.fake.AddChannel(ch)
	}
	w.fake.AddUser(discordtest.User{ID: ann, Name: "ann", Nick: "Ann of IT", Roles: []discordtest.ID{"991", "992"}})
	w.fake.AddUser(discordtest.User{ID: bob, Name: "bob", Pending: true, Manages: true})
	w.start()
	w.fake.ServeBot(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.routes.ServeHTTP(rw, r) }))
	t.Cleanup(w.close)
	return w
}

// connect makes the adapter, whose calls go over a transport.
func (w *world) connect(over http.RoundTripper) *discord.Connection {
	conf := config.Discord{Name: "lowell", BotToken: config.NewSecret(string(w.at.Token)), ApplicationID: string(w.at.ID), PublicKey: w.at.PublicKey(),
		NextPublicKey: discordtest.NewApplication("next").PublicKey(), OpsChannel: ops, APIURL: w.fake.APIURL()}
	if w.conf != nil {
		w.conf(&conf)
	}
	opt := discord.Options{
		Word: func(d chat.Delivery) chat.Message { return w.words(d) }, Zone: newYork(w.t), Now: time.Now,
		Log: slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), Memory: &w.memory, Transport: over,
	}
	if w.options != nil {
		w.options(&opt)
	}
	bot, err := discord.New(conf, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	return bot
}

func (w *world) callbacks() discord.Callbacks {
	return discord.Callbacks{Handle: w.handle, Returned: w.hear, Complete: func(_ context.Context, r chat.Request, option, typed string) []chat.Choice {
		if w.complete == nil {
			return nil
		}
		return w.complete(r, option, typed)
	}}
}

// start connects the adapter and runs it until stop.
func (w *world) start() {
	w.bot = w.connect(w.fake.Transport())
	w.routes = http.NewServeMux()
	w.routes.Handle("/discord/lowell/{endpoint}", w.bot.Handler(w.callbacks()))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.bot.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

// restart starts the adapter anew; what it remembers stays.
func (w *world) restart() {
	w.stop()
	w.start()
}

func (w *world) close() {
	w.stop()
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
	reply, handler := w.reply, w.handler
	w.mu.Unlock()
	if handler != nil {
		return handler(ctx, r)
	}
	return reply(r)
}

func (w *world) hear(_ context.Context, ch desk.Channel) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.returned = append(w.returned, ch)
	return nil
}

// heard are the requests that reached the handler so far.
func (w *world) heard() []chat.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

func (w *world) answerWith(reply func(chat.Request) chat.Reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reply = reply
}

// says answers every request with a message.
func (w *world) says(m chat.Message) {
	w.answerWith(func(chat.Request) chat.Reply { return chat.Reply{Message: m} })
}

// typed is a command by Ann in teaching.
func typed(line string) discordtest.Command {
	return discordtest.Command{Channel: teaching, User: ann, Line: line}
}

func (w *world) types(c discordtest.Command) discordtest.Answer {
	w.t.Helper()
	a, err := w.fake.Type(w.t.Context(), c)
	return w.sound(a, err)
}

func (w *world) clicks(m discordtest.Message, button string) discordtest.Answer {
	w.t.Helper()
	a, err := w.fake.Click(w.t.Context(), discordtest.Click{Channel: m.Channel, Message: m.ID, Button: button, User: ann})
	return w.sound(a, err)
}

func (w *world) submits(fill discordtest.Fill) discordtest.Answer {
	w.t.Helper()
	a, err := w.fake.Submit(w.t.Context(), ann, fill)
	return w.sound(a, err)
}

// sound fails for an answer that Discord would not show as meant.
func (w *world) sound(a discordtest.Answer, err error) discordtest.Answer {
	w.t.Helper()
	if err != nil || len(a.Problems) > 0 {
		w.t.Fatal(err, a.Problems, w.logs.String())
	}
	return a
}

// raw hands a request to the bot past the fake.
func (w *world) raw(r discordtest.Request) (int, string) {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.routes.ServeHTTP(rec, made(r.URL, r.Header, r.Body))
	return rec.Code, rec.Body.String()
}

// posts are the bot's messages in a channel that everybody sees.
func (w *world) posts(channel discordtest.ID) (out []discordtest.Message) {
	for _, m := range w.fake.Messages(channel) {
		if m.Bot && m.To == "" && !m.Deleted {
			out = append(out, m)
		}
	}
	return out
}

// showsNoSecret looks for secrets in the log and in what else was shown.
func (w *world) showsNoSecret(shown ...string) {
	w.t.Helper()
	all := w.logs.String() + strings.Join(shown, "\n")
	for _, secret := range []string{string(w.at.Token), "aW50ZXJhY3Rpb246"} {
		if strings.Contains(all, secret) {
			w.t.Errorf("%q is shown in:\n%s", secret, all)
		}
	}
}

// memory may hang, and fail.
type memory struct {
	chattest.Memory
	hangs bool // set before the adapter starts

	mu      sync.Mutex
	failing error
	unread  error
	takes   time.Duration
}

// fails has nothing be kept from now on.
func (m *memory) fails(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = err
}

// slow has each record take a while.
func (m *memory) slow(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.takes = d
}

// unreadable has nothing be recalled from now on; nil: all is again.
func (m *memory) unreadable(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unread = err
}

func (m *memory) Keep(ctx context.Context, table, id string, record []byte) error {
	if m.hangs { // a commit that runs does not end with its context
		time.Sleep(time.Hour) // of the bubble's time
		return ctx.Err()
	}
	m.mu.Lock()
	failing, takes := m.failing, m.takes
	m.mu.Unlock()
	time.Sleep(takes) // of the bubble's time
	if failing != nil {
		return failing
	}
	return m.Memory.Keep(ctx, table, id, record)
}

func (m *memory) Recall(ctx context.Context, table string, fn func(string, []byte) error) error {
	m.mu.Lock()
	unread := m.unread
	m.mu.Unlock()
	if unread != nil {
		return unread
	}
	return m.Memory.Recall(ctx, table, fn)
}
