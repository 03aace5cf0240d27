package teams

import (
	"context"
	"encoding/json"
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

// anew shows the answer in place of the private card whose button was pressed in a client
// that cannot show answers to buttons.
func (h *handler) anew(ctx context.Context, to origin, r chat.Reply) error {
	if r.Failed || to.invoke != "" {
		return errNotThisWay
	}
	_, c, err := h.draw(r, to, to.Conversation.ID)
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
	put := call{method: http.MethodPut, url: address, kind: jsonKind, body: body}
	err = h.doAgain(ctx, put, nil)
	if e, failed := sentError(err); failed && e.Outcome == chat.Unknown { // to put it twice is to put it once
		err = h.doAgain(ctx, put, nil)
	}
	return err
}

// targetedQuery makes a message one that its recipient alone sees.
const targetedQuery = "?isTargetedActivity=true"

// targeted shows the answer to the person alone, where they asked.
func (h *handler) targeted(ctx context.Context, to origin, r chat.Reply) error {
	if w := h.ways.get(); w.NoTargeted && h.opt.Now().Sub(w.At) < wayKept {
		return errNotThisWay
	}
	out, err := h.outgoing(r, to, to.Conversation.ID)
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

// noteWay remembers whether targeted messages get through. Only that Teams does not know
// the call says that they do not: anything else is about the channel, the answer or now.
func (h *handler) noteWay(ctx context.Context, err error) {
	if e, failed := sentError(err); failed && e.Reason != "BadArgument" {
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
	out, err := h.outgoing(r, to, id)
	if err != nil {
		return err
	}
	posted, err := h.send(ctx, at(h.serviceOf(id), "conversations", id, "activities"), out)
	if err == nil {
		h.own.add(id, posted, false)
	}
	return err
}

// chatWith is the personal chat with who sent an activity. To begin it twice is to begin
// it once, so a failure of that is never in doubt.
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
	err = h.doAgain(ctx, call{method: http.MethodPost, url: at(to.ServiceURL, "conversations"), kind: jsonKind, body: body}, &made)
	if e, failed := sentError(err); failed && e.Outcome == chat.Unknown {
		e.Outcome = chat.NotSent
		return "", &e
	}
	if err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", &chat.SendError{Outcome: chat.NotSent, Reason: "a chat without an id"}
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

// publicly answers where it was first asked, for all who read there.
func (h *handler) publicly(ctx context.Context, to origin, r chat.Reply) error {
	if to.asked == "" {
		return h.inThread(ctx, to, r)
	}
	out, err := h.outgoing(r, to, to.asked)
	if err != nil {
		return err
	}
	_, err = h.send(ctx, at(h.serviceOf(channelOf(to.asked)), "conversations", to.asked, "activities"), out)
	return err
}

// inThread answers where it was typed or pressed, for all who read there.
func (h *handler) inThread(ctx context.Context, to origin, r chat.Reply) error {
	out, err := h.outgoing(r, to, to.Conversation.ID)
	if err != nil {
		return err
	}
	id, err := h.send(ctx, at(to.ServiceURL, "conversations", to.Conversation.ID, "activities"), out)
	if err == nil && h.kindOf(to.activity) == personal && !r.Public {
		h.own.add(to.channel(), id, false)
	}
	return err
}

// outgoing is a message with a reply's card, for a conversation.
func (h *handler) outgoing(r chat.Reply, to origin, in string) (outgoing, error) {
	title, c, err := h.draw(r, to, in)
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
