package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answerWithin is how long Slack waits for an answer
// (docs.slack.dev/interactivity/handling-user-interaction, "within 3 seconds").
const answerWithin = 3 * time.Second

// Forgery is what is wrong with a request that claims to be Slack's. The zero
// Forgery is none.
type Forgery struct {
	Secret      Secret              // sign with this one, for instance another workspace's
	Skew        time.Duration       // added to the timestamp, which is then signed
	Unsigned    bool                // no signature header
	NoTimestamp bool                // no timestamp header
	Signature   string              // this header, word for word
	Alter       func([]byte) []byte // changes the body after it was signed
}

// Request is a request that Slack sent or will send. Sending the same one
// again is a replay.
type Request struct {
	URL    string
	Header http.Header
	Body   []byte
	hook   *hook
}

// Answer is what the bot answered.
type Answer struct {
	Status   int
	Header   http.Header
	Body     []byte
	Took     time.Duration // of real time, to the end of the body
	Late     bool          // no answer in time: the user sees operation_timeout
	Reply    Reply         // of a body that says something
	Problems []string      // what Slack would not show as meant

	Request     Request
	ResponseURL string
	TriggerID   string
}

// Reply is a message in an answer or posted to a response_url
// (docs.slack.dev/interactivity/handling-user-interaction, "message responses").
type Reply struct {
	ResponseType    string          `json:"response_type"`
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	ThreadTS        TS              `json:"thread_ts"`
	ReplaceOriginal bool            `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
}

func (r Reply) empty() bool { return r.Text == "" && len(r.Blocks) == 0 }

// Reads is the reply's text and that of its blocks.
func (r Reply) Reads() string { return Message{Text: r.Text, Blocks: r.Blocks}.Reads() }

func (s *Server) newClient() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: s.dialBot, MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Sign makes the headers of a signed request: v0, HMAC-SHA256 over
// "v0:timestamp:body" (docs.slack.dev/authentication/verifying-requests-from-slack).
func Sign(secret Secret, at time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

// signed completes a request, a form unless r says otherwise, forged as f says.
func (s *Server) signed(r Request, secret Secret, f Forgery) Request {
	if f.Secret != "" {
		secret = f.Secret
	}
	h := Sign(secret, s.now().Add(f.Skew), r.Body)
	if f.Unsigned {
		h.Del("X-Slack-Signature")
	}
	if f.NoTimestamp {
		h.Del("X-Slack-Request-Timestamp")
	}
	if f.Signature != "" {
		h.Set("X-Slack-Signature", f.Signature)
	}
	if f.Alter != nil {
		r.Body = f.Alter(r.Body)
	}
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	h.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	maps.Copy(h, r.Header)
	r.Header = h
	return r
}

// Send sends a request, signed before, or its payload by a socket, and waits for the
// answer as long as Slack does, in real time. It is an error when the bot cannot be reached at all; no answer
// in time is not: see [Answer.Late].
func (s *Server) Send(ctx context.Context, r Request) (Answer, error) {
	if strings.HasPrefix(r.URL, "socket:") {
		return s.deliver(ctx, r)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.deadline, errLate)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, fmt.Errorf("fake Slack: %w", err)
	}
	req.Header = r.Header.Clone()
	a, begun := Answer{Request: r}, time.Now() // real, unlike s.now: it measures the bot
	err = a.receive(s.client.Do(req))
	a.Took = time.Since(begun)
	if err != nil && errors.Is(context.Cause(ctx), errLate) {
		a.Late = true
		return a, nil
	}
	if err != nil {
		return a, fmt.Errorf("fake Slack: call the bot: %w", err)
	}
	a.interpret()
	return a, nil
}

var errLate = errors.New("no answer in time")

func (a *Answer) receive(res *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer res.Body.Close()
	a.Status, a.Header = res.StatusCode, res.Header
	a.Body, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
	return err
}

// interpret reads the body as Slack does: JSON where it says so, else text.
func (a *Answer) interpret() {
	if a.Status != http.StatusOK || len(a.Body) == 0 {
		return
	}
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if kind != "application/json" {
		a.Reply = Reply{Text: string(a.Body)}
		return
	}
	if err := json.Unmarshal(a.Body, &a.Reply); err != nil {
		a.Problems = append(a.Problems, "the body is not a reply: "+err.Error())
		return
	}
	a.Problems = append(a.Problems, a.Reply.problems()...)
}

func (r Reply) problems() []string {
	var out []string
	if t := r.ResponseType; t != "" && t != "ephemeral" && t != "in_channel" {
		out = append(out, fmt.Sprintf("unknown response_type %q", t))
	}
	if len(r.Blocks) > 0 && string(r.Blocks) != "null" {
		out = append(out, CheckBlocks(r.Blocks)...)
		if r.Text == "" {
			out = append(out, "blocks without a notification text")
		}
	}
	return out
}
