package teams

import (
	"encoding/json"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
)

// jsonKind is the Content-Type of what we send.
const jsonKind = "application/json; charset=utf-8"

// maxMessage is the most bytes of a message that are sent. Teams takes about 100 kB,
// counted as UTF-16 with what it adds ("Size limits of bot messages"); the rest is reserve.
const maxMessage = 80_000

// outgoing is a message as the Connector takes it: a card alone, as text beside one makes
// two messages of it, neither of which has an id; Summary is what a notification shows.
type outgoing struct {
	Type        string       `json:"type"`
	ID          string       `json:"id,omitempty"` // of what is changed
	Summary     string       `json:"summary,omitempty"`
	Recipient   *account     `json:"recipient,omitempty"`
	Attachments []attachment `json:"attachments"`
	Data        *alertData   `json:"channelData,omitempty"`
}

// alertData makes a phone ring in a chat, where posts of bots do not by themselves.
type alertData struct {
	Notification struct {
		Alert bool `json:"alert"`
	} `json:"notification"`
}

// opening begins a conversation: a thread in a channel, with its first message, or a chat.
type opening struct {
	IsGroup  bool            `json:"isGroup"`
	Bot      account         `json:"bot"`
	Members  []account       `json:"members,omitempty"`
	Tenant   string          `json:"tenantId"`
	Data     openingData     `json:"channelData"`
	Activity json.RawMessage `json:"activity,omitempty"`
}

type openingData struct {
	Channel *identified `json:"channel,omitempty"`
	Tenant  identified  `json:"tenant"`
}

type identified struct {
	ID string `json:"id"`
}

// MarshalJSON writes what the Connector wants to know of an account: its id.
func (a account) MarshalJSON() ([]byte, error) { return json.Marshal(identified{a.ID}) }

// drawn is a message that all channels share.
type drawn struct {
	once sync.Once
	out  outgoing
	err  error
}

// message is what a delivery says. What is for the channel itself links to the post that
// it belongs to, so it is drawn for each channel.
func (c *Connection) message(d chat.Delivery, edit bool, first string) (outgoing, error) {
	if first != "" {
		m := c.opt.Word(d)
		link := chat.Text{{Link: chat.Link{URL: first, Label: c.say("To the first post")}}}
		m.Context = append(m.Context[:len(m.Context):len(m.Context)], link)
		return c.drawMessage(m)
	}
	r := c.bodies.Get(chat.BodyKeyOf(d, edit))
	r.once.Do(func() { r.out, r.err = c.drawMessage(c.opt.Word(d)) })
	return r.out, r.err
}

// Prepare draws what d says, which a Post then finds done.
func (c *Connection) Prepare(d chat.Delivery) { _, _ = c.message(d, false, "") }

func (c *Connection) drawMessage(m chat.Message) (outgoing, error) {
	card, err := c.style.Message(m)
	return outgoing{Type: "message", Summary: c.style.Summary(m), Attachments: []attachment{{cardKind, card}}}, err
}

// encode writes a message, unless it is larger than Teams takes.
func encode(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	switch {
	case err != nil:
		return nil, &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	case len(body) > maxMessage:
		return nil, &chat.SendError{Outcome: chat.Refused, Reason: "too large for Teams"}
	}
	return body, nil
}
