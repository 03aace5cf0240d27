package native_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/native"
	"github.com/umassonline/belltower/internal/config"
)

const token = "discord-token-secret"

// registry is the part of Discord that takes the commands.
type registry struct {
	t      *testing.T
	status int
	body   string
	err    error
	puts   []time.Time
	told   []byte // what it knows
	looks  int    // how it answers who asks for that; 0: with what it knows
	mu     sync.Mutex
}

// answers sets how it answers.
func (r *registry) answers(status int, body string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.body, r.err = status, body, err
}

func (r *registry) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if req.Method == http.MethodGet {
		return r.look(req), nil
	}
	r.puts = append(r.puts, time.Now())
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.told = body
	if req.Method != http.MethodPut || req.URL.String() != "https://discord.com/api/v10/applications/42/commands" ||
		req.Header.Get("Authorization") != "Bot "+token || !strings.HasPrefix(req.Header.Get("User-Agent"), "DiscordBot (") || req.Header.Get("Content-Type") != "application/json" {
		r.t.Errorf("%s %s %v", req.Method, req.URL, req.Header)
	}
	if r.err != nil {
		return nil, r.err
	}
	header := http.Header{}
	if r.status == http.StatusTooManyRequests {
		header.Set("Retry-After", "40")
	}
	return &http.Response{StatusCode: r.status, Header: header, Body: io.NopCloser(strings.NewReader(r.body))}, nil
}

// look answers who asks which commands are known.
func (r *registry) look(req *http.Request) *http.Response {
	if req.URL.String() != "https://discord.com/api/v10/applications/42/commands" || req.Header.Get("Authorization") != "Bot "+token || !strings.HasPrefix(req.Header.Get("User-Agent"), "DiscordBot (") {
		r.t.Errorf("%s %s %v", req.Method, req.URL, req.Header)
	}
	res := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(r.told))}
	if r.looks != 0 {
		res.StatusCode, res.Body = r.looks, io.NopCloser(strings.NewReader("<html>"))
	}
	return res
}

// memory is a chat.Memory that is only in memory.
type memory map[string][]byte

func (m memory) Recall(_ context.Context, table string, fn func(string, []byte) error) error {
	if record, there := m[table]; there {
		return fn("", record)
	}
	return nil
}

func (m memory) Keep(_ context.Context, table, _ string, record []byte) error {
	m[table] = slices.Clone(record)
	return nil
}

// registering makes a registrar on fake time.
func registering(t *testing.T, tell func(t *testing.T, r *native.Registrar, at *registry)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		at := &registry{t: t, status: http.StatusOK, body: "[]"}
		logs := &bytes.Buffer{}
		tell(t, &native.Registrar{
			Conf: config.Discord{Name: "lowell", ApplicationID: "42", BotToken: config.NewSecret(token), APIURL: "https://discord.com/api/v10"},
			Now:  time.Now, Log: slog.New(slog.NewTextHandler(logs, nil)), Memory: memory{}, Transport: at,
		}, at)
		if strings.Contains(logs.String(), token) {
			t.Error(logs.String())
		}
	})
}

