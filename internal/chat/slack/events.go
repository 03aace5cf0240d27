package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// envelope is around every event (docs.slack.dev/apis/events-api).
type envelope struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Team      string `json:"team_id"`
	App       string `json:"api_app_id"`
	Event     struct {
		Type string `json:"type"`
		// In some events these are objects; none of those concerns us.
		Channel json.RawMessage `json:"channel"`
		User    json.RawMessage `json:"user"`
	} `json:"event"`
}

// eventTime leaves Slack an answer within its 3 s.
const eventTime = 2500 * time.Millisecond

// event hears that a channel can be posted to again. Everything else, like a
// channel that was archived or renamed, shows at the next post, whatever events
// are lost. Slack sends an event again until it is acknowledged, and doing it
// again changes nothing.
func (h *handler) event(in incoming) error {
	var e envelope
	if err := json.Unmarshal(in.body, &e); err != nil {
		return unreadable(errors.New("the event is no JSON"))
	}
	if e.Type == "url_verification" {
		in.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = in.Write([]byte(e.Challenge))
		return nil
	}
	if err := h.claims(in.ctx, e.Team, e.App); err != nil {
		return err
	}
	channel, returned := h.returned(e)
	if !returned {
		in.WriteHeader(http.StatusOK)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(in.ctx), eventTime)
	defer cancel()
	if err := h.do.Returned(ctx, channel); err != nil {
		return &httpError{status: http.StatusServiceUnavailable, sentence: "This could not be stored. Please send it again.", err: err}
	}
	in.WriteHeader(http.StatusOK)
	return nil
}

// returned tells the channel that an event brought back: it was unarchived, or we
// were added to it.
func (h *handler) returned(e envelope) (desk.Channel, bool) {
	var channel, user string
	_ = json.Unmarshal(e.Event.Channel, &channel) // an object leaves them empty
	_ = json.Unmarshal(e.Event.User, &user)
	back := false
	switch e.Event.Type {
	case "channel_unarchive", "group_unarchive":
		back = true
	case "member_joined_channel":
		back = user == h.known.Load().user
	}
	return desk.Channel{Connection: h.name, ID: channel}, back && channel != ""
}
