package slack_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// inSocketMode tells a story on fake time, with both sockets open.
func inSocketMode(t *testing.T, tell func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.bySocket = true })
		w.at = w.at.BySocket()
		w.fake.AddWorkspace(w.at)
		w.awaitSockets(2)
		w.tell(fields{"type": "unknown"}) // is taken when we know who we are
		tell(t, w)
		w.showsNoSecret()
	})
}

// awaitSockets waits until n sockets are open on both ends.
func (w *world) awaitSockets(n int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer cancel()
	if err := w.fake.Wait(ctx, func() bool { return w.fake.Sockets(w.at.Team).Open == n }); err != nil {
		w.t.Fatalf("%d sockets are open: %v\n%s", w.fake.Sockets(w.at.Team).Open, err, w.logs.String())
	}
	synctest.Wait()
	if w.sockets.Open() != n {
		w.t.Fatalf("the bot knows of %d sockets, want %d:\n%s", w.sockets.Open(), n, w.logs.String())
	}
}

// ids are the requests heard, each once.
func (w *world) ids() []string {
	var ids []string
	for _, r := range w.heard() {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// The same command is the same request by both doors.
func TestACommandIsTheSameByBothDoors(t *testing.T) {
	var heard []chat.Request
	command := func(w *world) {
		c := w.typed("declare learn down &lt;now&gt;")
		c.TriggerID = "1.2.3"
		if a := w.types(c); a.Status != http.StatusOK || a.Reply.Text != "Done." {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		r := w.heard()[0]
		r.At = time.Time{}
		heard = append(heard, r)
	}
	synctest.Test(t, func(t *testing.T) { command(newWorld(t)) })
	inSocketMode(t, func(_ *testing.T, w *world) { command(w) })
	if len(heard) != 2 || heard[0].ID != heard[1].ID || heard[0].Text != heard[1].Text || heard[0].Person != heard[1].Person || heard[0].Channel != heard[1].Channel {
		t.Errorf("over HTTP %+v\nby socket %+v", heard[0], heard[1])
	}
}

func TestAButtonAndAnEventComeBySocket(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		w.answerWith(func(r chat.Request) chat.Reply {
			return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done: " + r.Text), Actions: []chat.Action{{Label: "Resolve INC-1", Command: "incident resolve 1"}}}}
		})
		w.types(w.typed("show 1"))
		m := w.only("CTEACH", "Done: show 1")[0]
		a, err := w.fake.Click(t.Context(), slacktest.Click{Channel: m.Channel, TS: m.TS, User: "UANN", Action: "do-0"})
		if err != nil || a.Status != http.StatusOK {
			t.Fatalf("%d %v", a.Status, err)
		}
		synctest.Wait()
		w.only("CTEACH", "Done: resolve 1")
		a, err = w.fake.Tell(t.Context(), slacktest.Event{Team: w.at.Team, Inner: fields{"type": "channel_unarchive", "channel": "COLD"}})
		if err != nil || a.Status != http.StatusOK || !slices.Equal(w.back(), []desk.Channel{{Connection: "amherst", ID: "COLD"}}) {
			t.Errorf("%d %v %v", a.Status, err, w.returned)
		}
	})
}

// What slack-go cannot read is read all the same, and what nobody knows is acknowledged.
func TestStrangeEventsAreAcknowledged(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		for _, inner := range []fields{{"type": "channel_rename", "channel": 42}, {"type": "never_seen"}, {"type": "message", "blocks": 1}, {}} {
			if a, err := w.fake.Tell(t.Context(), slacktest.Event{Team: w.at.Team, Inner: inner}); err != nil || a.Status != http.StatusOK {
				t.Errorf("%v: %d, late %v, %v", inner, a.Status, a.Late, err)
			}
		}
		foreign := w.typed("declare learn down")
		foreign.App = "A0ELSE"
		if a := w.types(foreign); a.Status != http.StatusOK || len(a.Body) != 0 || len(w.heard()) != 0 {
			t.Errorf("another app's command: %d %s, heard %v", a.Status, a.Body, w.heard())
		}
	})
}

