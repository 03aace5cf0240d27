package discordtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// answerWithin is how long Discord waits for a first response, tokenLife how long an
// answer can be given (interactions/receiving-and-responding).
const (
	answerWithin = 3 * time.Second
	tokenLife    = 15 * time.Minute
)

// The types of interaction.
const (
	typePing      = 1
	typeCommand   = 2
	typeComponent = 3
	typeComplete  = 4
	typeModal     = 5
)

// interaction is one that was sent to the bot.
type interaction struct {
	id            ID
	token         string
	app           *application
	user, channel ID
	kind          int
	born          time.Time
	source        *message // that the button is in
	acked         bool
	kindOfAnswer  int
	original      *message // that "@original" means
	form          *Form
	choices       []Choice
	problems      []string
}

// Forgery is what is wrong with a request that claims to be Discord's. The zero Forgery
// is none.
type Forgery struct {
	Key         ed25519.PrivateKey  // sign with this one
	Skew        time.Duration       // added to the time, which is then signed
	Unsigned    bool                // no signature header
	NoTimestamp bool                // no time header
	Signature   string              // this header, word for word
	Alter       func([]byte) []byte // changes the body after it was signed
}

// Request is an interaction that Discord sent or will send. Sending the same one again
// is a replay.
type Request struct {
	URL    string
	Header http.Header
	Body   []byte // the payload, as a gateway sends it too
	App    ID
	ID     ID
}

// Answer is what the bot answered.
type Answer struct {
	Status   int // of an HTTP response; 0 by a door
	Body     []byte
	Took     time.Duration // to the first response
	Late     bool          // none in time: "The application did not respond"
	Type     int           // of the response
	Message  Message       // that it shows or changed, as it was then
	Form     *Form         // that it opened
	Choices  []Choice
	Problems []string // what Discord would not show as meant
	Request  Request
}

// Choice is one thing that a completion offers.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Sign makes the headers of a signed request: Ed25519 over the time and the body
// (interactions/overview, "Validating Security Request Headers").
func Sign(key ed25519.PrivateKey, at time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := http.Header{}
	h.Set("X-Signature-Timestamp", stamp)
	h.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(key, append([]byte(stamp), body...))))
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	return h
}

// Signed makes a request of any body to an application's endpoint, forged as f says.
func (s *Server) Signed(app ID, body []byte, f Forgery) Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed(s.apps[app], body, f)
}

func (s *Server) signed(a *application, body []byte, f Forgery) Request {
	key := a.Key
	if f.Key != nil {
		key = f.Key
	}
	h := Sign(key, s.now().Add(f.Skew), body)
	if f.Unsigned {
		h.Del("X-Signature-Ed25519")
	}
	if f.NoTimestamp {
		h.Del("X-Signature-Timestamp")
	}
	if f.Signature != "" {
		h.Set("X-Signature-Ed25519", f.Signature)
	}
	if f.Alter != nil {
		body = f.Alter(bytes.Clone(body))
	}
	return Request{URL: a.URL, Header: h, Body: body, App: a.ID}
}

// ask registers an interaction and makes its request. more are the fields of its kind.
// The caller holds s.mu.
func (s *Server) ask(i *interaction, more object, o Origin) (Request, error) {
	ch := s.channels[i.channel]
	if ch == nil {
		return Request{}, fmt.Errorf("fake Discord: no channel %s", i.channel)
	}
	var err error
	if i.app, err = s.appOf(o.App); err != nil {
		return Request{}, err
	}
	i.id, i.born = s.next(), s.now()
	i.token = "aW50ZXJhY3Rpb246" + string(i.id) + "." + string(i.user)
	s.interactions[i.id] = i
	p := object{
		"id": i.id, "application_id": i.app.ID, "type": i.kind, "token": i.token, "version": 1, "channel_id": i.channel, "channel": s.describe(ch),
		"app_permissions": text(s.may(ch)), "locale": "en-US", "entitlements": []any{}, "attachment_size_limit": 10 << 20,
	}
	if o.Claims != "" {
		p["application_id"] = o.Claims
	}
	u := s.users[i.user]
	u.ID = i.user
	if ch.Kind == DM {
		p["context"], p["user"], p["authorizing_integration_owners"] = 1, userOf(u), object{"0": "0"}
	} else {
		p["context"], p["member"], p["guild_id"] = 0, s.memberOf(u), ch.Guild
		p["authorizing_integration_owners"] = object{"0": ch.Guild}
	}
	if o.ByUser {
		p["authorizing_integration_owners"] = object{"1": i.user}
	}
	if i.source != nil {
		p["message"] = s.render(i.source)
	}
	for k, v := range more {
		p[k] = v
	}
	body, err := json.Marshal(p)
	if err != nil {
		return Request{}, fmt.Errorf("fake Discord: make an interaction: %w", err)
	}
	r := s.signed(i.app, body, o.Forgery)
	r.ID = i.id
	return r, nil
}

