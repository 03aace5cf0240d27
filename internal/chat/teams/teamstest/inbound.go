package teamstest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// How long Teams waits: for a message before it sends it again (msteams-docs issue 6084),
// for an answer to a button before it shows an error.
const (
	messageDeadline = 15 * time.Second
	invokeDeadline  = 5 * time.Second
)

// Forgery is what is wrong with a request that claims to be Teams'. The zero Forgery is
// none.
type Forgery struct {
	Unsigned   bool          // no Authorization header
	Header     string        // this one, word for word
	Issuer     string        // of the token
	Audience   string        // of the token
	Algorithm  string        // "none", "HS256" with the public key as the secret, "RS384"
	OtherKey   bool          // signed with a key that is published nowhere, under the id of one that is
	KeyID      string        // in the token's header
	Expired    time.Duration // so long ago
	NotBefore  time.Duration // good only so long from now
	NoExpiry   bool
	Claim      string   // the token's serviceurl
	NoClaim    bool     // no serviceurl in the token
	ServiceURL string   // the activity's
	Tenant     TenantID // the activity's
	Channel    string   // the activity's channelId
	Change     func(object)
}

// Request is a request that Teams sent or will send. Sending the same one again is a
// re-delivery.
type Request struct {
	URL    string
	Header http.Header
	Body   []byte
	wait   time.Duration
	press  *pressed // of a button
	// mentioned is where an outgoing webhook was; nil: it is no request to one.
	mentioned *message
	tenant    *tenant
}

// Answer is what the bot answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration // of real time, to the end of the body
	Late   bool          // no answer in time
	// Text is what a person is shown who pressed a button; Card what they see in its
	// place, or in a dialog.
	Text     string
	Card     json.RawMessage
	Problems []string // what Teams would not show as meant
	Request  Request
}

// claimsOf are a token's claims.
func (s *Server) claimsOf(t *tenant, f Forgery) jwt.MapClaims {
	now := s.now()
	claims := jwt.MapClaims{"iss": or(f.Issuer, Issuer), "aud": or(f.Audience, t.App), "serviceurl": or(f.Claim, s.serviceURL()),
		"nbf": now.Add(f.NotBefore).Unix(), "exp": now.Add(time.Hour).Unix()}
	if f.Expired > 0 {
		claims["exp"], claims["nbf"] = now.Add(-f.Expired).Unix(), now.Add(-f.Expired-time.Hour).Unix()
	}
	if f.NoExpiry {
		delete(claims, "exp")
	}
	if f.NoClaim {
		delete(claims, "serviceurl")
	}
	return claims
}

func or[T comparable](a, b T) T {
	var zero T
	if a == zero {
		return b
	}
	return a
}

// sign makes the token of a request. The caller holds s.mu.
func (s *Server) sign(t *tenant, f Forgery) (string, error) {
	k := s.keys[len(s.keys)-1]
	method, key := jwt.SigningMethod(jwt.SigningMethodRS256), any(k.key)
	switch f.Algorithm {
	case "none":
		method, key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
	case "HS256":
		method, key = jwt.SigningMethodHS256, k.key.N.Bytes()
	case "RS384":
		method = jwt.SigningMethodRS384
	}
	if f.OtherKey {
		key = s.stranger
	}
	token := jwt.NewWithClaims(method, s.claimsOf(t, f))
	token.Header["kid"] = or(f.KeyID, k.id)
	return token.SignedString(key)
}

// serviceURL is ServiceURL for who holds s.mu.
func (s *Server) serviceURL() string { return s.url + "/amer/" }

// signed completes a request, forged as f says. The caller holds s.mu.
func (s *Server) signed(t *tenant, body []byte, f Forgery) (Request, error) {
	token, err := s.sign(t, f)
	if err != nil {
		return Request{}, fmt.Errorf("fake Teams: sign: %w", err)
	}
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)"}, "Authorization": {"Bearer " + token}}
	if f.Header != "" {
		h.Set("Authorization", f.Header)
	}
	if f.Unsigned {
		h.Del("Authorization")
	}
	return Request{URL: t.Messages, Header: h, Body: body, wait: messageDeadline, tenant: t}, nil
}

// Sign makes a request of a tenant with any body.
func (s *Server) Sign(id TenantID, body []byte, f Forgery) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tenants[id]
	if t == nil {
		return Request{}, fmt.Errorf("fake Teams: no tenant %s", id)
	}
	return s.signed(t, body, f)
}

// Again is the request of the second layer, which sends what was not answered about 30 s
// later as an activity of its own: the same but for its id and its token
// (botbuilder-dotnet issue 5005).
func (s *Server) Again(r Request) (Request, error) {
	var a object
	if err := json.Unmarshal(r.Body, &a); err != nil {
		return r, fmt.Errorf("fake Teams: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a["id"] = fmt.Sprintf("f:again-%d", s.next())
	body, err := json.Marshal(a)
	if err != nil {
		return r, fmt.Errorf("fake Teams: %w", err)
	}
	again, err := s.signed(r.tenant, body, Forgery{})
	again.wait, again.press = r.wait, r.press
	return again, err
}

// Send sends a request and waits for the answer as long as Teams does, in real time. It is
// an error when the bot cannot be reached at all; no answer in time is not: see
// [Answer.Late].
func (s *Server) Send(ctx context.Context, r Request) (Answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.wait, errLate)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, fmt.Errorf("fake Teams: %w", err)
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
		return a, fmt.Errorf("fake Teams: call the bot: %w", err)
	}
	s.heed(r, &a)
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
