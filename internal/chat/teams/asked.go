package teams

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
	style := h.style
	if about := to.about(); channelOf(about) != channelOf(in) {
		style.Place = h.seal(to.From.ID, about)
	}
	return style
}

// about is the conversation that a request is about.
func (to origin) about() string { return cmp.Or(to.asked, to.Conversation.ID) }

// whence says in an answer that stands in another conversation where it was asked for,
// where the channel's name is known.
func (h *handler) whence(r chat.Reply, to origin, in string) chat.Reply {
	about := channelOf(to.about())
	name := h.places.known.get(about).Name
	if about == channelOf(in) || name == "" {
		return r
	}
	note := chat.Plain(fmt.Sprintf(h.say("You asked in the channel %s."), name))
	if r.Form != nil {
		f := *r.Form
		f.Intro = append([]chat.Line{{Text: note}}, f.Intro...)
		r.Form = &f
		return r
	}
	small := r.Message.Context
	r.Message.Context = append(small[:len(small):len(small)], note)
	return r
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
