package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

func TestNativeOptionsAreATypedLine(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		command discordtest.Command
		text    string
		options map[string]string
	}{
		{typed("/incident declare"), "declare", nil},
		{typed("/status learn"), "learn", nil},
		{typed("/belltower incident list all"), "incident list all", nil},
		{
			discordtest.Command{Line: "/incident declare", Options: map[string]string{"services": "learn", "impact": "down", "message": "It is <@502>'s disk in <#1001>, for <@&991>.", "separate": "true", "yes": "false"}},
			"declare --separate", map[string]string{"services": "learn", "impact": "down", "message": "It is @lowell/502's disk in #lowell/1001, for @lowell/role:991."},
		},
		{
			discordtest.Command{Line: "/window schedule", Options: map[string]string{"when": "friday 02:00", "for": "3h", "title": "Work", "unknown": "more words"}},
			"schedule more words", map[string]string{"when": "friday 02:00", "for": "3h", "title": "Work"},
		},
	} {
		tc.command.Channel, tc.command.User = teaching, ann
		w.types(tc.command)
		got := w.heard()[len(w.heard())-1]
		if got.Text != tc.text {
			t.Errorf("%q %v came as %q", tc.command.Line, tc.command.Options, got.Text)
		}
		if diff := cmp.Diff(tc.options, got.Options); diff != "" {
			t.Errorf("%q: %s", tc.command.Line, diff)
		}
	}
}

// Who knows the native options makes the line of them.
func TestTheLineIsMadeByWhoKnowsTheOptions(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.options = func(o *discord.Options) {
			o.Line = func(command, verb string, values map[string]string) (string, map[string]string) {
				return fmt.Sprint(command, "|", verb, "|", values), map[string]string{"made": "yes"}
			}
		}
	})
	w.types(discordtest.Command{Channel: teaching, User: ann, Line: "/incident declare learn", Options: map[string]string{"title": "for <@502>", "yes": "true"}})
	w.types(typed("/status learn"))
	got := w.heard()
	if got[0].Text != "incident|declare|map[text:learn title:for @lowell/502 yes:true]" || got[0].Options["made"] != "yes" || got[1].Text != "status||map[text:learn]" {
		t.Errorf("%q %q", got[0].Text, got[1].Text)
	}
}

// What the gateway says late, after Discord told its author that nothing came of it, is
// left; what is late by our clock alone is done.
func TestAStaleInteractionByTheGatewayIsLeft(t *testing.T) {
	for name, tc := range map[string]struct {
		late    time.Duration
		handled int
		final   string
	}{"too late": {4 * time.Second, 0, ""}, "just in time": {2500 * time.Millisecond, 1, "Done."}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				r, err := w.fake.CommandRequest(typed("/incident declare learn down"))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(tc.late)
				if err := w.bot.Serve(t.Context(), r.Body, w.callbacks()); err != nil {
					t.Error(err)
				}
				shown := ""
				for _, m := range w.fake.Messages(teaching) {
					shown += m.Content
				}
				if len(w.heard()) != tc.handled || shown != tc.final || tc.handled == 0 && !strings.Contains(w.logs.String(), "came too late") {
					t.Errorf("%d handled, %q shown\n%s", len(w.heard()), shown, w.logs.String())
				}
			})
		})
	}
}

// What Discord types by itself is an address, a number or a truth.
func TestOptionsOfOtherTypes(t *testing.T) {
	w := newWorld(t)
	body := strings.ReplaceAll(`{"id":"77","token":"t","type":2,"application_id":"APP","channel_id":"1002","guild_id":"900","member":{"user":{"id":"501"}},
		"data":{"name":"incident","options":[{"name":"more","type":2,"options":[{"name":"lead","type":1,"options":[
			{"name":"incident","type":4,"value":42},{"name":"lead","type":6,"value":"502"},{"name":"where","type":7,"value":"1001"},
			{"name":"who","type":8,"value":"991"},{"name":"odd","type":3,"value":{"a":1}},{"name":"none","type":3}]}]}]}}`, "APP", string(w.at.ID))
	if status, says := w.raw(w.fake.Signed(w.at.ID, []byte(body), discordtest.Forgery{})); status != http.StatusOK {
		t.Fatal(status, says)
	}
	got := w.heard()[0]
	if want := "more lead #lowell/1001 @lowell/role:991"; got.Text != want || got.Options["incident"] != "42" || got.Options["lead"] != "@lowell/502" {
		t.Errorf("%q %v", got.Text, got.Options)
	}
}

