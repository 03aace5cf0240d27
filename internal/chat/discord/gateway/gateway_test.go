package gateway_test

import (
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
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
				s := w.fake.Stats()
				if s.Identifies != 2 || s.Resumes != 0 {
					t.Errorf("%+v", s)
				}
				if code := strings.Contains(name, "seq") || name == "timed out"; code && s.Invalid != 0 {
					t.Error("a session that is surely over was resumed")
				}
				w.told()
			})
		})
	}
}

// A session that was resumed once is not resumed by who starts after a crash: what was
// handed on since would come again.
func TestACrashAfterARestartBeginsAnew(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		w.stop()
		w.start()
		w.awaitOpen()
		a := w.fake.Interact(nil)
		w.hears(a)
		crashed := maps.Clone(w.memory.records)
		w.stop()
		w.memory.records = crashed
		time.Sleep(10 * time.Second)
		w.start()
		w.awaitOpen()
		w.hears(a)
		if s := w.fake.Stats(); s.Identifies != 2 || s.Resumes != 1 {
			t.Errorf("%+v", s)
		}
	})
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
