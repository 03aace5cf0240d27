package discord_test

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

func sought(id string) chat.Sought {
	return chat.Sought{Channel: channel(id), Subject: delivery("", 1).Subject, Since: time.Now().Add(-time.Minute)}
}

// A history that may not be read is shown as empty: that is no proof that nothing was
// sent.
func TestAHistoryThatMayNotBeReadIsNoProof(t *testing.T) {
	w := newWorld(t)
	w.post(delivery(teaching, 1))
	for _, deny := range []uint64{discordtest.ReadMessageHistory, discordtest.ViewChannel} {
		w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = deny })
		if found, err := w.bot.Find(t.Context(), sought(teaching)); outcome(t, err) != chat.Refused {
			t.Errorf("without %x: %+v %v", deny, found, err)
		}
	}
	if found, err := w.bot.Find(t.Context(), sought(library)); err != nil || len(found) != 0 {
		t.Errorf("an empty channel: %+v %v", found, err)
	}
	if _, err := w.bot.Find(t.Context(), sought(gone)); outcome(t, err) != chat.Gone {
		t.Error(err)
	}
}

func TestNobodyElsesWordsAreFound(t *testing.T) {
	w := newWorld(t)
	w.post(delivery(teaching, 3))
	d := delivery(teaching, 1)
	d.Subject.Number = 4
	w.post(d)
	w.fake.Say(teaching, ann, "INC-42 #9")
	w.answerWith(func(chat.Request) chat.Reply {
		return chat.Reply{Public: true, Message: chat.Message{Summary: chat.Plain("INC-42 #8")}}
	})
	w.types(typed("/status here"))
	other := discordtest.NewApplication("boston")
	w.fake.AddApplication(other)
	mine := w.at
	w.at = other
	if _, err := w.connect(w.fake.Transport()).Post(t.Context(), delivery(teaching, 7)); err != nil {
		t.Fatal(err)
	}
	w.at = mine
	found, err := w.bot.Find(t.Context(), sought(teaching))
	if err != nil || len(found) != 1 || found[0].N != 3 {
		t.Errorf("%+v %v", found, err)
	}
}

func TestALookUpThatIsHinderedSaysHow(t *testing.T) {
	w := newWorld(t)
	w.post(delivery(teaching, 1))
	for want, f := range map[chat.Outcome]discordtest.Fault{
		chat.Unknown: discordtest.ErrorBefore(502), chat.NotSent: discordtest.Limited(2, "user"), chat.Gone: discordtest.Refused(404, 10003),
	} {
		w.fake.Faults(discordtest.On{Route: "message.list"}, f)
		if _, err := w.bot.Find(t.Context(), sought(teaching)); outcome(t, err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	w.fake.Faults(discordtest.On{Route: "message.list", Channel: "1234"}, discordtest.ErrorBefore(502))
	s := sought(teaching)
	s.Root = "1234"
	if _, err := w.bot.Find(t.Context(), s); outcome(t, err) != chat.Unknown {
		t.Error("half of a look-up is none:", err)
	}
}

// Who the bot is, is asked by a look-up itself where nobody knows it yet, and known
// after a restart while Discord is down.
func TestALookUpKnowsTheBot(t *testing.T) {
	w := newWorld(t)
	w.post(delivery(teaching, 1))
	if _, err := w.bot.Find(t.Context(), sought(teaching)); err != nil {
		t.Fatal(err)
	}
	w.fake.FaultsAlways(discordtest.On{Route: "user.me"}, discordtest.ErrorBefore(503))
	w.restart()
	if found, err := w.bot.Find(t.Context(), sought(teaching)); err != nil || len(found) != 1 {
		t.Errorf("%+v %v", found, err)
	}
	w.stop()
	w.memory = memory{}
	w.start()
	if _, err := w.bot.Find(t.Context(), sought(teaching)); outcome(t, err) != chat.Unknown {
		t.Error(err)
	}
	w.fake.ClearFaults()
	if found, err := w.bot.Find(t.Context(), sought(teaching)); err != nil || len(found) != 1 {
		t.Errorf("%+v %v", found, err)
	}
}
