package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

const (
	olga = slacktest.UserID("UOLGA") // a responder by her user group
	gus  = slacktest.UserID("UGUS")  // a guest
)

// onCall adds olga, who is a responder by the group S0ONCALL, and a guest who is
// in it too.
func (b *bubble) onCall(access string) {
	b.t.Helper()
	b.slack.AddUser(b.amherst.Team, slacktest.User{ID: olga, Name: "olga", TZ: "America/New_York"})
	b.slack.AddUser(b.amherst.Team, slacktest.User{ID: gus, Name: "gus", TZ: "America/New_York", Restricted: true})
	b.slack.SetGroup(b.amherst.Team, "S0ONCALL", olga, gus)
	b.access = access
	b.stop()
	b.start()
}

const byGroup = `admins = ["amherst/UROOT"]
responders = ["amherst/UANN", "amherst/group:S0ONCALL"]`

// asks types a line as somebody who reads so much of the answer.
func (b *bubble) asks(who slacktest.UserID, line string, want ...string) {
	b.t.Helper()
	got := b.story.Type(ops, who, line).Reply.Reads()
	for _, w := range want {
		if !strings.Contains(got, w) {
			b.t.Errorf("%s: %s reads, without %q:\n%s", line, who, w, got)
		}
	}
}

var usergroups = slacktest.On{Method: "usergroups.users.list"}

// Slack's list of the group fails during an incident: who was in it declares all the
// same, the audit says once that the list is old, and after a day it gives no right.
func TestAResponderByGroupWhileTheListFails(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.more = unhurried
		b.onCall(byGroup)
		b.slack.FaultsAlways(usergroups, slacktest.ErrorBefore(500))
		pass(3 * time.Hour)
		b.asks(olga, "/incident declare learn down", "INC-1 is open")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.asks(olga, "/belltower whoami", "a responder", "amherst/group:S0ONCALL (list of 3 hours ago, cannot be refreshed)")
		b.asks(root, "/belltower access", "2 members, list of 3 hours ago, cannot be refreshed")
		audit := b.story.Type(ops, root, "/belltower audit").Reply.Reads()
		if n := strings.Count(audit, "old list"); n != 1 || !strings.Contains(audit, "It cannot be refreshed (unknown: HTTP 500)") {
			t.Errorf("the audit says so %d times:\n%s", n, audit)
		}
		pass(22 * time.Hour)
		b.asks(olga, "/incident resolve 1", "Only responders", "not known who belongs to amherst/group:S0ONCALL", "for 24 hours")
		b.asks(ann, "/incident resolve 1 --yes", "INC-1 is resolved")
		pass(5 * time.Second)
		b.story.Expect(ops, "is working again")
	})
}

// A group whose members were never known gives nobody a right, and the refusal says
// so; it is asked for until Slack tells.
func TestAGroupThatWasNeverKnown(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.slack.FaultsAlways(usergroups, slacktest.Slow(5*time.Second, slacktest.StoreNever))
		b.onCall(byGroup)
		pass(10 * time.Second)
		b.asks(olga, "/incident declare learn down", "Only responders", "not known who belongs to amherst/group:S0ONCALL: the platform has not said so yet", "Nothing was stored")
		b.asks(olga, "/belltower whoami", "neither a responder", "not known who belongs")
		b.slack.ClearFaults()
		pass(time.Minute)
		b.asks(olga, "/belltower whoami", "a responder", "amherst/group:S0ONCALL (list of ")
	})
}

// A guest changes nothing, even one in the group.
func TestAGuestIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.onCall(byGroup)
		b.asks(gus, "/incident declare learn down", "Only responders", "Nothing was stored")
		b.asks(gus, "/subscribe learn", "Only members")
		b.asks(gus, "/status", "working")
		pass(time.Minute)
	})
}

