package slack

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// joinTime is how long a subscription waits for us to be in its channel.
const joinTime = 700 * time.Millisecond

// join enters the public channel that a person asks to subscribe, since a bot
// posts only where it is a member (docs.slack.dev/reference/methods/chat.postMessage,
// not_in_channel). It comes before the subscription, so that what is open can be
// posted at once. Into a private channel people invite us; that, and whatever else
// fails here, shows at the first post.
func (w *Workspace) join(ctx context.Context, trace, channel string) {
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	_, err := w.callForm(ctx, "conversations.join", url.Values{"channel": {channel}}, &answer{})
	if err != nil {
		w.opt.Log.Info("did not join a channel that subscribes", "trace", trace, "connection", w.name, "channel", channel, "error", err)
	}
}

// joinFor enters the channel that a request subscribes, for who may.
func (h *handler) joinFor(in incoming, req chat.Request) {
	channel, wanted := h.subscribed(req)
	if wanted && h.do.MayFollow(req, desk.Channel{Connection: h.name, ID: channel}) {
		h.join(in.ctx, req.Trace, channel)
		h.rooms.want(in.at, channel)
	}
}

// subscribed tells which channel of ours a command subscribes: the one named first
// ("subscribe amherst/C1 learn"), else where it was typed. A bare "subscribe" only
// asks.
func (w *Workspace) subscribed(req chat.Request) (channel string, wanted bool) {
	command, text := req.Command, strings.TrimSpace(req.Text)
	if command == "belltower" {
		command, text, _ = strings.Cut(text, " ")
	}
	if command == "subscribe" && req.Options["target"] != "" {
		return req.Channel.ID, !isDirect(req.Channel.ID)
	}
	if command != "subscribe" || strings.TrimSpace(text) == "" {
		return "", false
	}
	first, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if named, err := desk.ParseChannel(strings.TrimPrefix(first, "#")); err == nil && isID(named.ID) {
		return named.ID, named.Connection == w.name
	}
	return req.Channel.ID, !isDirect(req.Channel.ID)
}
