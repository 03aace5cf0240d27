package discord

import (
	"context"
	"errors"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// submitted carries out a form that was filled in: its command with its fields as
// options (developers/interactions/receiving-and-responding, "Modal Submit Data").
func (a *asked) submitted(ctx context.Context) error {
	if a.in.Data.CustomID == "" {
		return unreadable(errors.New("the payload names no form"))
	}
	what, err := a.carriedBy(ctx, a.in.Data.CustomID)
	if err != nil {
		a.opt.Log.Warn("a form was sent in vain", "connection", a.name, "error", err)
		spent := chat.Message{Summary: chat.Plain(a.markup.own("This form is too old. Please type the command.")), Tone: chat.ToneRefused}
		for _, v := range a.fields() {
			spent.Lines = append(spent.Lines, chat.Line{Kind: chat.Quote, Text: chat.Plain(v)})
		}
		return a.out.respond(ctx, response{Type: respondMessage, Data: a.whispered(ctx, spent)})
	}
	req := a.request(string(a.in.ID))
	req.Command, req.Text, _ = strings.Cut(what.Command, " ")
	req.Options, req.Filled = a.fields(), true
	for name, v := range what.Options {
		if _, shown := req.Options[name]; !shown {
			req.Options[name] = v
		}
	}
	a.answer(ctx, req)
	return nil
}

// fields are those that hold something.
func (a *asked) fields() map[string]string {
	out := map[string]string{}
	for _, r := range a.in.Data.Components {
		for _, f := range r.Components {
			if strings.TrimSpace(f.Value) != "" && f.CustomID != "" {
				out[f.CustomID] = decode(a.name, f.Value)
			}
		}
	}
	return out
}
