package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// snowflake is an id of Discord's: digits.
type snowflake string

// valid reports whether it can be one.
func (s snowflake) valid() bool {
	return s != "" && len(s) <= 20 && strings.Trim(string(s), "0123456789") == ""
}

// interaction is what Discord sends when somebody uses a command, a button or a form
// (developers/interactions/receiving-and-responding, "Interaction Object").
type interaction struct {
	ID      snowflake            `json:"id"`
	App     snowflake            `json:"application_id"`
	Type    int                  `json:"type"`
	Token   string               `json:"token"`
	Guild   snowflake            `json:"guild_id"`
	Channel channel              `json:"channel"`
	In      snowflake            `json:"channel_id"`
	Context int                  `json:"context"`
	Owners  map[string]snowflake `json:"authorizing_integration_owners"`
	Member  *member              `json:"member"` // in a server
	User    *user                `json:"user"`   // elsewhere
	Message struct {
		ID         snowflake `json:"id"`
		Flags      int       `json:"flags"`
		Components []row     `json:"components"`
	} `json:"message"`
	AppMay permissions `json:"app_permissions"`
	Data   struct {
		Name       string   `json:"name"`
		Options    []option `json:"options"`
		CustomID   string   `json:"custom_id"`
		Components []row    `json:"components"` // of a form
	} `json:"data"`
}

// The types of interaction, and the context of a direct message with the bot.
const (
	typePing      = 1
	typeCommand   = 2
	typeComponent = 3
	typeComplete  = 4
	typeModal     = 5
	contextDM     = 1
)

type channel struct {
	ID     snowflake `json:"id"`
	Type   int       `json:"type"`
	Parent snowflake `json:"parent_id"`
}

// The types of channel that matter here (developers/resources/channel, "Channel Types").
const (
	channelDirect       = 1
	channelCategory     = 4
	channelAnnouncement = 5
	threadOfNews        = 10
	threadPublic        = 11
	threadPrivate       = 12
	channelForum        = 15
	channelMedia        = 16 // a forum of pictures
)

// isThread reports whether it is a thread, whose people are those of its parent.
func (c channel) isThread() bool {
	return (c.Type == threadOfNews || c.Type == threadPublic || c.Type == threadPrivate) && c.Parent.valid()
}

type user struct {
	ID     snowflake `json:"id"`
	Name   string    `json:"username"`
	Global string    `json:"global_name"`
}

type member struct {
	User    user        `json:"user"`
	Nick    string      `json:"nick"`
	Roles   []snowflake `json:"roles"`
	May     permissions `json:"permissions"`
	Pending bool        `json:"pending"` // has not accepted the server's rules yet
}

// row is a row of components, of a message or a form that was sent, or a label of such a
// form.
type row struct {
	Components []component `json:"components"`
	Component  component   `json:"component"` // of a label
}

// component is a button, or a field as it was filled in.
type component struct {
	Type     int      `json:"type"`
	CustomID string   `json:"custom_id"`
	Label    string   `json:"label"`
	Value    string   `json:"value"`
	Values   []string `json:"values"` // of a menu
}

// person is who asks.
func (in interaction) person() user {
	switch {
	case in.Member != nil:
		return in.Member.User
	case in.User != nil:
		return *in.User
	}
	return user{}
}

// from is the channel that it was used in; of a thread the channel around it.
func (in interaction) from() snowflake {
	switch {
	case in.Channel.isThread():
		return in.Channel.Parent
	case in.Channel.ID != "":
		return in.Channel.ID
	}
	return in.In
}

func (in interaction) direct() bool {
	return in.Guild == "" && (in.Context == contextDM || in.Channel.Type == channelDirect)
}

// own reports whether it came of a message that its reader alone sees.
func (in interaction) own() bool { return in.Message.Flags&flagEphemeral != 0 }

// Serve answers one INTERACTION_CREATE payload that came over the gateway, and returns
// when it is carried out and answered. The first response goes out by a call within
// 3 s. An error says that the payload was not served, and is logged already.
func (c *Connection) Serve(ctx context.Context, raw json.RawMessage, do Callbacks) error {
	var to struct {
		ID    snowflake `json:"id"`
		Token string    `json:"token"`
	}
	err := json.Unmarshal(raw, &to)
	if err != nil {
		err = unreadable(errors.New("the payload is no interaction"))
	} else {
		err = c.interact(ctx, raw, do, callbackDoor{c, to.ID, to.Token})
	}
	var e *httpError
	if errors.As(err, &e) {
		c.refused(e)
	}
	return err
}