// The commands are told once, and again only when they differ or the application does.
func TestCommandsAreToldOnce(t *testing.T) {
	registering(t, func(t *testing.T, r *native.Registrar, at *registry) {
		for range 3 {
			if err := r.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var told []native.Command
		if err := json.Unmarshal(at.told, &told); err != nil || len(at.puts) != 1 || len(told) != len(native.Commands()) {
			t.Errorf("%d times, %d commands, %v", len(at.puts), len(told), err)
		}
		kept := r.Memory.(memory)[native.Tables()[0]]
		if bytes.Contains(kept, []byte(token)) {
			t.Errorf("%s", kept)
		}
		r.Memory.(memory)[native.Tables()[0]] = bytes.Replace(kept, []byte(`"hash":"`), []byte(`"hash":"0`), 1)
		if err := r.Run(t.Context()); err != nil || len(at.puts) != 2 {
			t.Errorf("%d times, %v", len(at.puts), err)
		}
	})
}

// Another program that uses the application, or a version that was tried with another
// record, told others: they are told anew at the next start, and where Discord does not say
// what it knows they are what it was told.
func TestCommandsThatSomebodyElseToldAreToldAnew(t *testing.T) {
	registering(t, func(t *testing.T, r *native.Registrar, at *registry) {
		start := func(want int) {
			t.Helper()
			if err := r.Run(t.Context()); err != nil || len(at.puts) != want {
				t.Errorf("told %d times, want %d: %v", len(at.puts), want, err)
			}
		}
		start(1)
		at.told = []byte(`[{"name":"dance","type":1}]`)
		start(2)
		if names, err := native.Differing(at.told); err != nil || len(names) > 0 {
			t.Error(names, err)
		}
		start(2)
		at.told, at.looks = []byte(`[]`), http.StatusBadGateway
		start(2)
		at.looks = http.StatusUnauthorized
		start(2)
	})
}

// However Discord does not take them, it is tried again, or not, as that says.
func TestCommandsThatAreNotTaken(t *testing.T) {
	const invalid = `{"message": "Invalid Form Body", "code": 50035, "errors": {}}`
	for name, tc := range map[string]struct {
		status  int
		body    string
		err     error
		outcome chat.Outcome
		reason  string
		again   bool
	}{
		"a wrong token":       {401, `{"message": "401: Unauthorized", "code": 0}`, nil, chat.Locked, "Discord refuses bot_token", false},
		"another application": {403, `{"message": "Missing Access", "code": 50001}`, nil, chat.Locked, "Missing Access (50001): is application_id that of bot_token?", false},
		"no application":      {404, `{"message": "Unknown Application", "code": 10002}`, nil, chat.Locked, "Unknown Application (10002)", false},
		"invalid":             {400, invalid, nil, chat.Refused, "Invalid Form Body (50035)", false},
		"limited":             {429, `{"message": "You are being rate limited.", "retry_after": 40}`, nil, chat.NotSent, "ratelimited", true},
		"its trouble":         {502, "<html>", nil, chat.Unknown, "HTTP 502", true},
		"cut":                 {0, "", io.ErrUnexpectedEOF, chat.Unknown, "no answer", true},
	} {
		t.Run(name, func(t *testing.T) {
			registering(t, func(t *testing.T, r *native.Registrar, at *registry) {
				at.answers(tc.status, tc.body, tc.err)
				var e *chat.SendError
				if err := r.Register(t.Context()); !errors.As(err, &e) || e.Outcome != tc.outcome || !strings.Contains(e.Reason, tc.reason) || strings.Contains(fmt.Sprint(err), token) {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() { done <- r.Run(t.Context()) }()
				time.Sleep(50 * time.Second)
				at.answers(http.StatusOK, "[]", nil)
				if err := <-done; err != nil {
					t.Error(err)
				}
				if n := len(at.puts); tc.again && n < 3 || !tc.again && n != 2 {
					t.Errorf("told %d times", n)
				}
				if tc.status == http.StatusTooManyRequests && at.puts[2].Sub(at.puts[1]) < 40*time.Second {
					t.Errorf("told at %v", at.puts)
				}
			})
		})
	}
}

// Two versions of the bot that undo each other's commands, or a start that fails again
// and again, do not use up what Discord takes in a day.
func TestCommandsAreNotToldTooOften(t *testing.T) {
	registering(t, func(t *testing.T, r *native.Registrar, at *registry) {
		at.answers(502, "", nil)
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 23*time.Hour)
		defer cancel()
		if err := r.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if n := len(at.puts); n != 10 {
			t.Errorf("told %d times within a day", n)
		}
		at.answers(200, "[]", nil)
		if err := r.Run(t.Context()); err != nil || len(at.puts) != 11 || at.puts[10].Sub(begun) < 24*time.Hour {
			t.Errorf("%v: told %d times", err, len(at.puts))
		}
	})
}
