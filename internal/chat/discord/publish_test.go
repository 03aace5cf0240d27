package discord_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// publishing tells a story of a bot that is to publish, on fake time.
func publishing(t *testing.T, tell func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.options = func(o *discord.Options) { o.Crosspost = true } })
		tell(t, w)
	})
}

// published is how often each post of a channel was published, in order, as "101".
func (w *world) published(id discordtest.ID) string {
	synctest.Wait()
	var all strings.Builder
	for _, m := range w.posts(id) {
		fmt.Fprint(&all, m.Published)
	}
	return all.String()
}

// tries is how often it was tried to publish anything.
func (w *world) tries() (n int) {
	for _, c := range w.fake.Log() {
		if c.Route == crossposts.Route {
			n++
		}
	}
	return n
}

var crossposts = discordtest.On{Route: "message.crosspost"}

func TestAnnouncementChannelsArePublishedWhereThatIsWanted(t *testing.T) {
	for wanted, want := range map[bool]string{false: "00", true: "10"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(w *world) { w.options = func(o *discord.Options) { o.Crosspost = wanted } })
			inOps := delivery(news, 2)
			inOps.Ops = true
			w.post(delivery(news, 1))
			w.post(inOps)
			w.post(delivery(teaching, 1))
			if a, b := w.published(news), w.published(teaching); a != want || b != "0" {
				t.Errorf("wanted %v: %s and %s", wanted, a, b)
			}
		})
	}
}

// A channel may become one of announcements later: what somebody types there tells, or the
// gateway does.
func TestAChannelThatBecomesOneOfAnnouncements(t *testing.T) {
	for name, hear := range map[string]func(*world){
		"somebody types there": func(w *world) { w.types(typed("/status")) },
		"the gateway tells":    func(w *world) { w.bot.Changed(channel(teaching)) },
	} {
		t.Run(name, func(t *testing.T) {
			publishing(t, func(t *testing.T, w *world) {
				w.post(delivery(teaching, 1))
				if got := w.published(teaching); got != "0" {
					t.Errorf("of a text channel: %s", got)
				}
				w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Kind = discordtest.Announcement })
				hear(w)
				w.post(delivery(teaching, 2))
				if got := w.published(teaching); got != "01" {
					t.Errorf("published %s", got)
				}
			})
		})
	}
}

// What Discord does not let be published at once is tried again when it says, and never
// done twice; posts do not wait for it.
func TestWhatIsNotPublishedAtOnceIsTriedAgain(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.fake.Faults(crossposts, discordtest.Limited(1200.5, "user"), discordtest.DropAfter(), discordtest.ErrorBefore(503), discordtest.ErrorBefore(503))
		begun := time.Now()
		w.post(delivery(news, 1))
		w.post(delivery(news, 2))
		if took := time.Since(begun); took != 0 {
			t.Errorf("the posts waited %s", took)
		}
		time.Sleep(1200 * time.Second) // of the bubble's time
		if got := w.published(news); got != "00" || w.tries() != 1 {
			t.Errorf("%s by %d tries in 1200 s of a limit of 1200.5", got, w.tries())
		}
		time.Sleep(time.Second)
		if got := w.published(news); got != "10" || w.tries() != 2 {
			t.Errorf("%s by %d tries where the answer was lost", got, w.tries())
		}
		time.Sleep(time.Minute)
		if got := w.published(news); got != "11" {
			t.Errorf("%s by %d tries", got, w.tries())
		}
		if n := w.tries(); n != 6 || strings.Contains(w.logs.String(), "was not published") {
			t.Errorf("%d tries:\n%s", n, w.logs.String())
		}
	})
}

// A limit of the bot's is one of all channels that wait.
func TestALimitOfTheBotsIsOneOfAllThatWaits(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.fake.AddChannel(discordtest.Channel{ID: "1009", Guild: "900", Name: "more", Kind: discordtest.Announcement})
		held := make(chan struct{})
		w.fake.Faults(crossposts, discordtest.Hang(held, discordtest.StoreNever), discordtest.Limited(60, "global"))
		w.post(delivery(news, 1))
		synctest.Wait()
		w.post(delivery("1009", 1))
		close(held)
		time.Sleep(59 * time.Second)
		a, b := w.published(news), w.published("1009")
		time.Sleep(2 * time.Second)
		if c, d := w.published(news), w.published("1009"); a+b != "00" || c+d != "11" {
			t.Errorf("%s%s, then %s%s by %d tries", a, b, c, d, w.tries())
		}
	})
}

