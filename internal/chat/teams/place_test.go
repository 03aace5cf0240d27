package teams_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/desk"
)

// startUnread starts the adapter again, with a Run that has not begun.
func (w *world) startUnread() {
	w.stop()
	w.unread = true
	w.start()
}

func TestNothingIsGoneBeforeTheRecall(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		w.startUnread()
		d := delivery(group, 1)
		_, post := w.bot.Post(w.t.Context(), d)
		d.Root = "1"
		for name, err := range map[string]error{"post": post, "edit": w.bot.Edit(w.t.Context(), d), "reach": w.bot.Reach(w.t.Context(), d.Channel), "reach at all": w.bot.Reach(w.t.Context(), desk.Channel{})} {
			if e := failure(t, err); e.Outcome != chat.NotSent || e.Limited {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if n := len(w.sent(group)); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestAPostWaitsForTheRecall(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		w.stop()
		w.memory.slow = 100 * time.Millisecond
		w.start()
		if _, err := w.bot.Post(w.t.Context(), delivery(group, 1)); err != nil {
			t.Error(err)
		}
	})
}

// What was learned while the disk was slow is there after a restart, though no command waited
// for it.
func TestPlacesLearnedOnASlowDiskOutlastARestart(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		w.memory.slow = 3 * time.Second
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		time.Sleep(time.Minute)
		synctest.Wait()
		w.memory.slow = 0
		w.restart()
		if _, err := w.bot.Post(w.t.Context(), delivery(group, 1)); err != nil {
			t.Error(err)
		}
	})
}

func TestARecallThatWasCutOffMakesNothingGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		w.startUnread()
		w.memory.failing = context.Canceled
		ended, cancel := context.WithCancel(w.t.Context())
		cancel()
		if err := w.bot.Run(ended); err != nil {
			t.Fatal(err)
		}
		_, err := w.bot.Post(w.t.Context(), delivery(group, 1))
		if e := failure(t, err); e.Outcome != chat.NotSent {
			t.Errorf("%+v", e)
		}
	})
}

func TestNothingIsLearnedBeforeTheRecall(t *testing.T) {
	inWorld(t, func(w *world) {
		a, err := w.fake.Install(w.t.Context(), itTeam, ann)
		w.sound(a, err)
		w.startUnread()
		line := teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: teamstest.Forgery{Change: withoutGroup}}
		r := w.request(w.fake.TypeRequest(line))
		if rec := w.serve(r); rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
			t.Errorf("status %d", rec.Code)
		}
		if kept := w.memory.Get("teams_place", string(teach)); !strings.Contains(kept, "it-group") {
			t.Errorf("kept: %s", kept)
		}
	})
}

// withoutGroup takes the team's group out of an activity, as Teams often does.
func withoutGroup(a map[string]any) {
	if team, ok := a["channelData"].(map[string]any)["team"].(map[string]any); ok {
		delete(team, "aadGroupId")
	}
}

func TestWhatIsLearnedAtOnceIsPutTogether(t *testing.T) {
	inWorld(t, func(w *world) {
		var all sync.WaitGroup
		for n := range 40 {
			all.Go(func() {
				line := teamstest.Line{Channel: teach, User: ann, Text: "incident list"}
				if n != 7 {
					line.Forgery.Change = withoutGroup
				}
				_, _ = w.fake.Type(w.t.Context(), line) // some wait too long for the places
			})
		}
		all.Wait()
		synctest.Wait()
		if kept := w.memory.Get("teams_place", string(teach)); !strings.Contains(kept, "it-group") {
			t.Errorf("kept: %s", kept)
		}
	}, func(w *world) { w.memory.slow = time.Millisecond })
}

// untyped takes the kind of the conversation out of an activity, as events leave it out.
func untyped(a map[string]any) {
	delete(a["conversation"].(map[string]any), "conversationType")
}

