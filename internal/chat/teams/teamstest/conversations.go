package teamstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// maxSize is what Teams takes of a message, counted in bytes of UTF-16 ("Size limits of
// bot messages").
const maxSize = 100 << 10

// sent is a message as a bot sends it.
type sent struct {
	Type        string  `json:"type"`
	Text        string  `json:"text"`
	Summary     string  `json:"summary"`
	Recipient   *named  `json:"recipient"`
	Attachments []shown `json:"attachments"`
	Data        struct {
		Notification struct {
			Alert bool `json:"alert"`
		} `json:"notification"`
	} `json:"channelData"`
}

type named struct {
	ID string `json:"id"`
}

type shown struct {
	Kind    string          `json:"contentType"`
	Content json.RawMessage `json:"content"`
}

// refusal is why a call is refused; nil: it is not.
type refusal struct {
	status int
	code   string
}

func (r *refusal) write(w http.ResponseWriter) { refuse(w, r.status, r.code) }

// read takes a message in. The caller holds s.mu.
func read(body []byte) (sent, *refusal) {
	var in sent
	if len(utf16.Encode([]rune(string(body))))*2 > maxSize {
		return in, &refusal{http.StatusRequestEntityTooLarge, "MessageSizeTooBig"}
	}
	if json.Unmarshal(body, &in) != nil || in.Type != "message" || in.Text == "" && len(in.Attachments) == 0 {
		return in, &refusal{http.StatusBadRequest, "BadSyntax"}
	}
	for _, a := range in.Attachments {
		var card map[string]any
		if a.Kind != "application/vnd.microsoft.card.adaptive" || json.Unmarshal(a.Content, &card) != nil || card["type"] != "AdaptiveCard" {
			return in, &refusal{http.StatusBadRequest, "BadArgument"}
		}
	}
	return in, nil
}

// writable finds the conversation of a call, and says why it takes no message. The caller
// holds s.mu.
func (s *Server) writable(c *call) (*channel, *refusal) {
	ch := s.channels[c.channel]
	switch {
	case ch == nil || ch.tenant != c.tenant || ch.Deleted:
		return nil, &refusal{http.StatusNotFound, "ConversationNotFound"}
	case !ch.installed():
		return nil, &refusal{http.StatusForbidden, "BotNotInConversationRoster"}
	case ch.Blocked:
		return nil, &refusal{http.StatusForbidden, "MessageWritesBlocked"}
	}
	return ch, nil
}