func TestARequestSaysWhoAsksAndWhere(t *testing.T) {
	w := newWorld(t)
	w.types(typed("/incident list"))
	w.types(discordtest.Command{Channel: teaching, User: bob, Line: "/incident list"})
	w.types(discordtest.Command{Channel: direct, User: bob, Line: "/incident list"})
	w.fake.AddChannel(discordtest.Channel{ID: "1009", Guild: "900", Kind: discordtest.Thread, Parent: ops})
	w.types(discordtest.Command{Channel: "1009", User: ann, Line: "/incident list"})
	type who struct {
		Person, Name, Channel          string
		Groups                         []string
		Guest, Manages, Direct, Forms_ bool
	}
	var got []who
	for _, r := range w.heard() {
		got = append(got, who{r.Person.String(), r.Name, r.Channel.String(), r.Groups, r.Guest, r.Manages, r.Direct, r.Forms})
	}
	want := []who{
		{"lowell/501", "Ann of IT", "lowell/1002", []string{"role:991", "role:992"}, false, false, false, true},
		{"lowell/502", "bob", "lowell/1002", nil, true, true, false, true},
		{"lowell/502", "bob", "lowell/1006", nil, false, false, true, true},
		{"lowell/501", "Ann of IT", "lowell/1001", []string{"role:991", "role:992"}, false, false, false, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPingsAreAnswered(t *testing.T) {
	w := newWorld(t)
	a, err := w.fake.Ping(t.Context(), w.at.ID)
	if w.sound(a, err); string(a.Body) != `{"type":1}` || len(w.heard()) != 0 {
		t.Errorf("%s", a.Body)
	}
}

// During a change of keys both are taken; a third is not.
func TestTheNextKeyIsTakenToo(t *testing.T) {
	w := newWorld(t)
	for name, want := range map[string]int{"next": 200, "third": 401} {
		c := typed("/incident list")
		c.Forgery.Key = discordtest.NewApplication(name).Key
		r, err := w.fake.CommandRequest(c)
		if status, _ := w.raw(r); err != nil || status != want {
			t.Errorf("%s: %d, %v", name, status, err)
		}
	}
}

func TestWithoutAKeyNothingIsTakenOverHTTP(t *testing.T) {
	w := newWorld(t, func(w *world) { w.conf = func(c *config.Discord) { c.PublicKey, c.NextPublicKey = "", "" } })
	r, err := w.fake.CommandRequest(typed("/incident list"))
	if status, says := w.raw(r); err != nil || status != http.StatusNotFound || !strings.Contains(says, "gateway") || len(w.heard()) != 0 {
		t.Errorf("%d %s, %v", status, says, err)
	}
}

func TestAnswersAreForTheirAuthorUnlessPublic(t *testing.T) {
	w := newWorld(t)
	if a := w.types(typed("/status")); a.Type != 4 || a.Message.To != ann || a.Message.Content != "Done." {
		t.Errorf("%+v", a)
	}
	w.answerWith(func(chat.Request) chat.Reply {
		return chat.Reply{Public: true, Message: chat.Message{Summary: chat.Plain("All works.")}}
	})
	if a := w.types(typed("/status here")); a.Type != 4 || a.Message.To != "" || a.Message.Content != "All works." {
		t.Errorf("%+v", a)
	}
	w.answerWith(func(chat.Request) chat.Reply { return chat.Reply{} })
	if a := w.types(typed("/status")); a.Message.Content != "Done." || a.Message.To != ann {
		t.Errorf("an answer that says nothing: %+v", a)
	}
}

// The gateway hands over what came by it; the response goes out by a call.
func TestAnInteractionByTheGateway(t *testing.T) {
	w := newWorld(t)
	w.fake.Door(func(ctx context.Context, _ discordtest.ID, payload []byte) error {
		return w.bot.Serve(ctx, payload, w.callbacks())
	})
	if a := w.types(typed("/incident declare learn down")); a.Status != 0 || a.Message.Content != "Done." || w.heard()[0].Text != "declare learn down" {
		t.Errorf("%+v", a)
	}
	w.fake.Faults(discordtest.On{Route: "callback"}, discordtest.DropAfter())
	if a := w.types(typed("/incident list")); a.Message.Content != "Done." {
		t.Errorf("the answer to the call was lost: %+v", a)
	}
	w.fake.Faults(discordtest.On{Route: "callback"}, discordtest.DropBefore())
	if a := w.types(typed("/incident list")); a.Message.Content != "Done." {
		t.Errorf("the call was lost: %+v", a)
	}
	if n := len(w.heard()); n != 3 || strings.Contains(w.logs.String(), "not taken") {
		t.Errorf("%d were handled\n%s", n, w.logs.String())
	}
	w.showsNoSecret()
}

func TestWhatTheGatewayShouldNotHandOver(t *testing.T) {
	w := newWorld(t)
	for name, payload := range map[string]string{
		"garbage": "{", "no id": `{"type":2,"application_id":"` + string(w.at.ID) + `"}`, "another's": `{"type":2,"id":"1","token":"t","application_id":"1"}`,
		"a type to come": `{"type":9,"id":"1","token":"t","application_id":"` + string(w.at.ID) + `","channel_id":"1","member":{"user":{"id":"1"}}}`,
		"nobody":         `{"type":2,"id":"1","token":"t","application_id":"` + string(w.at.ID) + `","channel_id":"1","data":{"name":"incident"}}`,
		"nowhere":        `{"type":2,"id":"1","token":"t","application_id":"` + string(w.at.ID) + `","member":{"user":{"id":"1"}},"data":{"name":"incident"}}`,
	} {
		if err := w.bot.Serve(t.Context(), json.RawMessage(payload), w.callbacks()); err == nil {
			t.Errorf("%s was served", name)
		}
	}
	if len(w.heard()) != 0 || strings.Count(w.logs.String(), "request refused") != 6 {
		t.Errorf("%+v\n%s", w.heard(), w.logs.String())
	}
}

// Discord may send an interaction again: it is the same request, and answered again.
func TestARedeliveryIsTheSameRequest(t *testing.T) {
	w := newWorld(t)
	r, err := w.fake.CommandRequest(typed("/incident declare learn down"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if status, body := w.raw(r); status != http.StatusOK || !strings.Contains(body, "Done.") {
			t.Errorf("%d %s", status, body)
		}
	}
	if got := w.heard(); len(got) != 2 || got[0].ID != got[1].ID || got[0].ID != "lowell/"+string(r.ID) || got[0].Trace != got[1].Trace {
		t.Errorf("%+v", got)
	}
}

func TestCompletionsFitDiscordsLimits(t *testing.T) {
	w := newWorld(t)
	var asked []string
	w.complete = func(r chat.Request, option, typed string) (out []chat.Choice) {
		asked = append(asked, r.Command+"|"+r.Text+"|"+option+"|"+typed)
		out = append(out, chat.Choice{Value: "learn", Label: "Learn System"}, chat.Choice{Value: "portal"}, chat.Choice{Value: "Portal", Label: "portal"},
			chat.Choice{Value: strings.Repeat("x", 101)}, chat.Choice{Label: "nothing"}, chat.Choice{Value: "long", Label: strings.Repeat("é😀", 80)})
		for range 30 {
			out = append(out, chat.Choice{Value: "more"})
		}
		return out
	}
	c := typed("/incident declare")
	a, err := w.fake.Complete(t.Context(), c, "services", "le")
	w.sound(a, err)
	if a.Type != 8 || len(a.Choices) != 25 || a.Choices[0] != (discordtest.Choice{Name: "learn – Learn System", Value: "learn"}) || a.Choices[2].Name != "Portal" {
		t.Errorf("%+v", a.Choices)
	}
	if asked[0] != "incident|declare|services|le" {
		t.Error(asked)
	}
	w.complete = nil
	a, err = w.fake.Complete(t.Context(), c, "services", "le")
	if w.sound(a, err); len(a.Choices) != 0 || len(w.heard()) != 0 {
		t.Errorf("%+v", a)
	}
}

// A channel that could not be posted to is back when somebody uses a command there and
// Discord says that the bot may post.
func TestAChannelIsBackWhenDiscordSaysThatTheBotMayPost(t *testing.T) {
	w := newWorld(t)
	forbid := func(bits uint64) {
		w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = bits })
	}
	forbid(discordtest.SendMessages)
	if _, err := w.bot.Post(t.Context(), delivery(teaching, 1)); outcome(t, err) != chat.Gone {
		t.Fatal(err)
	}
	w.types(typed("/status"))
	forbid(0)
	w.types(discordtest.Command{Channel: library, User: ann, Line: "/status"})
	if len(w.returned) != 0 {
		t.Fatal("told too early", w.returned)
	}
	w.types(typed("/status"))
	w.types(typed("/status"))
	if len(w.returned) != 1 || w.returned[0] != (desk.Channel{Connection: "lowell", ID: teaching}) {
		t.Errorf("%v", w.returned)
	}
}

// outcome is the outcome of an error, "" for nil.
func outcome(t *testing.T, err error) chat.Outcome {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *chat.SendError
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *chat.SendError: %v", err, err)
	}
	return e.Outcome
}

// delivery is a root about INC-42.
func delivery(id string, n int) chat.Delivery {
	return chat.Delivery{Channel: channel(id), Subject: desk.Subject{Kind: desk.IncidentSubject, Number: 42}, N: n, Snapshot: &desk.Snapshot{}}
}

// slowly answers after d.
func slowly(d time.Duration, reply chat.Reply) func(chat.Request) chat.Reply {
	return func(chat.Request) chat.Reply {
		time.Sleep(d)
		return reply
	}
}
