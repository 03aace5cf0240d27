package discord_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/desk"
)

func TestReachAnswersAsAPostWouldBeRefused(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		deny uint64
		says string
	}{{0, ""}, {discordtest.SendMessages, "Send Messages"}, {discordtest.EmbedLinks, "Embed Links"}, {discordtest.ViewChannel, "50001"}, {discordtest.ReadMessageHistory, ""}} {
		w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = tc.deny })
		err := w.bot.Reach(t.Context(), channel(teaching))
		if tc.says == "" && err != nil || tc.says != "" && (outcome(t, err) != chat.Gone || !strings.Contains(err.Error(), tc.says)) {
			t.Errorf("without %x: %v", tc.deny, err)
		}
	}
	w.fake.ChangeGuild("900", func(g *discordtest.Guild) { g.Left = true })
	if err := w.bot.Reach(t.Context(), channel(library)); outcome(t, err) != chat.Gone {
		t.Errorf("removed from the server: %v", err)
	}
	for _, id := range []string{"", direct} {
		if err := w.bot.Reach(t.Context(), channel(id)); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// In a thread those count who may do what around it, and posting is a permission of its own.
func TestReachOfAThread(t *testing.T) {
	w := newWorld(t)
	const thread = "1010"
	w.fake.AddChannel(discordtest.Channel{ID: thread, Guild: "900", Kind: discordtest.Thread, Parent: teaching})
	for _, tc := range []struct {
		deny uint64
		says string
	}{{0, ""}, {discordtest.SendMessages, ""}, {discordtest.SendInThreads, "the bot lacks Send Messages in Threads"}, {discordtest.EmbedLinks, "the bot lacks Embed Links"}} {
		w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = tc.deny })
		err := w.bot.Reach(t.Context(), channel(thread))
		if tc.says == "" && err != nil || tc.says != "" && (outcome(t, err) != chat.Gone || !strings.Contains(err.Error(), tc.says)) {
			t.Errorf("without %x: %v", tc.deny, err)
		}
		if _, posted := w.bot.Post(t.Context(), delivery(thread, 1)); tc.deny != discordtest.EmbedLinks && (posted == nil) != (err == nil) {
			t.Errorf("without %x a post answers %v", tc.deny, posted)
		}
	}
}

// A category and a forum have the id of a channel, and take no posts.
func TestReachOfWhatTakesNoPosts(t *testing.T) {
	w := newWorld(t)
	for kind, says := range map[discordtest.Kind]string{4: "it is a category", 15: "it is a forum", 16: "it is a forum", 2: "", 13: "", discordtest.Announcement: ""} {
		w.fake.AddChannel(discordtest.Channel{ID: "1011", Guild: "900", Kind: kind})
		err := w.bot.Reach(t.Context(), channel("1011"))
		if says == "" && err != nil || says != "" && (outcome(t, err) != chat.Gone || !strings.Contains(err.Error(), says)) {
			t.Errorf("kind %d: %v", kind, err)
		}
	}
}

func TestAFanOutIsWordedOnce(t *testing.T) {
	w := newWorld(t)
	var worded atomic.Int64
	w.words = func(d chat.Delivery) chat.Message {
		worded.Add(1)
		return chat.Message{Summary: chat.Plain(fmt.Sprintf("%s version %d ops %v said %d", d.Subject, d.N, d.Ops, len(d.Said)))}
	}
	shown := delivery(teaching, 1).Snapshot
	for _, id := range []string{teaching, library, ops} {
		d := delivery(id, 1)
		d.Snapshot = shown
		w.post(d)
	}
	if n := worded.Load(); n != 1 {
		t.Errorf("worded %d times for three channels", n)
	}
	for i, change := range []func(*chat.Delivery){
		func(d *chat.Delivery) { d.N = 2 },
		func(d *chat.Delivery) { d.Ops = true },
		func(d *chat.Delivery) { d.Reference = true },
		func(d *chat.Delivery) { d.Subject.Number = 43 },
		func(d *chat.Delivery) { d.Snapshot = &desk.Snapshot{Held: &desk.Held{Channels: 30}} },
		func(d *chat.Delivery) { again := *shown; d.Snapshot = &again },
		func(d *chat.Delivery) { d.Said = []*desk.Announcement{{N: 1}} },
		func(d *chat.Delivery) { d.Said = []*desk.Announcement{{N: 1}}; d.Broadcast = true },
		func(d *chat.Delivery) {
			d.Subject = desk.Subject{Kind: desk.NoticeSubject}
			d.Snapshot = &desk.Snapshot{Notice: &desk.Notice{Text: "A test"}}
		},
	} {
		d := delivery(teaching, 1)
		d.Snapshot = shown
		change(&d)
		w.post(d)
		if n := worded.Load(); n != int64(i)+2 {
			t.Errorf("change %d was not worded anew", i)
		}
	}
}

// What registers commands calls as the connection does.
func TestCallsOfOthersGoTheSameWay(t *testing.T) {
	w := newWorld(t)
	at := "/applications/" + string(w.at.ID) + "/commands"
	list := []map[string]string{{"name": "status", "description": "What works"}}
	if err := w.bot.Call(t.Context(), "PUT "+at, list, nil); err != nil {
		t.Fatal(err)
	}
	var got []map[string]string
	if err := w.bot.Call(t.Context(), "GET "+at+"?with_localizations=true", nil, &got); err != nil || len(got) != 1 || got[0]["name"] != "status" {
		t.Errorf("%v %v", got, err)
	}
	if err := w.bot.Call(t.Context(), "PUT "+at, []map[string]string{{"name": "No Good"}}, nil); outcome(t, err) != chat.Refused || !strings.Contains(err.Error(), "0.") {
		t.Error(err)
	}
	if err := w.bot.Call(t.Context(), "PUT "+at, json.RawMessage("{"), nil); outcome(t, err) != chat.Refused {
		t.Error(err)
	}
}