// create begins a thread in a channel, or a personal chat.
func (s *Server) create(w http.ResponseWriter, c *call) {
	var in struct {
		IsGroup  bool            `json:"isGroup"`
		Bot      named           `json:"bot"`
		Members  []named         `json:"members"`
		Tenant   TenantID        `json:"tenantId"`
		Activity json.RawMessage `json:"activity"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if json.Unmarshal(c.body, &in) != nil || !strings.EqualFold(string(in.Tenant), string(c.tenant.ID)) || in.Bot.ID != c.tenant.Bot() {
		refuse(w, http.StatusBadGateway, "ServiceError") // not 400: msteams-docs issue 598
		return
	}
	if c.channel == "" {
		s.createChat(w, c, in.Members)
		return
	}
	ch, no := s.writable(c)
	if no != nil {
		no.write(w)
		return
	}
	m, no := read(in.Activity)
	if no != nil {
		no.write(w)
		return
	}
	stored, split := s.store(ch, m, message{})
	if split {
		writeJSON(w, http.StatusCreated, object{})
		return
	}
	writeJSON(w, http.StatusCreated, object{"id": fmt.Sprintf("%s;messageid=%s", ch.ID, stored.ID), "activityId": stored.ID})
}

// createChat begins the chat with a person, or finds it.
func (s *Server) createChat(w http.ResponseWriter, c *call, members []named) {
	if len(members) != 1 {
		refuse(w, http.StatusBadRequest, "BadArgument")
		return
	}
	u := s.personOf(c.tenant, members[0].ID)
	if u == nil || u.NoChat {
		refuse(w, http.StatusForbidden, "BotNotInConversationRoster")
		return
	}
	ch := s.chatOf(u.ID)
	if ch == nil {
		ch = &channel{Channel: Channel{ID: ChannelID("a:chat-" + string(u.ID)), Name: "chat of " + u.Name, Kind: Personal, User: u.ID}, tenant: c.tenant}
		s.channels[ch.ID] = ch
	}
	writeJSON(w, http.StatusCreated, object{"id": ch.ID})
}

// personOf finds a person by the bot's own id or that in the directory.
func (s *Server) personOf(t *tenant, id string) *user {
	for _, u := range s.users {
		if u.tenant == t && (string(u.ID) == id || u.Object == id) {
			return u
		}
	}
	return nil
}

// post adds a message to a thread or chat. In a channel without a thread it begins one.
func (s *Server) post(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, no := s.writable(c)
	if no == nil && c.thread != "" && ch.at(c.thread) == nil {
		no = &refusal{http.StatusNotFound, "ActivityNotFoundInConversation"}
	}
	var m sent
	if no == nil {
		m, no = read(c.body)
	}
	to := message{Message: Message{Root: c.thread}}
	if no == nil && c.targeted() {
		to.To, no = s.targetOf(ch, m)
	}
	if no != nil {
		no.write(w)
		return
	}
	stored, split := s.store(ch, m, to)
	if split {
		writeJSON(w, http.StatusCreated, object{})
		return
	}
	writeJSON(w, http.StatusCreated, object{"id": stored.ID})
}

func (c *call) targeted() bool { return c.request.URL.Query().Get("isTargetedActivity") == "true" }

// targetOf is who alone sees a message: a member of the conversation, which is no personal
// chat.
func (s *Server) targetOf(ch *channel, m sent) (UserID, *refusal) {
	if s.noTarget || m.Recipient == nil || ch.Kind == Personal {
		return "", &refusal{http.StatusBadRequest, "BadArgument"}
	}
	u := s.personOf(ch.tenant, m.Recipient.ID)
	if u == nil || !slices.Contains(s.members(ch), u.ID) {
		return "", &refusal{http.StatusBadRequest, "BadArgument"}
	}
	return u.ID, nil
}

// update changes a message of the bot's own. A targeted one is found by the targeted
// address alone.
func (s *Server) update(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m, no := s.owned(c)
	var in sent
	if no == nil {
		in, no = read(c.body)
	}
	if no != nil {
		no.write(w)
		return
	}
	_ = ch
	m.Edits = append(m.Edits, Edit{At: s.now(), Summary: m.Summary, Card: m.Card})
	m.Summary, m.Text, m.Card = in.Summary, in.Text, nil
	if len(in.Attachments) > 0 {
		m.Card = in.Attachments[0].Content
	}
	clear(m.Instead)
	s.touch()
	writeJSON(w, http.StatusOK, object{"id": m.ID})
}

func (s *Server) remove(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, m, no := s.owned(c)
	if no != nil {
		no.write(w)
		return
	}
	m.Deleted = true
	s.touch()
	w.WriteHeader(http.StatusOK)
}

// owned finds the message of a change.
func (s *Server) owned(c *call) (*channel, *message, *refusal) {
	ch, no := s.writable(c)
	if no != nil {
		return nil, nil, no
	}
	m := ch.at(MessageID(c.request.PathValue("activity")))
	switch {
	case m == nil || (m.To != "") != c.targeted():
		return nil, nil, &refusal{http.StatusNotFound, "ActivityNotFoundInConversation"}
	case m.Bot == "":
		return nil, nil, &refusal{http.StatusBadRequest, "BadArgument"} // botbuilder-dotnet issue 4838
	}
	return ch, m, nil
}

// readable finds the conversation of a call that reads.
func (s *Server) readable(c *call) (*channel, *refusal) {
	ch := s.channels[c.channel]
	switch {
	case ch == nil || ch.tenant != c.tenant || ch.Deleted:
		return nil, &refusal{http.StatusNotFound, "ConversationNotFound"}
	case !ch.installed():
		return nil, &refusal{http.StatusForbidden, "BotNotInConversationRoster"}
	}
	return ch, nil
}

// pagedMembers lists a roster by the page, of 50 to 500 ("Get context for your Teams bot").
func (s *Server) pagedMembers(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, no := s.readable(c)
	if no != nil {
		no.write(w)
		return
	}
	q := c.request.URL.Query()
	size, _ := strconv.Atoi(q.Get("pageSize"))
	size = min(max(size, 50), 500)
	from, _ := strconv.Atoi(strings.TrimPrefix(q.Get("continuationToken"), "from-"))
	all := s.members(ch)
	from = min(from, len(all))
	to := min(from+size, len(all))
	members := []object{}
	for _, id := range all[from:to] {
		if u := s.users[id]; u != nil {
			members = append(members, u.describe())
		}
	}
	page := object{"members": members}
	if to < len(all) {
		page["continuationToken"] = fmt.Sprintf("from-%d", to)
	}
	writeJSON(w, http.StatusOK, page)
}

func (u *user) describe() object {
	role, upn := "user", strings.ToLower(u.Name)+"@"+string(u.Home)+".example.edu"
	if u.Guest {
		role, upn = "guest", strings.ToLower(u.Name)+"_gmail.com#EXT#@"+string(u.tenant.ID)+".example.edu"
	}
	return object{"id": u.ID, "name": u.Name, "aadObjectId": u.Object, "objectId": u.Object, "userPrincipalName": upn, "userRole": role, "tenantId": u.Home}
}

func (s *Server) member(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, no := s.readable(c)
	if no != nil {
		no.write(w)
		return
	}
	u := s.personOf(ch.tenant, c.request.PathValue("member"))
	if u == nil || !slices.Contains(s.members(ch), u.ID) {
		refuse(w, http.StatusNotFound, "MemberNotFoundInConversation")
		return
	}
	writeJSON(w, http.StatusOK, u.describe())
}

// teamChannels lists a team's channels; General has no name.
func (s *Server) teamChannels(w http.ResponseWriter, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, no := s.readable(c); no != nil {
		no.write(w)
		return
	}
	list := []object{}
	for id, ch := range s.channels {
		if ch.team == nil || ch.team.ID != TeamID(c.channel) || ch.Deleted {
			continue
		}
		one := object{"id": id, "name": ch.Name}
		if string(id) == string(ch.team.ID) {
			one["name"] = nil
		}
		list = append(list, one)
	}
	writeJSON(w, http.StatusOK, object{"conversations": list})
}
