package slack

import (
	"context"
	"net/url"
	"time"
)

// room is what conversations.info tells of a channel that Slack itself does not
// show in a post.
type room struct {
	// Creator made the channel. Slack tells apps no other managers of a channel
	// (docs.slack.dev/reference/objects/conversation-object).
	Creator string
	At      time.Time // when Slack said so
}

// How often channels are looked at, and at most how fast: conversations.info allows
// about 50 a minute, which look-ups of lost channels share.
const (
	roomKept = 24 * time.Hour
	roomPace = 2 * time.Second
)

type rooms struct {
	records[room]
	soon wishes
}

// want has a channel looked at soon, unless that was done within a day.
func (r *rooms) want(now time.Time, id string) {
	if now.Sub(r.get(id).At) >= roomKept && !isDirect(id) {
		r.soon.add(id)
	}
}

// keepChannels looks once a day at the channels that subscribe, and soon at new
// ones, until ctx ends.
func (w *Workspace) keepChannels(ctx context.Context) {
	var next time.Time
	for ctx.Err() == nil {
		if now := w.opt.Now(); !now.Before(next) {
			next = now.Add(w.wantSubscribed(ctx))
		}
		id, some := w.rooms.soon.take()
		if !some {
			wait(ctx, w.rooms.soon.wake, next.Sub(w.opt.Now()))
			continue
		}
		wait(ctx, nil, w.lookAt(ctx, id))
	}
}

// wantSubscribed wants all channels that subscribe, and tells when to do so again.
func (w *Workspace) wantSubscribed(ctx context.Context) time.Duration {
	all, err := w.opt.Subscribed(ctx)
	if err != nil {
		w.opt.Log.Warn("cannot list the channels to look at", "connection", w.name, "error", err)
		return personRetry
	}
	for _, sub := range all {
		w.rooms.want(w.opt.Now(), sub.Channel.ID)
	}
	return roomKept
}

// lookAt asks for a channel and returns the pause until the next. One that cannot
// be looked at now is tomorrow: whether it can be posted to is the outbox's to see.
func (w *Workspace) lookAt(ctx context.Context, id string) time.Duration {
	var a struct {
		answer
		Channel struct {
			Creator string `json:"creator"`
		} `json:"channel"`
	}
	if _, err := w.callForm(ctx, "conversations.info", url.Values{"channel": {id}}, &a); err != nil {
		w.opt.Log.Debug("cannot look at a channel", "connection", w.name, "channel", id, "error", err)
		return roomPace
	}
	known := room{Creator: a.Channel.Creator, At: w.opt.Now().UTC()}
	w.rooms.put(id, known)
	w.keep(ctx, roomTable, id, known)
	return roomPace
}

// manages reports whether somebody is known to manage a channel: who made it, and
// the workspace's owners and admins.
func (w *Workspace) manages(id string, who person, channel string) bool {
	return who.Manager || id != "" && w.rooms.get(channel).Creator == id
}
