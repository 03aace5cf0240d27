package teams

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
)

// Where Teams shows nothing to one person alone in a channel, the answer to what was asked
// there stands in the person's own chat with us. Its buttons and forms are about the
// channel all the same, and so they carry it. What a card carries its reader's client
// sends, so it is sealed: nobody makes one for a channel that they never asked in.

// styleIn is how the answer to a request is written that stands in a conversation.
func (h *handler) styleIn(to origin, in string) card.Style {
	style, about := h.style, to.Conversation.ID
	if to.asked != "" {
		about = to.asked
	}
	if channelOf(about) != channelOf(in) {
		style.Place = h.seal(to.From.ID, about)
	}
	return style
}

// seal writes where somebody asked such that unseal reads it.
func (h *handler) seal(person, conversation string) string {
	sum := hmac.New(sha256.New, []byte(h.conf.AppSecret.Reveal()))
	_, _ = sum.Write([]byte("asked\x00" + person + "\x00" + conversation)) // never fails
	return hex.EncodeToString(sum.Sum(nil)[:16]) + " " + conversation
}

// unseal reads where somebody asked; "": it was not sealed for them, or with another
// app_secret.
func (h *handler) unseal(person, place string) (conversation string) {
	_, conversation, _ = strings.Cut(place, " ")
	if !hmac.Equal([]byte(h.seal(person, conversation)), []byte(place)) {
		return ""
	}
	return conversation
}

// tooOld refuses a button of which it is not known any more where it was asked for.
func (h *handler) tooOld(in incoming, req chat.Request, to origin) {
	says := h.say("This button is too old. Please type the command.")
	if to.invoke != "" {
		h.writeJSON(in.ResponseWriter, to.sentence(says))
		return
	}
	acknowledge(in.ResponseWriter)
	h.tell(context.WithoutCancel(in.ctx), req, chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain(says), Tone: chat.ToneRefused}}, to)
}