// No frame ends the bot, and after each it hears.
func TestStrangeFramesDoNoHarm(t *testing.T) {
	for name, frame := range map[string]string{
		"no JSON":            `{"type":`,
		"nothing":            ``,
		"a number":           `42`,
		"an unknown kind":    `{"type":"canvas","envelope_id":"e1","payload":{}}`,
		"no kind":            `{"envelope_id":"e1"}`,
		"a second hello":     `{"type":"hello","num_connections":2}`,
		"a hello of numbers": `{"type":"hello","debug_info":[]}`,
		"an empty command":   `{"type":"slash_commands","envelope_id":"e1","payload":{}}`,
		"a command list":     `{"type":"slash_commands","envelope_id":"e1","payload":[1]}`,
		"no payload":         `{"type":"interactive","envelope_id":"e1"}`,
		"a text":             `{"type":"interactive","envelope_id":"e1","payload":"x"}`,
		"an event of texts":  `{"type":"events_api","envelope_id":"e1","payload":{"team_id":"T0AMHERST","api_app_id":"A0AMHERST","event":"x"}}`,
		"far too long":       strings.Repeat("x", 2<<20),
	} {
		t.Run(name, func(t *testing.T) {
			inSocketMode(t, func(t *testing.T, w *world) {
				w.fake.SendFrame(w.at.Team, []byte(frame))
				time.Sleep(10 * time.Second)
				w.awaitSockets(2)
				for range 2 {
					if a := w.types(w.typed("list")); a.Reply.Text != "Done." {
						t.Errorf("%+v", a)
					}
				}
			})
		})
	}
}

// A request that breaks us is logged, and the others are answered.
func TestABrokenRequestDoesNotEndTheBot(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		w.answerWith(func(r chat.Request) chat.Reply {
			if r.Text == "break" {
				panic("broken")
			}
			return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}}
		})
		w.types(w.typed("break"))
		if a := w.types(w.typed("list")); a.Reply.Text != "Done." || !strings.Contains(w.logs.String(), "could not be served") {
			t.Errorf("%+v\n%s", a, w.logs.String())
		}
	})
}

// An event that could not be stored is not acknowledged, and comes again.
func TestWhatCouldNotBeStoredComesAgainBySocket(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		w.failing = errors.New("the disk is full")
		a, err := w.fake.Tell(t.Context(), slacktest.Event{Team: w.at.Team, Inner: fields{"type": "channel_unarchive", "channel": "COLD"}})
		if err != nil || !a.Late {
			t.Fatalf("%+v %v", a, err)
		}
		time.Sleep(time.Second) // it has come again
		w.mu.Lock()
		w.failing = nil
		w.mu.Unlock()
		time.Sleep(10 * time.Second)
		if n := len(w.back()); n != 3 || w.fake.Sockets(w.at.Team).Retries != 2 {
			t.Errorf("told %d times, %+v", n, w.fake.Sockets(w.at.Team))
		}
	})
}

// What the socket mode of Slack would drop without a word goes to the response_url.
func TestALongAnswerDoesNotGoByTheSocket(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		w.answerWith(func(chat.Request) chat.Reply {
			m := chat.Message{Summary: chat.Plain("The timeline.")}
			for range 4 {
				m.Lines = append(m.Lines, chat.Line{Text: chat.Plain(strings.Repeat("<&>", 900)), Kind: chat.Quote})
			}
			return chat.Reply{Message: m}
		})
		a := w.types(w.typed("timeline 1"))
		if a.Status != http.StatusOK || len(a.Body) != 0 {
			t.Errorf("%d, %d bytes", a.Status, len(a.Body))
		}
		synctest.Wait()
		w.only("CTEACH", "The timeline.")
		if got := w.fake.Sockets(w.at.Team); got.TooLong != 0 || got.Retries != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestALateAnswerFollowsAnEmptyAcknowledgement(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		w.answerWith(slowly(8 * time.Second))
		begun := time.Now()
		if a := w.types(w.typed("declare learn down")); a.Late || len(a.Body) != 0 || time.Since(begun) != 2*time.Second {
			t.Errorf("after %v: %+v", time.Since(begun), a)
		}
		time.Sleep(7 * time.Second)
		w.only("CTEACH", "INC-1 is open.")
	})
}

