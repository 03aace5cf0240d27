package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// toldOnce checks that a channel has one post, which shows how it ended, and that
// nothing was said there twice; all of it was expected.
func (b *bubble) toldOnce(id slacktest.ChannelID) {
	b.t.Helper()
	roots, texts := 0, map[string]bool{}
	for _, m := range b.posts(id) {
		b.story.ExpectClaim(id, slacktest.Claim{Where: func(o slacktest.Message) bool { return o.TS == m.TS }, AnyOrder: true})
		if m.ThreadTS == "" {
			roots++
			b.story.ExpectEdit(m, "Resolved")
		}
		if texts[m.Text] {
			b.t.Errorf("said twice in %s: %s", id, m.Text)
		}
		texts[m.Text] = true
	}
	if roots != 1 {
		b.t.Errorf("%s has %d posts:\n%s", id, roots, b.slack.Transcript(id, zone(b.t)))
	}
}

// Slack's API is slow, fails, or does what it says it did not, for the better part
// of an incident: every command is answered in time, and each channel is told once.
func TestAnIncidentWhileSlackIsInTrouble(t *testing.T) {
	half := func(how slacktest.Response) slacktest.Fault { return slacktest.Fault{Answer: how} }
	posts := slacktest.On{Method: "chat.postMessage"}
	for name, tc := range map[string]struct {
		on    slacktest.On
		fault slacktest.Fault
	}{
		"slow":                   {slacktest.On{}, slacktest.Slow(5*time.Second, slacktest.StoreEarly)},
		"slow to act":            {slacktest.On{}, slacktest.Slow(5*time.Second, slacktest.StoreLate)},
		"500":                    {slacktest.On{}, slacktest.ErrorBefore(500)},
		"a page":                 {slacktest.On{}, slacktest.Fault{Store: slacktest.StoreNever, Answer: slacktest.AnswerHTML}},
		"limited":                {slacktest.On{}, slacktest.Limited(30)},
		"done, 500":              {posts, slacktest.ErrorAfter(500)},
		"done, a page":           {posts, half(slacktest.AnswerHTML)},
		"done, fatal_error":      {posts, slacktest.Fatal()},
		"done, cut":              {posts, slacktest.DropAfter()},
		"done, half an answer":   {posts, half(slacktest.AnswerGarbage)},
		"done, and without a ts": {posts, half(slacktest.AnswerNoTS)},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bubble) {
				b.subscribe("CTEACH", "CLIB")
				b.slack.FaultsAlways(tc.on, tc.fault)
				b.ann("/incident declare learn down")
				pass(3 * time.Minute)
				b.ann("/incident update A disk is full.")
				pass(3 * time.Minute)
				b.slack.ClearFaults()
				pass(2 * time.Minute)
				b.ann("/incident resolve 1 --yes")
				pass(2 * time.Minute)
				for _, id := range []slacktest.ChannelID{ops, "CTEACH", "CLIB"} {
					b.toldOnce(id)
				}
			})
		})
	}
}

// Slack limits each method by itself: while edits are limited, what is new is posted
// at once, and who types is known and answered.
func TestALimitOfOneMethodDelaysNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		channels := many(5)
		b.subscribe(channels...)
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.ExpectEverywhere(channels, "Learn System is not available")
		for _, method := range []string{"chat.update", "users.info", "usergroups.users.list", "conversations.info", "conversations.history"} {
			b.slack.FaultsAlways(slacktest.On{Method: method}, slacktest.Limited(60))
		}
		b.ann("/incident update A disk is full.")
		pass(5 * time.Second)
		b.story.Expect(ops, "A disk is full")
		b.story.ExpectEverywhere(channels, "A disk is full")
		b.ann("/incident declare portal slow")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-2")
		b.story.ExpectEverywhere(channels, "Student Portal is slow")
		b.slack.ClearFaults()
		pass(3 * time.Minute)
		b.story.ExpectEdit(b.posts(channels[0])[0], "A disk is full")
	})
}

