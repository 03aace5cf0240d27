package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
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
		Type    string    `json:"type"`
		Channel reference `json:"channel"`
		User    reference `json:"user"`
		Tab     string    `json:"tab"`
		Old     string    `json:"old_channel_id"`
		New     string    `json:"new_channel_id"`
		Group   reference `json:"subteam"`
		GroupID reference `json:"subteam_id"`
	} `json:"event"`
}

// reference is an id, which some events give alone and others as a part of the
// whole object. Anything else is no reference; that is no error, as such events do
// not concern us.
type reference string

// UnmarshalJSON reads "C1" and {"id": "C1"}.
func (r *reference) UnmarshalJSON(b []byte) error {
	var whole struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(b, (*string)(r)) != nil && json.Unmarshal(b, &whole) == nil {
		*r = reference(whole.ID)
	}
	return nil
}

// eventTime leaves Slack an answer within its 3 s.
const eventTime = 2500 * time.Millisecond

// event hears that a channel can be posted to again, and that what we know of
// people, groups or ourselves is old: then Slack is asked what is true now, so that
// events that come twice, late or in another order do no harm. What is lost of them
// shows at the next post or the next daily look. Slack sends an event again until it
// is acknowledged.
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
	h.renewal(e)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(in.ctx), eventTime)
	defer cancel()
	if err := h.channelChanged(ctx, e); err != nil {
		return &httpError{status: http.StatusServiceUnavailable, sentence: "This could not be stored. Please send it again.", err: err}
	}
	in.WriteHeader(http.StatusOK)
	return nil
}

// renewal has asked for again what an event says is old.
func (h *handler) renewal(e envelope) {
	switch e.Event.Type {
	case "app_home_opened":
		if user := string(e.Event.User); e.Event.Tab == "home" && isID(user) {
			h.homes.add(user)
		}
	case "user_change":
		h.people.changed(string(e.Event.User))
	case "subteam_members_changed", "subteam_updated":
		if slices.Contains(h.opt.Groups, string(cmp.Or(e.Event.Group, e.Event.GroupID))) {
			h.groups.Changed()
		}
	case "app_uninstalled", "tokens_revoked":
		h.opt.Log.Warn("Slack says that the app was removed or its tokens were revoked", "connection", h.name, "event", e.Event.Type)
		signal(h.renew)
	}
}

// channelChanged hands on what is to be stored of a channel's life: that it can be
// posted to again, or has another id (docs.slack.dev/reference/events/channel_id_changed).
// That it was archived, left or deleted shows at the next post, and a channel's name
// is Slack's to show.
func (h *handler) channelChanged(ctx context.Context, e envelope) error {
	if e.Event.Type == "channel_id_changed" && isID(e.Event.Old) && isID(e.Event.New) {
		return h.do.Moved(ctx, desk.Channel{Connection: h.name, ID: e.Event.Old}, desk.Channel{Connection: h.name, ID: e.Event.New})
	}
	if channel, returned := h.returned(e); returned {
		return h.do.Returned(ctx, channel)
	}
	return nil
}

// returned tells the channel that an event brought back: it was unarchived, or we
// were added to it.
func (h *handler) returned(e envelope) (desk.Channel, bool) {
	back := false
	switch e.Event.Type {
	case "channel_unarchive", "group_unarchive":
		back = true
	case "member_joined_channel":
		back = string(e.Event.User) == h.known.Load().User
	}
	channel := string(e.Event.Channel)
	return desk.Channel{Connection: h.name, ID: channel}, back && isID(channel)
}
