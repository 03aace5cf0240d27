package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// callTimeout is when a call without an answer is in doubt, if its caller sets no
// other time.
const callTimeout = 10 * time.Second

// Call makes one call of the REST API as the bot, such as PUT
// "/applications/1/commands", and decodes the answer; in and into may be nil. It is one
// try. Errors are *chat.SendError.
func (c *Connection) Call(ctx context.Context, method, path string, in, into any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = encode(in); err != nil {
			return &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
		}
	}
	u := *c.api
	path, query, _ := cutQuery(path)
	u.Path += path
	u.RawQuery = query
	return c.botCall(ctx, method, &u, body, into)
}

func cutQuery(path string) (before, query string, found bool) {
	u, err := url.Parse(path)
	if err != nil {
		return path, "", false
	}
	return u.Path, u.RawQuery, u.RawQuery != ""
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
func (c *Connection) botCall(ctx context.Context, method string, u *url.URL, body []byte, into any) error {
	if err := c.brake.stops(); err != nil {
		return err
	}
	err := c.call(ctx, newRequest(method, u, c.header.bot, body), into)
	c.brake.note(err)
	return err
}

// tokenCall calls where the address holds an interaction's token, and needs no other.
// Such calls do not count for the bot's limits (developers/topics/rate-limits).
func (c *Connection) tokenCall(ctx context.Context, method string, u *url.URL, body []byte, into any) error {
	return c.call(ctx, newRequest(method, u, c.header.none, body), into)
}

// newRequest puts a request together by hand because http.NewRequest parses the address
// anew each time, and http.Client would follow redirects with the token.
func newRequest(method string, u *url.URL, header http.Header, body []byte) *http.Request {
	r := &http.Request{
		Method: method, URL: u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody,
	}
	if body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
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
	res, err := c.opt.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return chat.Unreached(err)
	}
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
