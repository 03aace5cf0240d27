package discord

import (
	"context"
	"errors"
	"net/http"

	"github.com/umassonline/belltower/internal/chat"
)

// sent is what Discord answers to a post or an edit.
type sent struct {
	ID snowflake `json:"id"`
}

// Post sends a root, or a reply, and returns its id. A root that continues an earlier post
// refers to it, unless somebody deleted that. A reply for the channel itself
// (Broadcast) stands there and refers to its root, any other in the root's thread, or
// in the channel where there can be none. It is one try: a second call is made only
// where the first surely posted nothing. Errors are *chat.SendError.
func (c *Connection) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	r := c.rendered(d, false)
	for _, k := range r.keep {
		c.keep(ctx, &k)
	}
	if d.Root != "" && !d.Broadcast && !c.threads.isWithout(d.Channel.ID, c.opt.Now()) {
		return c.inThread(ctx, d, r)
	}
	return c.inChannel(ctx, d, r)
}

// inChannel posts in the channel itself.
func (c *Connection) inChannel(ctx context.Context, d chat.Delivery, r *renderedBody) (chat.PostID, error) {
	id, err := c.create(ctx, d.Channel.ID, d, r)
	switch {
	case err == nil:
		if d.Root != "" {
			c.threads.noteApart(id)
		}
		c.lost.drop(d.Channel.ID)
		c.publish(ctx, d, id)
	case isGone(err):
		c.lost.add(d.Channel.ID)
	}
	return id, err
}

func isGone(err error) bool {
	var e *chat.SendError
	return errors.As(err, &e) && e.Outcome == chat.Gone
}

// create posts in a channel or thread (developers/resources/message, "Create Message"). Where
// the bot may not read the history it may refer to no message, so the post stands by itself.
func (c *Connection) create(ctx context.Context, in string, d chat.Delivery, r *renderedBody) (chat.PostID, error) {
	h := head{Enforce: true, Nonce: c.nonce(d, r)}
	switch {
	case d.Root == "" && d.Continues != "":
		h.ReplyTo = &messageRef{snowflake(d.Continues), false}
	case d.Root != "" && in == d.Channel.ID:
		h.ReplyTo = &messageRef{snowflake(d.Root), true}
	}
	id, err := c.createOnce(ctx, in, h, r)
	if code := codeOf(err); code == codeNoReply || code == codeNoReference { // nothing was posted
		h.ReplyTo = nil
		return c.createOnce(ctx, in, h, r)
	}
	return id, err
}

// createOnce makes one call.
func (c *Connection) createOnce(ctx context.Context, in string, h head, r *renderedBody) (chat.PostID, error) {
	body, err := r.with(h)
	if err != nil {
		return "", &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	var answer sent
	if err := c.post(ctx, c.address("channels", in, "messages"), body, &answer); err != nil {
		return "", rootOf(err)
	}
	if !answer.ID.valid() {
		return "", &chat.SendError{Outcome: chat.Unknown, Reason: "the answer names no message"}
	}
	return chat.PostID(answer.ID), nil
}

// rootOf judges the error of a reply whose root is not there: Discord calls the
// reference invalid.
func rootOf(err error) error {
	var e *apiError
	var f *chat.SendError
	if errors.As(err, &f) && errors.As(err, &e) && e.Code == codeInvalid && onlyAt(e, "message_reference") {
		return &chat.SendError{Outcome: chat.RootGone, Reason: "the post that it answers was deleted", Err: e}
	}
	return err
}

func onlyAt(e *apiError, field string) bool {
	at := invalidAt("", e.Errors)
	return len(at) == 1 && at[0] == field
}

// Edit makes the root d.Root show d.Snapshot. It notifies nobody. What was posted more
// than an hour ago takes only so many edits, what stands in a thread that was folded away
// none (chat.EditsSpent).
func (c *Connection) Edit(ctx context.Context, d chat.Delivery) error {
	r := c.rendered(d, true)
	for _, k := range r.keep {
		c.keep(ctx, &k)
	}
	body, err := r.with(struct{}{})
	if err != nil {
		return &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	var answer sent
	if err := c.botCall(ctx, ask{http.MethodPatch, c.address("channels", d.Channel.ID, "messages", string(d.Root)), body}, &answer); err != nil {
		return foldedAway(err)
	}
	if !answer.ID.valid() {
		return &chat.SendError{Outcome: chat.Unknown, Reason: "the answer names no message"}
	}
	return nil
}

// foldedAway judges the error of an edit in a channel that is a thread: one that was folded
// away takes no edits, but a fresh post, which opens it again.
func foldedAway(err error) error {
	var e *chat.SendError
	if codeOf(err) == codeArchived && errors.As(err, &e) {
		return &chat.SendError{Outcome: chat.EditsSpent, Reason: e.Reason, Err: e.Err}
	}
	return err
}