// Origin is what is special about where an interaction comes from.
type Origin struct {
	App     ID   // default: the only application
	Claims  ID   // the application that the payload names instead
	ByUser  bool // the application was installed by a person for themselves
	Forgery Forgery
}

func (s *Server) appOf(id ID) (*application, error) {
	if a := s.apps[id]; a != nil {
		return a, nil
	}
	for _, a := range s.apps {
		if id == "" && len(s.apps) == 1 {
			return a, nil
		}
	}
	return nil, fmt.Errorf("fake Discord: which of %d applications? %q", len(s.apps), id)
}

func userOf(u User) object {
	return object{"id": u.ID, "username": u.Name, "global_name": u.Name, "discriminator": "0"}
}

func (s *Server) memberOf(u User) object {
	may := uint64(ViewChannel | SendMessages)
	if u.Manages {
		may |= ManageChannels
	}
	var nick any
	if u.Nick != "" {
		nick = u.Nick
	}
	return object{"user": userOf(u), "nick": nick, "roles": append([]ID{}, u.Roles...), "permissions": text(may), "pending": u.Pending, "joined_at": "2026-01-01T00:00:00Z"}
}

// Ping is the check that Discord makes of an endpoint (interactions/overview).
func (s *Server) Ping(ctx context.Context, app ID) (Answer, error) {
	s.mu.Lock()
	a := s.apps[app]
	i := &interaction{id: s.next(), kind: typePing, born: s.now(), app: a, token: "ping"}
	s.interactions[i.id] = i
	body, _ := json.Marshal(object{"id": i.id, "application_id": a.ID, "type": typePing, "token": i.token, "version": 1, "authorizing_integration_owners": object{}, "entitlements": []any{}})
	r := s.signed(a, body, Forgery{})
	r.ID = i.id
	s.mu.Unlock()
	return s.Send(ctx, r)
}

// Send sends a request by the door, if there is one, else over HTTP, and waits for the first
// response as long as Discord does. It is an error when the bot cannot be reached at all; no
// answer in time is not: see [Answer.Late].
func (s *Server) Send(ctx context.Context, r Request) (Answer, error) {
	s.mu.Lock()
	door := s.door
	s.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, s.deadline, errLate)
	defer cancel()
	a, begun := Answer{Request: r}, time.Now() // real, unlike s.now: it measures the bot
	var err error
	if door != nil {
		err = s.through(ctx, door, r)
	} else {
		err = s.overHTTP(ctx, r, &a)
	}
	a.Took = time.Since(begun)
	if err != nil && errors.Is(context.Cause(ctx), errLate) {
		a.Late = true
		return a, nil
	}
	if err != nil {
		return a, fmt.Errorf("fake Discord: call the bot: %w", err)
	}
	s.look(&a)
	return a, nil
}

var errLate = errors.New("no answer in time")

// through sends an interaction by a door and waits for the callback.
func (s *Server) through(ctx context.Context, door Door, r Request) error {
	if err := door(ctx, r.App, r.Body); err != nil {
		return err
	}
	return s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := s.interactions[r.ID]
		return i == nil || i.acked
	})
}

// overHTTP posts it and takes the response as Discord does: 200 with a response, or
// 202 where it was given by a call.
func (s *Server) overHTTP(ctx context.Context, r Request, a *Answer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return err
	}
	req.Header = r.Header.Clone()
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if a.Body, err = io.ReadAll(io.LimitReader(res.Body, maxBody)); err != nil {
		return err
	}
	a.Status = res.StatusCode
	if a.Status != http.StatusOK {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.interactions[r.ID]
	if i == nil || i.acked {
		return nil // a replay: what is answered is not shown again
	}
	if refused := s.respond(i, a.Body); refused.status >= 300 {
		b, _ := json.Marshal(refused.body)
		i.problems = append(i.problems, string(b))
	}
	return nil
}

// look fills in what the response did.
func (s *Server) look(a *Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.interactions[a.Request.ID]
	if i == nil {
		return
	}
	a.Type, a.Form, a.Choices, a.Problems = i.kindOfAnswer, i.form, i.choices, i.problems
	if i.original != nil {
		a.Message = i.original.Message
	}
}

// Final waits until the answer that a response shows or promised is there, and returns
// it as it reads then.
func (s *Server) Final(ctx context.Context, a Answer) (Message, error) {
	var m Message
	err := s.Wait(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := s.interactions[a.Request.ID]
		if i == nil || i.original == nil || i.original.Thinking {
			return false
		}
		m = i.original.Message
		return true
	})
	return m, err
}
