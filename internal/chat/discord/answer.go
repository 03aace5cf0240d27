package discord

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// How long we let Discord wait, of its 3 s, before we say that the answer comes later,
// how long a command may take in all, and how long its answer can be given.
const (
	lateAfter   = 2 * time.Second
	commandTime = 25 * time.Second
	tokenLife   = 15 * time.Minute
)

// response is a first answer to an interaction
// (developers/interactions/receiving-and-responding, "Interaction Response Object").
type response struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// The types of response.
const (
	respondPong     = 1
	respondMessage  = 4
	respondLater    = 5 // its message comes later
	respondAck      = 6 // its message may change later, or nothing is shown
	respondUpdate   = 7 // the message changes that the button is in
	respondComplete = 8
	respondForm     = 9
)

// flagEphemeral marks a message that its reader alone sees.
const flagEphemeral = 1 << 6

func (r response) deferred() bool { return r.Type == respondLater || r.Type == respondAck }

// answer carries a request out and answers it: in the first response where it is in
// time, else in a message after it. The request is carried out even where Discord
// stops waiting.
func (a *asked) answer(ctx context.Context, req chat.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commandTime)
	defer cancel()
	if a.mayBeStale() {
		a.answerStale(ctx, req)
		return
	}
	var err error
	isInTime := chat.Late(lateAfter-a.opt.Now().Sub(a.at), func() { err = a.out.respond(ctx, a.hold()) })
	defer isInTime()
	reply := a.do.Handle(ctx, req)
	inTime := isInTime()
	a.opt.Log.Debug("command answered", "trace", req.Trace, "connection", a.name, "command", req.Command,
		"took", a.opt.Now().Sub(a.at), "in_time", inTime)
	if inTime {
		err = a.out.respond(ctx, a.first(ctx, req, reply))
	} else if err == nil {
		err = a.follow(ctx, req, reply)
	}
	a.answered(ctx, req, err)
}

// answered notes how the answer went out.
func (a *asked) answered(ctx context.Context, req chat.Request, err error) {
	if err != nil {
		a.opt.Log.Warn("an answer was not taken by Discord", "trace", req.Trace, "connection", a.name, "error", err)
	}
	a.noteBack(ctx, req)
}

// mayBeStale reports whether it came by the gateway so late that its author may have
// been told that nothing came of it: a gateway says again what was missed. Over HTTP
// Discord waits for us.
func (a *asked) mayBeStale() bool {
	_, called := a.out.(callbackDoor)
	return called && a.clock.since(a.in.ID, a.at) >= lateAfter
}

// answerStale asks first whether Discord still takes an answer. Who was told that
// nothing came of it will ask again, so nothing is done then.
func (a *asked) answerStale(ctx context.Context, req chat.Request) {
	if err := a.out.respond(ctx, a.hold()); err != nil {
		a.opt.Log.Warn("an interaction came too late and was left", "trace", req.Trace, "connection", a.name, "error", err)
		return
	}
	a.answered(ctx, req, a.follow(ctx, req, a.do.Handle(ctx, req)))
}

// hold is the first response where the answer takes longer: one that its author alone
// sees, as that cannot be changed later.
func (a *asked) hold() response {
	if a.in.own() {
		return response{Type: respondAck}
	}
	return response{Type: respondLater, Data: flags{flagEphemeral}}
}

type flags struct {
	Flags int `json:"flags"`
}

// first is the first response in time.
func (a *asked) first(ctx context.Context, req chat.Request, reply chat.Reply) response {
	if reply.Form != nil && a.in.Type != typeModal {
		return response{Type: respondForm, Data: a.modal(ctx, *reply.Form, a.refill(req))}
	}
	if says(reply.Message) == "" && a.in.Type == typeComponent {
		return response{Type: respondAck}
	}
	m := a.reply(ctx, req, reply)
	if a.replaces(reply) {
		m.Flags = 0 // it stays as the message was
		return response{Type: respondUpdate, Data: m}
	}
	return response{Type: respondMessage, Data: m}
}

func says(m chat.Message) string { return m.Summary.PlainText(time.UTC) }

// replaces reports whether the answer takes the place of the message that the button is
// in, which its author alone sees, so that spent buttons are gone; not for a refusal,
// whose buttons are still of use.
func (a *asked) replaces(r chat.Reply) bool {
	return a.in.own() && !r.Public && !r.Failed && says(r.Message) != ""
}

// reply renders an answer.
func (a *asked) reply(ctx context.Context, req chat.Request, r chat.Reply) message {
	if says(r.Message) == "" {
		r.Message.Summary = chat.Plain(a.markup.own("Done."))
	}
	if r.Failed && a.in.Type == typeModal {
		r.Message = a.typedBack(r.Message, req)
	}
	m := a.render(ctx, r.Message)
	if !r.Public {
		m.Flags = flagEphemeral
	}
	return m
}

// typedBack offers the form that was refused again as it was filled in, as Discord has
// closed it. Where no other way on holds it, it says what was typed, too.
func (a *asked) typedBack(m chat.Message, req chat.Request) chat.Message {
	for _, name := range []string{"title", "message", "details", "reason"} {
		if text := req.Options[name]; text != "" && len(m.Actions) == 0 {
			m.Lines = append(m.Lines, chat.Line{Kind: chat.Quote, Text: chat.Plain(text)})
		}
	}
	again := chat.Action{Label: a.markup.own("Change it"), Command: againPrefix + line(req), Options: req.Options}
	m.Actions = append(slices.Clone(m.Actions), again)
	return m
}

func line(req chat.Request) string {
	if req.Text == "" {
		return req.Command
	}
	return req.Command + " " + req.Text
}

// follow says an answer after the first response said that it comes later.
func (a *asked) follow(ctx context.Context, req chat.Request, reply chat.Reply) error {
	m := a.reply(ctx, req, reply)
	switch {
	case a.replaces(reply):
		m.Flags = 0
		return a.change(ctx, m)
	case a.in.own() && says(reply.Message) == "":
		return nil
	case a.in.own():
		return a.followUp(ctx, m)
	case reply.Public:
		if err := a.change(ctx, a.render(ctx, chat.Message{Summary: chat.Plain(a.markup.own("Here it is, for everybody:"))})); err != nil {
			return err
		}
		return a.followUp(ctx, m)
	}
	m.Flags = 0 // it is what the first response said, and cannot be said again
	return a.change(ctx, m)
}

// noteBack tells that the channel can be posted to again, where it could not and
// Discord says now that we may.
func (a *asked) noteBack(ctx context.Context, req chat.Request) {
	if a.do.Returned == nil || a.in.Guild == "" || !a.in.AppMay.all(mayPost) || !a.lost.has(req.Channel.ID) {
		return
	}
	if err := a.do.Returned(context.WithoutCancel(ctx), req.Channel); err != nil {
		a.opt.Log.Warn("cannot note that a channel is back", "connection", a.name, "channel", req.Channel.ID, "error", err)
		return
	}
	a.lost.drop(req.Channel.ID)
}
