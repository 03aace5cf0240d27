package teams_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/desk"
)

// delivery is a root about INC-7 in a channel.
func delivery(id teamstest.ChannelID, n int) chat.Delivery {
	return chat.Delivery{Channel: channel(id), Subject: desk.Subject{Kind: desk.IncidentSubject, Number: 7}, N: n, Snapshot: &desk.Snapshot{}}
}

func replyTo(root chat.PostID, id teamstest.ChannelID, n int) chat.Delivery {
	d := delivery(id, n)
	d.Root, d.Said = root, []*desk.Announcement{{Subject: d.Subject, N: n}}
	return d
}

// failure is how a send failed.
func failure(t testing.TB, err error) chat.SendError {
	t.Helper()
	var e *chat.SendError
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *chat.SendError", err)
	}
	return *e
}

// A root is edited by its id; nothing is ever done with that of a reply.
func TestOnlyARootNeedsAnID(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, id := range []teamstest.ChannelID{teach, group} {
			w.types(teamstest.Line{Channel: id, User: ann, Text: "incident list"})
			root, err := w.bot.Post(w.t.Context(), delivery(id, 1))
			if err != nil {
				t.Fatal(err)
			}
			n := len(w.sent(id))
			w.fake.Faults(teamstest.On{Method: teamstest.MethodPost}, teamstest.Fault{Answer: teamstest.AnswerNoID})
			if got, err := w.bot.Post(w.t.Context(), replyTo(root, id, 2)); err != nil || got == "" || got == root || len(w.sent(id)) != n+1 {
				t.Errorf("a reply in %s: %q, %v, %d posts", id, got, err, len(w.sent(id))-n)
			}
		}
		w.fake.Faults(teamstest.On{Method: teamstest.MethodCreate}, teamstest.Fault{Answer: teamstest.AnswerNoID})
		if id, err := w.bot.Post(w.t.Context(), delivery(teach, 3)); failure(t, err).Outcome != chat.Unknown {
			t.Errorf("a root: %q", id)
		}
	})
}

func TestWhatIsForTheChannelItselfLinksToTheFirstPost(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"}) // names the team's group
		root, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
		if err != nil {
			t.Fatal(err)
		}
		d := replyTo(root, teach, 2)
		d.Broadcast = true
		if _, err := w.bot.Post(w.t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, err := w.bot.Post(w.t.Context(), replyTo(root, teach, 3)); err != nil {
			t.Fatal(err)
		}
		all := w.sent(teach)
		first, broadcast, reply := all[1], all[2], all[3]
		link := fmt.Sprintf("https://teams.microsoft.com/l/message/19:teach@thread.tacv2/%s?groupId=it-group&parentMessageId=%s&tenantId=boston-tenant", first.ID, first.ID)
		if broadcast.Root != "" || !strings.Contains(broadcast.Reads(), link) {
			t.Errorf("%s lacks %s", broadcast.Reads(), link)
		}
		if reply.Root != first.ID || chat.PostID(first.ID) != root || strings.Contains(reply.Reads(), link) {
			t.Errorf("%+v", reply)
		}
	})
}

