package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is a copy of what a channel holds, as tests see it.
type Message struct {
	ID         ID
	Channel    ID
	Author     ID
	Bot        bool
	To         ID // the only reader of an ephemeral message
	Content    string
	Embeds     json.RawMessage
	Components json.RawMessage
	ReplyTo    ID
	Nonce      string
	Notified   []string // whom it notified when it was posted: "<@1>", "@everyone"
	Thinking   bool     // an answer that was promised and has not come
	Deleted    bool
	Published  int // how often it was crossposted
	Posted     time.Time
	Edits      []Edit // what it was before each change, oldest first
	Via        string // the route that stored it, or "person", "command", "click"
}

// Edit is a former state of a message and when it was replaced.
type Edit struct {
	At         time.Time
	Content    string
	Embeds     json.RawMessage
	Components json.RawMessage
}

// Reads is all that a reader sees: the content, then what the embeds say.
func (m Message) Reads() string {
	return strings.Join(append([]string{m.Content}, embedTexts(m.Embeds)...), "\n")
}

// message is the server's own record.
type message struct{ Message }

// nonced is a nonce that was used.
type nonced struct {
	at      time.Time
	channel ID
	id      ID
}

func text(n uint64) string { return strconv.FormatUint(n, 10) }

// createMessage stores a message (resources/message, "Create Message").
func (s *Server) createMessage(c *call) reply {
	ch := s.find(c.id("channel"))
	if refused := s.mayPost(ch); refused != nil {
		return *refused
	}
	in, refused := readPost(c.body, true)
	if refused != nil {
		return *refused
	}
	if refused := undescribed(c.route, c.body); refused != nil {
		return *refused
	}
	if in.Reference != nil && s.may(ch)&ReadMessageHistory == 0 {
		return failed(http.StatusForbidden, 160002, "Cannot reply without permission to read message history")
	}
	if in.Reference != nil {
		may := in.Reference.Must != nil && !*in.Reference.Must
		switch root := ch.at(in.Reference.Message); {
		case root == nil && may:
			in.Reference = nil
		case root == nil:
			return invalid50035(problem{"message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message"})
		}
	}
	nonce := in.nonce()
	key := string(c.app.Bot) + "/" + nonce
	if used, ok := s.nonces[key]; in.Enforce && nonce != "" && ok && s.now().Sub(used.at) < s.nonceFor {
		if old := s.channels[used.channel].at(used.id); old != nil {
			return done(s.render(old))
		}
	}
	m := &message{Message{Channel: ch.ID, Author: c.app.Bot, Bot: true, Nonce: nonce, Via: c.route}}
	if in.Reference != nil {
		m.ReplyTo = in.Reference.Message
	}
	s.fill(m, in)
	m.Notified = s.notifies(ch, in, c.app.Bot)
	s.store(ch, m)
	ch.Archived = false
	if in.Enforce && nonce != "" {
		s.nonces[key] = nonced{s.now(), ch.ID, m.ID}
	}
	out := s.render(m)
	out["nonce"] = nonce
	return reply{http.StatusOK, out, m.ID}
}

// mayPost is the table of refusals for posting.
func (s *Server) mayPost(ch *room) *reply {
	refuse := func(r reply) *reply { return &r }
	if ch == nil {
		return refuse(unknownChannel())
	}
	may, needs := s.may(ch), uint64(SendMessages)
	if ch.Kind == Thread {
		needs = SendInThreads
	}
	switch {
	case may&ViewChannel == 0:
		return refuse(missingAccess())
	case may&needs == 0:
		return refuse(missingPermissions())
	case ch.Locked && may&ManageThreads == 0:
		return refuse(failed(http.StatusBadRequest, 50083, "Thread is archived"))
	case ch.Slow > 0 && len(ch.messages) > 0 && s.now().Sub(ch.messages[len(ch.messages)-1].Posted) < time.Duration(ch.Slow)*time.Second:
		return refuse(reply{http.StatusTooManyRequests, object{"message": "This action cannot be performed due to slowmode rate limit", "code": 20016, "retry_after": float64(ch.Slow), "global": false}, ""})
	}
	return nil
}

// fill takes over what a post says. What a patch does not name stays.
func (s *Server) fill(m *message, in post) {
	if in.Content != nil {
		m.Content = *in.Content
	}
	if in.Embeds != nil {
		m.Embeds = in.Embeds
	}
	if in.Components != nil {
		m.Components = in.Components
	}
}

// store gives the message its id and keeps it. The caller holds s.mu.
func (s *Server) store(ch *room, m *message) *message {
	m.ID, m.Posted = s.next(), s.now()
	ch.messages = append(ch.messages, m)
	s.touch()
	return m
}

func (r *room) at(id ID) *message {
	for _, m := range r.messages {
		if m.ID == id && !m.Deleted {
			return m
		}
	}
	return nil
}

