// Package workflow posts to channels of Microsoft Teams that can only be posted to: by
// the webhook of a workflow that somebody made in the channel ("Post to a channel when a
// webhook request is received"). A channel's address is connection/name.
//
// A workflow says of a post that it is queued, by 202 and nothing else: there is no id
// and nothing to look up, so no post is edited, answered or found again, and that it
// stands in the channel is not known. What the workflow itself does wrong is seen in its
// run history alone.
package workflow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Options are what a Connection is given. All but Say and Transport are needed.
type Options struct {
	// Word puts a delivery into words.
	Word func(chat.Delivery) chat.Message
	// Say is one of the adapter's own few sentences in the language of the readers;
	// nil: English.
	Say func(english string) string
	// Zone is the organisation's: for times where Teams does not show the reader's own.
	Zone *time.Location
	// Transport carries the calls; nil: the network.
	Transport http.RoundTripper
}

// Connection is the workflows of one connection: a [chat.Sender]. All methods may be
// called from many goroutines.
type Connection struct {
	name  desk.ConnectionName
	opt   Options
	style card.Style
	hooks map[string]*url.URL // by the channel's part of its address; each a secret
}

// New makes a connection of a checked configuration. It calls nobody. Its errors do not
// show the address, which is a secret.
func New(conf config.Teams, opt Options) (*Connection, error) {
	c := &Connection{name: conf.Name, opt: opt, hooks: map[string]*url.URL{}}
	c.style = card.Style{Zone: opt.Zone, Connection: conf.Name, Say: opt.Say, LinksOnly: true}
	for _, w := range conf.Workflows {
		u, err := url.Parse(w.URL.Reveal())
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("the url of the workflow %s/%s is no web address", conf.Name, w.Name)
		}
		c.hooks[w.Name] = u
	}
	if opt.Transport == nil {
		c.opt.Transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			OnProxyConnectResponse: chat.AnsweredByProxy,
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			ForceAttemptHTTP2:      true,
			IdleConnTimeout:        90 * time.Second,
		}
	}
	return c, nil
}

// Format writes the connection's name and nothing else: a Connection holds secrets.
func (c *Connection) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "workflows of %s", c.name)
}

// Name is the connection's name.
func (c *Connection) Name() desk.ConnectionName { return c.name }

// Serves reports whether a channel is one of the workflows.
func (c *Connection) Serves(ch desk.Channel) bool {
	return ch.Connection == c.name && c.hooks[ch.ID] != nil
}

// Abilities are what can be done beside posting: nothing. What is posted is queued.
func (c *Connection) Abilities() chat.Abilities { return chat.Abilities{Queues: true} }

// callTimeout is when a call without an answer is in doubt, if its caller sets no
// other time. maxAnswer bounds what is read of an answer.
const (
	callTimeout = 10 * time.Second
	maxAnswer   = 1 << 20
)

// message is what a workflow made from Teams' template reads: the first attachment.
type message struct {
	Type        string       `json:"type"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string    `json:"contentType"`
	ContentURL  *string   `json:"contentUrl"`
	Content     card.Card `json:"content"`
}

// Post queues a post. It is one try. The id that it returns names nothing in Teams:
// it is made of what was sent. Errors are *chat.SendError.
func (c *Connection) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	hook := c.hooks[d.Channel.ID]
	if hook == nil {
		return "", &chat.SendError{Outcome: chat.Gone, Reason: c.own("there is no workflow of this name in [[teams.workflows]]")}
	}
	body, err := c.body(d)
	if err != nil {
		return "", &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	if err := c.call(ctx, hook, body); err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	return chat.PostID("queued-" + hex.EncodeToString(sum[:8])), nil
}

func (c *Connection) body(d chat.Delivery) ([]byte, error) {
	content, err := c.style.Message(c.opt.Word(d))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // escaped it would be longer than was planned
	if err := e.Encode(message{"message", []attachment{{card.ContentType, nil, content}}}); err != nil {
		return nil, errors.New("encode a post for a workflow")
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// call makes one try. The request is put together by hand: errors of http.NewRequest and
// http.Client show the address, and a client would follow redirects.
func (c *Connection) call(ctx context.Context, hook *url.URL, body []byte) error {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	req := &http.Request{
		Method: http.MethodPost, URL: hook, Host: hook.Host, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
	res, err := c.opt.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return chat.Unreached(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer)) // whole, so that the connection is used again
	return c.judge(res, answer)
}

// judge tells how a call ended by its status, and of a refusal by whether the workflow runs
// at all. Nothing else of the answer counts.
func (c *Connection) judge(res *http.Response, answer []byte) error {
	switch status := res.StatusCode; {
	case status == http.StatusOK, status == http.StatusAccepted: // 200: a workflow with an answer of its own
		return nil
	case status == http.StatusUnauthorized, status == http.StatusNotFound, status == http.StatusGone, status == http.StatusBadRequest && isOff(answer):
		return &chat.SendError{Outcome: chat.Gone, Reason: fmt.Sprintf(
			c.own("its workflow takes no posts any more (HTTP %d): switch it on, let Anyone trigger it, or make a new one in the channel and put its address into [[teams.workflows]]"), res.StatusCode)}
	case status == http.StatusBadRequest, status == http.StatusUnsupportedMediaType, status == http.StatusUnprocessableEntity:
		return &chat.SendError{Outcome: chat.Refused, Reason: fmt.Sprintf(
			c.own("its workflow does not read our posts (HTTP %d): make it from the template for webhook requests"), res.StatusCode)}
	}
	return chat.OfStatus(res)
}

// isOff reports whether a workflow answers that it is switched off, suspended or deleted
// (learn.microsoft.com, "Best practices when updating a flow used by a Power App").
func isOff(answer []byte) bool {
	var a struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	return json.Unmarshal(answer, &a) == nil && a.Error.Code == "WorkflowTriggerIsNotEnabled"
}

func (c *Connection) own(english string) string {
	if c.opt.Say == nil {
		return english
	}
	return c.opt.Say(english)
}

// Edit is not possible.
func (c *Connection) Edit(context.Context, chat.Delivery) error {
	return &chat.SendError{Outcome: chat.Refused, Reason: "a workflow's post cannot be edited"}
}

// Find is not possible.
func (c *Connection) Find(context.Context, chat.Sought) ([]chat.Found, error) {
	return nil, &chat.SendError{Outcome: chat.Refused, Reason: "a workflow's posts cannot be looked up"}
}

// Reach answers nil: nothing can be asked without posting. A channel that was gone is
// taken for back, and its next post shows whether it is.
func (c *Connection) Reach(context.Context, desk.Channel) error { return nil }
