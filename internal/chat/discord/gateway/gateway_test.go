package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
	"github.com/umassonline/belltower/internal/chat/discord/gateway"
)

func TestInteractionsAreTaken(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		select {
		case <-w.bot.Whole():
		default:
			t.Error("the connection was never whole")
		}
		a, b := w.fake.Interact(nil), w.fake.Interact(nil)
		w.hears(a, b)
		if s := w.fake.Stats(); s.Intents != 1 || s.Identifies != 1 || w.bot.Name() != "lowell" {
			t.Errorf("%+v", s)
		}
	})
}

// However a connection breaks, what came before and what came meanwhile is taken, each
// once, by the same session.
func TestABrokenConnectionIsResumed(t *testing.T) {
	for name, how := range map[string]func(*gatewaytest.Server){
		"cut":              (*gatewaytest.Server).Cut,
		"asked to":         (*gatewaytest.Server).Reconnect,
		"invalid for once": func(s *gatewaytest.Server) { s.Invalidate(true) },
		"unknown error":    func(s *gatewaytest.Server) { s.CloseWith(4000) },
		"rate limited":     func(s *gatewaytest.Server) { s.CloseWith(4008) },
		"going away":       func(s *gatewaytest.Server) { s.CloseWith(1001) },
	} {
		t.Run(name, func(t *testing.T) {
			tell(t, func(t *testing.T, w *world) {
				w.awaitOpen()
				time.Sleep(time.Hour)
				a := w.fake.Interact(nil)
				synctest.Wait()
				how(w.fake)
				synctest.Wait()
				b := w.fake.Interact(nil)
				time.Sleep(10 * time.Second)
				w.awaitOpen()
				c := w.fake.Interact(nil)
				w.hears(a, b, c)
				if s := w.fake.Stats(); s.Identifies != 1 || s.Resumes != 1 || s.Lookups != 1 {
					t.Errorf("%+v", s)
				}
				w.told()
			})
		})
	}
}

// A session that is over is followed by a new one, within seconds.
func TestASessionThatIsOverIsFollowedByAnother(t *testing.T) {
	for name, how := range map[string]func(*gatewaytest.Server){
		"invalid":     func(s *gatewaytest.Server) { s.Invalidate(false) },
		"timed out":   func(s *gatewaytest.Server) { s.CloseWith(4009) },
		"invalid seq": func(s *gatewaytest.Server) { s.CloseWith(4007) },
		"forgotten":   func(s *gatewaytest.Server) { s.EndSessions(); s.Cut() },
	} {
		t.Run(name, func(t *testing.T) {
			tell(t, func(t *testing.T, w *world) {
				w.awaitOpen()
				time.Sleep(time.Hour)
				how(w.fake)
				time.Sleep(8 * time.Second)
				w.awaitOpen()
				w.hears()
				a := w.fake.Interact(nil)
				w.hears(a)
				if s := w.fake.Stats(); s.Identifies != 2 || s.Resumes != 0 {
					t.Errorf("%+v", s)
				}
				w.told()
			})
		})
	}
}

// A connection on which heartbeats are not acknowledged is left within two intervals,
// by a code that leaves the session.
func TestAZombieIsLeft(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		time.Sleep(time.Hour)
		w.fake.Withhold(true)
		begun := time.Now()
		for len(w.fake.Stats().Closes) == 0 && time.Since(begun) < 10*time.Minute {
			time.Sleep(time.Second)
		}
		if took := time.Since(begun); took > 84*time.Second {
			t.Errorf("left after %v", took)
		}
		w.fake.Withhold(false)
		a := w.fake.Interact(nil)
		w.awaitOpen()
		w.hears(a)
		if s := w.fake.Stats(); s.Closes[0] != 4900 || s.Identifies != 1 || s.Resumes != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// Heartbeats come once an interval, and at once when they are asked for.
func TestHeartbeats(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		time.Sleep(time.Hour)
		if n := w.fake.Stats().Heartbeats; n < 86 || n > 88 { // of 41.25 s
			t.Errorf("%d heartbeats in an hour", n)
		}
		before := w.fake.Stats().Heartbeats
		for range 3 {
			w.fake.AskHeartbeat()
			synctest.Wait()
		}
		if got := w.fake.Stats(); got.Heartbeats != before+3 || len(got.Closes) > 0 {
			t.Errorf("%+v", got)
		}
	})
}

