package teamstest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// Click is a person's use of a button of a card.
type Click struct {
	Channel ChannelID
	ID      MessageID
	User    UserID
	Label   string // the button's title
	Fill    Fill   // what they put into the card's fields first
	// Old: the client does not know Action.Execute, and does what it falls back to.
	Old     bool
	Forgery Forgery
}

// pressed is a button's press under way.
type pressed struct {
	message *message
	user    *user
	dialog  bool
}

// Click sends what a button causes, and shows what is answered: a card in the place of the
// one pressed, for that person; a sentence; a dialog.
func (s *Server) Click(ctx context.Context, c Click) (Answer, error) {
	r, err := s.ClickRequest(c)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// ClickRequest makes the request of a click without sending it.
func (s *Server) ClickRequest(c Click) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, u := s.channels[c.Channel], s.users[c.User]
	if ch == nil || u == nil {
		return Request{}, fmt.Errorf("fake Teams: no channel %s or no person %s", c.Channel, c.User)
	}
	m := ch.at(c.ID)
	if m == nil || m.To != "" && m.To != c.User {
		return Request{}, fmt.Errorf("fake Teams: %s sees no message %s in %s", c.User, c.ID, c.Channel)
	}
	card := decode(m.seen(c.User))
	button, err := buttonOf(card, c.Label)
	if err != nil {
		return Request{}, err
	}
	if fallback, ok := button["fallback"].(map[string]any); ok && c.Old {
		button = fallback
	}
	data, err := filled(card, button, c.Fill)
	if err != nil {
		return Request{}, err
	}
	a := s.activity("invoke", ch, c.User, c.Forgery)
	inThread(a, ch, or(m.Root, m.ID))
	a["replyToId"] = m.ID
	wait := invokeDeadline
	dialog := false
	switch asked, _ := data["msteams"].(map[string]any); {
	case asked["type"] == "task/fetch":
		delete(data, "msteams")
		data["type"], dialog = "task/fetch", true
		a["name"], a["value"] = "task/fetch", object{"data": data, "context": object{"theme": "default"}}
	case button["type"] == "Action.Execute":
		a["name"] = "adaptiveCard/action"
		a["value"] = object{"action": object{"type": "Action.Execute", "title": button["title"], "verb": button["verb"], "data": data}, "trigger": "manual"}
	case button["type"] == "Action.Submit":
		a["type"], a["value"] = "message", data
		a["id"], wait = fmt.Sprintf("%d", s.now().UnixMilli()+s.next()), messageDeadline
	default:
		return Request{}, fmt.Errorf("fake Teams: the button %q sends nothing", c.Label)
	}
	r, err := s.sealed(ch.tenant, a, c.Forgery)
	r.wait, r.press = wait, &pressed{m, u, dialog}
	return r, err
}

// buttonOf finds a button by its title, or by a part of it that only one has.
func buttonOf(card map[string]any, label string) (found map[string]any, err error) {
	var near []map[string]any
	var all []string
	walk(card, func(o map[string]any) {
		kind, _ := o["type"].(string)
		title, _ := o["title"].(string)
		if !strings.HasPrefix(kind, "Action.") {
			return
		}
		all = append(all, title)
		if title == label {
			found = o
		}
		if strings.Contains(title, label) {
			near = append(near, o)
		}
	})
	if found == nil && len(near) == 1 {
		found = near[0]
	}
	if found == nil {
		return nil, fmt.Errorf("fake Teams: there is no button %q, but %q", label, all)
	}
	return found, nil
}