func TestAChatOfUnknownKindIsNotPersonal(t *testing.T) {
	inWorld(t, func(w *world) {
		installed := func(a map[string]any) { untyped(a); a["type"], a["action"] = "installationUpdate", "add" }
		a, err := w.fake.Event(w.t.Context(), group, ann, installed)
		w.sound(a, err)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		settles()
		if all := w.sent(group); len(all) != 0 {
			t.Errorf("the group chat reads %s", all[0].Reads())
		}
		id, ok := w.fake.Chat(ann)
		if !ok || len(w.sent(id)) != 1 {
			t.Error("Ann has no answer")
		}
	}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
}

func TestAGuessReplacesNoKnownKind(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.personalChat("19:meeting@thread.v2")
		w.types(teamstest.Line{Channel: id, User: ann, Text: "incident list"})
		a, err := w.fake.Event(w.t.Context(), id, ann, func(a map[string]any) { untyped(a); a["type"], a["action"] = "installationUpdate", "add" })
		w.sound(a, err)
		w.types(teamstest.Line{Channel: id, User: ann, Text: "incident list", Forgery: teamstest.Forgery{Change: untyped}})
		if kept := w.memory.Get("teams_place", string(id)); !strings.Contains(kept, `"Kind":"personal"`) || !w.last().Direct || len(w.heard()) != 2 {
			t.Errorf("%s, %+v", kept, w.last())
		}
	})
}

// personalChat is a chat of Ann's with an id that does not tell it.
func (w *world) personalChat(id teamstest.ChannelID) teamstest.ChannelID {
	w.fake.AddChat(w.at.ID, teamstest.Channel{ID: id, Name: "chat of Ann", Kind: teamstest.Personal, User: ann})
	return id
}

func TestWhatAConversationsIdTells(t *testing.T) {
	for id, direct := range map[teamstest.ChannelID]bool{"a:ann-and-the-bot": true, "19:x@thread.v2": false, "19:x@unq.gbl.spaces": false} {
		inWorld(t, func(w *world) {
			line := teamstest.Line{Channel: w.personalChat(id), User: ann, Text: "<at>Belltower</at> incident list", Forgery: teamstest.Forgery{Change: untyped}}
			line.Forgery.Change = func(a map[string]any) {
				untyped(a)
				a["entities"] = []map[string]any{{"type": "mention", "text": "<at>Belltower</at>", "mentioned": map[string]any{"id": "28:boston-app"}}}
			}
			w.types(line)
			if got := w.last(); got.Direct != direct {
				t.Errorf("%s: direct %v", id, got.Direct)
			}
		})
	}
}

// bearers notes the hosts that were sent a token.
type bearers struct {
	http.RoundTripper
	mu    sync.Mutex
	hosts []string
}

func (b *bearers) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Authorization") != "" {
		b.mu.Lock()
		b.hosts = append(b.hosts, r.URL.Host)
		b.mu.Unlock()
	}
	return b.RoundTripper.RoundTrip(r)
}

func TestAHostThatIsNotAllowedAnyMoreGetsNoToken(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		for id, record := range map[string]string{
			string(group): `{"Kind":"groupChat","Service":"http://former.example/amer/"}`, "a:old": `{"Kind":"personal","Service":"http://former.example/amer/","User":"29:ann"}`,
		} {
			_ = w.memory.Keep(w.t.Context(), "teams_place", id, []byte(record))
		}
		_ = w.memory.Keep(w.t.Context(), "teams_home", "", []byte(`{"Service":"http://former.example/amer/","Bot":"28:boston-app"}`))
		b := &bearers{RoundTripper: w.fake.Transport()}
		bot := w.connect(b)
		if err := recalled(bot); err != nil {
			t.Fatal(err)
		}
		if _, err := bot.Post(w.t.Context(), delivery(group, 1)); err != nil {
			t.Errorf("where the tenant's others are: %v", err)
		}
		_, err := bot.Post(w.t.Context(), delivery("a:old", 1))
		if e := failure(t, err); e.Outcome != chat.Gone {
			t.Errorf("%+v", e)
		}
		if err := bot.Reach(w.t.Context(), desk.Channel{Connection: "boston"}); err != nil {
			t.Error(err)
		}
		for _, host := range b.hosts {
			if host != "teams.test" {
				t.Errorf("the token went to %s", host)
			}
		}
	})
}
