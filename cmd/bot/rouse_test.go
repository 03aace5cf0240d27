package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/umassonline/belltower/storage"
)

// rousedStore counts how often it was roused.
type rousedStore struct {
	storage.DB
	times int
}

func (s *rousedStore) Rouse() {
	s.times++
	s.DB.Rouse()
}

// The disk is roused by a command, and by a monitor's call that is proved, not by another.
func TestTheDiskIsRoused(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.more = "\n[[sources]]\nname = \"pingdom\"\nkind = \"pingdom\"\ntoken = \"0123456789abcdef0123456789abcdef\"\n"
		b.stop()
		b.start()
		store := &rousedStore{DB: b.bot.db}
		b.bot.db = store
		b.ann("/incident list")
		if store.times != 1 {
			t.Errorf("a command roused it %d times", store.times)
		}
		monitors := b.bot.newIntake()
		for token, want := range map[string]int{"wrong": 0, "0123456789abcdef0123456789abcdef": 1} {
			store.times = 0
			r := httptest.NewRequest(http.MethodPost, "/sources/pingdom", strings.NewReader("{}"))
			r.Header.Set("Authorization", "Bearer "+token)
			monitors.ServeHTTP(httptest.NewRecorder(), r)
			if store.times != want {
				t.Errorf("a call with the token %q roused it %d times", token, store.times)
			}
		}
	})
}
