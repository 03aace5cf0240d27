package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// Slack's identifiers, each with its own prefix: T, C (G, D), U, B, A, S.
type (
	TeamID    string
	ChannelID string
	UserID    string
	BotID     string
	AppID     string
	GroupID   string
)

// Secret is a bot token or a signing secret; it does not print.
type Secret string

// String hides the secret from logs and test output.
func (Secret) String() string { return "[secret]" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "[secret]" }

// Workspace is one Slack team with our app installed.
type Workspace struct {
	Team          TeamID
	Domain        string
	App           AppID
	Bot           BotID
	BotUser       UserID
	Token         Secret // xoxb-
	SigningSecret Secret
	AppToken      Secret // xapp-, with connections:write
	Scopes        []string

	// The app's request URLs, which Slack calls; see At.
	Commands, Interactions, Events string
}

// At is the workspace with its request URLs at a bot's base URL:
// base + "/slack/amherst/commands", "/interactions" and "/events".
func (w Workspace) At(base string) Workspace {
	at := strings.TrimSuffix(base, "/") + "/slack/" + w.Domain
	w.Commands, w.Interactions, w.Events = at+"/commands", at+"/interactions", at+"/events"
	return w
}

// BaseScopes are the bot scopes that the product asks for, without history.
func BaseScopes() []string {
	return []string{"commands", "chat:write", "channels:read", "groups:read", "im:read", "channels:join", "users:read", "usergroups:read", "im:write"}
}

// HistoryScopes allow a bot to read back what was posted.
func HistoryScopes() []string { return []string{"channels:history", "groups:history", "im:history"} }

// NewWorkspace fills in everything about a workspace from a short name like
// "amherst": ids T0AMHERST, A0AMHERST, B0AMHERST, U0AMHERSTBOT, a token, a
// secret, and all scopes with history. Change fields before adding it.
func NewWorkspace(name string) Workspace {
	up := strings.ToUpper(name)
	return Workspace{
		Team: TeamID("T0" + up), Domain: name, App: AppID("A0" + up), Bot: BotID("B0" + up), BotUser: UserID("U0" + up + "BOT"),
		Token: Secret("xoxb-" + name + "-token"), SigningSecret: Secret(name + "-signing-secret"),
		AppToken: Secret("xapp-" + name + "-token"),
		Scopes:   append(BaseScopes(), HistoryScopes()...),
	}
}

// Kind is what sort of conversation a channel is.
type Kind string

// The kinds of conversation; the zero value counts as public.
const (
	Public  Kind = "public"
	Private Kind = "private"
	IM      Kind = "im" // a direct message between User and the bot
)

// Channel is a conversation. Ids are unique over all workspaces.
type Channel struct {
	ID        ChannelID
	Name      string
	Kind      Kind
	Member    bool // the bot is in it
	Archived  bool
	Deleted   bool
	ExtShared bool   // Slack Connect: people of other organisations are in it
	User      UserID // the person, in an IM
	Creator   UserID
}

// User is a person in a workspace.
type User struct {
	ID         UserID
	Name       string
	TZ         string // an IANA name
	TZOffset   int    // seconds east of UTC
	Bot        bool
	Deleted    bool
	Restricted bool // a guest
	Ultra      bool // a guest of a single channel
	Admin      bool // of the workspace
}

// team and channel are the server's own, changing records.
type team struct {
	Workspace
	users   map[UserID]User
	groups  map[GroupID][]UserID
	homes   map[UserID]json.RawMessage
	sockets sockets
}

type channel struct {
	Channel
	team     *team
	messages []*message // ascending ts, deleted and ephemeral ones too
	lastTS   int64
	lookups  int // conversations.history and .replies calls so far
	lag      int
	fuse     int // posts until the channel is archived; 0 = never
}

// AddWorkspace adds a workspace, or replaces the settings of one (a new
// secret, fewer scopes) and keeps its users and channels.
func (s *Server) AddWorkspace(w Workspace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.teamOf(w.Team)
	delete(s.tokens, t.Token)
	delete(s.apps, t.AppToken)
	t.Workspace = w
	s.tokens[w.Token] = t
	s.apps[w.AppToken] = t
}

