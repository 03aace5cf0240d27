package discordtest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// Secret is a bot token; it does not print.
type Secret string

// String hides the secret from logs and test output.
func (Secret) String() string { return "[secret]" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "[secret]" }

// Application is one Discord application with its bot.
type Application struct {
	ID     ID
	Name   string
	Bot    ID // the bot's user
	Token  Secret
	Key    ed25519.PrivateKey // signs interactions
	Public bool               // anybody may add the bot
	// URL is where interactions go over HTTP; see At.
	URL string
}

// NewApplication fills in everything about an application from a short name like
// "lowell". Change fields before adding it.
func NewApplication(name string) Application {
	seed := sha256.Sum256([]byte(name))
	id := strconv.FormatUint(1_000_000_000_000_000_000+binary.BigEndian.Uint64(seed[:8])%1_000_000_000_000, 10)
	return Application{
		ID: ID(id), Name: name, Bot: ID(strconv.FormatUint(ID(id).number()+1, 10)), Token: Secret("token-of-" + name), Key: ed25519.NewKeyFromSeed(seed[:]),
	}
}

// At is the application with its interactions endpoint at a bot's base URL.
func (a Application) At(base string) Application {
	a.URL = strings.TrimSuffix(base, "/") + "/discord/" + a.Name + "/interactions"
	return a
}

// PublicKey is what the portal shows: 64 hex digits.
func (a Application) PublicKey() string {
	return hex.EncodeToString(a.Key.Public().(ed25519.PublicKey))
}

type application struct {
	Application
	commands map[ID][]byte // by guild, "" for all
}

// The permissions of the fake's world (topics/permissions).
const (
	Administrator      = 1 << 3
	ManageChannels     = 1 << 4
	ViewChannel        = 1 << 10
	SendMessages       = 1 << 11
	EmbedLinks         = 1 << 14
	ReadMessageHistory = 1 << 16
	MentionEveryone    = 1 << 17
	ManageThreads      = 1 << 34
	CreateThreads      = 1 << 35
	SendInThreads      = 1 << 38
	Invited            = ViewChannel | SendMessages | EmbedLinks | ReadMessageHistory | CreateThreads | SendInThreads
)

// Guild is a server.
type Guild struct {
	ID    ID
	Name  string
	Owner ID
	// BotMay is what the bots' role allows; 0: Invited.
	BotMay uint64
	Roles  []ID // beside @everyone and the bots'
	// MaxThreads bounds the threads at a time; 0: 1000.
	MaxThreads int
	// Left: the bots were removed.
	Left bool
}

// Kind is what sort of channel it is (resources/channel, "Channel Types").
type Kind int

// The kinds of channel.
const (
	Text         Kind = 0
	DM           Kind = 1
	Announcement Kind = 5
	Thread       Kind = 11
)

// Channel is a channel or a thread.
type Channel struct {
	ID       ID
	Guild    ID
	Name     string
	Kind     Kind
	Parent   ID     // of a thread
	Deny     uint64 // permissions that the bots lack here
	Deleted  bool
	Archived bool // of a thread: a message opens it again
	Locked   bool // of a thread: nobody but moderators opens it again
	Slow     int  // seconds between messages that slow mode asks of the bots
}

// User is a person.
type User struct {
	ID      ID
	Name    string
	Nick    string
	Roles   []ID
	Manages bool // may manage channels
	Pending bool // has not accepted the server's rules
}

// room is the server's own, changing record of a channel.
type room struct {
	Channel
	messages []*message
	edits    int // left of old messages until 30046; -1: no end
}

// AddApplication adds an application, or replaces the settings of one.
func (s *Server) AddApplication(a Application) {
	s.mu.Lock()
	defer s.mu.Unlock()
	had := s.apps[a.ID]
	if had == nil {
		had = &application{commands: map[ID][]byte{}}
		s.apps[a.ID] = had
	}
	had.Application = a
}

// AddGuild adds a server or replaces its settings.
func (s *Server) AddGuild(g Guild) {
	if g.BotMay == 0 {
		g.BotMay = Invited
	}
	if g.MaxThreads == 0 {
		g.MaxThreads = 1000
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds[g.ID] = &g
}

// ChangeGuild changes a server's settings in place.
func (s *Server) ChangeGuild(id ID, change func(*Guild)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.guilds[id]; g != nil {
		change(g)
	}
}

// AddChannel adds a channel, or changes the settings of one and keeps its messages.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if had := s.channels[c.ID]; had != nil {
		had.Channel = c
		return
	}
	s.channels[c.ID] = &room{Channel: c, edits: -1}
}

// ChangeChannel changes a channel's settings in place, as people do midway.
func (s *Server) ChangeChannel(id ID, change func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		change(&c.Channel)
		s.touch()
	}
}

// LimitOldEdits lets messages older than an hour in a channel be edited n times more
// (30046, "Maximum number of edits to messages older than 1 hour").
func (s *Server) LimitOldEdits(id ID, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id].edits = n
}

// AddUser adds a person or replaces one.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = u
}

// find looks a channel up. The caller holds s.mu.
func (s *Server) find(id ID) *room {
	c := s.channels[id]
	if c == nil || c.Deleted {
		return nil
	}
	return c
}

// may is what the bots may do in a channel. The caller holds s.mu.
func (s *Server) may(c *room) uint64 {
	if c.Kind == DM {
		return ^uint64(0)
	}
	g := s.guilds[c.Guild]
	if g == nil || g.Left {
		return 0
	}
	deny := c.Deny
	if p := s.channels[c.Parent]; p != nil {
		deny |= p.Deny
	}
	may := g.BotMay &^ deny
	if may&ViewChannel == 0 {
		return 0
	}
	return may
}

// channelIDs lists the channels in order.
func (s *Server) channelIDs() []ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]ID, 0, len(s.channels))
	for id := range s.channels {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int { return int(int64(a.number()) - int64(b.number())) })
	return ids
}

// describe is a channel as the API tells it.
func (s *Server) describe(c *room) object {
	o := object{"id": c.ID, "type": c.Kind, "name": c.Name}
	switch c.Kind {
	case DM:
		delete(o, "name")
		return o
	case Thread:
		o["parent_id"] = c.Parent
		o["thread_metadata"] = object{"archived": c.Archived, "locked": c.Locked}
	}
	o["guild_id"] = c.Guild
	o["permission_overwrites"] = []object{}
	if c.Deny != 0 {
		o["permission_overwrites"] = []object{{"id": botRole, "type": 0, "allow": "0", "deny": strconv.FormatUint(c.Deny, 10)}}
	}
	return o
}

// botRole is the role that servers make for a bot.
const botRole ID = "77777"