// door is how the first response to an interaction leaves.
type door interface {
	respond(context.Context, response) error
}

// interact does what an interaction asks for that surely is Discord's.
func (c *Connection) interact(ctx context.Context, raw []byte, do Callbacks, out door) error {
	at := c.opt.Now().UTC()
	var in interaction
	if err := json.Unmarshal(raw, &in); err != nil {
		return unreadable(errors.New("the payload is no interaction"))
	}
	if !in.ID.valid() || in.Token == "" && in.Type != typePing {
		return unreadable(errors.New("the payload lacks an id or a token"))
	}
	if err := c.claims(in); err != nil {
		return err
	}
	if in.Type == typePing {
		return out.respond(ctx, response{Type: respondPong})
	}
	if !in.person().ID.valid() || !in.from().valid() {
		return unreadable(errors.New("the payload lacks a person or a channel"))
	}
	if in.Channel.ID.valid() && !in.Channel.isThread() { // those would be ever more
		c.threads.noteKind(string(in.Channel.ID), in.Channel.Type)
	}
	a := &asked{Connection: c, do: do, in: in, out: out, at: at}
	switch in.Type {
	case typeComplete:
		return a.complete(ctx)
	case typeCommand:
		return a.typed(ctx)
	case typeComponent:
		return a.pressed(ctx)
	case typeModal:
		return a.submitted(ctx)
	}
	return unreadable(errors.New("this type of interaction is not known"))
}

// claims checks whose interaction it is: this application's, in a server that it was
// added to. Whoever installed it for themselves alone could use it anywhere.
func (c *Connection) claims(in interaction) error {
	if string(in.App) != c.conf.ApplicationID {
		return &httpError{status: http.StatusForbidden, sentence: "This request is of another application."}
	}
	if _, server := in.Owners["0"]; !server && len(in.Owners) > 0 {
		return &httpError{status: http.StatusForbidden, sentence: "This application was not added to a server."}
	}
	return nil
}

// asked is one interaction on its way.
type asked struct {
	*Connection
	do  Callbacks
	in  interaction
	out door
	at  time.Time
}

// request makes the neutral request; id is the same when Discord sends it again.
func (a *asked) request(id string) chat.Request {
	id = string(a.name) + "/" + id
	sum := sha256.Sum256([]byte(id))
	who := a.in.person()
	req := chat.Request{
		ID: id, Trace: hex.EncodeToString(sum[:6]), At: a.at,
		Person: desk.Person{Connection: a.name, ID: string(who.ID)}, Name: who.name(),
		Channel: desk.Channel{Connection: a.name, ID: string(a.in.from())}, Direct: a.in.direct(),
		Forms: a.in.Type != typeModal,
	}
	if m := a.in.Member; m != nil {
		req.Guest = m.Pending
		req.Manages = m.May.any(mayManageChannels | mayAdminister)
		for _, r := range m.Roles {
			req.Groups = append(req.Groups, "role:"+string(r))
		}
		if m.Nick != "" {
			req.Name = m.Nick
		}
	}
	return req
}

func (u user) name() string {
	if u.Global != "" {
		return u.Global
	}
	return u.Name
}

// typed carries out a command.
func (a *asked) typed(ctx context.Context) error {
	if a.in.Data.Name == "" {
		return unreadable(errors.New("the payload names no command"))
	}
	req := a.request(string(a.in.ID))
	req.Command = a.in.Data.Name
	req.Text, req.Options = a.line(req.Command, a.in.Data.Options)
	a.answer(ctx, req)
	return nil
}

// digest is a short name of a text, for where the text itself is too long.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

// permissions are the bits that somebody has, written as a decimal
// (developers/topics/permissions).
type permissions uint64

func (p permissions) any(bits permissions) bool { return p&bits != 0 }
func (p permissions) all(bits permissions) bool { return p&bits == bits }

// UnmarshalJSON reads the decimal; what is none is no permission.
func (p *permissions) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseUint(strings.Trim(string(b), `"`), 10, 64)
	if err != nil {
		n = 0
	}
	*p = permissions(n)
	return nil
}
