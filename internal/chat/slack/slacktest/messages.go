package slacktest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// TS is a message's id within its channel: seconds, a point, six digits of
// microseconds. It is compared as an integer, never as a float.
type TS string

// Message is a copy of what a channel holds, as tests see it.
type Message struct {
	Team      TeamID
	Channel   ChannelID
	TS        TS
	ThreadTS  TS // the root's TS, in a reply
	Broadcast bool
	Text      string
	Blocks    json.RawMessage // as the client sent them, nil for none
	Metadata  json.RawMessage
	Author    UserID
	Bot       BotID
	To        UserID // the only reader of an ephemeral message
	Deleted   bool
	Edited    bool // readers see "(edited)"
	Posted    time.Time
	Edits     []Edit // what it was before each change, oldest first
	Via       string // the method or "response_url" or "answer" that stored it
}

// Edit is a former state of a message and when it was replaced.
type Edit struct {
	At       time.Time
	Text     string
	Blocks   json.RawMessage
	Metadata json.RawMessage
}

// Reads is all that a reader sees or hears: the notification text, then the
// text of every block.
func (m Message) Reads() string {
	return strings.Join(append([]string{m.Text}, blockTexts(m.Blocks)...), "\n")
}

// message is the server's own record.
type message struct {
	Message
	micros    int64 // TS as an integer
	visible   int   // the channel's lookups from which on history shows it
	ephemeral bool
}

// listed says whether history may show the message at all.
func (m *message) listed() bool { return !m.Deleted && !m.ephemeral }

// Longest texts in characters. 40,000 is where chat.postMessage cuts
// (unconfirmed: it may truncate instead); chat.update refuses more than 4,000
// (docs of chat.update, msg_too_long; unconfirmed for messages with blocks).
const (
	maxPostText   = 40_000
	maxUpdateText = 4_000
	maxMetadata   = 8_000 // bytes; the name metadata_too_large is documented, the number is not
)

// content is what a call wants a message to be.
type content struct {
	text     string
	blocks   json.RawMessage // nil: not given; "[]" given and empty
	metadata json.RawMessage
}

// contentOf reads and checks text, blocks and metadata of a call.
func (s *Server) contentOf(c *call, maxText int) (content, *reply) {
	in := content{text: c.args["text"]}
	if utf8.RuneCountInString(in.text) > maxText {
		return in, refusal(failed("msg_too_long"))
	}
	if b := c.args["blocks"]; c.given("blocks") && b != "" && b != "null" {
		in.blocks = json.RawMessage(b)
		if r := s.checkBlocks(in.blocks); r != nil {
			return in, r
		}
	}
	if m := c.args["metadata"]; m != "" && m != "null" {
		in.metadata = json.RawMessage(m)
		if code := checkMetadata(in.metadata); code != "" {
			return in, refusal(failed(code))
		}
	}
	return in, nil
}

func refusal(r reply) *reply { return &r }

func (in content) hasBlocks() bool { return len(in.blocks) > 0 && string(in.blocks) != "[]" }

// checkMetadata wants an event_type and a flat event_payload
// (docs.slack.dev/messaging/message-metadata).
func checkMetadata(raw json.RawMessage) string {
	var m struct {
		EventType    string                     `json:"event_type"`
		EventPayload map[string]json.RawMessage `json:"event_payload"`
	}
	switch {
	case len(raw) > maxMetadata:
		return "metadata_too_large"
	case json.Unmarshal(raw, &m) != nil:
		return "invalid_metadata_format"
	case m.EventType == "" || m.EventPayload == nil:
		return "invalid_metadata_schema"
	}
	return ""
}

// postMessage stores a message (docs of chat.postMessage).
func (s *Server) postMessage(c *call) reply {
	ch := s.find(c.team, c.channel())
	if code := s.mayPost(c.team, ch); code != "" {
		return failed(code)
	}
	in, refused := s.contentOf(c, maxPostText)
	if refused != nil {
		return *refused
	}
	if in.text == "" && !in.hasBlocks() {
		return failed("no_text")
	}
	thread := TS(c.args["thread_ts"])
	if code := ch.mayReply(thread); code != "" {
		r := failed(code)
		r.body["response_metadata"] = object{"messages": []string{fmt.Sprintf("[ERROR] %s is not a valid thread_ts", thread)}}
		return r
	}
	m := s.store(ch, Message{Text: in.text, Blocks: in.blocks, Metadata: in.metadata, ThreadTS: thread,
		Broadcast: thread != "" && c.flag("reply_broadcast"), Via: c.method})
	s.tally.count(m.Posted)
	s.burnFuse(ch)
	return reply{body: object{"ok": true, "channel": ch.ID, "ts": m.TS, "message": m.render(true)}, ts: m.TS}
}

// mayPost is the table of refusals for posting. A private channel that the bot
// is not in does not exist for it; a public one takes posts without membership
// only with chat:write.public.
func (s *Server) mayPost(t *team, ch *channel) string {
	switch {
	case ch == nil || ch.Kind == Private && !ch.Member:
		return "channel_not_found"
	case ch.Archived:
		return "is_archived"
	case !ch.Member && !t.granted("chat:write.public"):
		return "not_in_channel"
	}
	return ""
}

