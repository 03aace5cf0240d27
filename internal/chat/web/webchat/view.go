package webchat

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/desk"
)

// pageView is all that the page shows.
type pageView struct {
	Title    string
	Me       Person
	People   []Person
	Campuses []campusView
	Room     roomView
	Posts    []postView
	Panel    panelView
	System   systemView
	Views    []sightView
	Run      string
	Rev      int
}

type campusView struct {
	Label string
	Rooms []roomView
}

type roomView struct {
	Address, Name, About, Campus, URL, State string
	Ops, Current                             bool
	Rev                                      int
}

type postView struct {
	ID, Who, Initial, Role string
	Bot, Own, Edited       bool
	At                     time.Time
	Text                   string
	Message                *messageView
	Thread                 []postView
	AlsoOf                 []web.Span // says what the post is a reply to, where the channel shows it
}

type messageView struct {
	ID string // of the post: its buttons can be pressed
	web.Message
}

type panelView struct {
	Bot          Bot
	Events       []event
	Subject      string
	Told         web.Message
	Posts, Twice int
	Waiting      []string
}

type formView struct {
	web.Form
	People []Person
	Conn   desk.ConnectionName
}

// address is a person's, as the bot knows them.
func (v formView) address(one Person) string { return string(v.Conn) + "/" + one.ID }

// written is what a component writes. Nothing in ours can fail, nor can the room that it is
// written to.
func written(c templ.Component) string {
	var b strings.Builder
	_ = c.Render(context.Background(), &b)
	return b.String()
}

func (p *Platform) clock(at time.Time, form chat.TimeForm) string {
	return chat.FormatTime(at, form, p.set.Zone)
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// after is a text behind what leads to it; without a text, nothing.
func after(lead, text string) string {
	if text == "" {
		return ""
	}
	return lead + text
}

// option is the name of a field in what is sent.
func option(f chat.Field) string { return "option." + f.Name }

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// personName and channelName name who and what an address stands for.
func (p *Platform) personName(address string) string {
	if who, err := desk.ParsePerson(address); err == nil {
		if one, known := p.person(who.ID); known {
			return one.Name
		}
	}
	return address
}

func (p *Platform) channelName(address string) string {
	if ch, err := desk.ParseChannel(address); err == nil {
		if r := p.room(ch); r != nil {
			return r.Name + " in " + p.campus(r)
		}
	}
	return address
}

func (p *Platform) campus(r *room) string { return p.set.Campuses[p.order(r)].Label }

func (p *Platform) view(s seat) pageView {
	v := pageView{Title: p.set.Title, Me: s.me, People: p.set.People, Room: p.roomView(s.room, s), Panel: p.panelView(), System: p.systemView(), Run: p.run, Rev: p.rev}
	for n := range p.sights {
		v.Views = append(v.Views, p.sightView(n))
	}
	for _, c := range p.set.Campuses {
		campus := campusView{Label: c.Label}
		for _, r := range p.rooms {
			if r.Address.Connection == c.Name && s.me.sees(r) {
				campus.Rooms = append(campus.Rooms, p.roomView(r, s))
			}
		}
		v.Campuses = append(v.Campuses, campus)
	}
	for _, one := range s.room.posts {
		if one.gone || one.to != "" && one.to != s.me.ID {
			continue
		}
		if one.broadcast {
			v.Posts = append(v.Posts, p.alsoView(s.room, one))
		}
		if one.root == "" {
			v.Posts = append(v.Posts, p.postView(s.room, one))
		}
	}
	return v
}

func (p *Platform) roomView(r *room, s seat) roomView {
	query := url.Values{"as": {s.me.ID}, "in": {r.Address.String()}}
	return roomView{Address: r.Address.String(), Name: r.Name, About: r.About, Campus: p.campus(r), URL: "/?" + query.Encode(),
		State: r.state(), Ops: r.Ops, Current: r == s.room, Rev: r.rev}
}

// state is what keeps posts from a room, for people.
func (r *room) state() string {
	switch {
	case r.archived:
		return "archived"
	case r.Every > 0:
		return "slowed"
	}
	return ""
}

// postView is a post with its thread.
func (p *Platform) postView(r *room, one *post) postView {
	v := postView{ID: one.id, At: one.at, Edited: one.edited, Own: one.to != "", Text: one.text}
	if one.by == "" {
		v.Who, v.Bot = "Belltower", true
		v.Message = &messageView{ID: one.id, Message: one.message}
	} else if who, known := p.person(one.by); known {
		v.Who, v.Role = who.Name, who.Role
		first, _ := utf8.DecodeRuneInString(who.Name)
		v.Initial = string(first)
	}
	for _, reply := range r.posts {
		if reply.root == one.id && !reply.gone {
			v.Thread = append(v.Thread, p.postView(r, reply))
		}
	}
	return v
}

// alsoView is a reply as the channel itself shows it.
func (p *Platform) alsoView(r *room, one *post) postView {
	v := p.postView(r, one)
	v.ID = "also-" + one.id
	if root := r.find(one.root); root != nil && len(root.message.Summary) > 0 {
		v.AlsoOf = slices.Concat([]web.Span{{Text: "In the thread of “"}}, root.message.Summary, []web.Span{{Text: "”"}})
	}
	return v
}

func (p *Platform) panelView() panelView {
	v := panelView{Bot: p.panel.bot, Events: p.panel.events, Subject: p.panel.subject, Told: p.panel.told, Waiting: p.waiting()}
	v.Posts, v.Twice = p.tally()
	return v
}

func (p *Platform) formView(f web.Form, conn desk.ConnectionName) formView {
	return formView{f, p.set.People, conn}
}

// plainText is what spans say, for where nothing else can stand.
func plainText(spans []web.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text + s.Person + s.Channel)
	}
	return b.String()
}

// fault is what a refusal says beside a form.
func fault(m web.Message) string {
	says := []string{plainText(m.Summary)}
	for _, l := range m.Lines {
		says = append(says, plainText(l.Text))
	}
	return strings.Join(says, " ")
}
