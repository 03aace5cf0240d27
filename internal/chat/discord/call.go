package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// callTimeout is when a call without an answer is in doubt, if its caller sets no
// other time.
const callTimeout = 10 * time.Second

// Call makes one call of the REST API as the bot, such as "PUT /applications/1/commands",
// and decodes the answer; in and into may be nil. It is one try. Errors are
// *chat.SendError.
func (c *Connection) Call(ctx context.Context, what string, in, into any) error {
	method, path, _ := strings.Cut(what, " ")
	a := ask{method: method}
	var err error
	if a.to, err = url.Parse(c.api.String() + path); err == nil && in != nil {
		a.body, err = encode(in)
	}
	if err != nil {
		return &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	return c.botCall(ctx, a, into)
}

// ask is one call: what is to be done with what.
type ask struct {
	method string
	to     *url.URL
	body   []byte
}

func (c *Connection) get(ctx context.Context, from *url.URL, into any) error {
	return c.botCall(ctx, ask{method: http.MethodGet, to: from}, into)
}

func (c *Connection) post(ctx context.Context, to *url.URL, body []byte, into any) error {
	return c.botCall(ctx, ask{http.MethodPost, to, body}, into)
}

// address is that of a resource of the API. Parts may hold anything.
func (c *Connection) address(parts ...string) *url.URL { return c.api.JoinPath(escaped(parts)...) }

func escaped(parts []string) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		if out[i] = url.PathEscape(p); p == "." || p == ".." {
			out[i] = "%2E"
		}
	}
	return out
}

// botCall calls with the bot's token, unless Discord refused it or has been asked
// wrongly too often.
func (c *Connection) botCall(ctx context.Context, a ask, into any) error {
	if err := c.brake.stops(); err != nil {
		return err
	}
	err := c.call(ctx, a.request(c.header.bot), into)
	c.brake.note(err)
	return err
}

// tokenCall calls where the address holds an interaction's token, and needs no other.
// Such calls do not count for the bot's limits, but those that are refused do count for
// the ban (developers/topics/rate-limits).
func (c *Connection) tokenCall(ctx context.Context, a ask) error {
	err := c.call(ctx, a.request(c.header.none), nil)
	c.brake.count(err)
	return err
}

// request is put together by hand because http.NewRequest parses the address anew each
// time, and http.Client would follow redirects with the token.
func (a ask) request(header http.Header) *http.Request {
	r := &http.Request{
		Method: a.method, URL: a.to, Host: a.to.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody,
	}
	if a.body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(a.body)), int64(len(a.body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(a.body)), nil }
	}
	return r
}

// call makes one try. The transport by itself sends a POST again only where nothing of
// it had been written.
func (c *Connection) call(ctx context.Context, req *http.Request, into any) error {
	if _, limited := ctx.Deadline(); !limited { // the outbox limits its calls by itself
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	begun := c.opt.Now()
	res, err := c.opt.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return chat.Unreached(err)
	}
	c.clock.note(res, begun, c.opt.Now())
	return read(res, into)
}

// maxAnswer bounds what is read of an answer: a page of 100 long messages is about 1 MB.
const maxAnswer = 8 << 20

// read decodes an HTTP response and tells how the call ended: nil, or a *chat.SendError.
func read(res *http.Response, into any) error {
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case into == nil && (res.StatusCode == http.StatusOK || res.StatusCode == http.StatusCreated || res.StatusCode == http.StatusNoContent):
		return nil
	case res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated:
		return ofStatus(res, body)
	case err != nil:
		return &chat.SendError{Outcome: chat.Unknown, Reason: "the answer broke off", Err: chat.Bare(err)}
	}
	if err := json.Unmarshal(body, into); err != nil {
		return &chat.SendError{Outcome: chat.Unknown, Reason: "the answer is no JSON"}
	}
	return nil
}
