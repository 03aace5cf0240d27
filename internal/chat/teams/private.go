package teams

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// way is whether messages that one person alone sees get through ("Send and receive
// targeted messages": not in every cloud). At is when that was last tried.
type way struct {
	NoTargeted bool
	At         time.Time
}

// wayKept is how long a way that did not get through is not tried again.
const wayKept = 24 * time.Hour

type ways struct {
	mu  sync.Mutex
	now way
}

func (w *ways) set(now way) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

func (w *ways) get() way {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// ownCards are the newest answers that only their reader sees, by conversation and id. One
// that is forgotten is not replaced any more when its button is pressed.
type ownCards struct {
	mu    sync.Mutex
	ids   map[string]bool // true: it is a targeted message
	order []string
}

const ownKept = 10_000

func (o *ownCards) add(channel, id string, targeted bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ids == nil {
		o.ids = map[string]bool{}
	}
	k := channel + "\n" + id
	if _, known := o.ids[k]; !known {
		o.order = append(o.order, k)
	}
	o.ids[k] = targeted
	if len(o.order) > ownKept {
		delete(o.ids, o.order[0])
		o.order = o.order[1:]
	}
}

func (o *ownCards) has(channel, id string) bool {
	_, known := o.find(channel, id)
	return known
}

func (o *ownCards) find(channel, id string) (targeted, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	targeted, known = o.ids[channel+"\n"+id]
	return targeted, known
}

// tell gives an answer by a message: to everybody in the thread, or to the person alone by
// the first way that takes it. Each has the time of a call, though the command may have
// used up its own.
func (h *handler) tell(ctx context.Context, req chat.Request, r chat.Reply, to origin) {
	if h.none(r) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if _, c, ok := h.refusedForm(r, req, to); ok && h.replace(ctx, to, c) == nil {
		return
	}
	if to.form != "" && r.Failed {
		r.Message = typedBack(r.Message, req)
	}
	ways := []func(context.Context, origin, chat.Reply) error{h.anew, h.targeted, h.alone, h.openly}
	if r.Public || req.Direct {
		ways = []func(context.Context, origin, chat.Reply) error{h.inThread}
	}
	for _, way := range ways {
		err := way(ctx, to, r)
		if err == nil {
			return
		}
		if !errors.Is(err, errNotThisWay) {
			h.opt.Log.Warn("an answer was not taken by Teams", "trace", req.Trace, "connection", h.name, "error", err)
		}
	}
}

// errNotThisWay: it is known that a way does not lead there.
var errNotThisWay = errors.New("not this way")

// anew shows the answer in place of the private card whose button was pressed in a client
// that cannot show answers to buttons.
func (h *handler) anew(ctx context.Context, to origin, r chat.Reply) error {
	if r.Failed || to.invoke != "" {
		return errNotThisWay
	}
	_, c, err := h.draw(r)
	if err != nil {
		return err
	}
	return h.replace(ctx, to, c)
}

// replace puts another card into a private message of ours.
func (h *handler) replace(ctx context.Context, to origin, c json.RawMessage) error {
	targeted, own := h.own.find(to.channel(), to.ReplyTo)
	if !own {
		return errNotThisWay
	}
	address := at(to.ServiceURL, "conversations", to.Conversation.ID, "activities", to.ReplyTo)
	if targeted {
		address += targetedQuery
	}
	body, err := json.Marshal(outgoing{Type: "message", ID: to.ReplyTo, Attachments: []attachment{{cardKind, c}}})
	if err != nil {
		return err
	}
	return h.doAgain(ctx, call{method: http.MethodPut, url: address, kind: jsonKind, body: body}, nil)
}

// targetedQuery makes a message one that its recipient alone sees.
const targetedQuery = "?isTargetedActivity=true"

// targeted shows the answer to the person alone, where they asked.
func (h *handler) targeted(ctx context.Context, to origin, r chat.Reply) error {
	if w := h.ways.get(); w.NoTargeted && h.opt.Now().Sub(w.At) < wayKept {
		return errNotThisWay
	}
	out, err := h.outgoing(r)
	if err != nil {
		return err
	}
	out.Recipient = &account{ID: to.From.ID}
	id, err := h.send(ctx, at(to.ServiceURL, "conversations", to.Conversation.ID, "activities")+targetedQuery, out)
	if err == nil {
		h.own.add(to.channel(), id, true)
	}
	h.noteWay(ctx, err)
	return err
}

// noteWay remembers whether targeted messages get through. Limits and trouble say nothing
// about that.
func (h *handler) noteWay(ctx context.Context, err error) {
	var e *chat.SendError
	if errors.As(err, &e) && (e.Limited || e.Outcome == chat.Unknown || e.Outcome == chat.NotSent || e.Outcome == chat.Locked) {
		return
	}
	was, now := h.ways.get(), way{NoTargeted: err != nil, At: h.opt.Now().UTC()}
	if was.NoTargeted == now.NoTargeted && !now.NoTargeted {
		return
	}
	h.ways.set(now)
	h.keep(ctx, wayTable, "", now)
}

// alone writes to the person's own chat with us, which is begun if there is none.
func (h *handler) alone(ctx context.Context, to origin, r chat.Reply) error {
	id, err := h.chatWith(ctx, to)
	if err != nil {
		return err
	}
	out, err := h.outgoing(r)
	if err != nil {
		return err
	}
	posted, err := h.send(ctx, at(h.serviceOf(id), "conversations", id, "activities"), out)
	if err == nil {
		h.own.add(id, posted, false)
	}
	return err
}

// chatWith is the personal chat with who sent an activity.
func (h *handler) chatWith(ctx context.Context, to origin) (string, error) {
	if id, ok := h.places.with(to.From.ID); ok {
		return id, nil
	}
	var made resource
	body, err := json.Marshal(opening{Bot: account{ID: h.bot()}, Members: []account{{ID: to.From.ID}}, Tenant: h.conf.TenantID,
		Data: openingData{Tenant: identified{h.conf.TenantID}}})
	if err != nil {
		return "", err
	}
	if err := h.doAgain(ctx, call{method: http.MethodPost, url: at(to.ServiceURL, "conversations"), kind: jsonKind, body: body}, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", &chat.SendError{Outcome: chat.Unknown, Reason: "a chat without an id"}
	}
	h.settle(ctx, made.ID, place{Kind: personal, Service: to.ServiceURL, User: to.From.ID})
	return made.ID, nil
}

// with finds the personal chat with somebody.
func (p *places) with(user string) (id string, ok bool) {
	p.known.each(func(one string, at place) {
		if at.Kind == personal && at.User == user && user != "" {
			id, ok = one, true
		}
	})
	return id, ok
}

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

// inThread answers where it was asked, for all who read there.
func (h *handler) inThread(ctx context.Context, to origin, r chat.Reply) error {
	out, err := h.outgoing(r)
	if err != nil {
		return err
	}
	id, err := h.send(ctx, at(to.ServiceURL, "conversations", to.Conversation.ID, "activities"), out)
	if err == nil && to.kind() == personal && !r.Public {
		h.own.add(to.channel(), id, false)
	}
	return err
}

// outgoing is a message with a reply's card.
func (h *handler) outgoing(r chat.Reply) (outgoing, error) {
	title, c, err := h.draw(r)
	return outgoing{Type: "message", Summary: strings.TrimSpace(title), Attachments: []attachment{{cardKind, c}}}, err
}

// send posts a message that is an answer, and returns its id.
func (h *handler) send(ctx context.Context, address string, out outgoing) (string, error) {
	body, err := json.Marshal(out)
	if err != nil {
		return "", err
	}
	var made resource
	err = h.doAgain(ctx, call{method: http.MethodPost, url: address, kind: jsonKind, body: body}, &made)
	return made.ID, err
}
