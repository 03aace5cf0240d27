package discord_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/desk"
)

func (w *world) post(d chat.Delivery) chat.PostID {
	w.t.Helper()
	id, err := w.bot.Post(w.t.Context(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// reply is announcement n as a reply to a root.
func reply(root chat.PostID, n int) chat.Delivery {
	d := delivery(teaching, n)
	d.Root, d.Said = root, []*desk.Announcement{{Subject: d.Subject, N: n}}
	return d
}

func TestDiscordsErrorsAreToldApart(t *testing.T) {
	w := newWorld(t)
	for want, codes := range map[chat.Outcome][]int{
		chat.Gone:     {10003, 10004, 50001, 50013, 50007},
		chat.RootGone: {10008, 50005}, chat.EditsSpent: {30046},
		chat.Refused: {50035, 50006, 40005},
		chat.NotSent: {20022, 1, 999999, 0},
	} {
		for _, code := range codes {
			w.fake.Faults(discordtest.On{Route: "message.create"}, discordtest.Refused(http.StatusForbidden, code))
			_, err := w.bot.Post(t.Context(), delivery(teaching, 1))
			if got := outcome(t, err); got != want || code != 0 && !strings.Contains(err.Error(), fmt.Sprint(code)) {
				t.Errorf("%d: %v, want %s", code, err, want)
			}
		}
	}
}

func TestLimitsAreObeyedAsTheySay(t *testing.T) {
	for _, tc := range []struct {
		after float64
		scope string
		want  time.Duration
		wide  bool
	}{{0.3, "user", time.Second, false}, {64.57, "user", 65 * time.Second, false}, {2, "shared", 2 * time.Second, false}, {1.001, "global", 2 * time.Second, true}} {
		w := newWorld(t)
		w.fake.Faults(discordtest.On{Route: "message.create"}, discordtest.Limited(tc.after, tc.scope))
		_, err := w.bot.Post(t.Context(), delivery(teaching, 1))
		var e *chat.SendError
		if !errors.As(err, &e) || e.Outcome != chat.NotSent || !e.Limited || e.Wide != tc.wide || e.After != tc.want {
			t.Errorf("%+v: %+v", tc, e)
		}
	}
}

// The body says fractions of a second; nothing is sent before they are over.
func TestFractionsAreRoundedUp(t *testing.T) {
	w := newWorld(t)
	_, err := w.connect(limited{}).Post(t.Context(), delivery(teaching, 1))
	var e *chat.SendError
	if !errors.As(err, &e) || !e.Limited || e.Wide || e.After != 2*time.Second {
		t.Errorf("%+v", e)
	}
}

type limited struct{}

func (limited) RoundTrip(*http.Request) (*http.Response, error) {
	body := `{"message":"You are being rate limited.","retry_after":1.2,"global":false}`
	return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func TestDiscordsOwnLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.SetLimits(discordtest.DiscordLimits())
		limited := 0
		for n := 1; n <= 8; n++ {
			_, err := w.bot.Post(t.Context(), delivery(teaching, n))
			var e *chat.SendError
			if errors.As(err, &e) {
				limited++
				time.Sleep(e.After)
				w.post(delivery(teaching, n))
			}
		}
		if got := len(w.posts(teaching)); got != 8 || limited != 1 {
			t.Errorf("%d posts, limited %d times", got, limited)
		}
		w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Slow = 120 })
		_, err := w.bot.Post(t.Context(), delivery(teaching, 9))
		var e *chat.SendError
		if !errors.As(err, &e) || !e.Limited || e.After != 120*time.Second || e.Outcome != chat.NotSent {
			t.Errorf("slow mode: %v", err)
		}
	})
}

