package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// The types of response (interactions/receiving-and-responding, "Interaction Callback
// Type").
const (
	respondPong     = 1
	respondMessage  = 4
	respondLater    = 5
	respondAck      = 6
	respondUpdate   = 7
	respondComplete = 8
	respondForm     = 9
)

// callback takes a first response that comes by a call.
func (s *Server) callback(c *call) reply {
	i := s.interactions[c.id("interaction")]
	if i == nil || i.token != c.r.PathValue("token") {
		return unknownInteraction()
	}
	if r := s.respond(i, c.body); r.status >= 300 {
		return r
	}
	return reply{status: http.StatusNoContent}
}

func unknownInteraction() reply { return failed(http.StatusNotFound, 10062, "Unknown interaction") }

// respond does what a first response says.
func (s *Server) respond(i *interaction, body []byte) reply {
	var in struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	switch {
	case s.now().Sub(i.born) > s.deadline:
		return unknownInteraction()
	case i.acked:
		return failed(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	case json.Unmarshal(body, &in) != nil:
		return failed(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	case !slices.Contains(i.takes(), in.Type):
		return invalid50035(problem{"type", "BASE_TYPE_CHOICES", "This type does not answer this interaction."})
	}
	if r := s.carry(i, in.Type, in.Data); r.status >= 300 {
		return r
	}
	if refused := undescribed("callback", body); refused != nil {
		return *refused
	}
	i.acked, i.kindOfAnswer = true, in.Type
	s.touch()
	return reply{status: http.StatusOK}
}

// takes are the types that answer this kind.
func (i *interaction) takes() []int {
	switch i.kind {
	case typePing:
		return []int{respondPong}
	case typeComplete:
		return []int{respondComplete}
	case typeComponent:
		return []int{respondMessage, respondLater, respondAck, respondUpdate, respondForm}
	case typeModal:
		if i.source != nil {
			return []int{respondMessage, respondLater, respondAck, respondUpdate}
		}
		return []int{respondMessage, respondLater}
	}
	return []int{respondMessage, respondLater, respondForm}
}

func (s *Server) carry(i *interaction, kind int, data json.RawMessage) reply {
	switch kind {
	case respondMessage:
		return s.shows(i, data, false)
	case respondLater:
		return s.thinks(i, data)
	case respondAck:
		i.original = i.source
	case respondUpdate:
		in, refused := readPost(data, false)
		if refused != nil {
			return *refused
		}
		i.original = i.source
		s.change(i.source, in)
		i.source.Notified = append(i.source.Notified, s.notifies(s.channels[i.channel], in, i.app.Bot)...)
	case respondComplete:
		return i.offers(data)
	case respondForm:
		return s.opens(i, data)
	}
	return reply{status: http.StatusOK}
}

// shows makes the message of an answer; also: it is one more.
func (s *Server) shows(i *interaction, data []byte, also bool) reply {
	in, refused := readPost(data, true)
	if refused != nil {
		return *refused
	}
	ch := s.channels[i.channel]
	m := &message{Message{Channel: i.channel, Author: i.app.Bot, Bot: true, Via: "answer"}}
	if in.Flags&flagEphemeral != 0 {
		m.To = i.user
	}
	s.fill(m, in)
	m.Notified = s.notifies(ch, in, i.app.Bot)
	s.store(ch, m)
	if !also {
		i.original = m
	}
	return reply{http.StatusOK, s.render(m), m.ID}
}

// thinks promises an answer. The only flag that counts is that one person alone sees it.
func (s *Server) thinks(i *interaction, data json.RawMessage) reply {
	var in struct {
		Flags int `json:"flags"`
	}
	if len(data) > 0 && json.Unmarshal(data, &in) != nil || in.Flags&^flagEphemeral != 0 {
		return invalid50035(problem{"data.flags", "UNKNOWN_FLAGS", "No such flags are taken here."})
	}
	m := &message{Message{Channel: i.channel, Author: i.app.Bot, Bot: true, Via: "answer", Thinking: true}}
	if in.Flags&flagEphemeral != 0 {
		m.To = i.user
	}
	i.original = s.store(s.channels[i.channel], m)
	return reply{status: http.StatusOK}
}

// offers takes the choices of a completion (interactions/application-commands,
// "Autocomplete").
func (i *interaction) offers(data json.RawMessage) reply {
	var in struct {
		Choices []Choice `json:"choices"`
	}
	if err := json.Unmarshal(data, &in); err != nil || in.Choices == nil || len(in.Choices) > 25 {
		return invalid50035(problem{"data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."})
	}
	for _, c := range in.Choices {
		if length(c.Name) < 1 || length(c.Name) > 100 || length(c.Value) > 100 {
			return invalid50035(problem{"data.choices", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."})
		}
	}
	i.choices = in.Choices
	return reply{status: http.StatusOK}
}

// opens shows a form to who asked.
func (s *Server) opens(i *interaction, data json.RawMessage) reply {
	var in modal
	if json.Unmarshal(data, &in) != nil {
		return invalid50035(problem{"data", "BASE_TYPE_INVALID", "This is no form."})
	}
	inputs, list := in.problems()
	if len(list) > 0 {
		return invalid50035(list...)
	}
	i.form = &Form{User: i.user, Title: in.Title, CustomID: in.CustomID, Raw: data, channel: i.channel, source: i.source, app: i.app.ID}
	for _, f := range inputs {
		i.form.Inputs = append(i.form.Inputs, f.shown())
	}
	s.forms[i.user] = i.form
	return reply{status: http.StatusOK}
}
