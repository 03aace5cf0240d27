package teams

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// tell gives an answer by a message: to everybody in the thread, or to the person alone.
// It has time of its own, though the command may have used up its.
func (h *handler) tell(ctx context.Context, req chat.Request, r chat.Reply, to origin) {
	if h.none(r) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if _, c, ok := h.refusedForm(r, req, to); ok && h.replace(ctx, to, c) == nil {
		return
	}
	typed := r // with what a refused form held: for nobody else's eyes
	if to.form != "" && r.Failed {
		typed.Message = typedBack(r.Message, req)
	}
	switch {
	case r.Public && !req.Direct:
		h.untaken(req, h.publicly(ctx, to, r))
	case h.kindOf(to.activity) == personal:
		h.untaken(req, h.inThread(ctx, to, typed))
	default:
		h.tellAlone(ctx, answered{req, r, typed, to})
	}
}

// answered is a request, its answer as all may read it and as the person alone may, and
// where that came from.
type answered struct {
	req         chat.Request
	open, alone chat.Reply
	to          origin
}

// How often an answer to one person is tried, how long after a failure at least and at
// most, and how long in all: trouble passes, and sporadic refusals, which Teams knows
// (BotFramework-Services issue 200), are not repeated.
const (
	aloneTries   = 3
	alonePause   = 2 * time.Second
	alonePatient = 5 * time.Second
	aloneTime    = 20 * time.Second
)

// tellAlone answers one person, by the first way that takes it. What may have been taken
// is not given again. All are told only where it is sure that no way leads to the person:
// each refused twice. While Teams has trouble, and of what is for staff, they are told where
// to ask, and no more.
func (h *handler) tellAlone(ctx context.Context, a answered) {
	limited, cancel := context.WithTimeout(ctx, aloneTime)
	defer cancel()
	if err := h.anew(limited, a.to, a.alone); err == nil {
		return
	} else if !errors.Is(err, errNotThisWay) {
		h.untaken(a.req, err)
	}
	refused := 0
	for try := range aloneTries {
		got, pause := h.tryAlone(limited, a)
		switch {
		case got == takenOrDoubtful:
			return
		case got == refusedByAll:
			refused++
		}
		if refused == 2 && a.open.Staff {
			break
		}
		if refused == 2 {
			h.untaken(a.req, h.openly(ctx, a.to, a.open))
			return
		}
		if try < aloneTries-1 {
			wait(limited, nil, pause)
		}
	}
	h.untaken(a.req, h.pointed(ctx, a.to, a.open))
}

// aloneResult is what became of one try of all ways to a person.
type aloneResult string

const (
	takenOrDoubtful aloneResult = "taken or doubtful"
	refusedByAll    aloneResult = "refused by all"
	inTrouble       aloneResult = "in trouble"
)

// tryAlone tries each way to a person once, until one takes the answer.
func (h *handler) tryAlone(ctx context.Context, a answered) (got aloneResult, pause time.Duration) {
	got, pause = refusedByAll, alonePause
	for _, way := range []func(context.Context, origin, chat.Reply) error{h.targeted, h.alone} {
		err := way(ctx, a.to, a.alone)
		if errors.Is(err, errNotThisWay) {
			continue
		}
		h.untaken(a.req, err)
		e, judged := sentError(err)
		switch {
		case err == nil, judged && e.Outcome == chat.Unknown:
			return takenOrDoubtful, 0
		case judged && (e.Outcome == chat.Gone || e.Outcome == chat.RootGone || e.Outcome == chat.Refused):
			continue
		}
		got, pause = inTrouble, min(max(pause, cmp.Or(e.After, alonePause)), alonePatient)
	}
	return got, pause
}

// untaken logs that an answer was not taken, where it was not.
func (h *handler) untaken(req chat.Request, err error) {
	if err != nil {
		h.opt.Log.Warn("an answer was not taken by Teams", "trace", req.Trace, "connection", h.name, "error", err)
	}
}

// errNotThisWay: it is known that a way does not lead there.
var errNotThisWay = errors.New("not this way")

// openly answers in the thread, where everybody reads it, and says so.
func (h *handler) openly(ctx context.Context, to origin, r chat.Reply) error {
	m := r.Message
	if r.Form != nil { // a form for one person is of no use to all
		m = chat.Message{Summary: chat.Plain(h.say("Please write to me in a personal chat: there I can show you a form."))}
	}
	note := chat.Plain(h.say("Everybody here reads this, as Teams lets me show it to nobody alone: install the app for yourself to be answered in a chat."))
	m.Context = append(m.Context[:len(m.Context):len(m.Context)], note)
	r.Message, r.Form = m, nil
	return h.inThread(ctx, to, r)
}

// pointed says in the thread that there is an answer, and nothing of it.
func (h *handler) pointed(ctx context.Context, to origin, r chat.Reply) error {
	r.Form = nil
	r.Message = chat.Message{Summary: chat.Plain(h.say("I cannot show you the answer right now, as it is for you alone. Please write to me in a personal chat."))}
	return h.inThread(ctx, to, r)
}