// The same delivery again is not posted again while Discord looks back; other words are
// another post.
func TestADeliveryAgainIsNotDoubled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.Faults(discordtest.On{Route: "message.create"}, discordtest.DropAfter(), discordtest.ErrorAfter(502))
		if _, err := w.bot.Post(t.Context(), delivery(teaching, 1)); outcome(t, err) != chat.Unknown {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, err := w.bot.Post(t.Context(), delivery(teaching, 1)); outcome(t, err) != chat.Unknown {
			t.Fatal(err)
		}
		w.restart()
		time.Sleep(time.Minute)
		id := w.post(delivery(teaching, 1))
		if posts := w.posts(teaching); len(posts) != 1 || posts[0].ID != discordtest.ID(id) {
			t.Fatalf("%+v", posts)
		}
		again := delivery(teaching, 1)
		again.Trace = "the press of a button for a test post"
		for _, d := range []chat.Delivery{delivery(library, 1), delivery(teaching, 2), again} {
			w.post(d)
		}
		if n, m := len(w.posts(teaching)), len(w.posts(library)); n != 3 || m != 1 {
			t.Errorf("%d and %d posts", n, m)
		}
		for _, c := range w.fake.Log() {
			var body struct {
				Nonce   string `json:"nonce"`
				Enforce bool   `json:"enforce_nonce"`
			}
			if c.Route == "message.create" && (json.Unmarshal(c.Body, &body) != nil || !body.Enforce || body.Nonce == "" || len(body.Nonce) > 25) {
				t.Errorf("%s", c.Body)
			}
		}
	})
}

func TestRepliesStandInTheThreadOfTheirRoot(t *testing.T) {
	w := newWorld(t)
	root := w.post(delivery(teaching, 1))
	first := reply(root, 2)
	first.Snapshot = &desk.Snapshot{Incident: &desk.Incident{Title: "Login *fails* " + strings.Repeat("é", 120)}}
	w.post(first)
	w.post(reply(root, 3))
	w.restart()
	w.post(reply(root, 4))
	thread := w.posts(discordtest.ID(root))
	if len(thread) != 3 || len(w.posts(teaching)) != 1 || thread[2].ReplyTo != "" {
		t.Errorf("%s", w.fake.Transcript(teaching))
	}
	if s := w.fake.Transcript(discordtest.ID(root)); !strings.HasPrefix(s, "-- "+string(root)+" INC-42: Login *fails* é") {
		t.Error(s)
	}
}

func TestWhatIsForTheChannelStandsThereAndRefersToTheRoot(t *testing.T) {
	w := newWorld(t)
	root := w.post(delivery(teaching, 1))
	d := reply(root, 2)
	d.Broadcast = true
	w.post(d)
	if posts := w.posts(teaching); len(posts) != 2 || posts[1].ReplyTo != discordtest.ID(root) || len(posts[1].Notified) != 0 || len(w.fake.Threads(teaching)) != 0 {
		t.Errorf("%s", w.fake.Transcript(teaching))
	}
}

// Where there can be no thread, a reply stands in the channel, and is found there.
func TestRepliesWithoutAThread(t *testing.T) {
	for name, prevent := range map[string]func(*world, chat.PostID){
		"too many threads": func(w *world, _ chat.PostID) {
			w.fake.ChangeGuild("900", func(g *discordtest.Guild) { g.MaxThreads = 0 })
		},
		"not permitted": func(w *world, _ chat.PostID) {
			w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = discordtest.CreateThreads })
		},
		"no posts in threads": func(w *world, _ chat.PostID) {
			w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = discordtest.SendInThreads })
		},
		"too many of announcements": func(w *world, _ chat.PostID) {
			w.fake.Faults(discordtest.On{Route: "thread.create"}, discordtest.Refused(400, 160007))
		},
		"locked": func(w *world, root chat.PostID) {
			w.post(reply(root, 9))
			w.fake.ChangeChannel(discordtest.ID(root), func(c *discordtest.Channel) { c.Archived, c.Locked = true, true })
		},
		"deleted": func(w *world, root chat.PostID) {
			w.post(reply(root, 9))
			w.fake.ChangeChannel(discordtest.ID(root), func(c *discordtest.Channel) { c.Deleted = true })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			root := w.post(delivery(teaching, 1))
			prevent(w, root)
			id := w.post(reply(root, 2))
			posts := w.posts(teaching)
			if len(posts) != 2 || posts[1].ID != discordtest.ID(id) || posts[1].ReplyTo != discordtest.ID(root) {
				t.Fatalf("%s", w.fake.Transcript(teaching))
			}
			found, err := w.bot.Find(t.Context(), chat.Sought{Channel: channel(teaching), Subject: delivery("", 1).Subject, Root: root, Since: time.Now().Add(-time.Minute)})
			if err != nil || len(found) == 0 || found[len(found)-1].ID != id || found[len(found)-1].N != 2 {
				t.Errorf("%+v %v", found, err)
			}
		})
	}
}

func TestAnHourLaterAThreadIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		most := func(n int) { w.fake.ChangeGuild("900", func(g *discordtest.Guild) { g.MaxThreads = n }) }
		root := w.post(delivery(teaching, 1))
		most(0)
		w.post(reply(root, 2))
		most(10)
		w.post(reply(root, 3))
		time.Sleep(time.Hour)
		w.post(reply(root, 4))
		if len(w.posts(teaching)) != 3 || len(w.posts(discordtest.ID(root))) != 1 {
			t.Error(w.fake.Transcript(teaching))
		}
	})
}

func TestADirectMessageHasNoThreads(t *testing.T) {
	w := newWorld(t)
	d := delivery(direct, 1)
	root := w.post(d)
	d = reply(root, 2)
	d.Channel = channel(direct)
	w.post(d)
	if posts := w.posts(direct); len(posts) != 2 || posts[1].ReplyTo != discordtest.ID(root) {
		t.Error(w.fake.Transcript(direct))
	}
}

// Where the bot may not read the history it may answer no message: then a post that would
// refer to one stands by itself.
func TestWhereTheHistoryIsClosedPostsReferToNothing(t *testing.T) {
	w := newWorld(t)
	root := w.post(delivery(teaching, 1))
	w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = discordtest.ReadMessageHistory | discordtest.CreateThreads })
	loud, on := reply(root, 2), delivery(teaching, 4)
	loud.Broadcast, on.Continues = true, root
	for _, d := range []chat.Delivery{loud, reply(root, 3), on} {
		w.post(d)
	}
	posts := w.posts(teaching)
	if len(posts) != 4 {
		t.Fatal(w.fake.Transcript(teaching))
	}
	for _, p := range posts {
		if p.ReplyTo != "" {
			t.Error(w.fake.Transcript(teaching))
		}
	}
	w.fake.Faults(discordtest.On{Route: "message.create"}, discordtest.DropAfter())
	if _, err := w.bot.Post(t.Context(), reply(root, 5)); outcome(t, err) != chat.Unknown {
		t.Error(err)
	}
}

func TestAnArchivedThreadIsOpenedByAReply(t *testing.T) {
	w := newWorld(t)
	root := w.post(delivery(teaching, 1))
	w.post(reply(root, 2))
	w.fake.ChangeChannel(discordtest.ID(root), func(c *discordtest.Channel) { c.Archived = true })
	w.post(reply(root, 3))
	if n := len(w.posts(discordtest.ID(root))); n != 2 {
		t.Error(w.fake.Transcript(teaching))
	}
}

// A channel that is a thread takes posts though it was folded away, but no edits; one that
// is locked takes neither.
func TestAPostInAThreadThatWasFoldedAway(t *testing.T) {
	w := newWorld(t)
	const thread = "1010"
	state := func(archived, locked bool) {
		w.fake.AddChannel(discordtest.Channel{ID: thread, Guild: "900", Kind: discordtest.Thread, Parent: teaching, Archived: archived, Locked: locked})
	}
	state(false, false)
	d := delivery(thread, 1)
	d.Root = w.post(d)
	d.N = 2
	state(true, false)
	if err := w.bot.Edit(t.Context(), d); outcome(t, err) != chat.EditsSpent {
		t.Error(err)
	}
	d.Root, d.Continues = "", d.Root
	w.post(d)
	state(true, true)
	d.N = 3
	if _, err := w.bot.Post(t.Context(), d); outcome(t, err) != chat.Gone {
		t.Error(err)
	}
}