func TestChatsAreOneConversationAndRing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		root, err := w.bot.Post(w.t.Context(), delivery(group, 1))
		if err != nil {
			t.Fatal(err)
		}
		for n, broadcast := range []bool{false, true} {
			d := replyTo(root, group, 2+n)
			d.Broadcast = broadcast
			if _, err := w.bot.Post(w.t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if m := w.newest(group); m.Root != "" || !m.Alert {
				t.Errorf("%+v", m)
			}
		}
		d := delivery(group, 4)
		d.Root = root
		if err := w.bot.Edit(w.t.Context(), d); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsForTheChannelItselfIsDrawnForItself(t *testing.T) {
	inWorld(t, func(w *world) {
		w.words = func(d chat.Delivery) chat.Message {
			if d.Broadcast {
				return chat.Message{Summary: chat.Plain("For the channel itself.")}
			}
			return chat.Message{Summary: chat.Plain("For the thread.")}
		}
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		for _, broadcast := range []bool{false, true} {
			d := replyTo("1", group, 2)
			d.Broadcast = broadcast
			if _, err := w.bot.Post(w.t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if got := w.newest(group).Reads(); strings.Contains(got, "itself") != broadcast {
				t.Errorf("broadcast %v: %s", broadcast, got)
			}
		}
	})
}

func TestWhereWeWereNeverSpokenTo(t *testing.T) {
	inWorld(t, func(w *world) {
		for id, want := range map[teamstest.ChannelID]string{
			"a:nobody": "write to it there once", "19:nowhere@thread.tacv2": "install the app", "19:chat@thread.v2": "write to it there once",
		} {
			_, err := w.bot.Post(w.t.Context(), delivery(id, 1))
			if e := failure(t, err); e.Outcome != chat.Gone || !strings.Contains(e.Reason, want) {
				t.Errorf("%s: %+v", id, e)
			}
		}
		if _, err := w.bot.Post(w.t.Context(), delivery(teach, 1)); err != nil {
			t.Errorf("a channel of a team that has the app: %v", err)
		}
	})
}

func TestPlacesOutlastARestart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		w.restart()
		synctest.Wait()
		if _, err := w.bot.Post(w.t.Context(), delivery(group, 1)); err != nil {
			t.Error(err)
		}
	})
}

func TestEveryRefusalIsToldApart(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		root, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			status int
			code   string
			want   chat.Outcome
		}{
			{403, "BotDisabledByAdmin", chat.Locked}, {403, "MessageWritesBlocked", chat.Gone}, {403, "BotNotInConversationRoster", chat.Gone},
			{404, "BotNotInConversationRoster", chat.Gone}, {404, "ConversationNotFound", chat.Gone}, {412, "PreconditionFailed", chat.NotSent},
			{413, "MessageSizeTooBig", chat.Refused}, {400, "BadSyntax", chat.Refused}, {400, "BadArgument", chat.Refused}, {502, "ServiceError", chat.Unknown},
			{504, "GatewayTimeout", chat.Unknown}, {408, "Timeout", chat.Unknown}, {500, "InternalError", chat.Unknown}, {503, "ServiceUnavailable", chat.Unknown},
		} {
			w.fake.Faults(teamstest.On{}, teamstest.Refused(tc.status, tc.code))
			_, err := w.bot.Post(w.t.Context(), delivery(teach, 2))
			e := failure(t, err)
			if e.Outcome != tc.want || e.Limited || tc.want != chat.Unknown && !strings.HasPrefix(e.Reason, tc.code) {
				t.Errorf("%d %s: %+v", tc.status, tc.code, e)
			}
		}
		for n, want := range []chat.Outcome{chat.NotSent, chat.NotSent, chat.RootGone} {
			w.fake.Faults(teamstest.On{}, teamstest.Refused(404, "ActivityNotFoundInConversation"))
			if _, err := w.bot.Post(w.t.Context(), replyTo("1234", teach, 2)); failure(t, err).Outcome != want {
				t.Errorf("a reply to no root, try %d: %v", n, err)
			}
		}
		if n := len(w.sent(teach)); n != 1 || root == "" {
			t.Errorf("%d messages", n)
		}
	})
}

// The older form of a refusal tells as much as the newer one.
func TestARefusalInTheOlderFormIsUnderstood(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		for n, want := range []chat.Outcome{chat.NotSent, chat.NotSent, chat.Gone} {
			w.fake.Faults(teamstest.On{}, teamstest.Refused(403, "ThreadAccessDenied"))
			_, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
			if e := failure(t, err); e.Outcome != want || !strings.HasPrefix(e.Reason, "ThreadAccessDenied") {
				t.Errorf("try %d: %+v", n, e)
			}
		}
	})
}