// After a restart while Slack's API is down commands are taken: what Slack told
// before is on disk. The posts follow when it is back.
func TestARestartWhileSlackIsDownTakesCommands(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.onCall(byGroup)
		b.subscribe("CTEACH")
		b.asks(olga, "/belltower whoami", "a responder")
		b.asks(gus, "/belltower whoami", "a guest")
		pass(time.Second)
		b.stop()
		b.slack.FaultsAlways(slacktest.On{}, slacktest.ErrorBefore(503))
		b.start()
		b.asks(olga, "/incident declare learn down", "INC-1 is open")
		b.asks(gus, "/incident resolve 1", "Only responders")
		pass(time.Minute)
		b.story.NothingElse()
		b.slack.ClearFaults()
		pass(2 * time.Minute)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is not available")
	})
}

func (b *bubble) tell(event map[string]any) {
	b.t.Helper()
	if a, err := b.slack.Tell(b.t.Context(), slacktest.Event{Team: b.amherst.Team, Inner: event}); err != nil || a.Status != 200 {
		b.t.Fatalf("%v: %d %v", event, a.Status, err)
	}
}

// A channel is renamed, archived and unarchived during an incident. Ops hears once
// that it cannot be reached; when it is back it hears what it missed. Events that
// come twice or late change nothing.
func TestAChannelIsRenamedArchivedAndUnarchived(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		rename := map[string]any{"type": "channel_rename", "channel": map[string]any{"id": "CTEACH", "name": "teachers"}}
		archive := map[string]any{"type": "channel_archive", "channel": "CTEACH", "user": ann}
		unarchive := map[string]any{"type": "channel_unarchive", "channel": "CTEACH", "user": ann}
		archived := func(is bool) { b.slack.ChangeChannel("CTEACH", func(c *slacktest.Channel) { c.Archived = is }) }

		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		post := b.story.Expect("CTEACH", "Learn System is not available")
		b.tell(rename)
		archived(true)
		b.tell(archive)
		b.tell(archive)
		pass(time.Minute)
		b.story.NothingElse()
		b.ann("/incident update A disk is full.")
		b.tell(unarchive) // it comes before its time
		pass(time.Minute)
		b.story.Expect(ops, "A disk is full")
		b.story.Expect(ops, "We cannot reach the channel amherst/CTEACH")

		archived(false)
		b.tell(unarchive)
		b.tell(archive) // late
		b.tell(unarchive)
		pass(time.Minute)
		b.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "A disk is full", InThread: post.TS})
		b.ann("/incident resolve --yes")
		pass(time.Minute)
		b.story.Expect(ops, "is working again")
		b.story.Expect("CTEACH", "is working again")
	})
}

// A channel is converted during an incident and has another id: its subscription and
// its post move with it, once, and nothing is posted again.
func TestAChannelGetsAnotherID(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		post := b.outage()
		changed := b.slack.ChangeID("CTEACH", "GTEACH")
		b.story.Expect("GTEACH", "Learn System is not available") // the same message
		b.tell(changed)
		b.tell(changed)
		pass(time.Minute)
		b.story.NothingElse()
		b.ann("/incident update A disk is full.")
		pass(5 * time.Second)
		b.story.Expect(ops, "A disk is full")
		b.story.ExpectClaim("GTEACH", slacktest.Claim{Text: "A disk is full", InThread: post.TS})
		if audit := b.story.Type(ops, root, "/belltower audit").Reply.Reads(); strings.Count(audit, "channel moved") != 1 {
			t.Errorf("the audit:\n%s", audit)
		}
		if root := b.posts("GTEACH")[0]; !strings.Contains(root.Reads(), "A disk is full") {
			t.Errorf("the post still shows: %s", root.Reads())
		}
		b.ann("/incident resolve --yes")
		pass(time.Minute)
		b.story.Expect(ops, "is working again")
		b.story.Expect("GTEACH", "is working again")
	})
}

