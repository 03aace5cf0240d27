package main

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// An incident is open for hours, and Discord takes no more edits of its post: a fresh post
// goes on with it at once, refers to it, and is what shows the news from then on. Of an
// incident whose end cannot be shown the end in the channel itself is that post. Nothing is
// told twice, and nothing else is told.
func TestAPostOnDiscordTakesNoMoreEdits(t *testing.T) {
	inDiscordBubble(t, func(d onDiscord) {
		d.reads(d.in(lowellTeach, stu, "/subscribe", "target: all"), "This channel hears")
		d.in(lowellOps, dora, "/incident declare", "services: learn", "impact: down")
		card := d.story.Expect(lowellOps, "INC-1")
		post := d.story.Expect(lowellTeach, "Learn System is not available")
		d.discord.LimitOldEdits(lowellTeach, 1)
		pass(90 * time.Minute)
		d.updates("A disk is full.")
		d.said("A disk is full", card, post)

		pass(40 * time.Minute)
		d.updates("We are moving the data.")
		d.said("We are moving the data", card)
		d.story.Expect(post.ID, "We are moving the data")
		pass(3 * time.Second) // one for each post in the channel, and the rest
		fresh := d.story.Expect(lowellTeach, "Learn System is not available. This continues our earlier post.")
		d.reads(fresh, "We are moving the data", "cannot be changed any more")
		d.refersTo(fresh, post)

		pass(20 * time.Minute)
		d.updates("Half of it is moved.")
		d.said("Half of it is moved", card, fresh)
		pass(20 * time.Minute)
		d.clicks(d.clicks(card, "Resolve INC-1", "Tell everybody"), "Resolve INC-1", "INC-1 is resolved")
		d.ended(card, "is working again")
		d.ended(fresh, "Learn System is working again")

		d.in(lowellOps, dora, "/incident declare", "services: portal", "impact: down")
		card = d.story.Expect(lowellOps, "INC-2")
		post = d.story.Expect(lowellTeach, "Student Portal is not available")
		pass(2 * time.Hour)
		d.in(lowellOps, dora, "/incident resolve", "incident: INC-2", "message: The cable is back.")
		pass(time.Minute)
		d.ended(card, "is working again")
		end := d.story.Expect(lowellTeach, "The cable is back")
		d.refersTo(end, post)
		d.reads(d.story.ExpectEdit(end, "Resolved: Student Portal is working again. This continues our earlier post."), "The cable is back")
		d.story.NothingElse()
		golden(d.t, "stories/discord edits.txt", d.transcripts(lowellTeach))
	})
}

func (d onDiscord) updates(text string) {
	d.t.Helper()
	d.in(lowellOps, dora, "/incident update", "incident: INC-1", "message: "+text)
}

func (d onDiscord) refersTo(m, earlier discordtest.Message) {
	d.t.Helper()
	if m.ReplyTo != earlier.ID {
		d.t.Errorf("%s refers to %q, the earlier post is %s", m.ID, m.ReplyTo, earlier.ID)
	}
}

// SIGKILL as soon as the edit is refused, and again as soon as the next process posts: the
// channel gets one fresh post, which shows the news and is edited from then on.
func TestKilledBetweenARefusedEditAndTheFreshPost(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64 // Discord's clock, as nobody waits for an hour here
	w := newDiscordWorld(t, true, discordtest.WithClock(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }))
	w.story.Patience(3 * time.Minute)
	w.start()
	w.uses(t, discordtest.Command{Channel: lowellTeach, User: stu, Line: "/subscribe"}, "target: all")
	w.do("incident declare learn down")
	w.story.Expect(lowellOps, "INC-1")
	post := w.story.Expect(lowellTeach, "Learn System is not available")
	w.settled()
	ahead.Store(int64(2 * time.Hour))
	w.discord.LimitOldEdits(lowellTeach, 0)

	edit := discordtest.On{Channel: lowellTeach, Route: "message.edit"}
	w.do("incident update 1 A disk is full.")
	w.awaits(edit, 1)
	w.kill()
	w.start()
	w.awaits(discordtest.On{Channel: lowellTeach, Route: "message.create"}, 2)
	w.kill()
	w.start()
	for _, thread := range []discordtest.Message{w.posts(lowellOps)[0], post} {
		w.story.Expect(thread.ID, "A disk is full")
	}
	fresh := w.story.Expect(lowellTeach, "This continues our earlier post")
	w.settled()
	w.do("incident update 1 We are moving the data.")
	for _, thread := range []discordtest.Message{w.posts(lowellOps)[0], fresh} {
		w.story.Expect(thread.ID, "We are moving the data")
	}
	w.settled()
	w.story.NothingElse()
	all := w.posts(lowellTeach)
	if len(all) != 2 || all[1].ReplyTo != post.ID || !strings.Contains(all[1].Reads(), "We are moving the data") {
		t.Errorf("%s", w.transcripts(lowellTeach))
	}
}

// awaits waits until so many such calls were made.
func (w *discordWorld) awaits(on discordtest.On, n int) {
	w.t.Helper()
	if err := w.discord.AwaitCalls(w.t.Context(), on, n); err != nil {
		w.t.Fatalf("%v\n%s", err, w.logged.text())
	}
}