// What waits outlasts a restart, with its limit.
func TestWhatWaitsToBePublishedOutlastsARestart(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.fake.Faults(crossposts, discordtest.Limited(600, "user"))
		w.post(delivery(news, 1))
		synctest.Wait()
		w.stop()
		w.post(delivery(news, 2)) // by an outbox that stops after the connection
		w.bot = w.connect(w.fake.Transport())
		w.post(delivery(news, 3)) // by one that starts before it, and dies
		w.start()
		time.Sleep(599 * time.Second)
		if got := w.published(news); got != "000" || w.tries() != 1 {
			t.Errorf("%s by %d tries", got, w.tries())
		}
		time.Sleep(2 * time.Second)
		if got := w.published(news); got != "111" {
			t.Errorf("%s by %d tries", got, w.tries())
		}
		w.restart()
		if got := w.published(news); got != "111" || w.tries() != 4 {
			t.Errorf("after a restart %s by %d tries", got, w.tries())
		}
	})
}

// unreadably restarts the bot, with one post that waits, on a disk that does not read, and has
// another wait.
func (w *world) unreadably() {
	w.fake.Faults(crossposts, discordtest.Limited(600, "user"), discordtest.Limited(600, "user"))
	w.post(delivery(news, 1))
	synctest.Wait()
	w.stop()
	w.memory.unreadable(errors.New("input/output error"))
	w.start()
	w.post(delivery(news, 2))
	synctest.Wait()
}

// What waits is not overwritten by a bot that could not read it.
func TestWhatWaitsUnreadIsNotOverwritten(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.unreadably()
		w.stop()
		w.memory.unreadable(nil)
		w.start()
		time.Sleep(601 * time.Second)
		if got := w.published(news); got != "10" {
			t.Errorf("%s by %d tries", got, w.tries())
		}
	})
}

// What could not be read is read again, though nothing is posted: what waited is published,
// and what came meanwhile is kept behind it.
func TestWhatWaitsUnreadIsReadAgain(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		publishing(t, func(t *testing.T, w *world) {
			w.unreadably()
			w.memory.unreadable(nil)
			time.Sleep(time.Minute)
			synctest.Wait()
			if restarted {
				w.restart()
			}
			time.Sleep(601 * time.Second)
			if got := w.published(news); got != "11" || w.tries() != 4 {
				t.Errorf("restarted %v: %s by %d tries", restarted, got, w.tries())
			}
			w.restart()
			if got := w.published(news); got != "11" || w.tries() != 4 {
				t.Errorf("after a restart %s by %d tries", got, w.tries())
			}
		})
	}
}

// One record that is none keeps nothing else from being known.
func TestARecordThatIsNone(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.fake.Faults(crossposts, discordtest.Limited(600, "user"))
		w.post(delivery(news, 1))
		synctest.Wait()
		w.stop()
		if err := w.memory.Keep(t.Context(), "discordpublish", "1009", []byte("{")); err != nil {
			t.Fatal(err)
		}
		w.start()
		time.Sleep(601 * time.Second)
		w.restart()
		if got := w.published(news); got != "1" || w.tries() != 2 {
			t.Errorf("%s by %d tries", got, w.tries())
		}
	})
}

// What can never be published does not wait, what is too old does not either.
func TestWhatIsNotPublishedInTheEnd(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.fake.Faults(crossposts, discordtest.Refused(403, 50013), discordtest.Refused(404, 10008))
		w.post(delivery(news, 1))
		w.post(delivery(news, 2))
		w.post(delivery(news, 3))
		if got := w.published(news); got != "001" || w.tries() != 3 {
			t.Errorf("%s by %d tries", got, w.tries())
		}
		w.fake.FaultsAlways(crossposts, discordtest.ErrorBefore(503))
		w.post(delivery(news, 4))
		time.Sleep(24 * time.Hour)
		w.fake.ClearFaults()
		time.Sleep(time.Hour)
		if got := w.published(news); got != "0010" || w.tries() > 35 {
			t.Errorf("%s by %d tries", got, w.tries())
		}
		if n := strings.Count(w.logs.String(), "was not published"); n != 3 {
			t.Errorf("%d warnings:\n%s", n, w.logs.String())
		}
	})
}