// Where the thread does not come about, the reply surely was not sent.
func TestAThreadInDoubtLeavesNoReplyInDoubt(t *testing.T) {
	w := newWorld(t)
	root := w.post(delivery(teaching, 1))
	for _, f := range []discordtest.Fault{discordtest.DropAfter(), discordtest.ErrorBefore(503), discordtest.Limited(3, "user")} {
		w.fake.Faults(discordtest.On{Route: "thread.create"}, f)
		if _, err := w.bot.Post(t.Context(), reply(root, 2)); outcome(t, err) != chat.NotSent {
			t.Errorf("%v", err)
		}
	}
	w.fake.Faults(discordtest.On{Channel: discordtest.ID(root)}, discordtest.DropAfter())
	if _, err := w.bot.Post(t.Context(), reply(root, 2)); outcome(t, err) != chat.Unknown {
		t.Errorf("%v", err)
	}
	w.post(reply(root, 2))
	if n := len(w.posts(discordtest.ID(root))); n != 1 {
		t.Error(w.fake.Transcript(teaching))
	}
}

func TestALostRootIsToldWhateverIsTried(t *testing.T) {
	w := newWorld(t)
	root := w.post(delivery(teaching, 1))
	w.fake.Delete(teaching, discordtest.ID(root))
	for _, broadcast := range []bool{false, true} {
		d := reply(root, 2)
		d.Broadcast = broadcast
		if _, err := w.bot.Post(t.Context(), d); outcome(t, err) != chat.RootGone {
			t.Errorf("broadcast %v: %v", broadcast, err)
		}
	}
	if err := w.bot.Edit(t.Context(), reply(root, 2)); outcome(t, err) != chat.RootGone {
		t.Error(err)
	}
}

func TestEveryPostAndEditNotifiesNobodyButWhoIsCalled(t *testing.T) {
	w := newWorld(t)
	w.fake.ChangeGuild("900", func(g *discordtest.Guild) { g.BotMay |= discordtest.MentionEveryone })
	person := func(id string) desk.Person { return desk.Person{Connection: "lowell", ID: id} }
	w.words = func(chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Text{{Person: person(ann), Notify: true}, {Plain: " and "}, {Person: person(bob)}, {Plain: " @everyone <@502> "}, {Person: person("role:991"), Notify: true}, {Person: person("role:992")}}}
	}
	d := delivery(teaching, 1)
	d.Root = w.post(d)
	want := []string{"<@501>", "<@&991>"}
	if diff := cmp.Diff(want, w.posts(teaching)[0].Notified); diff != "" {
		t.Error("post:", diff)
	}
	d.N = 2
	if err := w.bot.Edit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(want, want...), w.posts(teaching)[0].Notified); diff != "" {
		t.Error("edit:", diff)
	}
	w.says(chat.Message{Summary: chat.Plain("@here <@502>")})
	if a := w.types(typed("/status")); len(a.Message.Notified) != 0 {
		t.Errorf("answer: %v", a.Message.Notified)
	}
}

// Discord notifies nobody whom an embed mentions: who is called in a line, too, has to hear
// it, be the sentence before it as long as it likes.
func TestWhoIsCalledInALineIsNotified(t *testing.T) {
	for _, summary := range []string{"News is overdue.", strings.Repeat("News is overdue. ", 200)} {
		w := newWorld(t)
		calls := chat.Text{{Person: desk.Person{Connection: "lowell", ID: ann}, Notify: true}, {Plain: ", please say how it stands."}}
		w.words = func(chat.Delivery) chat.Message {
			return chat.Message{Summary: chat.Plain(summary), Tone: chat.ToneInfo, Lines: []chat.Line{{Text: chat.Plain("Before.")}, {Text: calls}, {Text: chat.Plain("After.")}}}
		}
		w.post(delivery(teaching, 1))
		got := w.posts(teaching)[0]
		if diff := cmp.Diff([]string{"<@501>"}, got.Notified); diff != "" {
			t.Error(diff)
		}
		if !strings.HasPrefix(got.Content, "News is overdue.") || !strings.HasSuffix(got.Content, "ℹ️\n<@501>, please say how it stands.") {
			t.Errorf("%q", got.Content)
		}
		if said := string(got.Embeds); !strings.Contains(said, `"Before.\n\nAfter."`) {
			t.Error(said)
		}
	}
}
