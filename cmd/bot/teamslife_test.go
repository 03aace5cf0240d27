package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// Teams is wholly down for an hour, with its workflows: in Slack everything comes within
// seconds, and when Teams is back each of its channels is told once, in the newest state.
// What was declared and resolved meanwhile is one post.
func TestTeamsIsDownForAnHour(t *testing.T) {
	for how, tc := range map[string]struct {
		down, up func(*teamstest.Server) error
		caughtUp func(b *teamsBubble, id teamstest.ChannelID, root teamstest.Message)
	}{
		// Nothing was sent: the three updates are one reply.
		"it cannot be reached": {func(s *teamstest.Server) error { s.Unplug(); return nil }, (*teamstest.Server).Plug, (*teamsBubble).folded},
		// Some may have been sent: an update that may have come is left to the post.
		"it answers 503": {func(s *teamstest.Server) error { s.Outage(true); return nil }, func(s *teamstest.Server) error { s.Outage(false); return nil }, (*teamsBubble).mended},
	} {
		t.Run(how, func(t *testing.T) {
			inTeamsBubble(t, func(t *testing.T, b *teamsBubble) {
				rooms := b.toldOfLearn()
				if err := tc.down(b.teams); err != nil {
					t.Fatal(err)
				}
				b.anHour()
				if err := tc.up(b.teams); err != nil {
					t.Fatal(err)
				}
				pass(3 * time.Minute)
				for _, id := range append(rooms, tOps) {
					tc.caughtUp(b, id, b.posted(id)[0])
					b.tale.ExpectClaim(id, teamstest.Claim{Text: "Student Portal was partly not available", AnyOrder: true})
				}
				b.tale.ExpectClaim(library, teamstest.Claim{Text: "Student Portal was partly not available", AnyOrder: true})
				b.aside()
			}, teamstest.WithLimits(teamstest.TeamsLimits()))
		})
	}
}

// toldOfLearn is an incident that 15 channels in Teams, one of a workflow and one in Slack
// were told of.
func (b *teamsBubble) toldOfLearn() []teamstest.ChannelID {
	b.t.Helper()
	rooms := manyTeams(15)
	b.tenancy.open(rooms...)
	for _, id := range rooms {
		b.tale.Type(id, sam, "subscribe all")
	}
	b.ann("/subscribe boston/library all")
	b.subscribe("CTEACH")
	b.ann("/incident declare learn down")
	pass(10 * time.Second)
	b.aside()
	b.tale.Expect(tOps, "INC-1")
	b.tale.Expect(library, "Learn System is not available")
	b.tale.ExpectEverywhere(rooms, "Learn System is not available")
	return rooms
}

// anHour is an hour with three updates of that, and an incident that begins and ends. Slack
// hears of each within five seconds, Teams of nothing.
func (b *teamsBubble) anHour() {
	b.t.Helper()
	for _, text := range missedInTeams() {
		pass(15 * time.Minute)
		b.ann("/incident update 1 " + text)
		pass(5 * time.Second)
		b.story.Expect(ops, text)
		b.story.Expect("CTEACH", text)
	}
	b.ann("/incident declare portal partly")
	pass(5 * time.Second)
	b.story.Expect("CTEACH", "Student Portal is partly not available")
	pass(5 * time.Minute)
	b.ann("/incident resolve 2 --yes")
	pass(5 * time.Second)
	b.story.Expect("CTEACH", "Student Portal is working again")
	b.aside()
	b.tale.NothingElse()
	pass(10 * time.Minute)
}

// missedInTeams are the updates of the hour.
func missedInTeams() []string {
	return []string{"A disk is full.", "We are moving the data.", "Half of it is moved."}
}

// folded: the post shows the newest, and its thread has each of the three once: what had
// been begun to be said by itself, all others in one reply.
func (b *teamsBubble) folded(id teamstest.ChannelID, root teamstest.Message) {
	b.t.Helper()
	b.mended(id, root)
	said := strings.Join(b.replies(id, root), "\n")
	for _, text := range missedInTeams() {
		if strings.Count(said, text) != 1 {
			b.t.Errorf("%q is not said once in %s:\n%s", text, id, said)
		}
	}
}

