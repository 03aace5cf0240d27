package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// callTimeout is when a call without an answer is in doubt, if its caller sets no
// other time. maxAnswer bounds what is read of an answer.
const (
	callTimeout = 10 * time.Second
	maxAnswer   = 4 << 20
)

// Post sends a root, or a reply in the thread of d.Root, and returns its id. It is one
// try. Errors are *chat.SendError.
func (c *Connection) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	r, err := c.call(ctx, "post", c.post(d))
	if err == nil && r.ID == "" {
		err = &chat.SendError{Outcome: chat.Unknown, Reason: "ok without an id"}
	}
	return chat.PostID(r.ID), err
}

// Edit makes the root d.Root show d.Snapshot.
func (c *Connection) Edit(ctx context.Context, d chat.Delivery) error {
	p := c.post(d)
	p.ID, p.Root = string(d.Root), ""
	_, err := c.call(ctx, "edit", p)
	return err
}

func (c *Connection) post(d chat.Delivery) Post {
	return Post{Channel: d.Channel.ID, Root: string(d.Root), Broadcast: d.Broadcast, Message: render(c.opt.Word(d)),
		Subject: d.Subject.String(), N: d.N}
}

// Find lists our messages about s.Subject, oldest first.
func (c *Connection) Find(ctx context.Context, s chat.Sought) ([]chat.Found, error) {
	r, err := c.call(ctx, "find", Sought{Channel: s.Channel.ID, Subject: s.Subject.String(), Root: string(s.Root), Since: s.Since})
	if err != nil {
		return nil, err
	}
	var all []chat.Found
	for _, f := range r.Found {
		all = append(all, chat.Found{ID: chat.PostID(f.ID), N: f.N, At: f.At})
	}
	return all, nil
}

// Reach asks whether the channel takes posts, or whether we are let in at all where ch
// has no id.
func (c *Connection) Reach(ctx context.Context, ch desk.Channel) error {
	_, err := c.call(ctx, "reach", Sought{Channel: ch.ID})
	return err
}

// call makes one try.
func (c *Connection) call(ctx context.Context, method string, body any) (r Result, err error) {
	if _, limited := ctx.Deadline(); !limited { // the outbox limits its calls by itself
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	b, err := json.Marshal(body)
	if err != nil {
		return r, &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api.JoinPath(string(c.name), method).String(), bytes.NewReader(b))
	if err != nil {
		return r, &chat.SendError{Outcome: chat.Refused, Reason: "cannot be sent", Err: err}
	}
	req.Header.Set("Authorization", "Bearer "+c.settings.Token.Reveal())
	req.Header.Set("Content-Type", "application/json")
	res, err := c.opt.Transport.RoundTrip(req) // no client: it would follow redirects with the token
	if err != nil {
		return r, chat.Unreached(err)
	}
	return read(res)
}

// read tells how a call ended.
func read(res *http.Response) (r Result, err error) {
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return r, chat.OfStatus(res)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return r, &chat.SendError{Outcome: chat.Unknown, Reason: "the answer broke off", Err: chat.Bare(err)}
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return Result{}, &chat.SendError{Outcome: chat.Unknown, Reason: "the answer is no JSON"}
	}
	if r.OK {
		return r, nil
	}
	return Result{}, &chat.SendError{Outcome: outcome(r.Error), Reason: r.Error}
}

// outcome judges the platform's word for what it did not do.
func outcome(word string) chat.Outcome {
	switch {
	case word == "":
		return chat.Unknown
	case slices.Contains([]string{NoChannel, Archived}, word):
		return chat.Gone
	case word == NoPost:
		return chat.RootGone
	case word == BadMessage:
		return chat.Refused
	case word == BadToken:
		return chat.Locked
	}
	return chat.NotSent
}
