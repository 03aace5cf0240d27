package teamstest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is one message of a channel or chat.
type Message struct {
	ID      MessageID
	Channel ChannelID
	Root    MessageID // in a reply
	Author  UserID
	Bot     string // the bot's id, where it wrote it
	To      UserID // seen by this person alone; "": by everybody
	Text    string
	Summary string // what a notification shows
	Card    json.RawMessage
	// Instead is what single people see in the card's place, by what they did.
	Instead map[UserID]json.RawMessage
	Posted  time.Time
	Edits   []Edit // former states, oldest first
	Deleted bool
	Alert   bool
	Via     string // "bot", "person", "press", "workflow", "webhook"
}

// Edit is a former state of a message, until At.
type Edit struct {
	At      time.Time
	Summary string
	Card    json.RawMessage
}

type message struct{ Message }

// at finds a message that was not deleted.
func (c *channel) at(id MessageID) *message {
	for _, m := range c.messages {
		if m.ID == id && !m.Deleted {
			return m
		}
	}
	return nil
}

// store keeps a bot's message. One with text and a card becomes two, neither of which the
// bot learns the id of ("Messages in bot conversations"). The caller holds s.mu.
func (s *Server) store(ch *channel, in sent, m message) (stored *message, split bool) {
	m.Bot, m.Via, m.Summary, m.Alert = ch.tenant.Bot(), "bot", in.Summary, in.Data.Notification.Alert
	if in.Text != "" && len(in.Attachments) > 0 {
		text := m
		text.Text = in.Text
		s.add(ch, text)
		split = true
	} else {
		m.Text = in.Text
	}
	if len(in.Attachments) > 0 {
		m.Card = in.Attachments[0].Content
	}
	return s.add(ch, m), split
}

// add gives a message its id, strictly later than any before in its channel.
func (s *Server) add(ch *channel, m message) *message {
	now := s.now()
	ch.last = max(now.UnixMilli(), ch.last+1)
	m.ID, m.Channel, m.Posted = MessageID(strconv.FormatInt(ch.last, 10)), ch.ID, now
	ch.messages = append(ch.messages, &m)
	s.touch()
	return &m
}

// Say stores a person's message that is not for the bot.
func (s *Server) Say(id ChannelID, who UserID, text string) MessageID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[id]
	if ch == nil {
		return ""
	}
	return s.add(ch, message{Message{Author: who, Text: text, Via: "person"}}).ID
}

// Messages returns all that was ever stored in a channel, in order, including what was
// deleted since and what only one person saw.
func (s *Server) Messages(id ChannelID) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[id]
	if ch == nil {
		return nil
	}
	all := make([]Message, len(ch.messages))
	for i, m := range ch.messages {
		all[i] = m.Message
		all[i].Edits, all[i].Instead = slices.Clone(m.Edits), maps.Clone(m.Instead)
	}
	return all
}

// channelIDs lists all channels in order of id.
func (s *Server) channelIDs() []ChannelID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.channels))
}

// Reads is all that is read of a message: the notification, the text, the card.
func (m Message) Reads() string {
	return strings.Join(slices.DeleteFunc([]string{m.Summary, m.Text, CardReads(m.Card)}, func(s string) bool { return s == "" }), "\n")
}

// seen is the card that a person sees.
func (m *message) seen(who UserID) json.RawMessage {
	if c, ok := m.Instead[who]; ok {
		return c
	}
	return m.Card
}

// ChangeCard changes the JSON of a message's card in place, as a test of other cards than
// the bot's own needs it.
func (s *Server) ChangeCard(id ChannelID, m MessageID, change func(string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.channels[id].at(m); one != nil {
		one.Card = json.RawMessage(change(string(one.Card)))
	}
}