// mayReply checks thread_ts: malformed ones are invalid_thread_ts
// (jenkinsci/slack-plugin#584); a root that is not there is thread_not_found
// (bolt-js#2307). A reply as root is refused here; Slack advises against it
// and what it does then is unconfirmed.
func (c *channel) mayReply(thread TS) string {
	if thread == "" {
		return ""
	}
	micros, ok := parseTS(string(thread))
	if !ok {
		return "invalid_thread_ts"
	}
	root := c.at(micros)
	switch {
	case root == nil || !root.listed():
		return "thread_not_found"
	case root.ThreadTS != "":
		return "cannot_reply_to_message"
	}
	return ""
}

// store gives the message its id, strictly later than any before in its
// channel, and keeps it. The caller holds s.mu.
func (s *Server) store(ch *channel, m Message) *message {
	now := s.now()
	micros := max(now.UnixMicro(), ch.lastTS+1)
	ch.lastTS = micros
	m.Team, m.Channel, m.TS, m.Posted = ch.team.Team, ch.ID, formatTS(micros), now
	if m.Author == "" {
		m.Author, m.Bot = ch.team.BotUser, ch.team.Bot
	}
	stored := &message{Message: m, micros: micros, visible: ch.lookups + ch.lag, ephemeral: m.To != ""}
	ch.messages = append(ch.messages, stored)
	s.touch()
	return stored
}

// updateMessage edits (docs of chat.update): text without blocks removes the
// blocks and marks the message as edited; with blocks there is no mark; blocks
// alone keep nothing of the old text (unconfirmed); metadata that is not given
// stays (unconfirmed).
func (s *Server) updateMessage(c *call) reply {
	ch, m, refused := s.own(c, "cant_update_message")
	if refused != nil {
		return *refused
	}
	in, refused := s.contentOf(c, maxUpdateText)
	if refused != nil {
		return *refused
	}
	if in.text == "" && in.blocks == nil && in.metadata == nil {
		return failed("no_text")
	}
	s.edit(m, in)
	return reply{body: object{"ok": true, "channel": ch.ID, "ts": m.TS, "text": m.Text, "message": m.render(true)}, ts: m.TS}
}

func (s *Server) edit(m *message, in content) {
	m.Edits = append(m.Edits, Edit{At: s.now(), Text: m.Text, Blocks: m.Blocks, Metadata: m.Metadata})
	if in.text != "" || in.blocks != nil {
		m.Text, m.Blocks = in.text, nil
		if in.hasBlocks() {
			m.Blocks = in.blocks
		}
		m.Edited = m.Edited || !in.hasBlocks()
	}
	if in.metadata != nil {
		m.Metadata = in.metadata
	}
	s.touch()
}

// own finds the message of a chat.update or chat.delete and checks that the
// bot wrote it. In an archived channel nothing can be changed (unconfirmed
// whether Slack says is_archived or is_inactive here).
func (s *Server) own(c *call, notOurs string) (*channel, *message, *reply) {
	ch := s.find(c.team, c.channel())
	if ch == nil || ch.Kind == Private && !ch.Member {
		return nil, nil, refusal(failed("channel_not_found"))
	}
	if ch.Archived {
		return nil, nil, refusal(failed("is_archived"))
	}
	micros, _ := parseTS(c.args["ts"])
	m := ch.at(micros)
	switch {
	case m == nil || !m.listed():
		return nil, nil, refusal(failed("message_not_found"))
	case m.Bot != c.team.Bot:
		return nil, nil, refusal(failed(notOurs))
	}
	return ch, m, nil
}

func (s *Server) deleteMessage(c *call) reply {
	ch, m, refused := s.own(c, "cant_delete_message")
	if refused != nil {
		return *refused
	}
	m.Deleted = true
	s.touch()
	return reply{body: object{"ok": true, "channel": ch.ID, "ts": m.TS}, ts: m.TS}
}

// postEphemeral shows a message to one person (docs of chat.postEphemeral). It
// is in no history and chat.update does not find it.
func (s *Server) postEphemeral(c *call) reply {
	ch := s.find(c.team, c.channel())
	if code := s.mayPost(c.team, ch); code != "" {
		return failed(code)
	}
	user := UserID(c.args["user"])
	if _, known := c.team.users[user]; !known {
		return failed("user_not_in_channel")
	}
	in, refused := s.contentOf(c, maxPostText)
	if refused != nil {
		return *refused
	}
	if in.text == "" && !in.hasBlocks() {
		return failed("no_text")
	}
	m := s.store(ch, Message{Text: in.text, Blocks: in.blocks, To: user, ThreadTS: TS(c.args["thread_ts"]), Via: c.method})
	return reply{body: object{"ok": true, "message_ts": m.TS}, ts: m.TS}
}

// Say stores a person's message, so that histories are not the bot's alone.
func (s *Server) Say(id ChannelID, user UserID, text string) TS {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[id]
	if ch == nil {
		return ""
	}
	return s.store(ch, Message{Text: text, Author: user, Via: "person"}).TS
}

// Messages returns all that was ever stored in a channel, in order, including
// what was deleted since and what only one person saw.
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
		all[i].Edits = append([]Edit(nil), m.Edits...)
	}
	return all
}

// parseTS reads "sec", "sec.f" up to "sec.ffffff" into microseconds.
func parseTS(s string) (int64, bool) {
	sec, frac, _ := strings.Cut(s, ".")
	if len(frac) > 6 || len(sec) == 0 || len(sec) > 12 {
		return 0, false
	}
	n, err := strconv.ParseUint(sec+frac+strings.Repeat("0", 6-len(frac)), 10, 63)
	return int64(n), err == nil && n > 0
}

func formatTS(micros int64) TS {
	return TS(fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6))
}
