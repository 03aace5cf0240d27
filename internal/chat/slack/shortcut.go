package slack

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// usedOn is a message that a shortcut was used on
// (docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload).
type usedOn struct {
	TS     string `json:"ts"`
	Thread string `json:"thread_ts"`
	Text   string `json:"text"`
}

// shortcut opens the form of a declaration, or of a note that holds a message and
// its link. A global shortcut is used in no channel: it counts as used in ops, and
// is answered in a direct message.
func (h *handler) shortcut(in incoming, p interaction) error {
	if p.User.ID == "" || p.At == "" {
		return unreadable(errors.New("the shortcut lacks a person or a time"))
	}
	to := origin{trigger: p.Trigger, url: p.ResponseURL, user: p.User.ID, channel: p.Channel.ID, pressed: true}
	channel := p.Channel.ID
	if channel == "" {
		to.away, channel = true, h.conf.OpsChannel
	}
	req := h.request(in, p.Callback+"/"+p.At+"/"+p.User.ID, p.User.ID, channel)
	req.Name, req.Command, req.Forms = p.name(), "incident", true
	switch p.Callback {
	case ShortcutDeclare:
		req.Text = "declare"
	case ShortcutAdd:
		req.Text = "note"
		req.Prefill = map[string]string{"message": h.cited(p)}
	default:
		in.WriteHeader(http.StatusOK)
		return nil
	}
	h.answer(in, req, to)
	return nil
}

// cited is a message as a note keeps it: its text and its link. The link comes
// first, as long texts are cut.
func (h *handler) cited(p interaction) string {
	link := fmt.Sprintf("https://%s.slack.com/archives/%s/p%s", p.Team.Domain, p.Channel.ID, strings.ReplaceAll(p.Message.TS, ".", ""))
	if t := p.Message.Thread; t != "" && t != p.Message.TS {
		link += "?thread_ts=" + t + "&cid=" + p.Channel.ID
	}
	return shorten(link+"\n"+decode(h.name, p.Message.Text), desk.MaxText)
}
