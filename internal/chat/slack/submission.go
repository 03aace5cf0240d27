package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// submitted is the view of a form that was sent
// (docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
type submitted struct {
	ID       string `json:"id"`
	Hash     string `json:"hash"`
	Callback string `json:"callback_id"`
	Metadata string `json:"private_metadata"`
	State    struct {
		Values map[string]map[string]filled `json:"values"`
	} `json:"state"`
	Blocks []struct {
		Type string `json:"type"`
		ID   string `json:"block_id"`
	} `json:"blocks"`
}

// filled is what one input holds.
type filled struct {
	Value    string   `json:"value"`
	Selected *option  `json:"selected_option"`
	Several  []option `json:"selected_options"`
	Person   string   `json:"selected_user"`
}

func (f filled) text(conn desk.ConnectionName) string {
	if f.Person != "" {
		return "@" + string(conn) + "/" + f.Person
	}
	if f.Selected != nil {
		return f.Selected.Value
	}
	if len(f.Several) > 0 {
		values := make([]string, len(f.Several))
		for i, o := range f.Several {
			values[i] = o.Value
		}
		return strings.Join(values, ",")
	}
	return f.Value
}

// submission carries out a form. What is refused stands beside its field, and the
// form stays open with all that was typed; everything else closes it and is
// answered where it was opened.
func (h *handler) submission(in incoming, p interaction) error {
	var from origins
	if err := json.Unmarshal([]byte(p.View.Metadata), &from); err != nil || p.User.ID == "" || p.View.ID == "" {
		return unreadable(errors.New("the form lacks a person or what it stands for"))
	}
	to := origin{url: from.URL, user: p.User.ID, channel: from.Channel, form: &p.View}
	channel := from.Channel
	if channel == "" {
		channel = h.conf.OpsChannel // of a shortcut, which is used nowhere
	}
	req := h.request(in, p.View.requestID(p.User.ID), p.User.ID, channel)
	req.Name = p.name()
	req.Command, req.Text, _ = strings.Cut(from.Command, " ")
	req.Filled, req.Options = true, p.View.options(h.name)
	h.joinFor(in, req)
	h.answer(in, req, to)
	return nil
}

// requestID is the same when Slack sends the form again, and another one when it
// was put right after a refusal.
func (v submitted) requestID(user string) string {
	values, _ := json.Marshal(v.options("")) // strings always encode; keys are in order
	sum := sha256.Sum256(values)
	return v.ID + "/" + v.Hash + "/" + hex.EncodeToString(sum[:8]) + "/" + user
}

// options are the fields that hold something, of a form in the workspace conn.
func (v submitted) options(conn desk.ConnectionName) map[string]string {
	out := map[string]string{}
	for name, inputs := range v.State.Values {
		if text := inputs[inputAction].text(conn); strings.TrimSpace(text) != "" {
			out[name] = text
		}
	}
	return out
}

// field is the block that a refusal stands at: its own, else the first input.
func (v submitted) field(name string) string {
	first := ""
	for _, b := range v.Blocks {
		if b.Type == "input" && (b.ID == name || first == "") {
			first = b.ID
		}
		if b.ID == name {
			return name
		}
	}
	return first
}

// staysOpen reports whether a reply is shown in the form: a refusal that has no way
// on but to put the form right.
func staysOpen(r chat.Reply, v submitted) bool {
	return r.Failed && len(r.Message.Actions) == 0 && v.field(r.Field) != ""
}

// maxFault is how long a sentence beside a field may be, of our own.
const maxFault = 500

// beside writes a refusal beside its field.
func (h *handler) beside(w http.ResponseWriter, r chat.Reply, v submitted) {
	says := []string{r.Message.Summary.PlainText(h.opt.Zone)}
	for _, l := range r.Message.Lines {
		says = append(says, l.Text.PlainText(h.opt.Zone))
	}
	h.writeJSON(w, struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}{"errors", map[string]string{v.field(r.Field): shorten(strings.Join(says, " "), maxFault)}})
}

// typedBack says in a refusal what was typed, where the form is closed already and no
// button holds it.
func typedBack(m chat.Message, req chat.Request) chat.Message {
	for _, name := range []string{"title", "message", "details", "reason"} {
		if text := req.Options[name]; text != "" {
			m.Lines = append(m.Lines, chat.Line{Kind: chat.Quote, Text: chat.Plain(text)})
		}
	}
	return m
}
