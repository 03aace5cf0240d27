package outgoing

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
)

// reply is the answer as Teams takes it.
type reply struct {
	Type        string       `json:"type"`
	Summary     string       `json:"summary"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string    `json:"contentType"`
	Content     card.Card `json:"content"`
}

// maxTyped is how many buttons are said as lines to type.
const maxTyped = 6

// public makes an answer one that everybody reads, and says so. Buttons, which do
// nothing in a webhook's cards, become lines to type.
func (w *Webhook) public(m chat.Message) chat.Message {
	typed := 0
	for _, a := range m.Actions {
		if a.Command == "" || len(a.Options) > 0 || typed == maxTyped || !may(split(a.Command)) {
			continue
		}
		typed++
		m.Lines = append(m.Lines[:len(m.Lines):len(m.Lines)], chat.Line{Kind: chat.Item, Text: chat.Text{{Plain: a.Label + ": "}, {Code: a.Command}}})
	}
	m.Context = append(m.Context[:len(m.Context):len(m.Context)], chat.Plain(w.own("Everybody in this channel sees this answer.")))
	return m
}

// working says that a command goes on, and where to look.
func (w *Webhook) working(req chat.Request) chat.Message {
	look := "status"
	switch command, _ := whole(req.Command, req.Text); command {
	case "incident", "window":
		look = command + " list"
	case "subscribe":
		look = command
	}
	return w.public(chat.Message{
		Summary: chat.Plain(w.own("Working on it: this takes longer than Teams waits.")), Tone: chat.ToneInfo,
		Lines: []chat.Line{
			{Text: chat.Plain(w.own("It goes on. In a minute see what became of it, before you type it again:"))},
			{Kind: chat.Item, Text: chat.Text{{Code: look}}},
		},
	})
}

// write answers with a card; its summary is for the toast.
func (h *handler) write(w http.ResponseWriter, to mention, m chat.Message) {
	h.answered(to)
	content, err := h.style.Message(m)
	if err != nil {
		h.opt.Log.Error("cannot write an answer", "trace", to.Trace, "connection", h.name, "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(reply{"message", h.style.Summary(m), []attachment{{card.ContentType, content}}}); err != nil {
		h.opt.Log.Error("cannot write an answer", "trace", to.Trace, "connection", h.name, "error", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes()) // a caller that hung up is its own business
}

// own is a sentence of the adapter's own in the language of its readers.
func (w *Webhook) own(english string) string {
	if w.opt.Say == nil {
		return english
	}
	return w.opt.Say(english)
}
