package teams

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// activity is what the Bot Framework sends, as far as it concerns us (Bot Framework,
// "Activity schema"; Teams' own parts are in channelData).
type activity struct {
	Type         string          `json:"type"`
	ID           string          `json:"id"`
	Name         string          `json:"name"`   // of an invoke
	Action       string          `json:"action"` // of an installationUpdate
	ServiceURL   string          `json:"serviceUrl"`
	ChannelID    string          `json:"channelId"` // "msteams"
	From         account         `json:"from"`
	Recipient    account         `json:"recipient"`
	Conversation conversation    `json:"conversation"`
	ReplyTo      string          `json:"replyToId"`
	Text         string          `json:"text"`
	Value        json.RawMessage `json:"value"`
	Zone         string          `json:"localTimezone"`
	Entities     []entity        `json:"entities"`
	Data         channelData     `json:"channelData"`
	Added        []account       `json:"membersAdded"`
	Removed      []account       `json:"membersRemoved"`
}

// account is somebody in a conversation.
type account struct {
	ID       string `json:"id"` // the bot's own of a person: 29:..., of a bot 28:...
	Name     string `json:"name"`
	Object   string `json:"aadObjectId"`
	Role     string `json:"role"`
	Targeted bool   `json:"isTargeted"`
}

// conversation is a channel's thread, a group chat or a personal one.
type conversation struct {
	ID      string `json:"id"`
	Kind    string `json:"conversationType"`
	IsGroup bool   `json:"isGroup"`
	Tenant  string `json:"tenantId"`
}

// The kinds of conversation.
const (
	inChannel = "channel"
	inGroup   = "groupChat"
	personal  = "personal"
)

// entity is a mention, or what the sender's client says of itself.
type entity struct {
	Type      string  `json:"type"`
	Mentioned account `json:"mentioned"`
	Text      string  `json:"text"`
	Zone      string  `json:"timezone"` // of clientInfo
}

// channelData is Teams' own.
type channelData struct {
	Event  string `json:"eventType"`
	Tenant struct {
		ID string `json:"id"`
	} `json:"tenant"`
	Team struct {
		ID    string `json:"id"`
		Group string `json:"aadGroupId"`
		Name  string `json:"name"`
	} `json:"team"`
	Channel struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"channel"`
}

// parseActivity reads an activity. It refuses what lacks what all have.
func parseActivity(body []byte) (activity, error) {
	var a activity
	if err := json.Unmarshal(body, &a); err != nil {
		return a, errors.New("the activity is no JSON")
	}
	if a.Type == "" || a.Conversation.ID == "" {
		return a, errors.New("the activity has no type or no conversation")
	}
	return a, nil
}

// tenant is the directory that the activity is of; "" where its parts disagree.
func (a activity) tenant() string {
	t, other := a.Data.Tenant.ID, a.Conversation.Tenant
	switch {
	case t == "":
		return other
	case other != "" && !strings.EqualFold(other, t):
		return ""
	}
	return t
}

// channel is the id of the channel or chat, without the thread.
func (a activity) channel() string { return channelOf(a.Conversation.ID) }

// channelOf is the id of a conversation's channel or chat, without the thread.
func channelOf(conversation string) string {
	id, _, _ := strings.Cut(conversation, ";messageid=")
	return id
}

// kind is the conversation's kind, which some events leave out. What could be a chat of
// several is one: to take it for a personal one would show private answers to them.
func (a activity) kind() string {
	switch id := a.channel(); {
	case a.Conversation.Kind != "":
		return a.Conversation.Kind
	case a.Data.Team.ID != "", isChannel(id):
		return inChannel
	case strings.HasPrefix(id, "a:") && !a.Conversation.IsGroup:
		return personal
	}
	return inGroup
}

// isChannel reports whether a conversation's id is one that only channels have.
func isChannel(id string) bool {
	return strings.HasPrefix(id, "19:") && strings.Contains(id, "@thread.tacv2") || strings.HasSuffix(id, "@thread.skype")
}

// zone is the sender's own; nil where their client does not say it. Their language is left
// alone: a channel is answered in its own.
func (a activity) zone() *time.Location {
	name := a.Zone
	for _, e := range a.Entities {
		if e.Type == "clientInfo" && e.Zone != "" && name == "" {
			name = e.Zone
		}
	}
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// mentions lists mentions of somebody.
func (a activity) mentions(id string) (all []entity) {
	for _, e := range a.Entities {
		if e.Type == "mention" && e.Mentioned.ID == id && id != "" {
			all = append(all, e)
		}
	}
	return all
}

// hasValue reports whether a card sent it: such a message has no text.
func (a activity) hasValue() bool { return len(a.Value) > 0 && string(a.Value) != "null" }
