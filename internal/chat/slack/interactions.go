package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// interaction is what Slack sends when somebody uses a message
// (docs.slack.dev/reference/interaction-payloads/block_actions-payload).
type interaction struct {
	Type string `json:"type"`
	App  string `json:"api_app_id"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID   string `json:"id"`
		Name string `json:"username"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		Own       bool   `json:"is_ephemeral"`
	} `json:"container"`
	ResponseURL string    `json:"response_url"`
	Actions     []pressed `json:"actions"`
}

// pressed is a button that was pressed.
type pressed struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	At       string `json:"action_ts"`
}

// interaction takes what Slack posts to the Interactions URL.
func (h *handler) interaction(in incoming) error {
	form, err := url.ParseQuery(string(in.body))
	if err != nil {
		return unreadable(nil)
	}
	return h.interact(in, []byte(form.Get("payload")))
}

// interact carries out the command of a button, as the person who pressed it.
// It is acknowledged when it is done; the answer goes to the response_url. Buttons
// that open a page, and all other interactions, are only acknowledged.
func (h *handler) interact(in incoming, payload []byte) error {
	var p interaction
	if err := json.Unmarshal(payload, &p); err != nil {
		return unreadable(errors.New("the payload is no JSON"))
	}
	if err := h.claims(in.ctx, p.Team.ID, p.App); err != nil {
		return err
	}
	if p.Type != "block_actions" || len(p.Actions) != 1 || !strings.HasPrefix(p.Actions[0].ActionID, actionDo) {
		in.WriteHeader(http.StatusOK)
		return nil
	}
	if p.User.ID == "" || p.Channel.ID == "" || p.Actions[0].At == "" {
		return unreadable(errors.New("the payload lacks a person, a channel or a time"))
	}
	h.answer(in, h.press(in, p), origin{url: p.ResponseURL, own: p.Container.Own})
	return nil
}

// press makes the request of a button. Slack may send a click again; it is the
// same by its message, time and person.
func (h *handler) press(in incoming, p interaction) chat.Request {
	button := p.Actions[0]
	req := h.request(in, p.Container.MessageTS+"/"+button.At+"/"+p.User.ID, p.User.ID, p.Channel.ID)
	req.Name = p.User.Name
	req.Command, req.Text, _ = strings.Cut(button.Value, " ")
	return req
}