// However a socket ends, the other one goes on, and soon there are two again.
func TestASocketThatEndsIsReplaced(t *testing.T) {
	for name, end := range map[string]func(*slacktest.Server, slacktest.TeamID){
		"a warning":   func(s *slacktest.Server, id slacktest.TeamID) { s.Disconnect(id, "warning") },
		"a refresh":   func(s *slacktest.Server, id slacktest.TeamID) { s.Disconnect(id, "refresh_requested") },
		"it breaks":   (*slacktest.Server).CutSocket,
		"all of them": func(s *slacktest.Server, id slacktest.TeamID) { s.Disconnect(id, "link_disabled") },
	} {
		t.Run(name, func(t *testing.T) {
			inSocketMode(t, func(t *testing.T, w *world) {
				time.Sleep(time.Hour)
				end(w.fake, w.at.Team)
				time.Sleep(2 * time.Second)
				w.awaitSockets(2)
				if a := w.types(w.typed("list")); a.Reply.Text != "Done." {
					t.Errorf("%+v", a)
				}
				if len(w.deaf) > 0 {
					t.Errorf("told: %q", w.deaf)
				}
			})
		})
	}
}

// A socket that ended counts as ended at once, and its successor from its hello on,
// however long Slack takes to give one: slack-go, which would open the next by itself
// and say nothing of it, does not.
func TestASocketThatEndedCountsNoMore(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		time.Sleep(time.Hour)
		w.fake.FaultsAlways(slacktest.On{Method: "apps.connections.open"}, slacktest.Slow(8*time.Second, slacktest.StoreLate))
		w.fake.CutSocket(w.at.Team)
		time.Sleep(time.Second)
		w.awaitSockets(1)
		w.fake.CutSocket(w.at.Team)
		time.Sleep(time.Second)
		w.awaitSockets(0)
		time.Sleep(10 * time.Second)
		w.awaitSockets(2)
		if n := w.calls("apps.connections.open"); n != 4 {
			t.Errorf("%d sockets were asked for, want 4", n)
		}
	})
}

// A socket on which Slack says nothing more is given up within a minute; what went
// there comes again by another.
func TestASilentSocketIsReplaced(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		time.Sleep(5 * time.Minute)
		w.fake.SilenceSocket(w.at.Team)
		for range 6 {
			w.types(w.typed("list"))
		}
		time.Sleep(70 * time.Second)
		w.awaitSockets(2)
		before := len(w.heard())
		for range 6 {
			if a := w.types(w.typed("list")); a.Late {
				t.Error("a command went to a silent socket")
			}
		}
		if len(w.heard()) != before+6 || len(w.ids()) != 12 {
			t.Errorf("heard %d requests, %d different ones", len(w.heard()), len(w.ids()))
		}
	})
}

// Before Slack ends them the sockets are replaced, one after the other, and never
// is one closed before its successor is open.
func TestSocketsAreReplacedBeforeSlackEndsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) {
			w.bySocket = true
			w.fake.SocketLife(w.at.Team, time.Hour)
		})
		w.at = w.at.BySocket()
		w.fake.AddWorkspace(w.at)
		w.awaitSockets(2)
		end := time.Now().Add(3 * time.Hour)
		for time.Now().Before(end) {
			if a := w.types(w.typed("list")); a.Reply.Text != "Done." {
				t.Fatalf("%+v", a)
			}
			if n := w.fake.Sockets(w.at.Team).Open; n < 2 {
				t.Fatalf("%d sockets are open", n)
			}
			time.Sleep(5 * time.Second)
		}
		if opened := w.fake.Tally().Calls["apps.connections.open"]; opened != 10 {
			t.Errorf("%d sockets were opened in three hours", opened)
		}
		if got := w.fake.Sockets(w.at.Team); got.Retries != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// However Slack refuses sockets, they are asked for until they come; ops hears once