// heed shows what a bot answered to a button.
func (s *Server) heed(r Request, a *Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.mentioned != nil {
		s.heedHook(r, a)
		return
	}
	if r.press == nil || a.Status != 200 || r.wait != invokeDeadline {
		if a.Status == 200 && len(a.Body) > 0 {
			a.Problems = append(a.Problems, "a message is answered with an empty body")
		}
		return
	}
	if r.press.dialog {
		s.heedDialog(r, a)
		return
	}
	var in struct {
		Status int             `json:"statusCode"`
		Type   string          `json:"type"`
		Value  json.RawMessage `json:"value"`
	}
	if json.Unmarshal(a.Body, &in) != nil || in.Status != 200 {
		a.Problems = append(a.Problems, "the answer to a button has no statusCode 200")
		return
	}
	switch in.Type {
	case "application/vnd.microsoft.activity.message":
		if json.Unmarshal(in.Value, &a.Text) != nil || a.Text == "" {
			a.Problems = append(a.Problems, "a message without words")
		}
	case "application/vnd.microsoft.card.adaptive":
		a.Card, a.Problems = in.Value, append(a.Problems, CheckCard(in.Value)...)
		if r.press.message.Instead == nil {
			r.press.message.Instead = map[UserID]json.RawMessage{}
		}
		r.press.message.Instead[r.press.user.ID] = in.Value
	default:
		a.Problems = append(a.Problems, fmt.Sprintf("unknown type of an answer %q", in.Type))
	}
	s.touch()
}

// dialog is a dialog that a person sees.
type dialog struct {
	channel *channel
	title   string
	card    json.RawMessage
}

// heedDialog shows a dialog, or what it ends with ("Use dialogs with bots").
func (s *Server) heedDialog(r Request, a *Answer) {
	var in struct {
		Task struct {
			Type  string          `json:"type"`
			Value json.RawMessage `json:"value"`
		} `json:"task"`
	}
	_ = json.Unmarshal(a.Body, &in) // has no type then
	u := r.press.user
	switch in.Task.Type {
	case "message":
		u.dialog = nil
		if json.Unmarshal(in.Task.Value, &a.Text) != nil || a.Text == "" {
			a.Problems = append(a.Problems, "a dialog that ends without words")
		}
	case "continue":
		var v struct {
			Title string `json:"title"`
			Card  shown  `json:"card"`
		}
		if json.Unmarshal(in.Task.Value, &v) != nil || v.Title == "" || v.Card.Kind != "application/vnd.microsoft.card.adaptive" {
			a.Problems = append(a.Problems, "a dialog without a title or a card")
		}
		walk(decode(v.Card.Content), func(o map[string]any) {
			if o["type"] == "Action.Execute" {
				a.Problems = append(a.Problems, "a dialog with Action.Execute")
			}
		})
		a.Card, a.Problems = v.Card.Content, append(a.Problems, CheckCard(v.Card.Content)...)
		u.dialog = &dialog{s.channels[r.press.message.Channel], v.Title, v.Card.Content}
	default:
		a.Problems = append(a.Problems, fmt.Sprintf("the answer to a dialog has the type %q", in.Task.Type))
	}
	s.touch()
}

// Submit sends the dialog that a person sees, by its only button.
func (s *Server) Submit(ctx context.Context, who UserID, fill Fill) (Answer, error) {
	r, err := s.SubmitRequest(who, fill)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// SubmitRequest makes the request of a dialog without sending it.
func (s *Server) SubmitRequest(who UserID, fill Fill) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[who]
	if u == nil || u.dialog == nil {
		return Request{}, fmt.Errorf("fake Teams: %s sees no dialog", who)
	}
	card := decode(u.dialog.card)
	button, err := buttonOf(card, "")
	if err != nil {
		return Request{}, err
	}
	data, err := filled(card, button, fill)
	if err != nil {
		return Request{}, err
	}
	a := s.activity("invoke", u.dialog.channel, who, Forgery{})
	a["name"], a["value"] = "task/submit", object{"data": data, "context": object{"theme": "default"}}
	r, err := s.sealed(u.dialog.channel.tenant, a, Forgery{})
	r.wait, r.press = invokeDeadline, &pressed{&message{Message{Channel: u.dialog.channel.ID}}, u, true}
	return r, err
}

// Dialog is the title and card of the dialog that a person sees.
func (s *Server) Dialog(who UserID) (title string, card json.RawMessage, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[who]
	if u == nil || u.dialog == nil {
		return "", nil, false
	}
	return u.dialog.title, u.dialog.card, true
}

// dataOf is a copy of what a button sends along.
func dataOf(button map[string]any) object {
	data, _ := button["data"].(map[string]any)
	if data == nil {
		return object{}
	}
	return maps.Clone(data)
}
