package slacktest

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
)

// at finds the message with this id by binary search: ids ascend.
func (c *channel) at(micros int64) *message {
	i := sort.Search(len(c.messages), func(i int) bool { return c.messages[i].micros >= micros })
	if i == len(c.messages) || c.messages[i].micros != micros {
		return nil
	}
	return c.messages[i]
}

// span is the part of a channel that a history call asks for.
type span struct {
	oldest, latest int64 // microseconds
	inclusive      bool
	limit          int
	after          int64 // from the cursor: the last id given out, 0 = none
}

// spanOf reads oldest, latest, inclusive, limit and cursor (docs of
// conversations.history: limit 1 to 999, default 100; oldest and latest are
// exclusive unless inclusive; one page is at most HistoryPage messages where
// [Limits] says so).
func (s *Server) spanOf(c *call) (span, string) {
	sp := span{latest: 1<<63 - 1, inclusive: c.flag("inclusive"), limit: 100}
	var ok bool
	if v := c.args["oldest"]; v != "" && v != "0" {
		if sp.oldest, ok = parseTS(v); !ok {
			return sp, "invalid_ts_oldest"
		}
	}
	if v := c.args["latest"]; v != "" && v != "0" && v != "now" {
		if sp.latest, ok = parseTS(v); !ok {
			return sp, "invalid_ts_latest"
		}
	}
	if v := c.args["limit"]; v != "" && v != "0" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 999 {
			return sp, "invalid_limit"
		}
		sp.limit = n
	}
	if p := s.limits.HistoryPage; p > 0 {
		sp.limit = min(sp.limit, p)
	}
	if v := c.args["cursor"]; v != "" {
		if sp.after, ok = parseCursor(v); !ok {
			return sp, "invalid_cursor"
		}
	}
	return sp, ""
}

func (sp span) holds(micros int64) bool {
	if sp.inclusive {
		return sp.oldest <= micros && micros <= sp.latest
	}
	return sp.oldest < micros && micros < sp.latest
}

func formatCursor(micros int64) string {
	return base64.StdEncoding.EncodeToString([]byte("next_ts:" + strconv.FormatInt(micros, 10)))
}

func parseCursor(s string) (int64, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) < 9 || string(b[:8]) != "next_ts:" {
		return 0, false
	}
	n, err := strconv.ParseInt(string(b[8:]), 10, 64)
	return n, err == nil
}

// historyOf finds the channel for reading messages: its history scope and
// membership are needed.
func (s *Server) historyOf(c *call) (*channel, *reply) {
	ch, refused := s.readable(c, "history")
	if refused != nil {
		return nil, refused
	}
	if !ch.Member {
		return nil, refusal(failed("not_in_channel"))
	}
	ch.lookups++
	return ch, nil
}

// shown says whether the lookup under way shows a message yet.
func (c *channel) shown(m *message) bool { return m.listed() && m.visible < c.lookups }

// conversationsHistory lists roots and broadcast replies, newest first (docs
// of conversations.history).
func (s *Server) conversationsHistory(c *call) reply {
	ch, refused := s.historyOf(c)
	if refused != nil {
		return *refused
	}
	sp, code := s.spanOf(c)
	if code != "" {
		return failed(code)
	}
	var found []*message
	for _, m := range slices.Backward(ch.messages) {
		past := sp.after != 0 && m.micros >= sp.after
		if !past && sp.holds(m.micros) && ch.shown(m) && (m.ThreadTS == "" || m.Broadcast) {
			found = append(found, m)
		}
		if len(found) > sp.limit {
			break
		}
	}
	return ch.page(c, found, sp.limit)
}

// conversationsReplies lists a thread, its root first, then oldest first (docs
// of conversations.replies). ts may be the root's or a reply's.
func (s *Server) conversationsReplies(c *call) reply {
	ch, refused := s.historyOf(c)
	if refused != nil {
		return *refused
	}
	sp, code := s.spanOf(c)
	if code != "" {
		return failed(code)
	}
	micros, _ := parseTS(c.args["ts"])
	m := ch.at(micros)
	if m == nil || !ch.shown(m) {
		return failed("thread_not_found")
	}
	root := m.TS
	if m.ThreadTS != "" {
		root = m.ThreadTS
	}
	var found []*message
	for _, m := range ch.messages {
		inThread := m.TS == root || m.ThreadTS == root && sp.holds(m.micros)
		if inThread && m.micros > sp.after && ch.shown(m) {
			found = append(found, m)
		}
	}
	return ch.page(c, found, sp.limit)
}

// page renders at most limit messages and the cursor to the rest.
func (c *channel) page(call *call, found []*message, limit int) reply {
	more := len(found) > limit
	if more {
		found = found[:limit]
	}
	out := make([]object, len(found))
	for i, m := range found {
		out[i] = m.render(call.flag("include_all_metadata"))
		c.addThread(m, out[i])
	}
	body := object{"messages": out, "has_more": more}
	if more {
		body["response_metadata"] = object{"next_cursor": formatCursor(found[limit-1].micros)}
	}
	return done(body)
}

// addThread adds what a root shows of its thread.
func (c *channel) addThread(m *message, o object) {
	if m.ThreadTS != "" {
		return
	}
	var replies int
	var latest TS
	for _, r := range c.messages {
		if r.ThreadTS == m.TS && c.shown(r) {
			replies, latest = replies+1, r.TS
		}
	}
	if replies > 0 {
		o["thread_ts"], o["reply_count"], o["latest_reply"] = m.TS, replies, latest
	}
}

// render is the message object of answers and payloads. Metadata is shown only
// where asked for (docs.slack.dev/messaging/message-metadata).
func (m *message) render(metadata bool) object {
	o := object{"type": "message", "ts": m.TS, "text": m.Text, "user": m.Author, "team": m.Team}
	if m.Bot != "" {
		o["bot_id"] = m.Bot
	}
	if m.Blocks != nil {
		o["blocks"] = withIDs(m.Blocks)
	}
	if m.ThreadTS != "" {
		o["thread_ts"] = m.ThreadTS
	}
	if m.Broadcast {
		o["subtype"] = "thread_broadcast"
	}
	if m.Edited {
		o["edited"] = object{"user": m.Author, "ts": formatTS(m.Edits[len(m.Edits)-1].At.UnixMicro())}
	}
	if metadata && m.Metadata != nil {
		o["metadata"] = json.RawMessage(m.Metadata)
	}
	return o
}
