package teams

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Post sends a root, or a reply in the thread of d.Root, and returns its id. What is for
// the channel itself is a root of its own that links to the first: Teams shows a reply in
// its thread only. It is one try. Errors are *chat.SendError.
func (c *Connection) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	p, err := c.find(ctx, d.Channel)
	if err != nil {
		return "", err
	}
	root, first := string(d.Root), ""
	if d.Broadcast && root != "" && p.Kind == inChannel {
		first, root = c.linkTo(d.Channel.ID, p, root), ""
	}
	out, err := c.message(d, false, first)
	if err != nil {
		return "", &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	o, err := c.posting(d.Channel.ID, p, root, out)
	if err != nil {
		return "", err
	}
	var made resource
	if err := c.sendTo(ctx, target{d.Channel.ID, root, p}, o, &made); err != nil {
		return "", err
	}
	id := made.ID
	if p.Kind == inChannel && root == "" {
		id = cmp.Or(made.Activity, rootOf(made.ID))
	}
	switch {
	case id == "" && d.Root == "":
		return "", &chat.SendError{Outcome: chat.Unknown, Reason: "ok without an id"}
	case id == "": // Teams was seen to leave a reply's out (github.com/microsoft/teams.py, pull request 586)
		id = string(d.Root) + nameless
	}
	c.roots.stands(d.Channel.ID, cmp.Or(root, id))
	return chat.PostID(id), nil
}

// nameless ends the id of a reply to which Teams gave none, behind its root's. Nothing is
// done with it.
const nameless = ";reply"

// posting is the call that posts: in a channel a root begins a conversation, a reply goes
// to the root's; a chat is one conversation.
func (c *Connection) posting(channel string, p place, root string, out outgoing) (call, error) {
	o := call{method: http.MethodPost, kind: jsonKind}
	if p.Kind != inChannel {
		out.Data = &alertData{}
		out.Data.Notification.Alert = true
	}
	body, err := encode(out)
	if err != nil {
		return o, err
	}
	if p.Kind == inChannel && root == "" {
		o.url = at(p.Service, "conversations")
		o.body, err = encode(opening{IsGroup: true, Bot: account{ID: c.bot()}, Tenant: c.conf.TenantID,
			Data: openingData{Channel: &identified{channel}, Tenant: identified{c.conf.TenantID}}, Activity: body})
		return o, err
	}
	o.url, o.body = at(p.Service, "conversations", thread(channel, p, root), "activities"), body
	return o, nil
}

// thread is the conversation of a root in a channel; a chat has no threads.
func thread(channel string, p place, root string) string {
	if p.Kind != inChannel {
		return channel
	}
	return channel + ";messageid=" + root
}

// rootOf is the root of a thread's conversation id.
func rootOf(conversation string) string {
	_, root, _ := strings.Cut(conversation, ";messageid=")
	return root
}

// Edit makes the root d.Root show d.Snapshot. It notifies nobody.
func (c *Connection) Edit(ctx context.Context, d chat.Delivery) error {
	p, err := c.find(ctx, d.Channel)
	if err != nil {
		return err
	}
	out, err := c.message(d, true, "")
	if err != nil {
		return &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	out.ID = string(d.Root)
	body, err := encode(out)
	if err != nil {
		return err
	}
	address := at(p.Service, "conversations", thread(d.Channel.ID, p, string(d.Root)), "activities", string(d.Root))
	err = c.sendTo(ctx, target{d.Channel.ID, string(d.Root), p}, call{method: http.MethodPut, url: address, kind: jsonKind, body: body}, nil)
	if err == nil {
		c.roots.stands(d.Channel.ID, string(d.Root))
	}
	return err
}

// target is what a call is about; root is empty where it is none.
type target struct {
	channel, root string
	place         place
}

// sendTo makes a call about a channel: counted, and with what to do where it is gone.
func (c *Connection) sendTo(ctx context.Context, t target, o call, into any) error {
	c.windows.count(t.channel, c.opt.Now())
	err := c.do(ctx, o, into)
	e, failed := sentError(err)
	if err == nil {
		c.roots.stands(t.channel, "")
	}
	if !failed {
		return err
	}
	e = c.roots.judge(t.channel, t.root, e)
	c.mend(t.place, &e)
	e.Wide = e.Wide || e.Limited && c.windows.within(t.channel, c.opt.Now())
	return &e
}

// Find finds nothing: the Connector does not list messages.
func (c *Connection) Find(context.Context, chat.Sought) ([]chat.Found, error) {
	return nil, &chat.SendError{Outcome: chat.Refused, Reason: "Teams lists no messages to bots"}
}

// Reach reads the members of a channel or chat; those of the ops channel where ch has no
// id, of which any answer but that we are not let in at all will do.
func (c *Connection) Reach(ctx context.Context, ch desk.Channel) error {
	if ch.ID != "" {
		p, err := c.find(ctx, ch)
		if err != nil {
			return err
		}
		return c.sendTo(ctx, target{channel: ch.ID, place: p}, c.membersOf(p.Service, ch.ID, "", smallPage), &struct{}{})
	}
	if !c.hasRecalled(ctx) {
		return errUnread()
	}
	err := c.do(ctx, c.membersOf(c.service(), c.conf.OpsChannel, "", smallPage), nil)
	var e *chat.SendError
	if errors.As(err, &e) && (e.Outcome == chat.Gone || e.Outcome == chat.RootGone || e.Outcome == chat.Refused) {
		return nil
	}
	return err
}

// linkTo is the address of a post in a channel ("Deep links to a channel message").
func (c *Connection) linkTo(channel string, p place, root string) string {
	q := url.Values{"tenantId": {c.conf.TenantID}, "parentMessageId": {root}}
	if p.Group != "" {
		q.Set("groupId", p.Group)
	}
	return "https://teams.microsoft.com/l/message/" + url.PathEscape(channel) + "/" + url.PathEscape(root) + "?" + q.Encode()
}