// that we are deaf, why, and that it is over.
func TestNoSocketIsToldAndTriedAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		fault slacktest.Fault
		want  string
	}{
		"the token is refused": {slacktest.Refused("invalid_auth"), "Slack refuses app_token (invalid_auth): make a new App-Level Token with the scope connections:write"},
		"a scope is missing":   {slacktest.Refused("missing_scope"), "app_token lacks the scope connections:write: make a new App-Level Token"},
		"another refusal":      {slacktest.Refused("org_login_required"), "Slack gives no socket (org_login_required)"},
		"limited":              {slacktest.Limited(40), "Slack limits how often sockets are opened"},
		"its trouble":          {slacktest.ErrorBefore(500), "Slack answers 500 Internal Server Error"},
		"not there":            {slacktest.ErrorBefore(404), "Slack answers 404 Not Found"},
		"a page":               {slacktest.Fault{Store: slacktest.StoreNever, Answer: slacktest.AnswerHTML}, "Slack's answer is no JSON"},
		"cut":                  {slacktest.DropBefore(), "Slack cannot be reached: EOF"},
		"slow":                 {slacktest.Slow(20*time.Second, slacktest.StoreNever), "Slack cannot be reached: context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, func(w *world) {
					w.bySocket = true
					w.fake.FaultsAlways(slacktest.On{Method: "apps.connections.open"}, tc.fault)
				})
				time.Sleep(10 * time.Minute)
				if tried := w.fake.Tally().Calls["apps.connections.open"]; tried < 20 || tried > 70 || name == "limited" && tried > 32 {
					t.Errorf("tried %d times in ten minutes", tried)
				}
				w.fake.ClearFaults()
				time.Sleep(time.Minute)
				w.awaitSockets(2)
				if want := []string{tc.want, "<nil>"}; !slices.Equal(w.deaf, want) {
					t.Errorf("told %q, want %q", w.deaf, want)
				}
				w.showsNoSecret(w.deaf...)
			})
		})
	}
}

// That nothing is heard is told once, though the bot is restarted meanwhile, and that
// it is over, though that takes a restart.
func TestDeafOverRestarts(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		w.fake.FaultsAlways(slacktest.On{Method: "apps.connections.open"}, slacktest.Refused("token_revoked"))
		w.fake.Disconnect(w.at.Team, "link_disabled")
		for range 3 {
			time.Sleep(3 * time.Minute)
			w.stop()
			w.start()
		}
		w.stop()
		w.fake.ClearFaults()
		w.start()
		w.awaitSockets(2)
		if len(w.deaf) != 2 || !strings.Contains(w.deaf[0], "token_revoked") || w.deaf[1] != "<nil>" {
			t.Error(w.deaf)
		}
	})
}

// At the end nothing new is taken, and what was begun is answered.
func TestTheEndWaitsForWhatWasBegun(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		w.answerWith(slowly(time.Second))
		answered := make(chan slacktest.Answer)
		go func() { answered <- w.types(w.typed("declare learn down")) }()
		time.Sleep(500 * time.Millisecond)
		begun := time.Now()
		go w.stop()
		time.Sleep(100 * time.Millisecond)
		go w.fake.Type(t.Context(), w.typed("declare portal down"))
		if a := <-answered; a.Reply.Text != "INC-1 is open." {
			t.Errorf("%+v", a)
		}
		w.awaitSockets(0)
		if took := time.Since(begun); took > time.Second {
			t.Errorf("the end took %v", took)
		}
		if n := len(w.heard()); n != 1 {
			t.Errorf("%d commands were taken", n)
		}
		w.stop = func() {}
	})
}
