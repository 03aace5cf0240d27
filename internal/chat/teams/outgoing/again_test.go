package outgoing_test

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/config"
)

// restarted is the webhook that takes the place of one in another process.
func (w *world) restarted(t *testing.T) *world {
	return newWorld(t, func(_ *config.Teams, o *outgoing.Options) { o.Memory = w.disk })
}

// reloaded is the webhook that takes the place of one where the configuration is loaded
// again.
func (w *world) reloaded(t *testing.T) *world {
	return newWorld(t, func(_ *config.Teams, o *outgoing.Options) { o.Memory, o.Heard = w.disk, w.heard })
}

// What was answered is known to the webhook that comes after, as long as its time would be
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
			second := []func(*testing.T) *world{first.restarted, first.reloaded}[minute%2](t)
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
	second := first.reloaded(t)
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

// A mention that is under way is a replay in its own process, also after SIGHUP. To the
// process after a crash it is the first: nobody was answered yet. What comes once more is
// refused again.
func TestAMentionThatWasUnderWayAtACrashIsAnsweredByTheNextProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := newWorld(t)
		f := first.mentions("incident declare learn down")
		crash := make(chan struct{})
		defer close(crash)
		first.reply = func(chat.Request) chat.Reply { <-crash; return chat.Reply{} }
		go first.ask(f)
		synctest.Wait()
		if status, _ := first.reloaded(t).ask(f); status != http.StatusUnauthorized {
			t.Errorf("after SIGHUP, while it is under way: %d", status)
		}
		second := first.restarted(t)
		if status, answer := second.ask(f); status != http.StatusOK || len(second.asked) != 1 || second.asked[0].ID != first.asked[0].ID {
			t.Errorf("after a crash: %d %s, asked %v", status, answer, second.asked)
		}
		for name, w := range map[string]*world{"the same process": second, "one more": first.restarted(t)} {
			if status, _ := w.ask(f); status != http.StatusUnauthorized {
				t.Errorf("answered, sent again to %s: %d", name, status)
			}
		}
	})
}

// What is answered late, and what is refused, is answered too.
func TestWhateverIsAnsweredIsRefusedAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := newWorld(t)
		crash := make(chan struct{})
		defer close(crash)
		first.reply = func(chat.Request) chat.Reply { <-crash; return chat.Reply{} }
		late, never := first.mentions("status"), first.mentions("incident retract 42")
		go first.ask(late)
		time.Sleep(3 * time.Second) // of the bubble's time
		first.ask(never)
		second := first.restarted(t)
		for _, f := range []fields{late, never} {
			if status, _ := second.ask(f); status != http.StatusUnauthorized {
				t.Errorf("%s: %d", f["text"], status)
			}
		}
	})
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
	w.disk.unread = errors.New("input/output error")
	if status, _ := w.ask(w.mentions("status")); status != http.StatusOK {
		t.Errorf("where it cannot be read either: %d", status)
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
