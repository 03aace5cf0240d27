package teams

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	// callTimeout is when a call without an answer is in doubt, if its caller sets no
	// other time.
	callTimeout = 10 * time.Second
	// maxAnswer bounds what is read of an answer: a page of 500 members is about 300 kB.
	maxAnswer = 4 << 20
)

// call is one HTTP call.
type call struct {
	method string
	url    string
	kind   string // Content-Type of body
	body   []byte
	bearer string
	limit  int64 // bytes read of the answer
}

// exchange makes one try and reads the answer. Errors are *chat.SendError: there was no
// whole answer. A redirect is an answer, and not followed.
func (c *Connection) exchange(ctx context.Context, o call) (*http.Response, []byte, error) {
	if _, limited := ctx.Deadline(); !limited { // the outbox limits its calls by itself
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	r := c.web.R().SetContext(ctx).SetDoNotParseResponse(true).SetHeader("Accept", "application/json")
	if o.body != nil {
		r.SetHeader("Content-Type", o.kind).SetBody(o.body)
	}
	if o.bearer != "" {
		r.SetHeader("Authorization", "Bearer "+o.bearer)
	}
	res, err := r.Execute(o.method, o.url)
	if res == nil || res.RawResponse == nil {
		return nil, nil, chat.Unreached(err)
	}
	raw := res.RawResponse
	defer raw.Body.Close()
	if raw.StatusCode >= 300 && raw.StatusCode < 400 {
		return raw, nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(raw.Body, o.limit))
	if err != nil && raw.StatusCode < 300 {
		return raw, nil, &chat.SendError{Outcome: chat.Unknown, Reason: "the answer broke off", Err: chat.Bare(err)}
	}
	return raw, body, nil
}

// resource is what the Connector answers when it made or changed something.
type resource struct {
	ID       string `json:"id"`
	Activity string `json:"activityId"`
}

// do calls the Connector once with our token and decodes the answer. Errors are
// *chat.SendError. A token that is refused is replaced in the background.
func (c *Connection) do(ctx context.Context, o call, into any) error {
	if !c.allowed(o.url) { // all addresses were checked where they came from; the token is worth a second look
		return &chat.SendError{Outcome: chat.Refused, Reason: "the address is not in service_urls"}
	}
	t, err := c.token.get(ctx)
	if err != nil {
		return err
	}
	o.bearer, o.limit = t.value, maxAnswer
	res, body, err := c.exchange(ctx, o)
	if err != nil {
		return err
	}
	if res.StatusCode == http.StatusUnauthorized {
		return unauthorized(c.token.refuse(t))
	}
	if res.StatusCode >= 300 {
		return outcome(res, body)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return &chat.SendError{Outcome: chat.Unknown, Reason: "the answer is no JSON"}
	}
	return nil
}

// doAgain is do, and once more with a fresh token where ours was refused: for what is not
// the outbox's.
func (c *Connection) doAgain(ctx context.Context, o call, into any) error {
	used := c.token.current()
	err := c.do(ctx, o, into)
	var e *chat.SendError
	if !errors.As(err, &e) || e.Reason != reasonUnauthorized || e.Outcome == chat.Locked {
		return err
	}
	if err := c.token.renew(ctx, used.until); err != nil {
		return err
	}
	return c.do(ctx, o, into)
}

// unauthorized is the failure of a call whose token was refused.
func unauthorized(locked bool) error {
	e := &chat.SendError{Outcome: chat.NotSent, Reason: reasonUnauthorized}
	if locked {
		e.Outcome = chat.Locked
	}
	return e
}

// reasonUnauthorized: the Connector does not take our token.
const reasonUnauthorized = "Unauthorized"

// at is an address below a service: parts are escaped, so that a thread's ";" stays part
// of its id. Services are given with a slash at the end, and sometimes without.
func at(service string, parts ...string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(service, "/") + "/v3")
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}
