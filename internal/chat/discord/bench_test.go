package discord_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/config"
)

// BenchmarkCommand is the way of a command from its bytes to the answer's, without what
// it does.
func BenchmarkCommand(b *testing.B) {
	fake := discordtest.New()
	at := discordtest.NewApplication("lowell").At("http://bot.example")
	fake.AddApplication(at)
	fake.AddGuild(discordtest.Guild{ID: "900"})
	fake.AddChannel(discordtest.Channel{ID: teaching, Guild: "900"})
	bot, err := discord.New(config.Discord{Name: "lowell", ApplicationID: string(at.ID), PublicKey: at.PublicKey(), APIURL: fake.APIURL()},
		discord.Options{Zone: time.UTC, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelInfo})), Memory: &memory{}, Transport: fake.Transport()})
	if err != nil {
		b.Fatal(err)
	}
	h := bot.Handler(discord.Callbacks{Handle: func(context.Context, chat.Request) chat.Reply {
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("INC-42 is open."), Lines: []chat.Line{{Text: chat.Plain("3 channels will be told.")}},
			Actions: []chat.Action{{Label: "Update INC-42", Command: "incident update 42"}, {Label: "Take back", Command: "incident retract 42"}}}}
	}})
	r, err := fake.CommandRequest(discordtest.Command{Channel: teaching, User: ann, Line: "/incident declare learn down", Options: map[string]string{"message": "The login page shows an error."}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		req := made(r.URL, r.Header, r.Body)
		h.ServeHTTP(discard{}, req)
	}
}

// BenchmarkPost is one post of a fan-out.
func BenchmarkPost(b *testing.B) {
	bot, err := discord.New(config.Discord{Name: "lowell", APIURL: "http://discord.test"}, discord.Options{
		Word: func(chat.Delivery) chat.Message { return everything() }, Zone: time.UTC, Now: time.Now, Memory: &memory{}, Transport: instant{},
	})
	if err != nil {
		b.Fatal(err)
	}
	d := delivery(teaching, 1)
	for b.Loop() {
		if _, err := bot.Post(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
}

// instant answers every call with a message.
type instant struct{}

func (instant) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"id":"1234567890123456789"}`)), Request: r}, nil
}