// Who made a channel, or runs the workspace, may end what others subscribed there;
// a student may not.
func TestManagersOfAChannelMayEndItsSubscriptions(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.slack.AddUser(b.amherst.Team, slacktest.User{ID: "UMADE", Name: "made"})
		b.slack.AddUser(b.amherst.Team, slacktest.User{ID: "UOTHER", Name: "other"})
		b.slack.AddUser(b.amherst.Team, slacktest.User{ID: "UOWNER", Name: "owner", Admin: true})
		b.subscribe("CTEACH", "CLIB")
		b.slack.ChangeChannel("CTEACH", func(c *slacktest.Channel) { c.Creator = "UMADE" })
		pass(25 * time.Hour) // the daily look
		for _, tc := range []struct {
			ch   slacktest.ChannelID
			who  slacktest.UserID
			want string
		}{
			{"CTEACH", "UOTHER", "may narrow or remove"},
			{"CLIB", "UMADE", "may narrow or remove"},
			{"CTEACH", "UMADE", "does not subscribe to All services any more"},
			{"CLIB", "UOWNER", "does not subscribe to All services any more"},
		} {
			if got := b.story.Type(tc.ch, tc.who, "/unsubscribe all").Reply.Reads(); !strings.Contains(got, tc.want) {
				t.Errorf("%s in %s reads: %s", tc.who, tc.ch, got)
			}
		}
	})
}

// The Home tab shows a responder what is theirs and promised, and a guest only what
// everybody may read; it is as true as when it was opened.
func TestTheHomeTab(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.onCall(byGroup)
		b.subscribe("CTEACH")
		b.ann("/incident declare learn down Login <fails> --next 45m")
		b.ann("/incident drill portal slow --next 30m")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.Expect(ops, "DRILL")
		b.story.Expect("CTEACH", "Learn System is not available")
		open := func(who slacktest.UserID) string {
			b.tell(map[string]any{"type": "app_home_opened", "user": who, "channel": "D" + who, "tab": "home"})
			pass(time.Second)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, b.slack.Home(b.amherst.Team, who), "", "  "); err != nil {
				t.Fatal(who, err)
			}
			return pretty.String() + "\n"
		}
		golden(t, "views/home-responder.json", open(ann))
		golden(t, "views/home-guest.json", open(gus))
		pass(time.Hour + 6*time.Minute) // two promises about INC-1 pass, and one about the drill
		for range 2 {
			b.story.Expect("CTEACH", "No new information")
			b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – No new information", AnyOrder: true})
			b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – Asked again", AnyOrder: true})
		}
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – Asked again", AnyOrder: true})
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – No news since", AnyOrder: true})
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-2 – No new information", AnyOrder: true})
		if home := open(ann); !strings.Contains(home, "*DRILL INC-2*: Student Portal, by ") || !strings.Contains(home, "Wed 2 Dec 8:30 AM") || !strings.Contains(home, "*INC-1*: Learn System, by ") || !strings.Contains(home, "Wed 2 Dec 5:25 AM") {
			t.Errorf("a responder does not see what is promised now:\n%s", home)
		}
		if home := open(gus); !strings.Contains(home, "*INC-1*: Learn System, by ") || strings.Contains(home, "INC-2") {
			t.Errorf("a guest sees other promises:\n%s", home)
		}
		pass(30 * time.Minute)
		b.story.Expect("CTEACH", "No new information")
		b.missed("INC-1")
		if home := open(ann); strings.Contains(home, "*INC-1*: Learn System, by ") || strings.Contains(home, "was due") {
			t.Errorf("a responder sees a promise that is none any more:\n%s", home)
		}
		if home := open(gus); strings.Contains(home, "News promised") {
			t.Errorf("a guest sees a promise that was missed:\n%s", home)
		}
		b.tell(map[string]any{"type": "app_home_opened", "user": root, "tab": "messages"})
		pass(time.Second)
		if v := b.slack.Home(b.amherst.Team, root); v != nil {
			t.Errorf("the messages tab published %s", v)
		}
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "is working again")
		b.story.Expect("CTEACH", "is working again")
		if home := open(ann); strings.Contains(home, "INC-1") {
			t.Errorf("after its end:\n%s", home)
		}
	})
}

// TestTheGoldenViewsAreValid asks a checker made of Slack's own types.
func TestTheGoldenViewsAreValid(t *testing.T) {
	kit := os.Getenv("BELLTOWER_KIT")
	if kit == "" {
		t.Skip("BELLTOWER_KIT names no folder with validate-blockkit.mjs")
	}
	files, err := filepath.Glob("testdata/views/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	out, err := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(kit, "validate-blockkit.mjs")}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
