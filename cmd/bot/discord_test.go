package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/discord/native"
)

// onDiscord tells a story of people on Discord, whatever runs the bot.
type onDiscord struct {
	*lowell
	t     *testing.T
	story *discordtest.Story
}

// in uses a command with native options and reads the answer, which its author alone sees.
func (d onDiscord) in(channel, who discordtest.ID, line string, options ...string) discordtest.Message {
	d.t.Helper()
	a := d.uses(d.t, discordtest.Command{Channel: channel, User: who, Line: line}, options...)
	if a.Form != nil {
		return discordtest.Message{}
	}
	m, err := d.discord.Final(d.t.Context(), a)
	if err != nil || m.To != who {
		d.t.Fatalf("%s: %v: to %q: %s", line, err, m.To, m.Reads())
	}
	return m
}

// reads checks that an answer says so much.
func (d onDiscord) reads(m discordtest.Message, want ...string) {
	d.t.Helper()
	for _, w := range want {
		if !strings.Contains(m.Reads(), w) {
			d.t.Errorf("without %q:\n%s", w, m.Reads())
		}
	}
}

// offered checks what is offered while an option is being typed.
func (d onDiscord) offered(line, option, typed string, want ...string) {
	d.t.Helper()
	a, err := d.discord.Complete(d.t.Context(), discordtest.Command{Channel: lowellOps, User: dora, Line: line}, option, typed)
	var got []string
	for _, c := range a.Choices {
		got = append(got, c.Value+"="+c.Name)
	}
	if err != nil || a.Late || !cmp.Equal(got, want) {
		d.t.Errorf("%s %s:%s: offered %q, want %q: %v, late %v", line, option, typed, got, want, err, a.Late)
	}
}

// said claims an update: a post in the thread of each root, which shows it too.
func (d onDiscord) said(text string, roots ...discordtest.Message) {
	d.t.Helper()
	for _, root := range roots {
		d.story.Expect(root.ID, text)
		d.story.ExpectEdit(root, text)
	}
}

// incident is an incident as people see it, with native options, buttons and forms.
func (d onDiscord) incident() {
	d.t.Helper()
	d.reads(d.in(lowellOps, dora, "/belltower whoami"), "lowell/"+string(dora), "a responder", "lowell/role:"+string(onCallRole))
	d.reads(d.in(lowellTeach, stu, "/belltower whoami"), `"lowell/`+string(stu)+`"`, "to responders in its configuration")
	d.reads(d.in(lowellTeach, stu, "/subscribe", "target: all"), "This channel hears")
	d.reads(d.in(lowellTeach, stu, "/incident declare", "services: learn", "impact: down"), "Only responders")
	d.offered("/incident declare", "services", "black", "learn=learn – Learn System")
	d.offered("/incident declare", "services", "learn,p", "learn,portal=learn,portal – Student Portal")

	d.reads(d.in(lowellOps, dora, "/incident declare", "services: learn", "impact: down", "message: The login page shows an <error>."), "INC-1 is open")
	card := d.story.Expect(lowellOps, "INC-1")
	post := d.story.Expect(lowellTeach, "Learn System is not available")
	d.offered("/incident update", "incident", "1", "INC-1=INC-1 – Problem with Learn System")

	d.reads(d.in(lowellOps, dora, "/incident update", "incident: INC-1", "status: identified", "message: A disk is full. @everyone", "next: 30m"), "INC-1 is updated")
	d.said("A disk is full", card, post)

	d.clicks(d.clicks(card, "Resolve INC-1", "Tell everybody"), "Resolve INC-1", "INC-1 is resolved")
	d.ended(card, "is working again")
	d.ended(post, "is working again")
}

// ended claims the end: a reply in the channel itself, and the root shows it too.
func (d onDiscord) ended(root discordtest.Message, text string) {
	d.t.Helper()
	d.story.ExpectEdit(root, text)
	if end := d.story.Expect(root.Channel, text); end.ReplyTo != root.ID {
		d.t.Errorf("the end refers to %q, the post is %s", end.ReplyTo, root.ID)
	}
}

// clicks presses a button of a card as dora, and returns the answer, of which she reads
// so much alone.
func (d onDiscord) clicks(card discordtest.Message, label, text string) discordtest.Message {
	d.t.Helper()
	m := d.story.Click(card, dora, label).Message
	if !strings.Contains(m.Reads(), text) || m.To != dora {
		d.t.Errorf("%s: to %q: %s", label, m.To, m.Reads())
	}
	return m
}

// forms is an incident and planned work by forms, with what is offered for them.
func (d onDiscord) forms() {
	d.t.Helper()
	if m := d.in(lowellOps, dora, "/incident declare"); m.Content != "" {
		d.t.Errorf("beside the form she reads %s", m.Reads())
	}
	d.fills(discordtest.Fill{"services": "portal", "impact": "minor", "message": "It takes a minute."}, "INC-2 is open")
	card := d.story.Expect(lowellOps, "It takes a minute")
	d.story.Expect(lowellTeach, "It takes a minute")

	d.story.Click(card, dora, "Update INC-2")
	d.fills(discordtest.Fill{"message": "We are moving the data."}, "INC-2 is updated")
	d.said("We are moving the data", card, d.posts(lowellTeach)[len(d.posts(lowellTeach))-1])

	day := time.Now().In(zone(d.t)).AddDate(0, 0, 30)
	asked := d.in(lowellOps, dora, "/window schedule", "services: learn", "when: "+day.Format("2006-01-02")+" 04:00", "for: 3h", "title: New database")
	d.reads(asked, "New database")
	d.clicks(asked, "Schedule it", "WIN-1")
	for _, id := range []discordtest.ID{lowellOps, lowellTeach} {
		d.story.Expect(id, "New database")
	}
	d.offered("/window cancel", "window", "new", "WIN-1=WIN-1 – New database"+day.Format(" (2 Jan)"))
}

// fills sends dora's form, and checks what she reads.
func (d onDiscord) fills(fill discordtest.Fill, text string) {
	d.t.Helper()
	if m := d.story.Submit(dora, fill).Message; !strings.Contains(m.Reads(), text) || m.To != dora {
		d.t.Errorf("to %q: %s", m.To, m.Reads())
	}
}

// The real program, over HTTP and over the gateway: people get by with what Discord
// offers them, and the commands are told to Discord once, not again at a restart.
func TestAnIncidentOnDiscord(t *testing.T) {
	for name, byGateway := range map[string]bool{"HTTP": false, "gateway": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDiscordWorld(t, byGateway)
			w.start()
			sameCommands(t, w.discord.Commands(w.app.ID, ""))
			people := onDiscord{w.lowell, t, w.story}
			people.incident()
			people.forms()
			if status := w.stop(); status != 0 {
				t.Errorf("exit status %d:\n%s", status, w.logged.text())
			}
			w.start()
			people.reads(people.in(lowellOps, dora, "/incident list", "which: all"), "INC-1")
			w.settled()
			if n := w.calls("commands.put"); n != 1 {
				t.Errorf("the commands were told %d times", n)
			}
			if text := w.logged.text(); strings.Contains(text, string(w.app.Token)) {
				t.Errorf("a secret is logged:\n%s", text)
			}
		})
	}
}

func sameCommands(t *testing.T, got json.RawMessage) {
	t.Helper()
	var want bytes.Buffer
	if err := json.Compact(&want, native.JSON()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Error(diff)
	}
}

// calls counts calls of a route.
func (l *lowell) calls(route string) (n int) {
	for _, c := range l.discord.Log() {
		if c.Route == route {
			n++
		}
	}
	return n
}