// A root that we know to stand is only lost when Teams keeps saying so.
func TestARootThatIsNotFoundOnceIsThere(t *testing.T) {
	inWorld(t, func(w *world) {
		root, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
		if err != nil {
			t.Fatal(err)
		}
		d := delivery(teach, 2)
		d.Root = root
		w.fake.Faults(teamstest.On{Method: teamstest.MethodUpdate}, teamstest.Refused(404, "ActivityNotFoundInConversation"))
		if e := failure(t, w.bot.Edit(w.t.Context(), d)); e.Outcome != chat.NotSent || e.After == 0 {
			t.Errorf("%+v", e)
		}
		if err := w.bot.Edit(w.t.Context(), d); err != nil {
			t.Error(err)
		}
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodUpdate}, teamstest.Refused(404, "ActivityNotFoundInConversation"))
		for n, want := range []chat.Outcome{chat.NotSent, chat.NotSent, chat.RootGone} {
			if e := failure(t, w.bot.Edit(w.t.Context(), d)); e.Outcome != want {
				t.Errorf("try %d: %+v", n, e)
			}
		}
	})
}

func TestARootThatIsNotFoundOnceAfterARestartIsThere(t *testing.T) {
	inWorld(t, func(w *world) {
		d := delivery(teach, 2)
		var err error
		if d.Root, err = w.bot.Post(w.t.Context(), delivery(teach, 1)); err != nil {
			t.Fatal(err)
		}
		w.restart()
		synctest.Wait()
		w.fake.Faults(teamstest.On{Method: teamstest.MethodUpdate}, teamstest.Refused(404, "ActivityNotFoundInConversation"))
		if e := failure(t, w.bot.Edit(w.t.Context(), d)); e.Outcome != chat.NotSent || e.After == 0 {
			t.Errorf("%+v", e)
		}
		if err := w.bot.Edit(w.t.Context(), d); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoseLimitItIs(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		var limited chat.SendError
		for n := range 8 {
			_, err := w.bot.Post(w.t.Context(), delivery(teach, n+1))
			if n == 7 {
				limited = failure(t, err)
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if !limited.Limited || limited.Wide || limited.After != time.Second || limited.Outcome != chat.NotSent {
			t.Errorf("a channel's limit: %+v", limited)
		}
		w.fake.Faults(teamstest.On{Channel: ops}, teamstest.Limited(3), teamstest.Limited(0))
		for _, after := range []time.Duration{3 * time.Second, 0} {
			_, err := w.bot.Post(w.t.Context(), delivery(ops, 1))
			if e := failure(t, err); !e.Limited || !e.Wide || e.After != after {
				t.Errorf("the app's limit: %+v", e)
			}
		}
	}, func(w *world) { w.options = append(w.options, teamstest.WithLimits(teamstest.TeamsLimits())) })
}

func TestOneTokenForFiftySendsAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				if _, err := w.bot.Post(w.t.Context(), delivery(teach, n)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodToken}); n != 1 {
			t.Errorf("%d tokens for 50 sends", n)
		}
	}, func(w *world) { w.idle = true })
}

func TestWhoStopsWaitingForATokenSpoilsItForNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.Faults(teamstest.On{Method: teamstest.MethodToken}, teamstest.Slow(time.Minute, teamstest.StoreNever))
		ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		var first error
		var all sync.WaitGroup
		all.Go(func() { _, first = w.bot.Post(ctx, delivery(teach, 1)) })
		synctest.Wait()
		if _, err := w.bot.Post(w.t.Context(), delivery(teach, 2)); err != nil {
			t.Error(err)
		}
		all.Wait()
		if e := failure(t, first); e.Outcome != chat.NotSent {
			t.Errorf("%+v", e)
		}
	}, func(w *world) { w.idle = true })
}

func TestTheTokenIsKeptFresh(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		tokens := func() int { return w.fake.Count(teamstest.On{Method: teamstest.MethodToken}) }
		if tokens() != 1 {
			t.Fatalf("%d tokens at the start", tokens())
		}
		time.Sleep(56 * time.Minute)
		if tokens() != 2 {
			t.Errorf("%d tokens 4 minutes before the end of the first", tokens())
		}
		w.fake.RevokeTokens()
		_, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
		if e := failure(t, err); e.Outcome != chat.NotSent || e.Reason != "Unauthorized" {
			t.Errorf("%+v", e)
		}
		synctest.Wait()
		if _, err := w.bot.Post(w.t.Context(), delivery(teach, 1)); err != nil || tokens() != 3 {
			t.Errorf("%v, %d tokens", err, tokens())
		}
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodCreate}, teamstest.Refused(http.StatusUnauthorized, "Unauthorized"))
		_, err = w.bot.Post(w.t.Context(), delivery(teach, 1))
		if e := failure(t, err); e.Outcome != chat.Locked {
			t.Errorf("a new token that is refused, too: %+v", e)
		}
		time.Sleep(10 * time.Second)
		if tokens() > 4 {
			t.Errorf("%d tokens", tokens())
		}
	})
}

