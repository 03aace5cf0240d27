package discord_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// A message older than an hour takes so many edits. A fresh root goes on with it, which
// refers to it, is found as a root, and has edits, a thread and replies of its own. It
// would be posted without the reference if somebody had deleted the earlier one.
func TestAFreshPostGoesOnWithOneThatTakesNoMoreEdits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		root := w.post(delivery(teaching, 1))
		w.fake.LimitOldEdits(teaching, 1)
		time.Sleep(61 * time.Minute)
		d := delivery(teaching, 2)
		d.Root = root
		if err := w.bot.Edit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if err := w.bot.Edit(t.Context(), d); outcome(t, err) != chat.EditsSpent {
			t.Fatal(err)
		}
		end := reply(root, 2)
		end.Broadcast = true
		w.post(end)
		since := time.Now()
		time.Sleep(time.Second)
		d.Root, d.Continues, d.N = "", root, 3
		w.fake.Faults(discordtest.On{Route: "message.create"}, discordtest.DropAfter())
		if _, err := w.bot.Post(t.Context(), d); outcome(t, err) != chat.Unknown {
			t.Fatal(err)
		}
		found, err := w.bot.Find(t.Context(), chat.Sought{Channel: channel(teaching), Subject: d.Subject, Continues: root, Since: since})
		posts := w.posts(teaching)
		fresh := posts[len(posts)-1]
		if err != nil || len(posts) != 3 || len(found) != 2 || found[0].N != 2 || found[1].ID != chat.PostID(fresh.ID) || found[1].N != 3 || !found[1].Apart || fresh.ReplyTo != discordtest.ID(root) {
			t.Fatalf("%+v, %v: %+v", found, err, posts)
		}
		w.post(reply(found[1].ID, 4))
		d.Root = found[1].ID
		if err := w.bot.Edit(t.Context(), d); err != nil {
			t.Error(err)
		}
		if in := w.posts(fresh.ID); len(in) != 1 {
			t.Errorf("in its thread: %+v", in)
		}
		w.fake.Delete(teaching, fresh.ID)
		d.Root, d.Continues, d.N = "", found[1].ID, 5
		id := w.post(d)
		posts = w.posts(teaching)
		if last := posts[len(posts)-1]; last.ID != discordtest.ID(id) || last.ReplyTo != "" {
			t.Errorf("%+v", posts)
		}
	})
}

// The end that was said in the channel itself becomes the root where that takes no more
// edits: it is found as such a message, and takes edits.
func TestAReplyInTheChannelCanBecomeTheRoot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		root := w.post(delivery(teaching, 1))
		w.fake.LimitOldEdits(teaching, 0)
		time.Sleep(61 * time.Minute)
		w.post(reply(root, 2))
		end := reply(root, 3)
		end.Broadcast = true
		id := w.post(end)
		found, err := w.bot.Find(t.Context(), chat.Sought{Channel: channel(teaching), Subject: end.Subject, Root: root, Since: time.Now().Add(-time.Minute)})
		if err != nil || len(found) != 2 || found[0].Apart || !found[1].Apart || found[1].ID != id {
			t.Errorf("%+v, %v", found, err)
		}
		d := delivery(teaching, 3)
		d.Root, d.Continues = id, root
		if err := w.bot.Edit(t.Context(), d); err != nil {
			t.Error(err)
		}
	})
}

// Where there are no threads, as in a direct message, every reply stands in the channel
// itself, and says so once.
func TestAReplyWithoutAThreadStandsApart(t *testing.T) {
	w := newWorld(t)
	for ch, apart := range map[string]bool{teaching: false, direct: true} {
		d := delivery(ch, 1)
		root := w.post(d)
		d = reply(root, 2)
		d.Channel = channel(ch)
		id := w.post(d)
		if w.bot.Apart(root) || w.bot.Apart(id) != apart || w.bot.Apart(id) {
			t.Errorf("%s: %s", ch, w.fake.Transcript(discordtest.ID(ch)))
		}
	}
}
