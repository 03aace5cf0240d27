package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/teams"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// stage is a bot with one house, on which the script is played.
type stage struct {
	t   *testing.T
	dir string
	h   *house
	bot *bot
	db  storage.DB
	// store is its path.
	store string
	stop  func()

	mu    sync.Mutex
	heard []chat.Request
	said  []chat.Reply
	form  chat.Form // the newest that was opened
	shown string    // the newest answer on the host
	typed int       // lines on the host
}

// sixtyConfig is the configuration of all houses but for their connection.
const sixtyConfig = `
[organization]
name = "Example University"
timezone = "America/New_York"
public_url = "https://status.example.edu"

[http]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"

[tell]
grace = "10s"
grace_above = 1

[[services]]
id = "learn"
name = "Learn System"
aliases = ["blackboard", "bb"]
group = "Teaching"
advice = "Please treat this time as lab closed."
advice_outage = "Work of the last minutes may not be saved."

[[services]]
id = "portal"
name = "Student Portal"

[[services]]
id = "mail"
name = "Mail"

[[services]]
id = "library"
name = "Library"
sorry_page = true
auto_declare = "20m"

[[probes]]
service = "library"
name = "catalogue"
kind = "tcp"
url = "127.0.0.1:1" # nobody listens there
every = "1h"
fail_after = 100

[probing]
allow = ["127.0.0.0/8"]

[[sources]]
name = "pingdom"
kind = "pingdom"
token = "0123456789abcdef0123456789abcdef"
checks = { "4711" = "learn", "4712" = "portal", "4713" = "mail", "4714" = "library" }

[[sources]]
name = "alertsite"
kind = "alertsite"
token = "fedcba9876543210fedcba9876543210"
checks = { "900123" = "library" }

[[standing_windows]]
services = ["learn"]
when = "every saturday 04:00"
for = "3h"

[[moratoriums]]
name = "Fall finals"
from = "2026-12-10"
to = "2026-12-18"
services = ["learn"]
`

// opens starts the bot. The house must be of the same bubble.
func (s *stage) opens() {
	s.t.Helper()
	path := filepath.Join(s.dir, "config.toml")
	if err := os.WriteFile(path, []byte(sixtyConfig+s.h.config), 0o600); err != nil {
		s.t.Fatal(err)
	}
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		s.t.Fatal(err)
	}
	// As the demo does, which has no section of the file.
	cfg.Access.Admins, cfg.Access.Responders = []desk.Person{s.h.person("root")}, []desk.Person{s.h.person("ann")}
	cfg.Campuses = append(cfg.Campuses, config.Campus{ID: "campus", Name: "Campus", Connections: []desk.ConnectionName{s.h.connection}})
	cfg.Tell.Ops = []desk.Channel{s.h.channel("ops")}
	s.store = cfg.Storage.Path
	if s.db, err = openStore(s.store, nil); err != nil {
		s.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if s.bot, err = build(cfg, s.db, outside{log: log, now: time.Now, transport: s.h.transport, web: s.h.web}); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	s.h.company.meets(s.door())
	s.bot.welcome(ctx)
	go func() { ended <- runParts(ctx, log, s.bot.parts()) }()
	s.stop = func() {
		s.h.company.meets(nil)
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
		if err := s.db.Close(); err != nil {
			s.t.Error(err)
		}
		if err := s.h.close(); err != nil {
			s.t.Error(err)
		}
	}
	synctest.Wait()
}

// door is where the platform's requests come in, as the link has it, but that what is
// handed to the commands and back is noted.
func (s *stage) door() http.Handler {
	l := s.bot.links[0]
	var inner http.Handler
	switch c := l.sender.(type) {
	case *slack.Workspace:
		callbacks := s.bot.slackCallbacks(l.Name)
		callbacks.Handle = s.noted
		inner = c.Handler(callbacks)
	case tenant:
		inner = c.bot.Handler(teams.Callbacks{Handle: s.noted, Returned: s.bot.returned})
	case *discord.Connection:
		callbacks := s.bot.discordCallbacks()
		callbacks.Handle = s.noted
		inner = c.Handler(callbacks)
	case *web.Connection:
		inner = c.Handler(web.Callbacks{Handle: s.noted, Complete: s.bot.complete})
	}
	mux := http.NewServeMux()
	for pattern := range l.doors() {
		mux.Handle(pattern, inner)
	}
	return mux
}

