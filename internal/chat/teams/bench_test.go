package teams_test

import (
	"net/http/httptest"
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// BenchmarkPress is a verified press of a button, answered in the response: all that the
// adapter does by itself between two ends.
func BenchmarkPress(b *testing.B) {
	w := newWorld(b, func(w *world) { w.groups = nil })
	w.words = func(chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain("Look."), Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42"}}}
	}
	id, err := w.bot.Post(b.Context(), delivery(teach, 1))
	if err != nil {
		b.Fatal(err)
	}
	r, err := w.fake.ClickRequest(teamstest.Click{Channel: teach, ID: teamstest.MessageID(id), User: ann, Label: "Resolve INC-42"})
	if err != nil {
		b.Fatal(err)
	}
	if rec := w.serve(w.request(r, nil)); rec.Code != 200 {
		b.Fatal(rec.Code, rec.Body)
	}
	for b.Loop() {
		rec := httptest.NewRecorder()
		w.routes.ServeHTTP(rec, w.request(r, nil))
		if rec.Code != 200 {
			b.Fatal(rec.Code)
		}
	}
}

// BenchmarkPost is a post of a fan-out: drawn once, sent to one channel.
func BenchmarkPost(b *testing.B) {
	w := newWorld(b, func(w *world) { w.groups = nil })
	for b.Loop() {
		if _, err := w.bot.Post(b.Context(), delivery(teach, 1)); err != nil {
			b.Fatal(err)
		}
	}
}
