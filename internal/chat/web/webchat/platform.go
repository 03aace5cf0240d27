// Package webchat is the demo's made-up chat platform: campuses with channels that
// people use in a browser, and an API that the bot posts through. It keeps everything
// in memory and runs in a process of its own, so the bot can be killed at any moment
// while people go on talking, as on a real platform.
//
// The package's parts: platform.go (what there is), api.go (what the bot calls),
// hook.go (what the bot is told), page.go, view.go and stream.go (what people see),
// panel.go (what goes on behind it), system.go and sight.go (what may break, and what
// others see of it). It is for one machine: it answers to no other
// name than the loopback's. Pages are templ components (page.templ, post.templ,
// form.templ), as html/template calls methods by names that the linker does not know, and
// has it keep every method of the whole program.
package webchat

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.1118 generate

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Settings are what a Platform is given. All but Kill, System, Views and Transport are
// needed.
type Settings struct {
	Title    string
	Campuses []Campus
	People   []Person // the first is who a page is for that names nobody
	// Token is what the bot calls with, Secret what its requests are signed with.
	Token, Secret config.Secret
	Zone          *time.Location // of times, where a page has no script
	Now           func() time.Time
	Log           *slog.Logger
	// Kill ends the bot's process at once; nil: the page cannot.
	Kill func()
	// System is what the page can break; its zero value: nothing.
	System System
	// Views are pages that are shown beside the channels.
	Views []View
	// Transport carries requests to the bot; nil: the network.
	Transport http.RoundTripper
}

// Campus is one connection of the bot.
type Campus struct {
	Name  desk.ConnectionName
	Label string
}

// Person is who may use the page. A person is on every campus, under one id.
type Person struct {
	ID, Name, Role string
	// Staff sees the ops channels.
	Staff bool
}

// Channel is where people talk.
type Channel struct {
	Address     desk.Channel
	Name, About string
	// Ops: for staff only.
	Ops bool
	// Every is how often the bot may post here; 0: always.
	Every time.Duration
}

// Platform is the made-up platform. All methods may be called from many goroutines.
type Platform struct {
	set    Settings
	client *http.Client
	run    string // tells it from another that was at the same address before

	mu      sync.Mutex // guards what follows
	rooms   []*room
	ids     int
	rev     int           // grows with each change
	changed chan struct{} // closed by the next change
	panel   panel
	sights  []sight
	streams int
	// unanswered are the newest requests of people in channels that the bot was stopped
	// under: it may have done them.
	unanswered map[place]chat.Request
}

// place is a person in a channel.
type place struct {
	person desk.Person
	room   desk.Channel
}

// room is a channel and what was said in it.
type room struct {
	Channel
	posts    []*post
	archived bool
	next     time.Time // when the bot may post again
	turned   int       // how many of its posts were turned away
	rev      int
}

// post is a message in a channel.
type post struct {
	id, root  string
	by        string // a person's id; empty: the bot
	to        string // who alone sees it; empty: everybody
	at        time.Time
	edited    bool
	broadcast bool
	text      string // of a person
	message   web.Message
	subject   string
	n         int
	rev       int
	gone      bool
}

// New makes a platform without channels. It calls nobody.
func New(s Settings) *Platform {
	p := &Platform{set: s, run: rand.Text(), changed: make(chan struct{}), unanswered: map[place]chat.Request{}, client: &http.Client{Transport: s.Transport, Timeout: 35 * time.Second}}
	for _, v := range s.Views {
		p.sights = append(p.sights, sight{View: v})
	}
	return p
}

// AddChannel opens a channel.
func (p *Platform) AddChannel(c Channel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rooms = append(p.rooms, &room{Channel: c})
	slices.SortStableFunc(p.rooms, func(a, b *room) int { return cmp.Compare(p.order(a), p.order(b)) })
	p.note(nil)
}

// order is the place of a room's campus.
func (p *Platform) order(r *room) int {
	return slices.IndexFunc(p.set.Campuses, func(c Campus) bool { return c.Name == r.Address.Connection })
}

// Archive closes a channel: nobody can post in it any more.
func (p *Platform) Archive(address desk.Channel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.room(address); r != nil {
		r.archived = true
		p.note(r)
	}
}

// Say lets a person say something in a channel.
func (p *Platform) Say(address desk.Channel, person, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.room(address); r != nil {
		p.add(r, &post{by: person, text: text})
	}
}

// Post is a post of the bot as it stands in a channel.
type Post struct {
	ID, Root string
	Message  web.Message
	Subject  string
	N        int
}

// Posts lists the bot's posts that everybody in a channel sees, oldest first.
func (p *Platform) Posts(address desk.Channel) (all []Post) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.room(address); r != nil {
		for _, one := range r.posts {
			if one.by == "" && one.to == "" {
				all = append(all, Post{one.id, one.root, one.message, one.subject, one.n})
			}
		}
	}
	return all
}

// add puts a post into a room, with its id and time.
func (p *Platform) add(r *room, one *post) {
	p.ids++
	one.id, one.at = fmt.Sprintf("p%06d", p.ids), p.set.Now().UTC()
	r.posts = append(r.posts, one)
	p.touch(r, one)
}

// touch notes that a post changed.
func (p *Platform) touch(r *room, one *post) {
	p.note(r)
	one.rev = p.rev
}

// note wakes who watches; r, if any, has news.
func (p *Platform) note(r *room) {
	p.rev++
	if r != nil {
		r.rev = p.rev
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Platform) room(address desk.Channel) *room {
	k := slices.IndexFunc(p.rooms, func(r *room) bool { return r.Address == address })
	if k < 0 {
		return nil
	}
	return p.rooms[k]
}

func (r *room) find(id string) *post {
	k := slices.IndexFunc(r.posts, func(one *post) bool { return one.id == id && !one.gone })
	if k < 0 {
		return nil
	}
	return r.posts[k]
}

func (p *Platform) person(id string) (Person, bool) {
	k := slices.IndexFunc(p.set.People, func(one Person) bool { return one.ID == id })
	if k < 0 {
		return Person{}, false
	}
	return p.set.People[k], true
}

// sees reports whether a person sees a room.
func (p Person) sees(r *room) bool { return p.Staff || !r.Ops }