func (s *stage) noted(ctx context.Context, r chat.Request) chat.Reply {
	reply := s.bot.do(ctx, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard, s.said = append(s.heard, r), append(s.said, reply)
	return reply
}

// hears has a monitor elsewhere call about a service: "fails library", "passes library".
func (s *stage) hears(c cue) {
	s.t.Helper()
	verb, service, _ := strings.Cut(c.line, " ")
	call := fromAlertSite(map[string]string{"fails": "error", "passes": "clear"}[verb])
	if c.monitor == "pingdom" {
		check := map[string]int{"learn": 4711, "portal": 4712, "mail": 4713, "library": 4714}[service]
		call = fromPingdom(check, map[string]string{"fails": "DOWN", "passes": "UP"}[verb])
	}
	if err := call.reaches(s.t.Context(), s.bot); err != nil {
		s.t.Error(err)
	}
	synctest.Wait()
}

// toAll is behind an answer that everybody in the channel sees.
const toAll = "(to everybody)\n"

// plays has a person do what the cue says, and returns what the bot answered, without
// mark-up.
func (s *stage) plays(c cue) string {
	s.t.Helper()
	act := s.h.company.types
	switch c.form = s.form; {
	case c.press != "":
		act = s.h.company.presses
	case c.fill != nil:
		act = s.h.company.fills
	}
	if err := act(s.t.Context(), c); err != nil {
		s.t.Errorf("%s: %s in %s: %s: %v", s.h.connection, c.who, c.in, c, err)
	}
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.said) != 1 {
		s.t.Errorf("%s: %s: the commands were asked %d times", s.h.connection, c, len(s.said))
	}
	for _, got := range s.heard {
		if c.press != "" && got.Options == nil && got.Command+" "+got.Text != c.line {
			s.t.Errorf("%s: [%s] carries %s %s, not %s", s.h.connection, c.press, got.Command, got.Text, c.line)
		}
	}
	var text strings.Builder
	for _, reply := range s.said {
		if reply.Failed {
			text.WriteString("(refused) ")
		}
		text.WriteString(reply.Message.PlainText(s.bot.words.Zone))
		if reply.Public {
			text.WriteString(toAll)
		}
		if reply.Form != nil {
			s.form = *reply.Form
			fmt.Fprintf(&text, "(a form: %s)\n", s.form.Title)
		}
	}
	s.heard, s.said = nil, nil
	return text.String()
}

// playsOnHost has it typed on the host, and returns what is read there.
func (s *stage) playsOnHost(c cue) string {
	s.t.Helper()
	text, status := s.doesOnHost(c)
	// A button's command is typed as it stands in the answer.
	button := "[" + c.press + "] " + c.line + "\n"
	if c.host != "" {
		button = "[" + c.press + "] "
	}
	if c.press != "" && !c.onCard && !strings.Contains(s.shown, button) {
		s.t.Errorf("the host was not shown [%s] %s, but:\n%s", c.press, c.line, s.shown)
	}
	s.shown = text
	synctest.Wait()
	if status != 0 {
		return "(refused) " + text
	}
	return text
}

// doesOnHost runs "bot do", which calls the bot by its socket, and returns what it printed
// and its exit status. Words are given to it in one argument and in one each by turns. The
// socket is open that long alone: fake time stands still while anybody listens to a real one.
func (s *stage) doesOnHost(c cue) (text string, status int) {
	s.t.Helper()
	config := filepath.Join(s.dir, "config.toml")
	l, err := listenLocal(s.store)
	if err != nil {
		s.t.Fatal(err)
	}
	srv := &http.Server{Handler: s.bot.localHandler()}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	words := []string{c.line}
	if s.typed++; s.typed%2 == 0 {
		words = strings.Split(c.line, " ")
	}
	var stdout, stderr bytes.Buffer
	status = run(s.t.Context(), process{
		args: append([]string{"--config", config, "do"}, words...), stdout: &stdout, stderr: &stderr, now: time.Now,
		env: func(name string) (string, bool) { return c.who, name == "SUDO_USER" },
	})
	if err := srv.Close(); err != nil || !errors.Is(<-ended, http.ErrServerClosed) {
		s.t.Errorf("the socket: %v", err)
	}
	said, silent := &stdout, &stderr
	if status != 0 {
		said, silent = &stderr, &stdout
	}
	if status > 1 || silent.Len() > 0 {
		s.t.Errorf("bot do %q: status %d, and beside it %s", c.line, status, silent)
	}
	return said.String(), status
}
