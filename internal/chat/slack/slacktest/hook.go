package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A response_url takes 5 posts within 30 minutes
// (docs.slack.dev/interactivity/handling-user-interaction, "message responses").
const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

// Where a message came from, when not from a method of the Web API.
const (
	viaAnswer  = "answer"       // the HTTP answer to a command
	viaHook    = "response_url" // also the method name in [Call] and [On]
	viaCommand = "command"
	viaClick   = "click"
)

// hook is a response_url, bound to the person and channel of one interaction.
type hook struct {
	id       string
	team     *team
	channel  *channel // nil where the command was typed in a channel unknown here
	user     UserID
	trigger  string
	born     time.Time
	uses     int
	original *message // what replace_original and delete_original mean
}

// newHook makes a response_url. The caller holds s.mu.
func (s *Server) newHook(t *team, id ChannelID, user UserID) *hook {
	h := &hook{id: fmt.Sprintf("%s-%d", t.Team, s.next()), team: t, channel: s.channels[id], user: user, born: s.now()}
	s.hooks[h.id] = h
	return h
}

func (s *Server) hookURL(h *hook) string { return s.url + "/hooks/" + h.id }

// HookUses says how often a response_url has been used.
func (s *Server) HookUses(url string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.hooks[url[strings.LastIndexByte(url, '/')+1:]]; h != nil {
		return h.uses
	}
	return 0
}

// show stores a message in the hook's channel, if it exists here.
func (s *Server) show(h *hook, m Message) *message {
	if h.channel == nil {
		return nil
	}
	return s.store(h.channel, m)
}

// serveHook takes a post to a response_url. It needs no token, works where the
// bot is no member, and can be made to fail as the method "response_url".
func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	if s.refuse(w) {
		return
	}
	s.enter()
	defer s.leave()
	var in Reply
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte("invalid_payload"))
		return
	}
	s.mu.Lock()
	h := s.hooks[r.PathValue("id")]
	s.mu.Unlock()
	if h == nil {
		reply{body: failed("invalid_url").body, status: http.StatusNotFound}.write(w)
		return
	}
	c := &call{method: viaHook, team: h.team, args: map[string]string{}}
	if h.channel != nil {
		c.args["channel"] = string(h.channel.ID)
	}
	s.perform(w, c, method{run: func(s *Server, _ *call) reply { return s.useHook(h, in) }})
}

// useHook counts a use and does what the reply says. The names and the 404 of
// the errors used_url and expired_url are unconfirmed.
func (s *Server) useHook(h *hook, in Reply) reply {
	switch {
	case s.now().Sub(h.born) > hookLife:
		return reply{body: failed("expired_url").body, status: http.StatusNotFound}
	case h.uses >= hookUses:
		return reply{body: failed("used_url").body, status: http.StatusNotFound}
	case h.channel == nil:
		return failed("channel_not_found")
	}
	h.uses++
	if in.DeleteOriginal {
		return s.deleteOriginal(h)
	}
	if in.empty() {
		return failed("no_text")
	}
	if len(in.Blocks) > 0 {
		if r := s.checkBlocks(in.Blocks); r != nil {
			return *r
		}
	}
	s.respond(h, in)
	return done(object{})
}

func (s *Server) deleteOriginal(h *hook) reply {
	if h.original == nil || h.original.Deleted {
		return failed("message_not_found")
	}
	h.original.Deleted = true
	s.touch()
	return done(object{})
}

// respond replaces the original, or shows a new message: to the person alone
// unless in_channel. Replacing where nothing was shown before shows a new one
// (unconfirmed).
func (s *Server) respond(h *hook, in Reply) {
	if in.ReplaceOriginal && h.original != nil && !h.original.Deleted {
		s.edit(h.original, content{text: in.Text, blocks: in.Blocks})
		return
	}
	m := Message{Text: in.Text, Blocks: in.Blocks, ThreadTS: in.ThreadTS, Via: viaHook}
	if in.ResponseType != "in_channel" {
		m.To = h.user
	}
	stored := s.show(h, m)
	if h.original == nil {
		h.original = stored
	}
}
