package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// In a cloud that has no messages for one person alone people are answered in their own
// chats. What they asked in a channel is about the channel all the same.
func TestWhatIsAskedInAChannelIsAboutItThoughAnsweredInAChat(t *testing.T) {
	inTeamsBubble(t, func(t *testing.T, b *teamsBubble) {
		chat := teamstest.ChannelID("a:sam")
		b.teams.AddChat(b.boston.ID, teamstest.Channel{ID: chat, Name: "chat", Kind: teamstest.Personal, User: sam})
		b.tale.Type(chat, sam, "subscribe portal")
		b.tale.Expect(chat, "This channel hears: Student Portal")
		presses := func(card teamstest.Message, label, says string, fill teamstest.Fill) {
			t.Helper()
			a, err := b.teams.Click(t.Context(), teamstest.Click{Channel: chat, ID: card.ID, User: sam, Label: label, Fill: fill})
			pass(5 * time.Second)
			if reads := a.Text + teamstest.CardReads(a.Card); err != nil || !strings.Contains(reads, says) {
				t.Errorf("[%s]: %v, %s", label, err, reads)
			}
		}
		asks := func(line, says string) teamstest.Message {
			t.Helper()
			b.tale.Type(lectures, sam, line)
			pass(30 * time.Second)
			return b.tale.Expect(chat, says)
		}
		card := asks("subscribe", "You asked in the channel lectures.")
		presses(card, "Subscribe", "You asked in the channel lectures.", teamstest.Fill{"target": "learn", "kinds": "incidents", "manner": "normal"})
		presses(card, "Send a test post", "The test post is in the channel", nil)
		b.tale.Expect(lectures, "This is a test post")
		presses(asks("status", "All services are working"), "Show here", "All services are working", nil)
		b.tale.Expect(lectures, "All services are working")
		presses(asks("unsubscribe", "This would end the channel's only subscription"), "Unsubscribe from everything", "It subscribes to nothing", nil)
		b.tale.Type(chat, sam, "subscribe")
		pass(5 * time.Second)
		b.tale.Expect(chat, "It hears")
		b.tale.NothingElse()
	}, teamstest.WithoutTargeted())
}
