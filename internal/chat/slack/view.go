package slack

import (
	"context"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Limits of a modal and its inputs (docs.slack.dev/reference/views/modal-views and
// .../block-kit/block-elements).
const (
	maxViewWord  = 24 // of the title and the buttons
	maxMetadata  = 3000
	maxOptions   = 100
	maxOption    = 75
	maxChosen    = 150 // of an option's value
	maxHint      = 200 // of our own: 2,000 fit
	maxInput     = 3000
	inputAction  = "in"
	formCallback = "form"
)

// view is a modal.
type view struct {
	Type     string  `json:"type"`
	Callback string  `json:"callback_id"`
	Title    text    `json:"title"`
	Submit   text    `json:"submit"`
	Close    text    `json:"close"`
	Metadata string  `json:"private_metadata"`
	Blocks   []block `json:"blocks"`
}

// origins are what a form must know when it comes back, as nothing remembers it:
// the line that it stands for, and where its answer goes.
type origins struct {
	Command string `json:"c"`
	Channel string `json:"ch,omitempty"`
	URL     string `json:"u,omitempty"`
}

// input is an element that is filled in.
type input struct {
	Type           string   `json:"type"`
	ActionID       string   `json:"action_id"`
	Multiline      bool     `json:"multiline,omitempty"`
	MaxLength      int      `json:"max_length,omitempty"`
	InitialValue   string   `json:"initial_value,omitempty"`
	Options        []option `json:"options,omitempty"`
	InitialOption  *option  `json:"initial_option,omitempty"`
	InitialOptions []option `json:"initial_options,omitempty"`
	InitialUser    string   `json:"initial_user,omitempty"`
}

type option struct {
	Text  text   `json:"text"`
	Value string `json:"value"`
}

// renderForm lays a form out: what it is about, then its fields, each in a block
// that is called as the field, so that what is refused can stand beside it.
func (m markup) renderForm(f chat.Form, from origins) (view, error) {
	from.Command = f.Command
	hidden, err := encode(from) // which keeps < > and & as they are
	if err == nil && length(string(hidden)) > maxMetadata {
		from.URL = ""
		hidden, err = encode(from)
	}
	v := view{
		Type: "modal", Callback: formCallback, Metadata: string(hidden),
		Title: plain(f.Title, maxViewWord), Submit: plain(f.Submit, maxViewWord), Close: plain(m.own("Cancel"), maxViewWord),
	}
	v.Blocks = m.paragraphs(chat.Message{Lines: f.Intro}, maxSection)
	for _, field := range f.Fields {
		v.Blocks = append(v.Blocks, m.inputBlock(field))
	}
	return v, err
}

func (m markup) inputBlock(f chat.Field) block {
	label := plain(f.Label, maxOption)
	b := block{Type: "input", BlockID: f.Name, Label: &label, Optional: f.Optional, Element: m.element(f)}
	if f.Hint != "" {
		hint := plain(f.Hint, maxHint)
		b.Hint = &hint
	}
	return b
}

// element is the input of a field. Where there are more choices than a menu holds,
// they are typed.
func (m markup) element(f chat.Field) *input {
	e := &input{ActionID: inputAction}
	if f.Kind == chat.PickPerson {
		e.Type, e.InitialUser = "users_select", m.ours(f.Initial)
		return e
	}
	if len(f.Choices) == 0 || len(f.Choices) > maxOptions {
		e.Type, e.Multiline, e.MaxLength = "plain_text_input", f.Kind == chat.LongText, min(f.Max, maxInput)
		e.InitialValue = strings.Join(f.Initial, ",")
		return e
	}
	var chosen []option
	for _, c := range f.Choices {
		if c.Value == "" || length(c.Value) > maxChosen {
			continue
		}
		o := option{plain(c.Label, maxOption), c.Value}
		e.Options = append(e.Options, o)
		for _, v := range f.Initial {
			if v == c.Value {
				chosen = append(chosen, o)
			}
		}
	}
	e.Type = "static_select"
	if f.Kind == chat.PickMany {
		e.Type, e.InitialOptions = "multi_static_select", chosen
	} else if len(chosen) > 0 {
		e.InitialOption = &chosen[0]
	}
	return e
}

// ours is the id of the person whose address is given, if it is of this workspace:
// no other can stand in a menu of its people.
func (m markup) ours(address []string) string {
	if len(address) == 0 {
		return ""
	}
	p, err := desk.ParsePerson(address[0])
	if err != nil || !m.knows(p) {
		return ""
	}
	return p.ID
}

// open shows a form to who pressed or typed, within the 3 s that their trigger
// lives (docs.slack.dev/reference/methods/views.open).
func (h *handler) open(ctx context.Context, req chat.Request, to origin, f chat.Form) error {
	from := origins{Channel: req.Channel.ID, URL: to.url}
	if to.away {
		from.Channel = ""
	}
	v, err := h.markup.renderForm(f, from)
	if err != nil {
		return err
	}
	body, err := encode(struct {
		Trigger string `json:"trigger_id"`
		View    view   `json:"view"`
	}{to.trigger, v})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return h.callJSON(ctx, "views.open", body, &answer{})
}
