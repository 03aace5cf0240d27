package discord

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// maxCustomID is how much a button or form carries
// (developers/components/reference, "Custom ID").
const maxCustomID = 100

// The first letter of a custom_id says what follows the colon.
const (
	carriesCommand = "d" // the command
	carriesConfirm = "a" // the command, a line break, and the question asked before
	carriesKept    = "k" // what the rest is kept under
)

// leastQuestion is how much of a question is worth asking.
const leastQuestion = 25

// againPrefix marks a command that opens its form again, filled in as it was.
const againPrefix = "\nagain "

// carried is what a button stands for that has no room in its custom_id.
type carried struct {
	Command string            `json:"c"`
	Options map[string]string `json:"o,omitempty"`
	Confirm string            `json:"q,omitempty"`
}

// customID is what the button at place i of a message carries; keep is what has to be
// kept for it, if it is not all there.
func customID(i int, a chat.Action) (id string, keep *carried) {
	place := strconv.Itoa(i) + ":"
	id = carriesCommand + place + a.Command
	if a.Confirm != "" {
		id = carriesConfirm + place + a.Command + "\n"
		id += cutPlain(oneLine(a.Confirm), max(leastQuestion, maxCustomID-length(id)))
	}
	if len(a.Options) == 0 && length(id) <= maxCustomID && !strings.Contains(a.Command, "\n") {
		return id, nil
	}
	c := carried{a.Command, a.Options, a.Confirm}
	return carriesKept + place + c.key(), &c
}

// key is what it is kept under.
func (c carried) key() string {
	b, _ := json.Marshal(c) // texts always encode
	return digest(string(b))
}

// errSpent: a button whose command is not kept any more.
var errSpent = errors.New("what the button stands for is not kept any more")

// carriedBy reads what a custom_id carries.
func (c *Connection) carriedBy(ctx context.Context, id string) (carried, error) {
	kind, rest, ok := strings.Cut(id, ":")
	if !ok || kind == "" {
		return carried{}, errSpent
	}
	switch kind[:1] {
	case carriesCommand:
		return carried{Command: rest}, nil
	case carriesConfirm:
		command, question, _ := strings.Cut(rest, "\n")
		return carried{Command: command, Confirm: question}, nil
	case carriesKept:
		return c.kept.get(ctx, rest)
	}
	return carried{}, errSpent
}

// pressed carries out the command of a button. One that asks before is answered with
// its question, and a button that does not ask.
func (a *asked) pressed(ctx context.Context) error {
	id := a.in.Data.CustomID
	if id == "" || !a.in.Message.ID.valid() {
		return unreadable(errors.New("the payload names no button or no message"))
	}
	what, err := a.carriedBy(ctx, id)
	if err != nil {
		a.opt.Log.Warn("a button was pressed in vain", "connection", a.name, "error", err)
		spent := chat.Message{Summary: chat.Plain(a.markup.own("This button is too old. Please type the command.")), Tone: chat.ToneRefused}
		return a.out.respond(ctx, response{Type: respondMessage, Data: a.whispered(ctx, spent)})
	}
	if what.Confirm != "" {
		question := chat.Message{Summary: chat.Plain(what.Confirm), Actions: []chat.Action{{
			Label: a.label(id), Command: what.Command, Options: what.Options, Style: chat.Primary,
		}}}
		return a.out.respond(ctx, response{Type: respondMessage, Data: a.whispered(ctx, question)})
	}
	a.answer(ctx, a.press(what))
	return nil
}

func (a *asked) whispered(ctx context.Context, m chat.Message) message {
	out := a.render(ctx, m)
	out.Flags = flagEphemeral
	return out
}

// press makes the request of a button. In a message that its reader alone sees, a
// button is good for one thing however often it is pressed before it is gone.
func (a *asked) press(what carried) chat.Request {
	id := string(a.in.ID)
	if a.in.own() {
		id = string(a.in.Message.ID) + "/" + what.key() + "/" + string(a.in.person().ID)
	}
	command, again := strings.CutPrefix(what.Command, againPrefix)
	if again {
		id = string(a.in.ID) // it does nothing but open a form
	}
	req := a.request(id)
	req.Command, req.Text, _ = strings.Cut(command, " ")
	if again {
		req.Prefill = what.Options
		return req
	}
	req.Options, req.Filled = what.Options, what.Options != nil
	return req
}

// label is what the button says.
func (a *asked) label(id string) string {
	for _, r := range a.in.Message.Components {
		for _, b := range r.Components {
			if b.CustomID == id && b.Label != "" {
				return b.Label
			}
		}
	}
	return a.markup.own("Yes")
}