// mended: the post shows the newest, and its thread has at most two replies.
func (b *teamsBubble) mended(id teamstest.ChannelID, root teamstest.Message) {
	b.t.Helper()
	b.tale.ExpectEdit(root, "Half of it is moved")
	if said := b.replies(id, root); len(said) > 2 {
		b.t.Errorf("%s hears in %d replies: %q", id, len(said), said)
	}
	for _, m := range b.tale.Unclaimed() {
		if m.Channel == id && m.Root == root.ID {
			b.tale.ExpectClaim(id, teamstest.Claim{Where: is(m), AnyOrder: true})
		}
	}
}

// replies are what the cards in a thread say.
func (b *teamsBubble) replies(id teamstest.ChannelID, root teamstest.Message) (said []string) {
	for _, m := range b.posted(id) {
		if m.Root == root.ID {
			said = append(said, teamstest.CardReads(m.Card))
		}
	}
	return said
}

// Slack is down, and Teams is told at once.
func TestSlackIsDownAndTeamsIsNot(t *testing.T) {
	inTeamsBubble(t, func(t *testing.T, b *teamsBubble) {
		b.tale.Type(lectures, sam, "subscribe learn")
		b.subscribe("CTEACH")
		b.slack.Down(slacktest.OutageUnavailable)
		b.tale.Type(tOps, tess, "incident declare learn down")
		pass(5 * time.Second)
		b.tale.Expect(tOps, "INC-1")
		b.tale.Expect(lectures, "Learn System is not available")
		pass(10 * time.Minute)
		if err := b.slack.Up(); err != nil {
			t.Fatal(err)
		}
		pass(3 * time.Minute)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is not available")
	})
}

// The app is taken out of a team while an incident is open: ops in Teams is told once, with
// how to mend it, and when the app is installed again the channel shows the newest. A chat
// that subscribed is written to after a restart, though nobody spoke in it since.
func TestTheAppIsRemovedFromATeamAndInstalledAgain(t *testing.T) {
	inTeamsBubble(t, func(t *testing.T, b *teamsBubble) {
		const team, reading, chat = teamstest.TeamID("19:lib@thread.tacv2"), teamstest.ChannelID("19:reading@thread.tacv2"), teamstest.ChannelID("a:sam")
		b.teams.AddTeam(b.boston.ID, teamstest.Team{ID: team, Group: "lib-group", Name: "Library", Installed: true, Members: []teamstest.UserID{sam}})
		b.teams.AddChannel(team, teamstest.Channel{ID: reading, Name: "reading"})
		b.teams.AddChat(b.boston.ID, teamstest.Channel{ID: chat, Name: "chat", Kind: teamstest.Personal, User: sam})
		b.tale.Type(reading, sam, "subscribe learn")
		b.tale.Type(chat, sam, "subscribe learn")
		pass(time.Second)
		b.tale.Expect(chat, "This channel hears")
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.tale.Expect(tOps, "INC-1")
		for _, id := range []teamstest.ChannelID{reading, chat} {
			b.tale.Expect(id, "Learn System is not available")
		}

		if _, err := b.teams.Uninstall(t.Context(), team, sam); err != nil {
			t.Fatal(err)
		}
		b.restart()
		b.ann("/incident update 1 A disk is full.")
		pass(2 * time.Minute)
		b.tale.Expect(tOps, "A disk is full.")
		b.tale.Expect(tOps, "install the app in the channel's team, or put it back there")
		b.tale.Expect(chat, "A disk is full.")
		b.tale.NothingElse()

		if _, err := b.teams.Install(t.Context(), team, sam); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		b.tale.ExpectClaim(reading, teamstest.Claim{Text: "A disk is full.", InThread: b.posted(reading)[0].ID})
		b.tale.ExpectEdit(b.posted(reading)[0], "A disk is full.")
		b.aside()
	})
}
