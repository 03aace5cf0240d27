package discord

import (
	"context"
	"errors"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
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

// fields are those that hold something. What was picked of a menu is joined by commas.
func (a *asked) fields() map[string]string {
	out := map[string]string{}
	for _, r := range a.in.Data.Components {
		for _, f := range append(r.Components, r.Component) {
			if v := f.text(a.name); strings.TrimSpace(v) != "" && f.CustomID != "" {
				out[f.CustomID] = v
			}
		}
	}
	return out
}

// text is what a field holds, as it would be typed.
func (c component) text(conn desk.ConnectionName) string {
	switch c.Type {
	case kindMenu:
		return strings.Join(c.Values, ",")
	case kindPeople:
		all := make([]string, len(c.Values))
		for i, id := range c.Values {
			all[i] = "@" + string(conn) + "/" + id
		}
		return strings.Join(all, ",")
	}
	return decode(conn, c.Value)
}
