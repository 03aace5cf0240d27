package teams

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// event hears what became of teams and channels ("Conversation events in your Teams bot"):
// where we may post now, and whose members changed. That we were removed, or a channel was
// deleted, shows at the next post. What is to be stored is before it is acknowledged.
func (h *handler) event(in incoming, a activity) error {
	back := h.learn(in.ctx, a)
	team := a.Data.Team.ID
	whole := h.arrived(a) || slices.Contains([]string{"teamRestored", "teamUnarchived"}, a.Data.Event)
	if whole || a.Data.Event == "channelRestored" {
		back = append(back, h.channel(a.channel()))
		if id := a.Data.Channel.ID; id != "" {
			back = append(back, h.channel(id))
		}
	}
	if whole && team != "" {
		back = append(back, h.inTeam(team)...)
	}
	if err := h.tellReturned(in.ctx, back); err != nil {
		return err
	}
	if len(a.Added)+len(a.Removed) > 0 && team != "" {
		h.rosters.Changed()
	}
	if h.left(a) {
		h.opt.Log.Warn("the bot was removed", "connection", h.name, "from", a.channel(), "team", team)
	}
	acknowledge(in.ResponseWriter)
	if whole && team != "" {
		h.learnTeam(in.ctx, a)
	}
	return nil
}

// arrived reports whether the app was just installed, or the bot added.
func (h *handler) arrived(a activity) bool {
	if a.Type == "installationUpdate" {
		return strings.HasPrefix(a.Action, "add")
	}
	return h.isAmong(a, a.Added)
}

// left reports whether the app was just removed.
func (h *handler) left(a activity) bool {
	return a.Type == "installationUpdate" && strings.HasPrefix(a.Action, "remove") || h.isAmong(a, a.Removed)
}

// isAmong reports whether we are one of these members.
func (h *handler) isAmong(a activity, members []account) bool {
	return slices.ContainsFunc(members, func(m account) bool {
		return m.ID != "" && m.ID == a.Recipient.ID || m.ID == "28:"+h.conf.AppID
	})
}

func (h *handler) channel(id string) desk.Channel { return desk.Channel{Connection: h.name, ID: id} }

// inTeam are the channels of a team that are known.
func (h *handler) inTeam(team string) (all []desk.Channel) {
	h.places.known.each(func(id string, p place) {
		if p.Team == team {
			all = append(all, h.channel(id))
		}
	})
	return all
}

// tellReturned tells that channels can be posted to again, each once.
func (h *handler) tellReturned(ctx context.Context, back []desk.Channel) error {
	told := map[desk.Channel]bool{}
	for _, ch := range back {
		if told[ch] {
			continue
		}
		told[ch] = true
		if err := h.do.Returned(ctx, ch); err != nil {
			return &httpError{status: http.StatusServiceUnavailable, sentence: "This could not be stored. Please send it again.", err: err}
		}
	}
	return nil
}

// learnTeam learns of the other channels of a team that we were just installed in, or that
// is back: some may wait for us. What is not learned shows at a later look of the outbox.
func (h *handler) learnTeam(ctx context.Context, a activity) {
	ctx = context.WithoutCancel(ctx)
	ids, err := h.channelsOf(ctx, a.Data.Team.ID)
	if err != nil {
		h.opt.Log.Warn("cannot list the channels of a team", "connection", h.name, "team", a.Data.Team.ID, "error", err)
		return
	}
	for id, name := range ids {
		h.settle(ctx, id, place{Kind: inChannel, Service: a.ServiceURL, Team: a.Data.Team.ID, Group: a.Data.Team.Group, Name: name})
		if err := h.do.Returned(ctx, h.channel(id)); err != nil {
			h.opt.Log.Warn("cannot tell that a channel is back", "connection", h.name, "channel", id, "error", err)
		}
	}
}
