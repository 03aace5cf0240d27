package discordtest

import (
	"net/http"
)

// byToken finds the interaction of a follow-up address. Its token lives 15 minutes; what
// a dead one is answered with is unconfirmed.
func (s *Server) byToken(c *call) (*interaction, *reply) {
	refuse := func(r reply) (*interaction, *reply) { return nil, &r }
	for _, i := range s.interactions {
		if i.token != c.r.PathValue("token") || i.app.ID != c.id("app") {
			continue
		}
		switch {
		case s.now().Sub(i.born) > tokenLife:
			return refuse(failed(http.StatusUnauthorized, 50027, "Invalid Webhook Token"))
		case !i.acked:
			return refuse(failed(http.StatusNotFound, 10015, "Unknown Webhook"))
		}
		return i, nil
	}
	return refuse(failed(http.StatusNotFound, 10015, "Unknown Webhook"))
}

// followUp finds the message of a call: "@original" or one that followed.
func (s *Server) followUp(c *call) (*interaction, *message, *reply) {
	i, refused := s.byToken(c)
	if refused != nil {
		return nil, nil, refused
	}
	m := i.original
	if id := c.id("message"); id != "@original" {
		m = s.channels[i.channel].at(id)
	}
	if m == nil || m.Deleted {
		r := unknownMessage()
		return nil, nil, &r
	}
	return i, m, nil
}

func (s *Server) getFollowUp(c *call) reply {
	_, m, refused := s.followUp(c)
	if refused != nil {
		return *refused
	}
	return done(s.render(m))
}

func (s *Server) editFollowUp(c *call) reply {
	i, m, refused := s.followUp(c)
	if refused != nil {
		return *refused
	}
	in, refused := readPost(c.body, m.Thinking)
	if refused != nil {
		return *refused
	}
	s.change(m, in)
	m.Notified = append(m.Notified, s.notifies(s.channels[i.channel], in, i.app.Bot)...)
	return reply{http.StatusOK, s.render(m), m.ID}
}

func (s *Server) deleteFollowUp(c *call) reply {
	_, m, refused := s.followUp(c)
	if refused != nil {
		return *refused
	}
	m.Deleted = true
	return reply{status: http.StatusNoContent}
}

// createFollowUp says one more thing. The first one after a promise is what was
// promised, for whom that was (interactions/receiving-and-responding, "Followup
// Messages").
func (s *Server) createFollowUp(c *call) reply {
	i, refused := s.byToken(c)
	if refused != nil {
		return *refused
	}
	if i.original != nil && i.original.Thinking {
		in, refused := readPost(c.body, true)
		if refused != nil {
			return *refused
		}
		s.change(i.original, in)
		return reply{http.StatusOK, s.render(i.original), i.original.ID}
	}
	return s.shows(i, c.body, true)
}
