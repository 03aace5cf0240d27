package discord

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
)

// bodyKey tells deliveries apart that say different things.
type bodyKey struct {
	chat.BodyKey
	continues bool // the link to the earlier post is no part of what all share
}

func keyOf(d chat.Delivery, edit bool) bodyKey {
	return bodyKey{chat.BodyKeyOf(d, edit), d.Continues != ""}
}

// renderedBody is the JSON of a message, from its first field to the last brace.
type renderedBody struct {
	once sync.Once
	json []byte
	sum  [sha256.Size]byte
	keep []carried
	err  error
}

// rendered renders what a delivery says, for all channels once.
func (c *Connection) rendered(d chat.Delivery, edit bool) *renderedBody {
	r := c.bodies.Get(keyOf(d, edit))
	r.once.Do(func() {
		var m message
		m, r.keep = c.markup.render(c.opt.Word(d), referenceOf(d))
		body, err := encode(m)
		if r.err = err; err == nil {
			r.json, r.sum = body[1:], sha256.Sum256(body)
		}
	})
	return r
}

// Prepare renders what d says, which a Post then finds done.
func (c *Connection) Prepare(d chat.Delivery) { c.rendered(d, false) }

// referenceOf is what a look-up finds in the footer: the subject and the version. An
// edit shows the newest, as it goes out only when all up to it was told.
func referenceOf(d chat.Delivery) string {
	if d.Subject.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s #%d", d.Subject, d.N)
}

// with joins what is this channel's alone with what all channels share.
func (r *renderedBody) with(head any) ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	start, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("encode the address of a post: %w", err)
	}
	if len(start) > 2 {
		start[len(start)-1] = ','
	} else {
		start = start[:1]
	}
	return append(start, r.json...), nil
}

// head is what a post has that no edit has.
type head struct {
	Nonce   string      `json:"nonce"`
	Enforce bool        `json:"enforce_nonce"`
	ReplyTo *messageRef `json:"message_reference,omitempty"`
}

// messageRef links to another message of the channel. One that must not be gone has the
// post refused, else it is posted without the link.
type messageRef struct {
	Message snowflake `json:"message_id"`
	Must    bool      `json:"fail_if_not_exists"`
}

// nonce names a post for as long as Discord looks back (a few minutes: developers/
// resources/message, "Create Message", enforce_nonce): the same delivery again, in the
// same words, is not posted again. 24 of at most 25 characters.
func (c *Connection) nonce(d chat.Delivery, r *renderedBody) string {
	first, last := 0, 0
	if len(d.Said) > 0 {
		first, last = d.Said[0].N, d.Said[len(d.Said)-1].N
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%s/%d/%d-%d/%s%s/%s/%x", c.name, d.Channel.ID, d.Subject, d.N, first, last, d.Root, d.Continues, d.Trace, r.sum))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15]))
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a message for Discord: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