// An interaction that Discord sends twice is taken once.
func TestAnInteractionIsTakenOnce(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		for range 2 {
			w.fake.Tell("INTERACTION_CREATE", map[string]any{"id": "42", "type": 2})
		}
		w.fake.EndSessions()
		w.fake.Cut()
		time.Sleep(10 * time.Second)
		w.awaitOpen()
		w.fake.Tell("INTERACTION_CREATE", map[string]any{"id": "42", "type": 2})
		w.hears("42")
	})
}

// A restart resumes the session: what came meanwhile is taken, and no session is begun.
func TestARestartResumes(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		var want []string
		for range 5 {
			want = append(want, w.fake.Interact(nil))
			synctest.Wait()
			w.stop()
			want = append(want, w.fake.Interact(nil))
			time.Sleep(20 * time.Second)
			w.start()
			w.awaitOpen()
		}
		w.hears(want...)
		if s := w.fake.Stats(); s.Identifies != 1 || s.Resumes != 5 {
			t.Errorf("%+v", s)
		}
		w.told()
	})
}

// What cannot be resumed after a restart is begun anew: a session that is old, was not
// left well, or belongs to another application.
func TestARestartBeginsAnew(t *testing.T) {
	for name, change := range map[string]func(*world){
		"long ago":  func(*world) { time.Sleep(gatewaytest.Asleep() + time.Second) },
		"a crash":   func(w *world) { w.memory.records = map[string][]byte{} },
		"forgotten": func(w *world) { w.fake.EndSessions() },
		"another application": func(w *world) {
			for table, record := range w.memory.records {
				w.memory.records[table] = []byte(strings.ReplaceAll(string(record), w.fake.App(), "99"))
			}
		},
		"no record": func(w *world) {
			for table := range w.memory.records {
				w.memory.records[table] = []byte("{")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			tell(t, func(t *testing.T, w *world) {
				w.awaitOpen()
				w.stop()
				change(w)
				time.Sleep(10 * time.Second)
				w.start()
				time.Sleep(10 * time.Second)
				w.awaitOpen()
				w.hears()
				if s := w.fake.Stats(); s.Identifies != 2 || s.Resumes != 0 {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

// At the end nothing new is taken, and what was begun is done; what came meanwhile is for
// who starts next.
func TestTheEndWaitsForWhatWasBegun(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		done := false
		w.answerWith(func(context.Context, string) { time.Sleep(time.Second); done = true })
		a := w.fake.Interact(nil)
		synctest.Wait()
		begun := time.Now()
		w.stop()
		if took := time.Since(begun); !done || took != time.Second {
			t.Errorf("done %v after %v", done, took)
		}
		w.hears(a)
	})
}

// What takes for ever is told to stop after three seconds.
func TestTheEndDoesNotWaitForEver(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		w.answerWith(func(ctx context.Context, _ string) { <-ctx.Done() })
		w.fake.Interact(nil)
		synctest.Wait()
		begun := time.Now()
		w.stop()
		if took := time.Since(begun); took != 3*time.Second {
			t.Errorf("the end took %v", took)
		}
	})
}

// More than can be taken at once wait for their turn; those that would be answered too
// late are dropped, and heartbeats go on.
func TestAFloodIsBounded(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		most, now := 0, 0
		w.answerWith(func(ctx context.Context, _ string) {
			w.mu.Lock()
			now++
			most = max(most, now)
			w.mu.Unlock()
			time.Sleep(2 * time.Second)
			w.mu.Lock()
			now--
			w.mu.Unlock()
		})
		for range 1000 {
			w.fake.Interact(nil)
		}
		time.Sleep(time.Minute)
		if n := w.taken(); most != 256 || n != 1000 {
			t.Errorf("%d at once, %d taken", most, n)
		}
		w.answerWith(func(ctx context.Context, _ string) { time.Sleep(time.Minute) })
		for range 260 {
			w.fake.Interact(nil)
		}
		time.Sleep(2 * time.Minute)
		if n := w.taken(); n != 1256 || strings.Count(w.logs.String(), "an interaction was dropped") != 4 {
			t.Errorf("%d taken\n%s", n, w.logs.String())
		}
		if s := w.fake.Stats(); len(s.Closes) > 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A request that breaks us does not end the program.
func TestABrokenRequestDoesNotEndTheBot(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		w.answerWith(func(context.Context, string) { panic("broken") })
		a := w.fake.Interact(nil)
		synctest.Wait()
		w.answerWith(nil)
		b := w.fake.Interact(nil)
		w.hears(a, b)
		if !strings.Contains(w.logs.String(), "could not be served") {
			t.Error(w.logs.String())
		}
	})
}

func TestChangesAreTold(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.fake.AddGuild(gatewaytest.Guild{ID: "1", Channels: []string{"11", "12"}})
		w.awaitOpen()
		w.fake.Tell("GUILD_DELETE", map[string]any{"id": "1", "unavailable": true})
		w.fake.Tell("CHANNEL_DELETE", map[string]any{"id": "11", "guild_id": "1", "type": 0})
		w.fake.Tell("CHANNEL_UPDATE", map[string]any{"id": "12", "guild_id": "1", "type": 0})
		w.fake.Tell("THREAD_DELETE", map[string]any{"id": "13", "guild_id": "1", "type": 11})
		w.fake.Tell("GUILD_ROLE_UPDATE", map[string]any{"guild_id": "1", "role": map[string]any{"id": "7"}})
		w.fake.Tell("CHANNEL_PINS_UPDATE", map[string]any{"guild_id": "1"})
		w.fake.Tell("GUILD_DELETE", map[string]any{"id": "1"})
		synctest.Wait()
		want := []gateway.Change{
			{Kind: gateway.GuildHere, Guild: "1", Channels: []string{"11", "12"}},
			{Kind: gateway.ChannelGone, Guild: "1", Channels: []string{"11"}},
			{Kind: gateway.ChannelHere, Guild: "1", Channels: []string{"12"}},
			{Kind: gateway.ChannelGone, Guild: "1", Channels: []string{"13"}},
			{Kind: gateway.RolesChanged, Guild: "1"},
			{Kind: gateway.GuildGone, Guild: "1"},
		}
		if !reflect.DeepEqual(w.changes, want) {
			t.Errorf("%+v\nwant %+v", w.changes, want)
		}
	})
}

