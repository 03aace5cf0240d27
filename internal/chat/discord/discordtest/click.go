package discordtest

import (
	"context"
	"fmt"
)

// Click is a person's use of a button in a message.
type Click struct {
	Channel ID
	Message ID
	Button  string // its label or its custom_id
	User    ID
	Origin
}

// Click presses the button. The error says that the bot was unreachable or that there is
// no such button.
func (s *Server) Click(ctx context.Context, c Click) (Answer, error) {
	r, err := s.ClickRequest(c)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// ClickRequest makes the request of a click without sending it and shows the click in
// the transcript.
func (s *Server) ClickRequest(c Click) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[c.Channel]
	if ch == nil {
		return Request{}, fmt.Errorf("fake Discord: no channel %s", c.Channel)
	}
	m := ch.at(c.Message)
	if m == nil || m.To != "" && m.To != c.User {
		return Request{}, fmt.Errorf("fake Discord: %s sees no message %s in %s", c.User, c.Message, c.Channel)
	}
	b, ok := m.button(c.Button)
	if !ok {
		return Request{}, fmt.Errorf("fake Discord: message %s in %s has no button %q: %s", c.Message, c.Channel, c.Button, m.Components)
	}
	i := &interaction{kind: typeComponent, user: c.User, channel: c.Channel, source: m}
	r, err := s.ask(i, object{"data": object{"custom_id": b.CustomID, "component_type": kindButton, "id": 2}}, c.Origin)
	if err == nil {
		s.store(ch, &message{Message{Channel: c.Channel, Author: c.User, To: c.User, Content: "[" + b.Label + "]", Via: "click"}})
	}
	return r, err
}

// button finds a button that does something, by its label or custom_id.
func (m *message) button(name string) (component, bool) {
	rows, _ := readRows(m.Components)
	for _, row := range rows {
		for _, b := range row.Components {
			if b.CustomID != "" && (b.Label == name || b.CustomID == name) {
				return b, true
			}
		}
	}
	return component{}, false
}

// Buttons lists the labels of a message's buttons.
func (m Message) Buttons() (labels []string) {
	rows, _ := readRows(m.Components)
	for _, row := range rows {
		for _, b := range row.Components {
			labels = append(labels, b.Label)
		}
	}
	return labels
}