// Forms arrive in another order than they were sent in, and come again, one after the
// end: each is done once, as it arrived first.
func TestFormsInAnotherOrder(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is not available")
		fill := func(who slacktest.UserID, text string) func() {
			t.Helper()
			b.story.Type(ops, who, "/incident update 1")
			r, err := b.slack.SubmitRequest(who, slacktest.Fill{"message": text})
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				t.Helper()
				a, err := b.slack.SendForm(t.Context(), who, r)
				if err != nil || a.Status != 200 || len(a.Problems) > 0 {
					t.Fatal(err, a.Status, a.Problems)
				}
				b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 is updated", To: who, AnyOrder: true})
			}
		}
		first, second := fill(ann, "We look."), fill(root, "A disk is full.")
		second()
		pass(5 * time.Second)
		first()
		second()
		pass(5 * time.Second)
		for _, id := range []slacktest.ChannelID{ops, "CTEACH"} {
			disk := b.story.ExpectClaim(id, slacktest.Claim{Text: "(investigating): A disk is full.", AnyOrder: true})
			if look := b.story.ExpectClaim(id, slacktest.Claim{Text: "(investigating): We look.", AnyOrder: true}); look.TS < disk.TS {
				t.Errorf("%s:\n%s", id, b.slack.Transcript(id, zone(t)))
			}
		}
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		for _, id := range []slacktest.ChannelID{ops, "CTEACH"} {
			b.story.ExpectClaim(id, slacktest.Claim{Text: "is working again", AnyOrder: true})
		}
		first()
		pass(time.Minute)
	})
}

// A workspace removes the app during an incident and installs it again hours later:
// the other one reads so once, and the first hears what it missed once the new token
// is in the configuration. The events of it may come twice and in any order.
func TestAWorkspaceIsUninstalledAndInstalledAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		boston := slacktest.NewWorkspace("boston").At("http://bot")
		b.slack.AddWorkspace(boston)
		b.slack.AddUser(boston.Team, slacktest.User{ID: "UBOB", Name: "bob", TZ: "America/New_York"})
		b.slack.AddChannel(boston.Team, slacktest.Channel{ID: "CBOPS", Name: "bops", Member: true})
		b.more = fmt.Sprintf("\n[[slack]]\nname = \"boston\"\nbot_token = %q\nsigning_secret = %q\nops_channel = \"CBOPS\"\napi_url = %q\n",
			string(boston.Token), string(boston.SigningSecret), b.slack.APIURL()) + unhurried
		b.access = "admins = [\"boston/UBOB\"]\nresponders = [\"amherst/UANN\"]"
		b.stop()
		b.start()
		b.subscribe("CTEACH")
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		for _, id := range []slacktest.ChannelID{ops, "CTEACH", "CBOPS"} {
			b.story.Expect(id, "Learn System is not available")
		}

		b.slack.FaultsAlways(slacktest.On{Team: b.amherst.Team}, slacktest.Refused("account_inactive"))
		revoked := map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{string(b.amherst.BotUser)}}}
		for _, event := range []map[string]any{revoked, {"type": "app_uninstalled"}, revoked} {
			b.tell(event)
		}
		pass(time.Minute)
		b.story.Type("CBOPS", "UBOB", "/incident update 1 A disk is full.")
		pass(time.Minute)
		b.story.Expect("CBOPS", "A disk is full")
		b.story.Expect("CBOPS", "amherst refuses our app (account_inactive)")
		pass(12 * time.Hour)
		b.story.NothingElse()

		b.slack.ClearFaults()
		b.amherst.Token = "xoxb-installed-again"
		b.slack.AddWorkspace(b.amherst)
		b.stop()
		b.start()
		pass(2 * time.Minute)
		for _, id := range []slacktest.ChannelID{ops, "CTEACH"} {
			b.story.ExpectClaim(id, slacktest.Claim{Text: "A disk is full", AnyOrder: true})
		}
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "amherst refuses our app", AnyOrder: true})
		b.tell(revoked) // late
		if said := b.ann("/incident resolve 1 --yes"); !strings.Contains(said, "INC-1 is resolved") {
			t.Errorf("she reads: %s", said)
		}
		pass(time.Minute)
		for _, id := range []slacktest.ChannelID{ops, "CTEACH", "CBOPS"} {
			b.story.ExpectClaim(id, slacktest.Claim{Text: "is working again", AnyOrder: true})
		}
	})
}
