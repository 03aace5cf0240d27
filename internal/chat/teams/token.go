package teams

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	// scope is what a bot's token is for (Bot Framework, "Connector authentication").
	scope = "https://api.botframework.com/.default"
	// tokenEarly is how long before its end a token is replaced.
	tokenEarly = 5 * time.Minute
	// leastLife is how long a token is used at least, whatever is said of its life: one that
	// does not live so long is refused, and replaced then.
	leastLife = time.Minute
	// tokenPace is how long a refusal of a token counts: until then nobody asks again.
	tokenPace = time.Second
	// renewPace is how often at most a token is replaced that the Connector refused.
	renewPace = time.Minute
)

// token is our own, with which the Connector lets us in.
type token struct {
	value string
	until time.Time
	got   time.Time
}

// tokens holds the present token.
type tokens struct {
	*Connection
	turn chan struct{} // who has it may ask for one; with it asked and wrong

	mu  sync.Mutex
	now token

	asked   time.Time
	wrong   error
	refused struct { // the token that the Connector refused last, and when first
		value  string
		at     time.Time
		locked bool
	}
	wake chan struct{}
}

func newTokens(c *Connection) tokens {
	return tokens{Connection: c, turn: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

func (t *tokens) current() token {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

// get returns a token that is good for now. Errors are *chat.SendError, of the kind that a
// post without a token ends with: nothing was sent.
func (t *tokens) get(ctx context.Context) (token, error) {
	if now := t.current(); now.value != "" && t.opt.Now().Before(now.until) {
		return now, nil
	}
	if err := t.renew(ctx, t.opt.Now()); err != nil {
		return token{}, err
	}
	return t.current(), nil
}

// renew asks for a token, one at a time, unless one that is good until after a time is
// there already.
func (t *tokens) renew(ctx context.Context, after time.Time) error {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return &chat.SendError{Outcome: chat.NotSent, Reason: "no token in time", Err: context.Cause(ctx)}
	}
	now := t.opt.Now()
	if t.current().until.After(after) {
		return nil
	}
	if t.wrong != nil && now.Sub(t.asked) < tokenPace {
		return t.wrong
	}
	next, err := t.ask(ctx)
	if err != nil && ctx.Err() != nil {
		return err // who stopped waiting spoils it for nobody
	}
	t.asked, t.wrong = t.opt.Now(), err
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = next
	return nil
}

// ask asks for a token by the client's credentials.
func (t *tokens) ask(ctx context.Context) (token, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.conf.AppID},
		"client_secret": {t.conf.AppSecret.Reveal()}, "scope": {scope}}
	address := strings.ReplaceAll(t.conf.TokenURL, "{tenant}", url.PathEscape(t.conf.TenantID))
	at := t.opt.Now()
	res, body, err := t.exchange(ctx, call{method: http.MethodPost, url: address, limit: maxPublic,
		kind: "application/x-www-form-urlencoded", body: []byte(form.Encode())})
	if err != nil {
		return token{}, untokened("no token", err)
	}
	var a struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
		Error   string `json:"error"`
	}
	err = json.Unmarshal(body, &a)
	if res.StatusCode != http.StatusOK {
		return token{}, refusedToken(res, a.Error)
	}
	if err != nil || a.Token == "" {
		return token{}, untokened("no token", errors.New("the answer is no token"))
	}
	life := time.Duration(a.Expires) * time.Second
	return token{value: a.Token, got: at, until: at.Add(max(life-tokenEarly, life/2, leastLife))}, nil
}

// untokened is the failure of a call that was not even begun.
func untokened(reason string, err error) error {
	return &chat.SendError{Outcome: chat.NotSent, Reason: reason, Err: err}
}

// refusedToken judges the answer of a token endpoint (RFC 6749, 5.2). That the app or its
// secret is wrong ends all sending until somebody mends it.
func refusedToken(res *http.Response, code string) error {
	e := &chat.SendError{Outcome: chat.NotSent, Reason: "no token: HTTP " + http.StatusText(res.StatusCode), After: chat.RetryAfter(res.Header)}
	switch code {
	case "invalid_client", "unauthorized_client", "invalid_request", "invalid_scope":
		e.Outcome, e.Reason = chat.Locked, "no token: "+code+" (is app_secret right, and has it not run out?)"
	}
	if res.StatusCode == http.StatusTooManyRequests {
		e.Limited, e.Wide = true, true
	}
	return e
}

// refuse notes that the Connector did not take a token. It is replaced in the background,
// so that each send stays one call. Where one that was just fetched is refused, too, it is
// not the token that is wrong.
func (t *tokens) refuse(used token) (locked bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.opt.Now()
	if was := t.refused; used.value != was.value {
		t.refused.locked = was.value != "" && now.Sub(was.at) < 2*renewPace && now.Sub(used.got) < 2*renewPace
		t.refused.value, t.refused.at = used.value, now
	}
	signal(t.wake)
	return t.refused.locked
}

// keepToken keeps a token ready, so that sends do not wait for one, and replaces one that
// the Connector refused.
func (c *Connection) keepToken(ctx context.Context) {
	for ctx.Err() == nil {
		now, current := c.opt.Now(), c.token.current()
		stale := current.value != "" && c.token.wasRefused(current)
		switch {
		case stale:
			c.logTokenless(c.token.renew(ctx, current.until))
			wait(ctx, nil, renewPace)
		case current.until.After(now):
			wait(ctx, c.token.wake, current.until.Sub(now))
		default:
			pause := tokenPace
			if err := c.token.renew(ctx, now); err != nil {
				c.logTokenless(err)
				pause = retryEvery
			}
			wait(ctx, nil, pause)
		}
	}
}

// retryEvery is how long Run waits after a failure.
const retryEvery = 15 * time.Second

func (t *tokens) wasRefused(one token) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return one.value == t.refused.value
}

func (c *Connection) logTokenless(err error) {
	if err != nil {
		c.opt.Log.Warn("cannot get a token for the Connector", "connection", c.name, "error", err)
	}
}
