package teamstest

import (
	"slices"
	"strings"
)

// Identifiers of Teams.
type (
	TenantID  string // of the directory
	TeamID    string // 19:...@thread.tacv2
	ChannelID string // 19:...@thread.tacv2, 19:...@thread.v2, a:...
	UserID    string // 29:..., the bot's own of a person
	MessageID string // milliseconds since 1970
)

// Secret is a client secret; it does not print.
type Secret string

// String hides the secret from logs and test output.
func (Secret) String() string { return "[secret]" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "[secret]" }

// Tenant is a directory with our bot registered in it.
type Tenant struct {
	ID       TenantID
	Name     string
	App      string // client id
	Secret   Secret
	Messages string // the messaging endpoint, see At
}

// NewTenant fills in everything about a tenant from a short name like "boston".
func NewTenant(name string) Tenant {
	return Tenant{ID: TenantID(name + "-tenant"), Name: name, App: name + "-app", Secret: Secret(name + "-client-secret")}
}

// At is the tenant with its messaging endpoint at a bot's base URL:
// base + "/teams/boston/messages".
func (t Tenant) At(base string) Tenant {
	t.Messages = strings.TrimSuffix(base, "/") + "/teams/" + t.Name + "/messages"
	return t
}

// Bot is the bot's id in conversations.
func (t Tenant) Bot() string { return "28:" + t.App }

// Team is a team of a tenant. Its General channel has its id.
type Team struct {
	ID        TeamID
	Group     string // in the directory
	Name      string
	Installed bool // our app is in it
	Members   []UserID
}

// Kind is what sort of conversation a channel is.
type Kind string

// The kinds of conversation; the zero value counts as a channel.
const (
	InChannel Kind = "channel"
	InGroup   Kind = "groupChat"
	Personal  Kind = "personal"
	ByFlow    Kind = "workflow" // posted to by a workflow alone: AddFlow
)

// Channel is a channel or a chat. Ids are unique over all tenants.
type Channel struct {
	ID      ChannelID
	Name    string
	Kind    Kind
	User    UserID // the person, in a personal chat
	Blocked bool   // our posts are not taken: MessageWritesBlocked
	Deleted bool
	// Members of a group chat; those of a channel are the team's.
	Members []UserID
}

// User is a person.
type User struct {
	ID     UserID
	Object string // in the directory; default: the id behind "29:", with "-object"
	Name   string
	Zone   string // an IANA name, told with what they type
	Guest  bool
	// NoChat: our app is not installed for them, so no chat can be begun.
	NoChat bool
	// Home is the tenant that they are of; default: the one they were added to.
	Home TenantID
}

type tenant struct{ Tenant }

type team struct {
	Team
	tenant *tenant
	hook   Webhook
}

type channel struct {
	Channel
	tenant   *tenant
	team     *team // nil in a chat
	messages []*message
	last     int64 // the newest id
}

type user struct {
	User
	tenant *tenant
	dialog *dialog // what they see on top
}

// AddTenant adds a tenant, or replaces the settings of one (a new secret).
func (s *Server) AddTenant(t Tenant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.tenants[t.ID]; known != nil {
		known.Tenant = t
		return
	}
	s.tenants[t.ID] = &tenant{t}
}

// AddTeam adds a team with its General channel, or changes the settings of one.
func (s *Server) AddTeam(in TenantID, t Team) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.teams[t.ID]
	if known == nil {
		known = &team{tenant: s.tenants[in]}
		s.teams[t.ID] = known
		s.channels[ChannelID(t.ID)] = &channel{Channel: Channel{ID: ChannelID(t.ID), Name: "General", Kind: InChannel}, tenant: known.tenant, team: known}
	}
	known.Team = t
	s.touch()
}

// AddChannel adds a channel to a team, or changes the settings of one and keeps its
// messages.
func (s *Server) AddChannel(in TeamID, c Channel) {
	c.Kind = InChannel
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.teams[in]
	if known := s.channels[c.ID]; known != nil {
		known.Channel = c
		return
	}
	s.channels[c.ID] = &channel{Channel: c, tenant: t.tenant, team: t}
	s.touch()
}

// AddChat adds a group chat, or a personal one with User.
func (s *Server) AddChat(in TenantID, c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = &channel{Channel: c, tenant: s.tenants[in]}
	s.touch()
}

// ChangeChannel changes a channel's settings in place, as people do midway.
func (s *Server) ChangeChannel(id ChannelID, change func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		change(&c.Channel)
		s.touch()
	}
}

// ChangeTeam changes a team's settings in place.
func (s *Server) ChangeTeam(id TeamID, change func(*Team)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.teams[id]; t != nil {
		change(&t.Team)
		s.touch()
	}
}

// AddUser adds a person to a tenant or replaces one.
func (s *Server) AddUser(in TenantID, u User) {
	if u.Object == "" {
		u.Object = strings.TrimPrefix(string(u.ID), "29:") + "-object"
	}
	if u.Home == "" {
		u.Home = in
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = &user{User: u, tenant: s.tenants[in]}
}

// Chat is the personal chat of a person with the bot, if there is one.
func (s *Server) Chat(of UserID) (ChannelID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chatOf(of)
	if c == nil {
		return "", false
	}
	return c.ID, true
}

func (s *Server) chatOf(id UserID) *channel {
	for _, c := range s.channels {
		if c.Kind == Personal && c.User == id {
			return c
		}
	}
	return nil
}

// installed reports whether the bot is in a conversation.
func (c *channel) installed() bool { return c.team == nil || c.team.Installed }

// members lists who is in a conversation, in order of id.
func (s *Server) members(c *channel) []UserID {
	switch {
	case c.Kind == Personal:
		return []UserID{c.User}
	case c.team == nil:
		return c.Members
	}
	all := slices.Clone(c.team.Members)
	slices.Sort(all)
	return all
}
