package teamstest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Line is what a person types to the bot: in a channel or group chat the bot is mentioned
// before it.
type Line struct {
	Channel ChannelID
	User    UserID
	Text    string
	Thread  MessageID // typed as a reply
	Quiet   bool      // the bot is not mentioned
	// Mentions are people mentioned in the text, each as "<at>Name</at>".
	Mentions []UserID
	Forgery  Forgery
}

// Type types a line: it is shown in the channel, and sent to the bot. The error says that
// the bot was unreachable or that there is no such channel.
func (s *Server) Type(ctx context.Context, l Line) (Answer, error) {
	r, err := s.TypeRequest(l)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// TypeRequest makes the request of a line without sending it, and shows it in the channel.
// Teams writes & < > of a text as entities, and puts a no-break space behind a mention.
func (s *Server) TypeRequest(l Line) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[l.Channel]
	if ch == nil {
		return Request{}, fmt.Errorf("fake Teams: no channel %s", l.Channel)
	}
	m := s.add(ch, message{Message{Author: l.User, Text: l.Text, Root: l.Thread, Via: "person"}})
	a := s.activity("message", ch, l.User, l.Forgery)
	a["id"] = m.ID
	inThread(a, ch, or(l.Thread, m.ID))
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(l.Text)
	entities, _ := a["entities"].([]object)
	for _, id := range l.Mentions {
		at := "<at>" + s.users[id].Name + "</at>"
		text = strings.Replace(text, strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(at), at, 1)
		entities = append(entities, object{"type": "mention", "mentioned": object{"id": id, "name": s.users[id].Name}, "text": at})
	}
	if !l.Quiet && ch.Kind != Personal {
		text = "<at>Bell</at>\u00a0" + text
		entities = append(entities, object{"type": "mention", "mentioned": object{"id": ch.tenant.Bot(), "name": "Belltower"}, "text": "<at>Bell</at>"})
	}
	a["text"], a["textFormat"], a["entities"] = text, "plain", entities
	return s.sealed(ch.tenant, a, l.Forgery)
}

// sealed encodes and signs an activity. The caller holds s.mu.
func (s *Server) sealed(t *tenant, a object, f Forgery) (Request, error) {
	if f.Change != nil {
		f.Change(a)
	}
	body, err := json.Marshal(a)
	if err != nil {
		return Request{}, fmt.Errorf("fake Teams: make an activity: %w", err)
	}
	return s.signed(t, body, f)
}
