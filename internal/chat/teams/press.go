package teams

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
)

// The invokes that cards cause ("Universal Actions for Adaptive Cards", "Use dialogs with
// bots").
const (
	cardAction = "adaptiveCard/action"
	taskFetch  = "task/fetch"
	taskSubmit = "task/submit"
)

// dataOf is what a card sends along: by an invoke it is wrapped.
func dataOf(a activity) (json.RawMessage, error) {
	var v struct {
		Action struct {
			Data json.RawMessage `json:"data"`
		} `json:"action"`
		Data json.RawMessage `json:"data"`
	}
	if a.Type == "message" {
		return a.Value, nil
	}
	if err := json.Unmarshal(a.Value, &v); err != nil {
		return nil, errors.New("the value of the invoke is no object")
	}
	if a.Name == cardAction {
		return v.Action.Data, nil
	}
	return v.Data, nil
}

// invoke carries out what a card asks for that wants its answer in the HTTP response.
// Other invokes are none of ours, and are answered with nothing.
func (h *handler) invoke(in incoming, a activity) error {
	switch a.Name {
	case cardAction, taskFetch, taskSubmit:
		return h.submitted(in, a)
	}
	h.writeJSON(in.ResponseWriter, struct{}{})
	return nil
}

// submitted carries out the button that was pressed, or the form that was filled in.
func (h *handler) submitted(in incoming, a activity) error {
	data, err := dataOf(a)
	if err != nil {
		return unreadable(err)
	}
	sub, err := card.ReadData(data)
	line := strings.TrimSpace(sub.Command)
	if err != nil || line == "" {
		if a.Type == "message" { // a card of somebody else's, or an older one
			acknowledge(in.ResponseWriter)
			return nil
		}
		return unreadable(errors.New("the card's data names no command"))
	}
	if a.From.ID == "" {
		return unreadable(errors.New("nobody pressed the button"))
	}
	if err := h.tellReturned(in.ctx, h.learn(in.ctx, a)); err != nil {
		return err
	}
	req := h.request(in, a, h.once(in.ctx, a))
	req.Command, req.Text, _ = strings.Cut(line, " ")
	req.Options, req.Filled, req.Forms = sub.Options, sub.Options != nil, true
	to := origin{activity: a, invoke: a.Name}
	if sub.Place != "" && h.kindOf(a) == personal {
		if to.asked = h.unseal(a.From.ID, sub.Place); to.asked == "" {
			h.tooOld(in, req, to)
			return nil
		}
		req.Channel, req.Direct = h.channel(channelOf(to.asked)), false
	}
	if sub.Form {
		req.Filled, req.Forms, req.Options = true, false, filledIn(sub.Fields)
		to.form = sub.Command
	}
	h.answer(in, req, to)
	return nil
}

// filledIn are the fields that hold something.
func filledIn(fields map[string]string) map[string]string {
	out := maps.Clone(fields)
	maps.DeleteFunc(out, func(_, text string) bool { return strings.TrimSpace(text) == "" })
	if out == nil {
		out = map[string]string{}
	}
	return out
}

// cardAnswer is the answer to adaptiveCard/action: a card, which takes the place of the
// one that was pressed for that person alone, or a sentence.
type cardAnswer struct {
	Status int    `json:"statusCode"`
	Type   string `json:"type"`
	Value  any    `json:"value"`
}

// The types of answers to a card.
const (
	cardKind    = "application/vnd.microsoft.card.adaptive"
	messageKind = "application/vnd.microsoft.activity.message"
)

// task is the answer to a dialog: another page of it, or a sentence that ends it.
type task struct {
	Task taskStep `json:"task"`
}

type taskStep struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

type dialog struct {
	Title  string     `json:"title"`
	Height string     `json:"height"`
	Width  string     `json:"width"`
	Card   attachment `json:"card"`
}

// attachment is a card in an activity.
type attachment struct {
	Kind    string    `json:"contentType"`
	Content card.Card `json:"content"`
}

// sentence is the answer to an invoke that says something.
func (to origin) sentence(text string) any {
	if to.dialog() {
		return task{taskStep{"message", text}}
	}
	return cardAnswer{http.StatusOK, messageKind, text}
}

// page is the answer to an invoke that shows a card.
func (to origin) page(title string, c card.Card) any {
	if to.dialog() {
		return task{taskStep{"continue", dialog{title, "medium", "medium", attachment{cardKind, inDialog(c)}}}}
	}
	return cardAnswer{http.StatusOK, cardKind, c}
}

// inDialog replaces buttons by what they fall back to: a dialog knows Action.Submit only.
func inDialog(c card.Card) card.Card {
	var whole any
	if json.Unmarshal(c, &whole) != nil {
		return c
	}
	out, err := json.Marshal(fallenBack(whole))
	if err != nil {
		return c
	}
	return out
}

func fallenBack(v any) any {
	switch v := v.(type) {
	case []any:
		for i, one := range v {
			v[i] = fallenBack(one)
		}
	case map[string]any:
		if f, ok := v["fallback"].(map[string]any); ok && v["type"] == "Action.Execute" {
			return f
		}
		for name, one := range v {
			v[name] = fallenBack(one)
		}
	}
	return v
}

// none is a message that says nothing.
func (h *handler) none(r chat.Reply) bool { return r.Form == nil && isNone(r.Message, h.opt.Zone) }