// render is a message as the API tells it. The nonce is not told again (unconfirmed).
func (s *Server) render(m *message) object {
	o := object{
		"id": m.ID, "channel_id": m.Channel, "type": 0, "content": m.Content, "timestamp": m.Posted.UTC().Format(time.RFC3339Nano),
		"author": s.author(m), "embeds": orEmpty(m.Embeds), "components": orEmpty(m.Components), "flags": 0, "mentions": []any{},
	}
	switch {
	case m.To != "":
		o["flags"] = flagEphemeral
	case m.Published > 0:
		o["flags"] = flagCrossposted
	}
	if m.ReplyTo != "" {
		o["type"], o["message_reference"] = 19, object{"message_id": m.ReplyTo, "channel_id": m.Channel}
	}
	return o
}

func (s *Server) author(m *message) object {
	if m.Bot {
		return object{"id": m.Author, "username": "belltower", "bot": true}
	}
	return object{"id": m.Author, "username": s.users[m.Author].Name}
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("[]")
	}
	return raw
}

// editMessage edits an own message. Mentions fall back to the defaults where none are
// allowed (resources/message, "Edit Message"), but edits notify nobody.
func (s *Server) editMessage(c *call) reply {
	ch, m, refused := s.own(c)
	if refused != nil {
		return *refused
	}
	in, refused := readPost(c.body, false)
	if refused != nil {
		return *refused
	}
	if refused := undescribed(c.route, c.body); refused != nil {
		return *refused
	}
	if s.now().Sub(m.Posted) > time.Hour && ch.edits >= 0 {
		if ch.edits == 0 {
			return failed(http.StatusBadRequest, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later")
		}
		ch.edits--
	}
	s.change(m, in)
	m.Notified = append(m.Notified, s.notifies(ch, in, c.app.Bot)...)
	return reply{http.StatusOK, s.render(m), m.ID}
}

func (s *Server) change(m *message, in post) {
	m.Edits = append(m.Edits, Edit{s.now(), m.Content, m.Embeds, m.Components})
	s.fill(m, in)
	m.Thinking = false
	s.touch()
}

// own finds the message of a call and checks that the bot wrote it.
func (s *Server) own(c *call) (*room, *message, *reply) {
	refuse := func(r reply) (*room, *message, *reply) { return nil, nil, &r }
	ch := s.find(c.id("channel"))
	if ch == nil {
		return refuse(unknownChannel())
	}
	if s.may(ch)&ViewChannel == 0 {
		return refuse(missingAccess())
	}
	m := ch.at(c.id("message"))
	switch {
	case m == nil || m.To != "":
		return refuse(unknownMessage())
	case m.Author != c.app.Bot:
		return refuse(failed(http.StatusForbidden, 50005, "Cannot edit a message authored by another user"))
	case ch.Archived:
		return refuse(failed(http.StatusBadRequest, 50083, "Thread is archived"))
	}
	return ch, m, nil
}

func (s *Server) deleteMessage(c *call) reply {
	_, m, refused := s.own(c)
	if refused != nil {
		return *refused
	}
	m.Deleted = true
	return reply{status: http.StatusNoContent, id: m.ID}
}

// Delete removes a message, as a moderator does.
func (s *Server) Delete(channel, id ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.channels[channel].at(id); m != nil {
		m.Deleted = true
	}
}

func (s *Server) getMessage(c *call) reply {
	ch := s.find(c.id("channel"))
	switch {
	case ch == nil:
		return unknownChannel()
	case s.may(ch)&ViewChannel == 0:
		return missingAccess()
	}
	m := ch.at(c.id("message"))
	if m == nil || m.To != "" {
		return unknownMessage()
	}
	return done(s.render(m))
}

// listMessages lists at most limit messages after an id, the newest first; without
// Read Message History none at all (resources/message, "Get Channel Messages").
func (s *Server) listMessages(c *call) reply {
	ch := s.find(c.id("channel"))
	switch {
	case ch == nil:
		return unknownChannel()
	case s.may(ch)&ViewChannel == 0:
		return missingAccess()
	case s.may(ch)&ReadMessageHistory == 0:
		return done([]object{})
	}
	limit := 50
	if l := c.r.URL.Query().Get("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > 100 {
			return invalid50035(problem{"limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100."})
		}
		limit = n
	}
	after := ID(c.r.URL.Query().Get("after")).number()
	out := []object{}
	for _, m := range ch.messages {
		if m.ID.number() > after && !m.Deleted && m.To == "" && !m.Thinking {
			out = append(out, s.render(m))
		}
	}
	if c.r.URL.Query().Has("after") {
		out = out[:min(limit, len(out))]
	} else {
		out = out[max(0, len(out)-limit):]
	}
	slices.Reverse(out)
	return done(out)
}

// Say stores a person's message, so that histories are not the bot's alone.
func (s *Server) Say(channel, user ID, text string) ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channel]
	if ch == nil {
		return ""
	}
	return s.store(ch, &message{Message{Channel: channel, Author: user, Content: text, Via: "person"}}).ID
}

// Messages returns all that was ever stored in a channel, in order, including what was
// deleted since and what only one person saw; its threads have their own.
func (s *Server) Messages(channel ID) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channel]
	if ch == nil {
		return nil
	}
	all := make([]Message, len(ch.messages))
	for i, m := range ch.messages {
		all[i] = m.Message
		all[i].Edits = slices.Clone(m.Edits)
	}
	return all
}
