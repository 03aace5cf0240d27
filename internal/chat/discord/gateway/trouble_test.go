package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
)

// After opcode 9 Discord is left alone for one to five seconds.
func TestAnInvalidSessionIsFollowedByAPause(t *testing.T) {
	for _, resumable := range []bool{true, false} {
		tell(t, func(t *testing.T, w *world) {
			w.awaitOpen()
			time.Sleep(time.Hour)
			w.fake.Invalidate(resumable)
			time.Sleep(999 * time.Millisecond)
			if n := w.fake.Stats().Opened; n != 1 {
				t.Errorf("%d connections", n)
			}
			time.Sleep(4100 * time.Millisecond)
			if n := w.fake.Stats().Opened; n != 2 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// A connection that breaks again and again is tried ever more seldom.
func TestAFlappingConnectionIsTriedMoreSeldom(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		for range 600 {
			time.Sleep(time.Second)
			w.fake.Cut()
		}
		if s := w.fake.Stats(); s.Opened < 10 || s.Opened > 30 {
			t.Errorf("%+v", s)
		}
	})
}

// After an outage that no session outlives none is resumed.
func TestALongOutageBeginsAnew(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		time.Sleep(time.Hour)
		w.fake.Down(true)
		w.fake.Cut()
		time.Sleep(10 * time.Minute)
		w.fake.Down(false)
		w.awaitOpen()
		if s := w.fake.Stats(); s.Identifies != 2 || s.Invalid != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A gateway that takes connections and says nothing is tried again, as one that gives
// no session.
func TestASilentGatewayIsTriedAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		fault func(*gatewaytest.Server, bool)
		want  string
	}{
		"silent":  {(*gatewaytest.Server).Silent, "does not greet"},
		"unready": {(*gatewaytest.Server).Unready, "gives no session"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				tc.fault(w.fake, true)
				w.start()
				time.Sleep(10 * time.Minute)
				if s := w.fake.Stats(); s.Opened < 5 || s.Opened > 20 {
					t.Errorf("%+v", s)
				}
				w.told(tc.want)
				tc.fault(w.fake, false)
				w.awaitOpen()
				w.told(tc.want, "<nil>")
				w.end()
			})
		})
	}
}

// However the look-up of the gateway fails, it is tried until it works; ops hears once
// that nothing is heard, why, and that it is over.
func TestNoGatewayIsToldAndTriedAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		status, after int
		down          bool
		want          string
	}{
		"its trouble": {status: 500, want: "Discord answers 500 Internal Server Error"},
		"forbidden":   {status: 403, want: "Discord answers 403 Forbidden"},
		"limited":     {status: 429, after: 40, want: "Discord answers 429 Too Many Requests"},
		"moved":       {status: 302, want: "Discord answers 302 Found"},
		"down":        {down: true, want: "Discord cannot be reached: dial pipe: connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.fake.Lookup(tc.status, tc.after)
				w.fake.Down(tc.down)
				w.start()
				time.Sleep(10 * time.Minute)
				if n := w.fake.Stats().Lookups; !tc.down && (n < 9 || n > 30) {
					t.Errorf("asked %d times in ten minutes", n)
				}
				w.fake.Lookup(http.StatusOK, 0)
				w.fake.Down(false)
				time.Sleep(time.Minute)
				w.awaitOpen()
				w.told(tc.want, "<nil>")
				w.end()
			})
		})
	}
}

// While Discord is away for two minutes the session is kept, though it was told that
// nothing is heard.
func TestAnOutageIsResumedAfter(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		time.Sleep(time.Hour)
		w.fake.Down(true)
		w.fake.Cut()
		time.Sleep(2 * time.Minute)
		if w.bot.Open() != 0 {
			t.Error("the bot believes that it is connected")
		}
		a := w.fake.Interact(nil)
		w.fake.Down(false)
		w.awaitOpen()
		w.hears(a)
		w.told("Discord's gateway cannot be reached", "<nil>")
		if s := w.fake.Stats(); s.Identifies != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// That nothing is heard is told once, though the bot is restarted meanwhile, and that it
// is over, though that takes a restart.
func TestDeafOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.Refuse(4004)
		for range 3 {
			w.start()
			time.Sleep(3 * time.Minute)
			w.stop()
		}
		w.fake.Refuse(0)
		time.Sleep(time.Minute)
		w.start()
		w.awaitOpen()
		w.told("Discord refuses bot_token", "<nil>")
		w.end()
	})
}

func TestRetriesAreSpread(t *testing.T) {
	pauses := map[string]bool{}
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.fake.Down(true)
			w.start()
			time.Sleep(2 * time.Second)
			for line := range strings.Lines(w.logs.String()) {
				_, in, _ := strings.Cut(line, " in=")
				pauses[in] = true
			}
			w.end()
		})
	}
	if len(pauses) < 5 {
		t.Error(fmt.Sprint("the pauses are no jitter: ", pauses))
	}
}
