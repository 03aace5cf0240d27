package teams

import (
	"strings"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
	"github.com/umassonline/belltower/internal/desk"
)

// shownKept is how many forms are remembered to be shown again with what was refused. One
// that is forgotten works as well; what is refused is then said beside it.
const shownKept = 1000

// shownForms are the newest forms that people were shown, by person and command.
type shownForms struct {
	mu    sync.Mutex
	forms map[shownKey]chat.Form
	order []shownKey // oldest first
}

type shownKey struct {
	person  desk.Person
	command string
}

func (s *shownForms) put(who desk.Person, f chat.Form) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := shownKey{who, f.Command}
	if s.forms == nil {
		s.forms = map[shownKey]chat.Form{}
	}
	if _, known := s.forms[k]; !known {
		s.order = append(s.order, k)
	}
	s.forms[k] = f
	if len(s.order) > shownKept {
		delete(s.forms, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *shownForms) get(who desk.Person, command string) (chat.Form, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.forms[shownKey{who, command}]
	return f, ok
}

// refusedForm is the form that was refused, once more, with what was typed and why. Only
// a refusal that has no way on but to put the form right is shown in it.
func (h *handler) refusedForm(r chat.Reply, req chat.Request, to origin) (title string, c card.Card, ok bool) {
	if to.form == "" || !r.Failed || len(r.Message.Actions) > 0 {
		return "", nil, false
	}
	f, known := h.shown.get(req.Person, to.form)
	if !known {
		return "", nil, false
	}
	f = *h.whence(chat.Reply{Form: &f}, to, to.Conversation.ID).Form
	c, err := h.styleIn(to, to.Conversation.ID).Form(card.Refill(f, req.Options), h.fault(r), r.Field)
	if err != nil {
		h.opt.Log.Warn("a form cannot be drawn", "connection", h.name, "error", err)
	}
	return f.Title, c, err == nil
}

// maxFault is how long a sentence about a refused field may be, in characters.
const maxFault = 500

// fault says what was refused.
func (h *handler) fault(r chat.Reply) string {
	says := []string{r.Message.Summary.PlainText(h.opt.Zone)}
	for _, l := range r.Message.Lines {
		says = append(says, l.Text.PlainText(h.opt.Zone))
	}
	text := strings.Join(says, " ")
	if cut := []rune(text); len(cut) > maxFault {
		text = string(cut[:maxFault-1]) + "…"
	}
	return text
}

// typedBack says in a refusal what was typed, where the form is gone and no button holds
// it.
func typedBack(m chat.Message, req chat.Request) chat.Message {
	lines := m.Lines[:len(m.Lines):len(m.Lines)]
	for _, name := range []string{"title", "message", "details", "reason"} {
		if text := req.Options[name]; text != "" {
			lines = append(lines, chat.Line{Kind: chat.Quote, Text: chat.Plain(text)})
		}
	}
	m.Lines = lines
	return m
}
