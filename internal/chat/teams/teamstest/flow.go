package teamstest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// maxFlow is what a workflow's webhook takes of a message ("Create incoming webhooks with
// Workflows").
const maxFlow = 28 << 10

// AddFlow adds a channel that can be posted to by a workflow only ("Post to a channel when
// a webhook request is received"); the channel's id is the workflow's name.
func (s *Server) AddFlow(in TenantID, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ChannelID(name)
	s.channels[id] = &channel{Channel: Channel{ID: id, Name: name, Kind: ByFlow}, tenant: s.tenants[in]}
	s.touch()
}

// FlowURL is the address that Teams shows of a workflow. It is a secret.
func (s *Server) FlowURL(name string) string {
	q := url.Values{"api-version": {"1"}, "sp": {"/triggers/manual/run"}, "sv": {"1.0"}, "sig": {flowSecret(name)}}
	return s.URL() + "/workflows/" + url.PathEscape(name) + "/triggers/manual/paths/invoke?" + q.Encode()
}

func flowSecret(name string) string { return "Sig-of-" + name }

// serveFlow queues a message. What the workflow cannot read it drops, which only its run
// history tells.
func (s *Server) serveFlow(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[c.channel]
	switch {
	case ch == nil || ch.Kind != ByFlow || ch.Deleted:
		w.WriteHeader(http.StatusNotFound)
		return
	case c.request.URL.Query().Get("sig") != flowSecret(string(c.channel)):
		w.WriteHeader(http.StatusUnauthorized)
		return
	case len(c.body) > maxFlow:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	var in sent
	if strings.HasPrefix(c.request.Header.Get("Content-Type"), "application/json") && json.Unmarshal(c.body, &in) == nil && len(in.Attachments) > 0 {
		s.add(ch, message{Message{Bot: "Workflows", Via: "workflow", Card: in.Attachments[0].Content}})
	}
	w.WriteHeader(http.StatusAccepted)
}