func TestAWrongSecretLocksTheConnection(t *testing.T) {
	inWorld(t, func(w *world) {
		_, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
		if e := failure(t, err); e.Outcome != chat.Locked || !strings.Contains(e.Reason, "app_secret") {
			t.Errorf("%+v", e)
		}
		w.showsNoSecret(err.Error())
		w.fake.AddTenant(w.at)
		time.Sleep(20 * time.Second)
		if _, err := w.bot.Post(w.t.Context(), delivery(teach, 1)); err != nil {
			t.Errorf("put right: %v", err)
		}
	}, func(w *world) {
		w.options = append(w.options, func(s *teamstest.Server) {
			s.Faults(teamstest.On{Method: teamstest.MethodToken}, teamstest.Fault{Store: teamstest.StoreNever, Answer: teamstest.AnswerToken, Status: 401, Code: "invalid_client"},
				teamstest.Fault{Store: teamstest.StoreNever, Answer: teamstest.AnswerToken, Status: 401, Code: "invalid_client"})
		})
	})
}

func TestAPostThatIsTooLargeIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		many := chat.Message{Summary: chat.Plain("x")}
		for range 10 {
			many.Lines = append(many.Lines, chat.Line{Text: chat.Plain(strings.Repeat("😀", 1900))})
		}
		w.words = func(chat.Delivery) chat.Message { return many }
		_, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
		if err != nil && failure(t, err).Outcome != chat.Refused {
			t.Error(err)
		}
	})
}

func TestCheckOnline(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*world)
		want   []string // keys
	}{
		"all is well": {func(*world) {}, nil},
		"no keys": {func(w *world) {
			w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodOpenID}, teamstest.ErrorBefore(404))
		}, []string{"teams.openid_url"}},
		"another cloud": {func(w *world) { w.fake.Endorse("skype") }, []string{"teams.openid_url"}},
		"no token": {func(w *world) {
			w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodToken}, teamstest.ErrorBefore(502))
		}, []string{"teams.token_url"}},
		"a wrong secret":  {func(w *world) { t := w.at; t.Secret = "another"; w.fake.AddTenant(t) }, []string{"teams.app_secret"}},
		"no ops channel":  {func(w *world) { w.fake.ChangeChannel(ops, func(c *teamstest.Channel) { c.Deleted = true }) }, []string{"teams.ops_channel"}},
		"not in the team": {func(w *world) { w.fake.ChangeTeam(itTeam, func(t *teamstest.Team) { t.Installed = false }) }, []string{"teams.ops_channel", "access"}},
		"an empty team":   {func(w *world) { w.fake.ChangeTeam(itTeam, func(t *teamstest.Team) { t.Members = nil }) }, []string{"access"}},
		"an unknown team": {func(w *world) { w.groups = []string{"another-group"} }, []string{"access"}},
		"people": {func(w *world) {
			w.ask = teams.Asked{Admins: []string{"ann-object", "nobody"}, Responders: []string{"ann-object"}}
		}, []string{"access.admins"}},
		"channels that subscribe": {func(w *world) {
			w.ask = teams.Asked{Subscribed: []string{string(teach), string(old), "a:never-spoken-to"}}
		}, []string{"subscriptions", "subscriptions"}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.groups = []string{string(itTeam)}
				tc.change(w)
				var got []string
				for _, f := range w.connect(w.fake.Transport()).Check(w.t.Context(), w.ask) {
					got = append(got, f.Key)
					w.showsNoSecret(f.Text)
				}
				if strings.Join(got, " ") != strings.Join(tc.want, " ") {
					t.Errorf("%q, want %q", got, tc.want)
				}
			}, func(w *world) { w.idle = true })
		})
	}
}
