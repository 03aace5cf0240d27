package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// typist is a student who types without a pause; every line has to be answered.
type typist struct {
	answered chan struct{} // a line was
	stop     func()
}

func (w *world) typing() typist {
	ctx, cancel := context.WithCancel(w.t.Context())
	t := typist{answered: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(t.answered)
		for ctx.Err() == nil {
			a, err := w.slack.Type(context.WithoutCancel(ctx), slacktest.Command{Channel: ops, User: student, Line: "/status"})
			if err != nil || a.Late || a.Status != 200 || !strings.Contains(a.Reply.Reads(), "Learn System") {
				w.t.Errorf("%v, late %v, status %d: %s", err, a.Late, a.Status, a.Body)
				return
			}
			select {
			case t.answered <- struct{}{}:
			default:
			}
		}
	})
	t.stop = func() { cancel(); wg.Wait() }
	return t
}

// more waits until more lines were typed and answered.
func (t typist) more() {
	for range 5 {
		<-t.answered
	}
}

// The signing secret is rotated while people type: nobody is refused.
func TestTheSigningSecretIsRotatedWithoutALostRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.story.Type(ops, student, "/status")
	typist := w.typing()
	typist.more()
	const loaded = "the configuration was loaded again"
	w.reload(strings.Replace(w.config(), "ops_channel", "next_signing_secret = \"rotated\"\nops_channel", 1), loaded)
	typist.more()
	before := w.amherst.SigningSecret
	w.amherst.SigningSecret = "rotated"
	w.slack.AddWorkspace(w.amherst)
	typist.more()
	w.reload(w.config(), loaded)
	typist.more()
	typist.stop()

	w.amherst.SigningSecret = before
	w.slack.AddWorkspace(w.amherst)
	a, err := w.slack.Type(t.Context(), slacktest.Command{Channel: ops, User: student, Line: "/status"})
	if err != nil || a.Status != 401 {
		t.Errorf("who has the old secret is answered %d, %v", a.Status, err)
	}
}

// The bot's token is replaced while a fan-out begins: what is due waits for the
// new one, and each channel is told once.
func TestTheBotTokenIsReplacedWhilePostsAreDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(2 * time.Minute)
	w.start()
	channels := many(60)
	w.subscribe(channels...)
	w.do("incident declare learn down")
	w.story.Expect(ops, "INC-1")
	w.amherst.Token = "xoxb-replaced"
	w.slack.AddWorkspace(w.amherst)
	w.do("incident tell 1")
	w.logs("invalid_auth", 1)
	w.reload(w.config(), "the configuration was loaded again")
	w.story.ExpectEverywhere(channels, "Learn System is not available")
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "refuses our app", AnyOrder: true})
	w.settled()
	w.story.NothingElse()
}

// A workspace leaves and comes back by SIGHUP while incidents are open: the others
// miss nothing, and it hears of what is open then.
func TestAConnectionIsRemovedAndAddedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(time.Minute)
	boston := slacktest.NewWorkspace("boston")
	w.slack.AddWorkspace(boston)
	w.slack.AddUser(boston.Team, slacktest.User{ID: "UBOB", Name: "bob", TZ: "America/New_York"})
	for _, id := range []slacktest.ChannelID{"CBOPS", "CBLIB"} {
		w.slack.AddChannel(boston.Team, slacktest.Channel{ID: id, Name: strings.ToLower(string(id[1:])), Member: true})
	}
	table := fmt.Sprintf("\n[[slack]]\nname = \"boston\"\nbot_token = %q\nsigning_secret = %q\nops_channel = \"CBOPS\"\napi_url = %q\n",
		string(boston.Token), string(boston.SigningSecret), w.slack.APIURL())
	w.more = table
	w.start()
	boston = boston.At(w.public)
	w.slack.AddWorkspace(boston)
	w.subscribe("CTEACH")
	w.story.Type("CBLIB", "UBOB", "/subscribe all")
	w.do("incident declare learn down")
	all := []slacktest.ChannelID{ops, "CTEACH", "CBOPS", "CBLIB"}
	w.story.ExpectEverywhere(all, "Learn System is not available")
	w.settled()

	const loaded = "the configuration was loaded again"
	w.more = ""
	w.reload(w.config(), loaded)
	if a, err := w.slack.Type(t.Context(), slacktest.Command{Channel: "CBLIB", User: "UBOB", Line: "/status"}); err != nil || a.Status != 404 {
		t.Errorf("who is not connected any more is answered %d, %v", a.Status, err)
	}
	w.do("incident update 1 A disk is full.")
	w.do("incident declare portal slow")
	for _, id := range []slacktest.ChannelID{ops, "CTEACH"} {
		w.story.ExpectClaim(id, slacktest.Claim{Text: "A disk is full", AnyOrder: true})
		w.story.ExpectClaim(id, slacktest.Claim{Text: "Student Portal is slow", AnyOrder: true})
	}
	w.settled()
	w.story.NothingElse()

	w.more = table
	w.reload(w.config(), loaded)
	for _, id := range []slacktest.ChannelID{"CBOPS", "CBLIB"} {
		w.story.ExpectClaim(id, slacktest.Claim{Text: "A disk is full", AnyOrder: true})
		w.story.ExpectClaim(id, slacktest.Claim{Text: "Student Portal is slow", AnyOrder: true})
	}
	w.do("incident resolve 1 All is well again.")
	w.story.ExpectEverywhere(all, "All is well again")
	w.settled()
	w.story.NothingElse()
}
