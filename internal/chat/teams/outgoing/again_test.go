package outgoing_test

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/config"
)

// after is the webhook that takes the place of one: after a restart, or where the
// configuration was loaded again.
func (w *world) after(t *testing.T) *world {
	return newWorld(t, func(_ *config.Teams, o *outgoing.Options) { o.Memory = w.disk })
}

// What was received is known to the webhook that comes after, as long as its time would be
// believed; and no longer.
func TestAReplayIsRefusedByTheWebhookThatComesAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := newWorld(t)
		ahead := with(first.mentions("status"), func(f fields) { f["timestamp"] = time.Now().Add(5 * time.Minute).UTC().Format(time.RFC3339) })
		now := first.mentions("status")
		for _, f := range []fields{now, ahead} {
			if status, _ := first.ask(f); status != http.StatusOK {
				t.Fatal(status)
			}
		}
		for minute := range 10 {
			second := first.after(t)
			for _, f := range []fields{now, ahead} {
				if status, _ := second.ask(f); status != http.StatusUnauthorized || len(second.asked) != 0 {
					t.Errorf("after %d minutes: %d", minute, status)
				}
			}
			time.Sleep(time.Minute) // of the bubble's time
		}
		time.Sleep(6 * time.Minute)
		first.ask(first.mentions("status"))
		if n := len(first.disk.ids); n != 1 {
			t.Errorf("%d are remembered for ever: %q", n, first.disk.ids)
		}
	})
}

// While one webhook takes the place of another, the same request may come to both.
func TestOfTwoAtOnceOneIsTheFirst(t *testing.T) {
	first := newWorld(t)
	second := first.after(t)
	f := first.mentions("status")
	var answered atomic.Int64
	var both sync.WaitGroup
	for _, w := range []*world{first, second} {
		both.Go(func() {
			if status, _ := w.ask(f); status == http.StatusOK {
				answered.Add(1)
			}
		})
	}
	both.Wait()
	if n := answered.Load(); n != 1 {
		t.Errorf("answered %d times", n)
	}
}

// A full disk keeps nobody from reading. What this process heard it refuses all the same.
func TestADiskThatTakesNothing(t *testing.T) {
	w := newWorld(t)
	w.disk.err = errors.New("no space left on device")
	f := w.mentions("status")
	if status, _ := w.ask(f); status != http.StatusOK {
		t.Error(status)
	}
	if status, _ := w.ask(f); status != http.StatusUnauthorized {
		t.Errorf("sent again: %d", status)
	}
}

// The ID of the request keeps what changes anything from being done twice, too.
func TestAReplayIsTheSameRequest(t *testing.T) {
	first, second := newWorld(t), newWorld(t)
	f := first.mentions("incident declare learn down")
	first.ask(f)
	second.ask(f)
	if a, b := first.asked[0].ID, second.asked[0].ID; a != b || a == "" {
		t.Errorf("%q and %q", a, b)
	}
}
