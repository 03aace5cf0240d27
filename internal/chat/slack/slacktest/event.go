package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// Event is something that Slack tells the bot: Inner is the event itself, like
//
//	map[string]any{"type": "channel_archive", "channel": "CTEACH", "user": "UANN"}
type Event struct {
	Team    TeamID
	Inner   map[string]any
	ID      string // event_id; default: a fresh one
	App     AppID  // default: the workspace's
	Retry   int    // 1 to 3: it was sent before, and this often again
	Reason  string // of the retry; default "http_timeout"
	Forgery Forgery
}

// Tell posts the signed event to the workspace's Events URL once. Slack itself
// sends an event again, with the same id, when it gets no 2xx within 3 s: at
// once, after a minute and after five (docs.slack.dev/apis/events-api,
// "Retries"). A test does so by telling it again with ID and Retry set.
func (s *Server) Tell(ctx context.Context, e Event) (Answer, error) {
	r, err := s.EventRequest(e)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// EventRequest makes the request of an event without sending it. The envelope
// is that of docs.slack.dev/apis/events-api, "Callback field overview".
func (s *Server) EventRequest(e Event) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.teams[e.Team]
	if t == nil {
		return Request{}, fmt.Errorf("fake Slack: no workspace %q for an event", e.Team)
	}
	if e.ID == "" {
		e.ID = fmt.Sprintf("Ev%010d", s.next())
	}
	if e.App == "" {
		e.App = t.App
	}
	r, err := s.jsonRequest(t, object{
		"type": "event_callback", "token": "deprecated-verification-token", "team_id": t.Team, "api_app_id": e.App,
		"event": e.Inner, "event_id": e.ID, "event_time": s.now().Unix(),
		"authorizations": []object{{"team_id": t.Team, "user_id": t.BotUser, "is_bot": true, "is_enterprise_install": false, "enterprise_id": nil}},
	}, e.Forgery)
	if e.Retry > 0 {
		if e.Reason == "" {
			e.Reason = "http_timeout"
		}
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(e.Retry))
		r.Header.Set("X-Slack-Retry-Reason", e.Reason)
	}
	return r, err
}

func (s *Server) jsonRequest(t *team, body object, f Forgery) (Request, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return Request{Header: http.Header{}}, fmt.Errorf("fake Slack: make an event: %w", err)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	return s.signed(Request{URL: t.Events, Header: header, Body: b}, t.SigningSecret, f), nil
}

// VerifyURL does what Slack does when an Events URL is entered: it sends a
// challenge, and it is an error if the bot does not give it back
// (docs.slack.dev/reference/events/url_verification).
func (s *Server) VerifyURL(ctx context.Context, id TeamID) error {
	s.mu.Lock()
	t := s.teamOf(id)
	challenge := fmt.Sprintf("challenge-%d", s.next())
	r, err := s.jsonRequest(t, object{"type": "url_verification", "token": "deprecated-verification-token", "challenge": challenge}, Forgery{})
	s.mu.Unlock()
	if err != nil {
		return err
	}
	a, err := s.Send(ctx, r)
	if err != nil {
		return err
	}
	var echo struct{ Challenge string }
	if json.Unmarshal(a.Body, &echo) != nil {
		echo.Challenge = string(a.Body)
	}
	if a.Status != http.StatusOK || echo.Challenge != challenge {
		return fmt.Errorf("fake Slack: %s answered the challenge with %d %q", r.URL, a.Status, a.Body)
	}
	return nil
}
