package teams

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
)

// origin is where a request came from and its answer goes.
type origin struct {
	activity
	invoke string // the invoke's name: it wants its answer in the HTTP response
	form   string // the command of the form that was sent
	asked  string // the conversation that it is about, where it was answered elsewhere
}

func (to origin) dialog() bool { return to.invoke == taskFetch || to.invoke == taskSubmit }

// answer carries a request out and answers it. What was typed is answered by a message
// after an empty response, which is sent when the command is on disk; what a card asked for
// is answered in the response. Whatever takes longer is acknowledged, and answered by a
// message. A request that is being carried out goes on when the caller hangs up.
func (h *handler) answer(in incoming, req chat.Request, to origin) {
	begun := h.opt.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(in.ctx), commandTime)
	defer cancel()
	isInTime := chat.Late(lateAfter-begun.Sub(in.at), func() { h.acknowledgeLate(in.ResponseWriter, to) })
	defer isInTime()
	reply := h.do.Handle(ctx, req)
	inTime := isInTime()
	h.opt.Log.Debug("command answered", "trace", req.Trace, "connection", h.name, "command", req.Command, "took", h.opt.Now().Sub(begun), "in_time", inTime)
	if reply.Form != nil {
		h.shown.put(req.Person, *reply.Form)
	}
	switch {
	case !inTime: // it is acknowledged
	case to.invoke != "":
		body, done := h.inResponse(req, reply, to)
		h.writeJSON(in.ResponseWriter, body)
		if done {
			return
		}
	default:
		acknowledge(in.ResponseWriter)
	}
	h.tell(ctx, req, reply, to)
}

// acknowledgeLate says that the answer follows.
func (h *handler) acknowledgeLate(w http.ResponseWriter, to origin) {
	if to.invoke == "" {
		acknowledge(w)
		return
	}
	h.writeJSON(w, to.sentence(h.say("This takes a little longer. The answer follows.")))
}

// inResponse is the answer to an invoke; done: there is nothing to say beside it. A card
// that only its reader sees is replaced by what comes next, so that spent buttons are gone,
// but not by a refusal, whose card is still of use. A post in a channel stays.
func (h *handler) inResponse(req chat.Request, r chat.Reply, to origin) (body any, done bool) {
	if title, c, ok := h.refusedForm(r, req, to); ok && h.inPlace(to) {
		return to.page(title, c), true
	}
	replaces := h.inPlace(to) && !r.Public && (!r.Failed || to.dialog())
	switch {
	case h.none(r):
		return to.sentence(h.say("Done.")), true
	case r.Form != nil && replaces, replaces && !h.isShort(r):
		title, c, err := h.draw(r, to, to.Conversation.ID)
		if err == nil {
			return to.page(title, c), true
		}
		h.opt.Log.Warn("an answer cannot be drawn", "trace", req.Trace, "connection", h.name, "error", err)
	case r.Form != nil:
		return to.sentence(h.say("Please fill in the form that I send to you.")), false
	}
	return to.sentence(h.style.Summary(r.Message)), !r.Public && h.isShort(r) && (to.form == "" || !r.Failed)
}

// inPlace reports whether the answer can stand where the button is: in a dialog, or in a
// card that its reader alone sees.
func (h *handler) inPlace(to origin) bool {
	return to.dialog() || h.own.has(to.channel(), to.ReplyTo) || to.Recipient.Targeted
}

// isShort reports whether a reply is its first sentence alone.
func (h *handler) isShort(r chat.Reply) bool {
	m := r.Message
	return r.Form == nil && len(m.Lines) == 0 && len(m.Facts) == 0 && len(m.Context) == 0 && len(m.Actions) == 0
}

// draw is the card of a reply, which stands in a conversation: its form, or its message.
func (h *handler) draw(r chat.Reply, to origin, in string) (title string, c card.Card, err error) {
	style := h.styleIn(to, in)
	r = h.whence(r, to, in)
	if r.Form != nil {
		c, err = style.Form(*r.Form, "", "")
		return r.Form.Title, c, err
	}
	c, err = style.Message(r.Message)
	return h.style.Summary(r.Message), c, err
}

// writeJSON sends a whole response at once.
func (h *handler) writeJSON(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		h.opt.Log.Error("cannot write an answer", "connection", h.name, "error", err)
		body = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Connection", "close") // as in acknowledge
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // a caller that hung up is its own business
	_ = http.NewResponseController(w).Flush()
}
