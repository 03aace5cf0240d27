package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"

	"github.com/gorilla/websocket"

	"github.com/umassonline/belltower/internal/chat"
)

// Opcodes (docs.discord.com/developers/topics/opcodes-and-status-codes).
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// closeResumable is what we close with: any code but 1000 and 1001 leaves the session
// to be resumed ("Disconnecting").
const closeResumable = 4900

// payload is what either side says.
type payload struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int64          `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

// outgoing is what we say.
type outgoing struct {
	Op   int `json:"op"`
	Data any `json:"d"`
}

// intentGuilds is the bit of GUILDS (docs.discord.com/developers/events/gateway, "List of
// Intents").
const intentGuilds = 1 << 0

type identifyData struct {
	Token      string            `json:"token"`
	Intents    int               `json:"intents"`
	Properties map[string]string `json:"properties"`
}

type resumeData struct {
	Token   string `json:"token"`
	Session string `json:"session_id"`
	Seq     int64  `json:"seq"`
}

// identify begins a session. Interactions need no intent; GUILDS tells when the bot or a
// channel is gone, and is not privileged.
func (c *Client) identify() outgoing {
	return outgoing{opIdentify, identifyData{
		Token: c.conf.BotToken.Reveal(), Intents: intentGuilds,
		Properties: map[string]string{"os": runtime.GOOS, "browser": "belltower", "device": "belltower"},
	}}
}

func (c *Client) resume() outgoing {
	return outgoing{opResume, resumeData{Token: c.conf.BotToken.Reveal(), Session: c.session.ID, Seq: c.session.Seq}}
}

// Close codes after which the session is over. After any other but the fatal ones it is
// resumed: where that is refused, Discord says so.
const (
	closeInvalidSeq = 4007
	closeTimedOut   = 4009
)

// fatalClose says why nothing is tried after a close code; empty: it is not fatal.
func fatalClose(code int) string {
	switch code {
	case 4004:
		return tokenRefused
	case 4010:
		return "Discord refuses the shard of the bot"
	case 4011:
		return "the bot is in more servers than one connection may serve"
	case 4012:
		return "Discord speaks version " + version + " of its gateway no more: a newer Belltower is needed"
	case 4013:
		return "Discord does not know the intent GUILDS any more: a newer Belltower is needed"
	case 4014:
		return "Discord does not grant the bot the intent GUILDS (Developer Portal, Bot)"
	}
	return ""
}

// broken is how a connection ended that could not be read any more.
func (k *connection) broken(err error) *ending {
	var e *websocket.CloseError
	if !errors.As(err, &e) || e.Code == websocket.CloseAbnormalClosure {
		return &ending{sentence: "the connection broke off: " + chat.Bare(err).Error()}
	}
	if why := fatalClose(e.Code); why != "" {
		k.session = session{}
		return &ending{sentence: fmt.Sprintf("%s (%d)", why, e.Code), fatal: true}
	}
	if e.Code == closeInvalidSeq || e.Code == closeTimedOut {
		k.session = session{}
	}
	return &ending{sentence: fmt.Sprintf("Discord closed the connection (%d)", e.Code)}
}
