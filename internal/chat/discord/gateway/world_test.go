package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
	"github.com/umassonline/belltower/internal/chat/discord/gateway"
	"github.com/umassonline/belltower/internal/config"
)

// world is a bot at the fake gateway, on fake time.
type world struct {
	t      *testing.T
	fake   *gatewaytest.Server
	conf   config.Discord
	bot    *gateway.Client
	memory *memory
	logs   *chattest.Log
	stop   func()

	mu      sync.Mutex
	heard   []string // ids of interactions, as they were taken
	changes []gateway.Change
	deaf    []string
	take    func(ctx context.Context, id string) // nil: at once
}

// tell tells a story on fake time, with a bot that was started.
func tell(t *testing.T, story func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.start()
		story(t, w)
		w.end()
	})
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, fake: gatewaytest.New(), memory: &memory{records: map[string][]byte{}}, logs: &chattest.Log{}, stop: func() {}}
	w.fake.Start()
	w.conf = config.Discord{Name: "lowell", BotToken: config.NewSecret(w.fake.Token()), ApplicationID: w.fake.App(), APIURL: w.fake.API(), Gateway: true}
	return w
}

// end stops all, and looks that no secret was told. That nothing runs on is seen by
// synctest.
func (w *world) end() {
	w.t.Helper()
	w.stop()
	w.fake.Close()
	said := w.logs.String() + fmt.Sprintf("%v %+v %s", w.bot, w.bot, []any{w.bot}) + strings.Join(w.deaf, "\n") + w.memory.String()
	if strings.Contains(said, w.fake.Token()) {
		w.t.Errorf("the token was told:\n%s", said)
	}
}

// start starts a bot with what the one before it remembered.
func (w *world) start() {
	transport := w.fake.Transport()
	w.bot = gateway.New(w.conf, gateway.Options{
		Take: w.takes, Changed: w.changed, Deaf: w.isDeaf, Now: time.Now, Memory: w.memory,
		Log: slog.New(slog.NewTextHandler(w.logs, nil)), Transport: transport,
	})
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func(bot *gateway.Client) { done <- bot.Run(ctx) }(w.bot)
	w.stop = func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
		transport.CloseIdleConnections()
		w.stop = func() {}
	}
}

func (w *world) takes(ctx context.Context, raw json.RawMessage) {
	var i struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(raw, &i); err != nil {
		w.t.Error(err)
	}
	w.mu.Lock()
	w.heard = append(w.heard, i.ID)
	take := w.take
	w.mu.Unlock()
	if take != nil {
		take(ctx, i.ID)
	}
}

func (w *world) changed(_ context.Context, c gateway.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changes = append(w.changes, c)
}

func (w *world) isDeaf(_ context.Context, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = append(w.deaf, fmt.Sprint(why))
}

func (w *world) answerWith(take func(ctx context.Context, id string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.take = take
}

// hears checks which interactions were taken, each once, in any order.
func (w *world) hears(want ...string) {
	w.t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	got := slices.Sorted(slices.Values(w.heard))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.t.Errorf("taken %v, want %v\n%s", got, want, w.logs.String())
	}
}

// taken counts the interactions that were.
func (w *world) taken() int {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.heard)
}

// awaitOpen waits until the bot is connected, or for five minutes.
func (w *world) awaitOpen() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer cancel()
	if err := w.fake.Wait(ctx, func(s gatewaytest.Stats) bool { return s.Open == 1 }); err != nil {
		w.t.Fatalf("%v: %+v\n%s", err, w.fake.Stats(), w.logs.String())
	}
	synctest.Wait()
	if w.bot.Open() != 1 {
		w.t.Fatalf("the bot does not know that it is connected:\n%s", w.logs.String())
	}
}

// told checks what was told of being deaf.
func (w *world) told(want ...string) {
	w.t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.deaf) != len(want) {
		w.t.Errorf("told %q, want %q", w.deaf, want)
		return
	}
	for k, part := range want {
		if !strings.Contains(w.deaf[k], part) {
			w.t.Errorf("told %q, want %q", w.deaf, want)
		}
	}
}

// memory is a chat.Memory that is only in memory.
type memory struct {
	mu      sync.Mutex
	records map[string][]byte
}

func (m *memory) Recall(_ context.Context, table string, fn func(string, []byte) error) error {
	m.mu.Lock()
	record, there := m.records[table]
	m.mu.Unlock()
	if !there {
		return nil
	}
	return fn("", record)
}

func (m *memory) Keep(_ context.Context, table, _ string, record []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records[table] = slices.Clone(record)
	return nil
}

func (m *memory) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("%s", m.records)
}
