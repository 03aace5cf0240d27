package gateway_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/config"
)

// After a close code that is for good nothing more is tried: it is told once, at once.
func TestFatalCloseCodes(t *testing.T) {
	for code, want := range map[int]string{
		4004: "Discord refuses bot_token: make a new one (Developer Portal, Bot, Reset Token) (4004)",
		4010: "Discord refuses the shard of the bot (4010)",
		4011: "the bot is in more servers than one connection may serve (4011)",
		4012: "Discord speaks version 10 of its gateway no more: a newer Belltower is needed (4012)",
		4013: "Discord does not know the intent GUILDS any more: a newer Belltower is needed (4013)",
		4014: "Discord does not grant the bot the intent GUILDS (Developer Portal, Bot) (4014)",
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.fake.Refuse(code)
				w.start()
				time.Sleep(5 * time.Second)
				w.told(want)
				time.Sleep(24 * time.Hour)
				w.told(want)
				if s := w.fake.Stats(); s.Identifies != 1 || s.Opened != 1 || s.Lookups != 1 || w.bot.Open() != 0 {
					t.Errorf("%+v", s)
				}
				w.end()
			})
		})
	}
}

// The same in the middle of a session; who is started next, with another token, begins
// a session of its own.
func TestATokenThatIsResetMeanwhile(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		time.Sleep(time.Hour)
		w.fake.CloseWith(4004)
		time.Sleep(time.Hour)
		w.told("Discord refuses bot_token")
		if s := w.fake.Stats(); s.Opened != 1 {
			t.Errorf("%+v", s)
		}
		w.stop()
		w.start()
		w.awaitOpen()
		w.told("Discord refuses bot_token", "<nil>")
		if s := w.fake.Stats(); s.Identifies != 2 || s.Invalid != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A wrong token is refused before a session is begun, and not tried again.
func TestAWrongToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.conf.BotToken = config.NewSecret("wrong")
		w.start()
		time.Sleep(24 * time.Hour)
		w.told("Discord refuses bot_token")
		if s := w.fake.Stats(); s.Lookups != 1 || s.Opened != 0 {
			t.Errorf("%+v", s)
		}
		w.end()
	})
}

// The token of another application is found out.
func TestAnotherApplication(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.conf.ApplicationID = "7"
		w.start()
		time.Sleep(24 * time.Hour)
		w.told(`bot_token is of the application "1100000000000000001", not of application_id`)
		if s := w.fake.Stats(); s.Identifies != 1 {
			t.Errorf("%+v", s)
		}
		w.end()
	})
}

// A hundred breaks in a day begin no session but the first.
func TestAHundredBreaksInADay(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		var want []string
		for range 100 {
			time.Sleep(24 * time.Hour / 101)
			w.fake.Cut()
			synctest.Wait()
			want = append(want, w.fake.Interact(nil))
			time.Sleep(5 * time.Second)
		}
		w.hears(want...)
		if s := w.fake.Stats(); s.Identifies != 1 || s.Resumes != 100 {
			t.Errorf("%+v", s)
		}
		w.told()
	})
}

// Where Discord forgets every session, and however often they break, the token is not
// reset.
func TestTheQuotaIsNotUsedUp(t *testing.T) {
	for name, every := range map[string]time.Duration{"at once": 5 * time.Second, "when steady": 61 * time.Second} {
		t.Run(name, func(t *testing.T) {
			tell(t, func(t *testing.T, w *world) {
				w.fake.Forget(true)
				end := time.Now().Add(36 * time.Hour)
				for time.Now().Before(end) {
					time.Sleep(every)
					w.fake.Cut()
				}
				s := w.fake.Stats()
				if s.Reset || s.Identifies > 1200 || s.Identifies < 700 {
					t.Errorf("%d sessions were begun in a day and a half; reset %v", s.Identifies, s.Reset)
				}
			})
		})
	}
}

// What others used up counts too.
func TestTheQuotaOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.Spend(985)
		w.start()
		time.Sleep(10 * time.Hour)
		if s := w.fake.Stats(); s.Identifies != 0 || s.Lookups > 70 {
			t.Errorf("%+v", s)
		}
		w.told("no more sessions today")
		w.fake.Spend(0)
		time.Sleep(11 * time.Minute)
		w.awaitOpen()
		w.told("no more sessions today", "<nil>")
		w.fake.Lookup(http.StatusOK, 0)
		w.end()
	})
}
