package teams

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// place is what it takes to post to a channel or chat: what the Bot Framework calls a
// conversation reference.
type place struct {
	Kind    string // channel, groupChat, personal
	Service string // serviceUrl
	Team    string `json:",omitempty"` // 19:...@thread.tacv2
	Group   string `json:",omitempty"` // the team's group in the directory
	Name    string `json:",omitempty"`
	User    string `json:",omitempty"` // of a personal chat: 29:...
}

// home is where the Connector is and who we are there, as the newest activity said.
type home struct{ Service, Bot string }

type places struct {
	known records[place]
	turn  chan struct{} // who has it may change known, and keeps that

	mu   sync.Mutex
	home home
}

// setHome notes where the Connector is; what was remembered does not replace what was just
// heard. It reports whether that is new.
func (p *places) setHome(h home, remembered bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.home == h || remembered && p.home != (home{}) {
		return false
	}
	p.home = h
	return true
}

func (p *places) getHome() home {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.home
}

// learn takes in where an activity came from. It returns the channels that were not known
// before, in which we could not post until now.
func (c *Connection) learn(ctx context.Context, a activity) (fresh []desk.Channel) {
	if h := (home{a.ServiceURL, a.Recipient.ID}); c.places.setHome(h, false) {
		c.keep(ctx, homeTable, "", h)
	}
	at := place{Kind: c.kindOf(a), Service: a.ServiceURL, Team: a.Data.Team.ID, Group: a.Data.Team.Group}
	if at.Kind == personal {
		at.User = a.From.ID
	}
	ids := []string{a.channel()}
	if named := a.Data.Channel.ID; named != "" && named != ids[0] {
		ids = append(ids, named)
	}
	for _, id := range ids {
		at.Name = ""
		if id == a.Data.Channel.ID {
			at.Name = a.Data.Channel.Name
		}
		if c.settle(ctx, id, at) {
			fresh = append(fresh, desk.Channel{Connection: c.name, ID: id})
		}
	}
	return fresh
}

// kindOf is the kind of an activity's conversation: as it says, else as is known of it.
func (c *Connection) kindOf(a activity) string {
	if known := c.places.known.get(a.channel()).Kind; a.Conversation.Kind == "" && known != "" {
		return known
	}
	return a.kind()
}

// settle remembers a place, and reports whether it was not known. What an activity does
// not say stays as it was. One at a time, so that what is kept is the newest.
func (c *Connection) settle(ctx context.Context, id string, p place) (fresh bool) {
	if p.over(c.places.known.get(id)) == c.places.known.get(id) {
		return false
	}
	c.places.turn <- struct{}{}
	defer func() { <-c.places.turn }()
	was := c.places.known.get(id)
	p = p.over(was)
	c.places.known.put(id, p)
	c.keep(ctx, placeTable, id, p)
	if p.Group != was.Group {
		c.rosters.Changed() // the access list may name it
	}
	return was == place{}
}

// over is a place with what an older record of it says beside.
func (p place) over(was place) place {
	for _, part := range []struct{ now, was *string }{{&p.Team, &was.Team}, {&p.Group, &was.Group}, {&p.Name, &was.Name}, {&p.User, &was.User}} {
		if *part.now == "" {
			*part.now = *part.was
		}
	}
	return p
}

// find returns where a channel is. One of a team that never spoke to us is tried where the
// tenant's others are: we may be installed there all the same. A chat that never did
// cannot be reached at all. Errors are *chat.SendError.
func (c *Connection) find(ctx context.Context, ch desk.Channel) (place, error) {
	if !c.hasRecalled(ctx) {
		return place{}, errUnread()
	}
	if p := c.places.known.get(ch.ID); p.Kind != "" {
		p.Service = c.serviceOf(ch.ID)
		return p, nil
	}
	if isChannel(ch.ID) {
		return place{Kind: inChannel, Service: c.service()}, nil
	}
	return place{}, &chat.SendError{Outcome: chat.Gone, Reason: c.say("the bot was never spoken to there: write to it there once")}
}

// errUnread: it is not known yet where anything is.
func errUnread() error {
	return &chat.SendError{Outcome: chat.NotSent, Reason: "what was known before the restart is still being read"}
}

// restorePlace takes in a place as known before a restart. Where it is may be allowed no
// more: then it is looked for where the tenant's others are.
func (c *Connection) restorePlace(id string, p place) {
	if !c.allowed(p.Service) {
		p.Service = ""
	}
	c.places.known.putNew(id, p)
}

// restoreHome takes in where the Connector was before a restart, if it still may be.
func (c *Connection) restoreHome(_ string, h home) {
	if c.allowed(h.Service) {
		c.places.setHome(h, true)
	}
}

// serviceOf is where the Connector of a channel or chat is.
func (c *Connection) serviceOf(channel string) string {
	if p := c.places.known.get(channel); p.Service != "" {
		return p.Service
	}
	return c.service()
}

// service is where the Connector is, for what never told. Teams has one address that leads
// to every region's ("Send proactive messages").
func (c *Connection) service() string {
	if h := c.places.getHome(); h.Service != "" {
		return h.Service
	}
	base := c.hosts[0].String()
	if c.hosts[0].Path == "" || c.hosts[0].Path == "/" {
		return strings.TrimSuffix(base, "/") + "/teams/"
	}
	return base
}

// bot is our own id in conversations.
func (c *Connection) bot() string {
	if h := c.places.getHome(); h.Bot != "" {
		return h.Bot
	}
	return "28:" + c.conf.AppID
}

// mend says with a channel that is gone what to do.
func (c *Connection) mend(p place, e *chat.SendError) {
	if e.Outcome != chat.Gone {
		return
	}
	how := c.say("install the app in the channel's team, or put it back there; a private or shared channel needs it added to the channel itself, too")
	if p.Kind != inChannel {
		how = c.say("install the app for the chat, and write to the bot there once")
	}
	e.Reason += ": " + how
}

// channelsOf lists a team's channels, as far as the Connector tells them.
func (c *Connection) channelsOf(ctx context.Context, team string) (ids map[string]string, err error) {
	var a struct {
		Conversations []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"conversations"`
	}
	if err := c.doAgain(ctx, call{method: http.MethodGet, url: at(c.service(), "teams", team, "conversations")}, &a); err != nil {
		return nil, err
	}
	ids = map[string]string{}
	for _, one := range a.Conversations {
		ids[one.ID] = one.Name
	}
	return ids, nil
}
