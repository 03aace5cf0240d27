package outgoing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// activity is what Teams posts: a message of the Bot Framework, by the fields that are
// read of it.
type activity struct {
	Type         string    `json:"type"`
	ID           string    `json:"id"`
	Timestamp    time.Time `json:"timestamp"`
	Text         string    `json:"text"`
	From         account   `json:"from"`
	Recipient    account   `json:"recipient"`
	Entities     []entity  `json:"entities"`
	Conversation struct {
		ID     string `json:"id"`
		Tenant string `json:"tenantId"`
	} `json:"conversation"`
	ChannelData struct {
		Channel      named  `json:"channel"`
		Tenant       named  `json:"tenant"`
		TeamsChannel string `json:"teamsChannelId"`
	} `json:"channelData"`
}

type account struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Object string `json:"aadObjectId"`
}

type named struct {
	ID string `json:"id"`
}

// entity is a mention, or what the sender's client tells of itself.
type entity struct {
	Type      string  `json:"type"`
	Text      string  `json:"text"`
	Mentioned account `json:"mentioned"`
	Timezone  string  `json:"timezone"`
}

// parse reads a message of a person in a channel. Its errors repeat nothing of it.
func parse(body []byte) (activity, error) {
	var a activity
	if err := json.Unmarshal(body, &a); err != nil {
		return a, errors.New("it is no JSON of an activity")
	}
	switch {
	case a.Type != "message":
		return a, errors.New("the activity is no message")
	case a.ID == "" || a.Timestamp.IsZero():
		return a, errors.New("the activity lacks an id or a time")
	case a.From.Object == "":
		return a, errors.New("the activity lacks the sender's id in the directory, from.aadObjectId")
	case a.channel() == "":
		return a, errors.New("the activity lacks a channel")
	}
	return a, nil
}

// channel is the id of the channel, without that of the thread.
func (a activity) channel() string {
	id, _, _ := strings.Cut(a.Conversation.ID, ";messageid=")
	for _, told := range []string{a.ChannelData.Channel.ID, a.ChannelData.TeamsChannel, id} {
		if told != "" {
			return told
		}
	}
	return ""
}

func (a activity) tenant() string {
	if a.ChannelData.Tenant.ID != "" {
		return a.ChannelData.Tenant.ID
	}
	return a.Conversation.Tenant
}

func (a activity) zone() *time.Location {
	for _, e := range a.Entities {
		if e.Timezone == "" {
			continue
		}
		if zone, err := time.LoadLocation(e.Timezone); err == nil {
			return zone
		}
	}
	return nil
}

// idOf is the same whenever Teams sends the same message again. Ids of activities are
// unique in their channel only.
func (w *Webhook) idOf(a activity) string {
	return string(w.name) + "/outgoing/" + a.channel() + "/" + a.ID
}

// request is what a person asks for. It names no team: a guest can mention the webhook too,
// and nothing here tells them apart, so rights are those given by name.
func (w *Webhook) request(a activity, at time.Time) chat.Request {
	id := w.idOf(a)
	sum := sha256.Sum256([]byte(id))
	req := chat.Request{
		ID: id, Trace: hex.EncodeToString(sum[:6]), At: at,
		Person: desk.Person{Connection: w.name, ID: a.From.Object}, Name: a.From.Name, Zone: a.zone(),
		Channel: desk.Channel{Connection: w.name, ID: a.channel()}, Open: true,
	}
	text := strings.TrimLeft(w.typed(a), ",: \n") // "@Belltower, status"
	if req.Command, req.Text = split(text); req.Command == "" {
		req.Command, req.Text = root, "help" // nothing but the mention
	}
	return req
}

// split takes the first word off, in small letters, as phones begin with a capital one.
func split(text string) (command, rest string) {
	text = strings.TrimPrefix(text, "/")
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return strings.ToLower(text), ""
	}
	return strings.ToLower(text[:end]), strings.TrimLeftFunc(text[end:], unicode.IsSpace)
}

// typed is what the person typed: without the mention of the webhook and the mark of a
// message that they answer, other people's mentions as their addresses or names.
func (w *Webhook) typed(a activity) string {
	text, us, found := a.Text, a.us(), false
	for _, e := range a.Entities {
		if e.Type != "mention" || e.Text == "" {
			continue
		}
		stands := "@" + e.Mentioned.Name
		switch {
		case us != "" && e.Mentioned.ID == us:
			stands, found = " ", true
		case e.Mentioned.Object != "":
			stands = "@" + desk.Person{Connection: w.name, ID: e.Mentioned.Object}.String()
		}
		text = strings.Replace(text, e.Text, stands, 1)
	}
	if !found { // Teams names the webhook itself in no entity
		text = firstTag(text)
	}
	text = breaks.ReplaceAllString(quoted.ReplaceAllString(text, " "), "\n")
	return strings.TrimSpace(spaces(entities.Replace(text)))
}

// us is the webhook's own id in mentions: the recipient's, or, where Teams names none, that
// of the first who is mentioned and is not in the directory; "": it is in no entity.
func (a activity) us() string {
	if a.Recipient.ID != "" {
		return a.Recipient.ID
	}
	for _, e := range a.Entities {
		if e.Type == "mention" && e.Text != "" && e.Mentioned.Object == "" {
			return e.Mentioned.ID
		}
	}
	return ""
}

// tag is a mention; breaks are the marks of lines and paragraphs, quoted is that of a message
// that is answered (github.com/microsoft/teams.ts, pull request 482). What people type of
// this kind comes with entities in the place of < and >.
var (
	tag      = regexp.MustCompile(`(?s)<at\b[^>]*>.*?</at>`)
	breaks   = regexp.MustCompile(`(?i)</(?:p|div)>\s*<(?:p|div)>|<br ?/?>|</?(?:p|div)>`)
	quoted   = regexp.MustCompile(`<quoted\b[^<>]*>`)
	entities = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&nbsp;", " ")
)

// firstTag leaves out the first mention that no entity told of.
func firstTag(text string) string {
	at := tag.FindStringIndex(text)
	if at == nil {
		return text
	}
	return text[:at[0]] + " " + text[at[1]:]
}

// spaces makes blanks of all kinds spaces, and one of several. Line breaks stay.
func spaces(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.FieldsFunc(l, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' }), " ")
	}
	return strings.Join(lines, "\n")
}