// A post whose maker died before it was published is published when it is looked up, once,
// unless that is of ops or too long ago.
func TestWhatALookUpFindsIsPublished(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.options = func(*discord.Options) {}
		w.restart()
		w.post(delivery(news, 1))
		w.options = func(o *discord.Options) { o.Crosspost = true }
		w.restart()
		find := func(s chat.Sought) {
			if found, err := w.bot.Find(t.Context(), s); err != nil || len(found) != 1 {
				t.Errorf("%v, %v", found, err)
			}
		}
		s := sought(news)
		s.Ops = true
		find(s)
		if got := w.published(news); got != "0" {
			t.Errorf("of ops: %s", got)
		}
		s.Ops = false
		find(s)
		if got := w.published(news); got != "1" || w.tries() != 1 {
			t.Errorf("%s by %d tries", got, w.tries())
		}
		find(s)
		if w.tries() != 1 {
			t.Errorf("%d tries of what is published", w.tries())
		}
		w.fake.Faults(crossposts, discordtest.Refused(403, 50013))
		w.post(delivery(news, 2))
		time.Sleep(4 * time.Hour)
		if found, err := w.bot.Find(t.Context(), s); err != nil || len(found) != 2 || w.published(news) != "10" {
			t.Errorf("%v, %v: %s", found, err, w.published(news))
		}
	})
}

// A post that is looked up while the disk still takes that it is to be published is there when
// the look-up ends, as it is when the post does: whoever comes after a crash finds it.
func TestALookUpWaitsUntilAPostIsKept(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		synctest.Wait() // nothing waits
		begun, slow := time.Now(), time.Second
		w.memory.slow(slow)
		posted := make(chan struct{})
		go func() {
			defer close(posted)
			w.post(delivery(news, 1))
		}()
		time.Sleep(slow / 2)
		if found, err := w.bot.Find(t.Context(), sought(news)); err != nil || len(found) != 1 {
			t.Errorf("%v, %v", found, err)
		}
		if took := time.Since(begun); took < slow {
			t.Errorf("found after %s", took)
		}
		<-posted
		if got := w.published(news); got != "1" {
			t.Errorf("%s by %d tries", got, w.tries())
		}
	})
}

// A disk that hangs keeps no post for longer than two seconds, and none that comes next.
func TestAPostIsMadeWhileTheDiskHangs(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.memory.slow(time.Hour)
		for n := range 2 {
			begun := time.Now()
			w.post(delivery(news, n+1))
			if took := time.Since(begun); took != 2*time.Second {
				t.Errorf("post %d took %s", n+1, took)
			}
		}
		time.Sleep(3 * time.Hour)
		if got := w.published(news); got != "11" {
			t.Errorf("%s by %d tries", got, w.tries())
		}
	})
}

// At most fifty posts of a channel wait, the newest.
func TestTheNewestPostsWaitToBePublished(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.fake.Faults(crossposts, discordtest.Limited(600, "user"))
		for n := range 52 {
			w.post(delivery(news, n+1))
			synctest.Wait()
		}
		time.Sleep(601 * time.Second)
		if got, want := w.published(news), "00"+strings.Repeat("1", 50); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// A record that cannot be written keeps nothing from being published.
func TestPublishingWithoutADisk(t *testing.T) {
	publishing(t, func(t *testing.T, w *world) {
		w.memory.fails(errors.New("no space left"))
		w.fake.Faults(crossposts, discordtest.ErrorBefore(503))
		if _, err := w.bot.Post(t.Context(), delivery(news, 1)); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if got := w.published(news); got != "1" {
			t.Error(got)
		}
	})
}