// Nothing that comes ends the bot, and after each it hears.
func TestStrangePayloadsDoNoHarm(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":               `{"op":`,
		"nothing":               ``,
		"a number":              `42`,
		"an unknown op":         `{"op":31,"d":{}}`,
		"a second hello":        `{"op":10,"d":{"heartbeat_interval":1}}`,
		"a hello of texts":      `{"op":10,"d":"x"}`,
		"an interaction list":   `{"op":0,"t":"INTERACTION_CREATE","d":[1]}`,
		"an interaction's lack": `{"op":0,"t":"INTERACTION_CREATE","d":{}}`,
		"an unknown event":      `{"op":0,"t":"NEVER_SEEN","d":{"id":1}}`,
		"a guild of texts":      `{"op":0,"t":"GUILD_CREATE","d":"x"}`,
		"a ready of nothing":    `{"op":0,"t":"READY","d":{}}`,
		"an op of texts":        `{"op":"x"}`,
		"far too long":          `{"op":0,"t":"X","d":"` + strings.Repeat("x", 33<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			tell(t, func(t *testing.T, w *world) {
				w.awaitOpen()
				w.fake.Say(text)
				time.Sleep(20 * time.Second)
				w.awaitOpen()
				w.hears(w.fake.Interact(nil))
				w.told()
			})
		})
	}
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