// AddChannel adds a channel to a workspace, or changes the settings of one
// (archived, left, deleted) and keeps its messages. An unknown team is added
// with [NewWorkspace]'s scopes missing, so that nothing works by accident.
func (s *Server) AddChannel(t TeamID, c Channel) {
	if c.Kind == "" {
		c.Kind = Public
	}
	if c.Kind == IM {
		c.Member = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[c.ID]
	if ch == nil {
		ch = &channel{}
		s.channels[c.ID] = ch
	}
	ch.Channel, ch.team = c, s.teamOf(t)
	s.touch()
}

// ChangeChannel changes a channel's settings in place, as people do midway.
// It does nothing for a channel that was never added.
func (s *Server) ChangeChannel(id ChannelID, change func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channels[id]; ch != nil {
		change(&ch.Channel)
		s.touch()
	}
}

// AddUser adds a person to a workspace or replaces one.
func (s *Server) AddUser(t TeamID, u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teamOf(t).users[u.ID] = u
}

// SetGroup makes a user group of these people.
func (s *Server) SetGroup(t TeamID, id GroupID, members ...UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teamOf(t).groups[id] = append([]UserID{}, members...)
}

func (s *Server) teamOf(id TeamID) *team {
	t := s.teams[id]
	if t == nil {
		t = &team{Workspace: Workspace{Team: id}, users: map[UserID]User{}, groups: map[GroupID][]UserID{}, homes: map[UserID]json.RawMessage{},
			sockets: sockets{tickets: map[string]bool{}, waiting: map[string]*envelope{}}}
		s.teams[id] = t
	}
	return t
}

func (t *team) granted(scope string) bool { return slices.Contains(t.Scopes, scope) }

// scopeFor names the scope that reading (verb "read") or listing messages
// (verb "history") needs in this kind of channel.
func (c *channel) scopeFor(verb string) string {
	switch c.Kind {
	case Private:
		return "groups:" + verb
	case IM:
		return "im:" + verb
	default:
		return "channels:" + verb
	}
}

// find looks a channel up for a call of team t. A person's id stands for
// the direct message with them, which is opened by the first post (docs of
// chat.postMessage, "Post to an IM channel").
func (s *Server) find(t *team, id ChannelID) *channel {
	if user, ok := t.users[UserID(id)]; ok {
		return s.imWith(t, user.ID)
	}
	ch := s.channels[id]
	if ch == nil || ch.team != t || ch.Deleted {
		return nil
	}
	return ch
}

func (s *Server) imWith(t *team, user UserID) *channel {
	for _, ch := range s.channels {
		if ch.team == t && ch.Kind == IM && ch.User == user {
			return ch
		}
	}
	id := ChannelID("D" + strings.TrimPrefix(string(user), "U"))
	ch := &channel{Channel: Channel{ID: id, Kind: IM, Member: true, User: user}, team: t}
	s.channels[id] = ch
	return ch
}

// authTest answers who the token belongs to (docs of auth.test).
func (s *Server) authTest(c *call) reply {
	w := c.team.Workspace
	return done(object{
		"url": "https://" + w.Domain + ".slack.com/", "team": w.Domain, "user": "belltower", "team_id": w.Team,
		"user_id": w.BotUser, "bot_id": w.Bot, "is_enterprise_install": false,
	})
}

func (s *Server) usersInfo(c *call) reply {
	u, ok := c.team.users[UserID(c.args["user"])]
	if !ok {
		return failed("user_not_found")
	}
	return done(object{"user": object{
		"id": u.ID, "team_id": c.team.Team, "name": u.Name, "real_name": u.Name, "deleted": u.Deleted,
		"tz": u.TZ, "tz_label": u.TZ, "tz_offset": u.TZOffset, "is_bot": u.Bot, "is_admin": u.Admin,
		"is_restricted": u.Restricted, "is_ultra_restricted": u.Ultra, "profile": object{"display_name": u.Name},
	}})
}

// botsInfo is how an app learns its own id from its token (docs of bots.info).
func (s *Server) botsInfo(c *call) reply {
	w := c.team.Workspace
	if BotID(c.args["bot"]) != w.Bot {
		return failed("bot_not_found")
	}
	return done(object{"bot": object{"id": w.Bot, "app_id": w.App, "user_id": w.BotUser, "name": "belltower", "deleted": false}})
}

// groupMembers lists a user group (docs of usergroups.users.list).
func (s *Server) groupMembers(c *call) reply {
	members, ok := c.team.groups[GroupID(c.args["usergroup"])]
	if !ok {
		return failed("no_such_subteam")
	}
	return done(object{"users": members})
}

// conversationsInfo hides private channels that the bot is not in:
// channel_not_found, the same as for one that does not exist.
func (s *Server) conversationsInfo(c *call) reply {
	ch, refused := s.readable(c, "read")
	if refused != nil {
		return *refused
	}
	return done(object{"channel": ch.describe()})
}

func (c *channel) describe() object {
	o := object{
		"id": c.ID, "context_team_id": c.team.Team, "is_archived": c.Archived, "is_member": c.Member,
		"is_channel": c.Kind == Public, "is_group": c.Kind == Private, "is_private": c.Kind != Public,
		"is_im": c.Kind == IM, "is_ext_shared": c.ExtShared, "is_shared": c.ExtShared,
	}
	if c.Kind == IM {
		o["user"] = c.User
	} else {
		o["name"], o["name_normalized"], o["creator"] = c.Name, c.Name, c.Creator
	}
	return o
}

// readable finds the call's channel for reading and checks the scope.
func (s *Server) readable(c *call, verb string) (*channel, *reply) {
	ch := s.find(c.team, c.channel())
	if ch == nil || ch.Kind == Private && !ch.Member {
		r := failed("channel_not_found")
		return nil, &r
	}
	if scope := ch.scopeFor(verb); !c.team.granted(scope) {
		r := missingScope(c.team, scope)
		return nil, &r
	}
	return ch, nil
}

// conversationsJoin lets a bot into public channels only (docs of
// conversations.join); joining again warns and changes nothing.
func (s *Server) conversationsJoin(c *call) reply {
	ch := s.find(c.team, c.channel())
	switch {
	case ch == nil:
		return failed("channel_not_found")
	case ch.Kind != Public:
		return failed("method_not_supported_for_channel_type")
	case ch.Archived:
		return failed("is_archived")
	}
	already := ch.Member
	ch.Member = true
	s.touch()
	r := object{"channel": ch.describe()}
	if already {
		r["warning"] = "already_in_channel"
		r["response_metadata"] = object{"warnings": []string{"already_in_channel"}}
	}
	return done(r)
}
