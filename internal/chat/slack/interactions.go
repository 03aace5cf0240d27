package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	Type     string `json:"type"`
	App      string `json:"api_app_id"`
	Callback string `json:"callback_id"` // of a shortcut
	Trigger  string `json:"trigger_id"`
	At       string `json:"action_ts"` // of a shortcut
	Team     struct {
		ID     string `json:"id"`
		Domain string `json:"domain"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Name     string `json:"name"` // all that a shortcut on a message has
	} `json:"user"`
	View    submitted `json:"view"`
	Message usedOn    `json:"message"`
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

func (p interaction) isShortcut() bool { return p.Type == "shortcut" || p.Type == "message_action" }

func (p interaction) name() string { return cmp.Or(p.User.Username, p.User.Name) }

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

// interact does what somebody asks for who pressed a button, filled in a form or
// used a shortcut, as that person. Buttons that open a page, and everything else,
// are only acknowledged.
func (h *handler) interact(in incoming, payload []byte) error {
	var p interaction
	if err := json.Unmarshal(payload, &p); err != nil {
		return unreadable(errors.New("the payload is no JSON"))
	}
	if err := h.claimsOf(in.ctx, p); err != nil {
		return err
	}
	switch {
	case p.isShortcut():
		return h.shortcut(in, p)
	case p.Type == "view_submission" && p.View.Callback == formCallback:
		return h.submission(in, p)
	case p.Type == "block_actions" && len(p.Actions) == 1 && strings.HasPrefix(p.Actions[0].ActionID, actionDo):
		return h.pressed(in, p)
	}
	in.WriteHeader(http.StatusOK)
	return nil
}

// claimsOf checks whose interaction it is. Slack's examples of shortcuts name no app.
func (h *handler) claimsOf(ctx context.Context, p interaction) error {
	if p.App == "" && p.isShortcut() {
		return h.claimsTeam(ctx, p.Team.ID)
	}
	return h.claims(ctx, p.Team.ID, p.App)
}

// pressed carries out the command of a button. It is acknowledged when it is done;
// the answer goes to the response_url.
func (h *handler) pressed(in incoming, p interaction) error {
	if p.User.ID == "" || p.Channel.ID == "" || p.Actions[0].At == "" {
		return unreadable(errors.New("the payload lacks a person, a channel or a time"))
	}
	req := h.press(in, p)
	h.joinFor(in, req)
	h.answer(in, req, origin{trigger: p.Trigger, url: p.ResponseURL, user: p.User.ID, channel: p.Channel.ID, pressed: true, own: p.Container.Own})
	return nil
}

// press makes the request of a button. Slack may send a click again; it is the
// same by its message, time and person. In an answer that its author alone sees, a
// button is good for one thing however often it is pressed before it is gone.
func (h *handler) press(in incoming, p interaction) chat.Request {
	button := p.Actions[0]
	once := button.At
	if p.Container.Own {
		sum := sha256.Sum256([]byte(button.Value))
		once = hex.EncodeToString(sum[:8])
	}
	req := h.request(in, p.Container.MessageTS+"/"+once+"/"+p.User.ID, p.User.ID, p.Channel.ID)
	req.Name, req.Forms = p.name(), true
	command, options := chat.ParseValue(button.Value)
	req.Command, req.Text, _ = strings.Cut(command, " ")
	req.Options, req.Filled = options, options != nil
	return req
}
